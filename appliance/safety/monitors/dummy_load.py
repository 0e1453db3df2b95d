"""The dummy load during self-test: its currents must go through it, and through nobody.

K3 puts the dummy load in and cuts K1's coil by its rest contact; K3 itself has no read-back. When it falls back, the
loop is open until K1 has closed, with the test's volts waiting and perhaps a person's hands in the water.
"""

from typing import Final

from appliance.safety.sample import Sample
from appliance.safety.trip import Trip


class DummyLoad:
    """In SELF_TEST, while the output carries anything: K1 reads open, and half of the set flows at least.

    One reading: K1 needs longer than a tick to close after K3 has fallen [B: DS4E, SF2D data sheets, 5 to 15 ms], and
    half, as for an open circuit, is far from every tolerance of an uncalibrated board (hardware design, 2: 1.02 mA of
    25). A tripped latch, which the test asks for, cuts the current by itself.
    """

    SHARE: Final = 0.5
    FROM_SET_MA: Final = 1.0  # below it offsets count
    TRIP: Final = Trip("E338", "dummy_load", "CUT")

    def check(self, s: Sample) -> Trip | None:
        """SELF_TEST, with ENABLE on and current or volts asked for."""
        if s.state != "SELF_TEST" or not s.enabled or s.latch_tripped:
            return None
        if not s.set_code and s.asked_compliance_v <= 0.0:
            return None
        open_loop = s.set_ma >= self.FROM_SET_MA and s.return_ma < self.SHARE * s.set_ma
        return self.TRIP if open_loop or not s.relay_open else None
