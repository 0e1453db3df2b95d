"""Monitors of time: a tick that came late, an operator's screen that fell silent."""

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


class LeaseLost:
    """The operator's screen did not renew its lease: fade out and wait for a person."""

    TRIP: Final = Trip("E409", "lease", "RAMP_DOWN", "operator_lost")

    def check(self, s: Sample) -> Trip | None:
        """While energised."""
        return self.TRIP if s.lease_lost and s.enabled else None
