"""The account of what was delivered, as measured. Treatment time never counts without current."""

from typing import Final

COUNTS_FROM_MA: Final = 0.1  # below this no current is measured, and no time counts


class Dose:
    """Charge, time and mean current of one session. Current in mA, time in s, charge in mC."""

    __slots__ = ("_hold_mc", "_hold_s", "charge_mc", "elapsed_s", "output_s", "peak_ma")

    def __init__(self) -> None:
        self.charge_mc = 0.0
        self.elapsed_s = 0.0
        self.output_s = 0.0  # all time with the output on, for the treatment timer
        self.peak_ma = 0.0
        self._hold_mc = 0.0
        self._hold_s = 0.0

    def add(self, measured_ma: float, dt_s: float, *, treating: bool, holding: bool) -> None:
        """Account one tick with the output on. `treating`: RAMP_UP, HOLD or RAMP_DOWN."""
        self.output_s += dt_s
        if measured_ma <= 0.0:
            return
        charge_mc = measured_ma * dt_s
        self.charge_mc += charge_mc
        self.peak_ma = max(self.peak_ma, measured_ma)
        if treating and measured_ma >= COUNTS_FROM_MA:
            self.elapsed_s += dt_s
            if holding:
                self._hold_mc += charge_mc
                self._hold_s += dt_s

    @property
    def mean_hold_ma(self) -> float | None:
        """Mean measured current over HOLD; None when there was no HOLD."""
        return self._hold_mc / self._hold_s if self._hold_s > 0.0 else None
