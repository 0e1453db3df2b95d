"""A current that rises faster than any ramp may, whoever makes it rise: software, a calibration, a reference."""

from typing import Final

from appliance.safety import hard_limits
from appliance.safety.monitors.current import RUNNING
from appliance.safety.sample import Sample
from appliance.safety.trip import Trip


class Slew:
    """The set of each tick, and the mean of the current over 100 ms, against a level that rises like a ramp.

    100 ms are whole periods of 50 and 60 Hz, so that hum is averaged away. The level falls slowly: a source that was
    limited for a moment comes back to its set at once, and that is no rise. Nothing below half a milliampere is felt as
    a jolt [D].
    """

    BLOCK: Final = 20  # ticks
    # Gains of set and return may each be 3 % off before a calibration is refused (board.toml); trim adds 0.05 mA/s.
    RISE_MA_PER_S: Final = 1.1 * hard_limits.RAMP_UP_MA_PER_S + 0.05
    FALL_MA_PER_S: Final = 0.5  # slower than the set itself falls (3 mA/s), so the level never lies below it [D]
    # Hum of 2 % at 25 mA leaves 0.07 mA in the mean, as the ADC's clock is not ours; a surge of 5 mA in one of 20
    # conversions 0.25; dither 0.03 [D: numeric, tests/safety].
    MARGIN_MA: Final = 0.4
    TRIP: Final = Trip("E307", "slew", "CUT")

    def __init__(self) -> None:
        self._level_ma = hard_limits.PROBE_MA
        self._since_ns: int | None = None
        self._sum_ma = 0.0
        self._n = 0

    def check(self, s: Sample) -> Trip | None:
        """RAMP_UP, HOLD and RAMP_DOWN; each ramp begins at the probe."""
        if s.state not in RUNNING:
            self._level_ma, self._since_ns = hard_limits.PROBE_MA, s.t_ns
            self._sum_ma, self._n = 0.0, 0
            return None
        elapsed_s = 0.0 if self._since_ns is None else (s.t_ns - self._since_ns) / 1e9
        if self._since_ns is None:
            self._since_ns = s.t_ns
        most_ma = self._level_ma + self.RISE_MA_PER_S * elapsed_s
        now_ma = s.ramp_base_ma
        self._sum_ma += s.return_ma
        self._n += 1
        if self._n == self.BLOCK:
            now_ma = max(now_ma, self._sum_ma / self.BLOCK)
            self._level_ma = min(most_ma, max(now_ma, self._level_ma - self.FALL_MA_PER_S * elapsed_s))
            self._since_ns, self._sum_ma, self._n = s.t_ns, 0.0, 0
        return self.TRIP if now_ma > most_ma + self.MARGIN_MA else None
