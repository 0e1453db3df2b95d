"""Trim of the set on the measurement: slow, small, in HOLD only, and only while both sensors agree."""

from typing import Final

SHARE_MAX: Final = 0.03  # of the set [D]
SLEW_MA_PER_S: Final = 0.05
AVERAGE_S: Final = 1.0
GAIN_PER_S: Final = 0.5
AGREE_MA: Final = 0.25
AGREE_SHARE: Final = 0.025


class Trim:
    """A factor on the set, learned in HOLD, kept while the current fades, forgotten at the next ramp."""

    __slots__ = ("_error_ma", "share")

    def __init__(self) -> None:
        self.share = 0.0
        self._error_ma = 0.0

    def restart(self) -> None:
        """Forget what was learned."""
        self.share = self._error_ma = 0.0

    def learn(self, base_ma: float, return_ma: float, source_ma: float, dt_s: float) -> None:
        """One tick of HOLD: move the measured mean towards `base_ma`."""
        self._error_ma += (base_ma - return_ma - self._error_ma) * min(1.0, dt_s / AVERAGE_S)
        if base_ma <= 0.0 or abs(source_ma - return_ma) > max(AGREE_MA, AGREE_SHARE * base_ma):
            return
        most_ma = SLEW_MA_PER_S * dt_s
        step_ma = max(-most_ma, min(most_ma, GAIN_PER_S * self._error_ma * dt_s))
        self.share = max(-SHARE_MAX, min(SHARE_MAX, self.share + step_ma / base_ma))
