"""Monitors of time: a tick that came late, a clock that jumped, an operator's screen that fell silent."""

from typing import Final

from appliance.safety.sample import Sample
from appliance.safety.trip import Trip


class LateTick:
    """A tick more than 10 ms late while energised: what was measured is too old to judge.

    The hardware watchdog tolerates 10 ms of lateness with 5 ms toggles (hardware design, 1). Lateness above 5 ms is
    counted by the loop and shown; it is no trip.
    """

    BOUND_NS: Final = 10_000_000
    TRIP: Final = Trip("E408", "late_tick", "CUT")

    def check(self, s: Sample) -> Trip | None:
        """While energised."""
        return self.TRIP if s.late_ns > self.BOUND_NS and s.enabled else None


class ClockJump:
    """The monotonic clock went back, or leapt beyond anything that lateness can explain.

    Every ramp, dwell and charge is counted by it. A tick that is 32 ms late has tripped the hardware watchdog, one
    that is 98 ms late its charge pump, too (hardware design, 1): a longer gap under a healthy board is no lateness.
    A machine that slept is found by those two, because this clock stands still meanwhile.
    """

    MOST_NS: Final = 100_000_000
    TRIP: Final = Trip("E412", "clock_jump", "CUT")

    def __init__(self) -> None:
        self._last_ns: int | None = None

    def check(self, s: Sample) -> Trip | None:
        """Any state; in SELF_TEST, where opening the chips takes its time, only what goes back."""
        gap_ns = 0 if self._last_ns is None else s.t_ns - self._last_ns
        self._last_ns = s.t_ns
        return self.TRIP if gap_ns < 0 or (gap_ns > self.MOST_NS and s.state != "SELF_TEST") else None


class LeaseLost:
    """The operator's screen did not renew its lease: fade out and wait for a person."""

    TRIP: Final = Trip("E409", "lease", "RAMP_DOWN", "operator_lost")

    def check(self, s: Sample) -> Trip | None:
        """While energised towards a person; a self-test needs no screen."""
        return self.TRIP if s.lease_lost and s.enabled and s.state != "SELF_TEST" else None
