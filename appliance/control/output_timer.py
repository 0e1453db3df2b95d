"""A mirror of the hardware's treatment timer, so that a start is not accepted that the hardware would cut short."""

from datetime import timedelta
from typing import Final

from appliance.control.moment import Moment, least_between
from appliance.safety import hard_limits

# A session and the rest behind it are over by then: 36.5 min of output, as long in pauses at most, 10 min of rest.
FORGOTTEN_AFTER: Final = timedelta(hours=2)


class OutputTimer:
    """Mirror of the hardware's treatment timer: output time since its reset, which needs a long rest."""

    def __init__(self, rest_s: float, *, rested: bool) -> None:
        """`rest_s`: how long the output must have been low before LATCH_RESET restarts the timer.

        Not `rested`: what it has counted is not known, so it may be full.
        """
        self._rest_s = rest_s
        self.output_s = 0.0 if rested else hard_limits.OUTPUT_TIME_S
        self._low_since_ns: int | None = None
        self._last_ns = 0

    def tick(self, t_ns: int, *, enabled: bool) -> None:
        """Account one tick."""
        if enabled:
            self.output_s += (t_ns - self._last_ns) / 1e9
            self._low_since_ns = None
        elif self._low_since_ns is None:
            self._low_since_ns = t_ns
        self._last_ns = t_ns

    def rest_left_s(self, t_ns: int) -> float:
        """Until a start would restart the hardware's timer."""
        low_s = 0.0 if self._low_since_ns is None else (t_ns - self._low_since_ns) / 1e9
        return max(0.0, self._rest_s - low_s)

    def restart_if_rested(self, t_ns: int) -> None:
        """A start has pulsed LATCH_RESET: the timer restarted if it had rested."""
        if self.rest_left_s(t_ns) <= 0.0:
            self.output_s = 0.0


def has_rested(newest: Moment | None, now: Moment) -> bool:
    """Whether a daemon that starts now may take the timer for rested: the ledger knows of no session of late."""
    return newest is None or least_between(newest, now) >= FORGOTTEN_AFTER
