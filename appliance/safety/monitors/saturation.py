"""A converter at the end of its range: what it says is no measurement."""

from typing import Final

from appliance.safety.sample import Sample
from appliance.safety.trip import Trip


class Saturation:
    """Any ADC reading at the end of its range, or negative beyond every offset: a shunt is open, or a gain changed.

    The patient's volts may be negative after a reversal, while the electrodes still hold theirs (`board_limits`).
    One reading is enough: the hardware limits the current to 30 mA and the volts to 48 V, and no channel ends below
    41 mA or 52.8 V (hardware design, 2); so nothing that the board can do honestly comes here.
    """

    TRIP: Final = Trip("E207", "saturation", "CUT")

    def check(self, s: Sample) -> Trip | None:
        """Any state."""
        return self.TRIP if s.saturated else None
