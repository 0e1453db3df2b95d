"""What a monitor says when it speaks, and which of several speakers is obeyed."""

from typing import Final, Literal, NamedTuple, Protocol

from appliance.safety.sample import Sample

Reaction = Literal["PAUSE", "RAMP_DOWN", "CUT"]
PauseReason = Literal["hands_out", "area", "pedal", "stings", "tray", "operator_lost", "contact_lost"]

_RANK: Final[dict[Reaction, int]] = {"RAMP_DOWN": 0, "PAUSE": 1, "CUT": 2}


class Trip(NamedTuple):
    """One monitor's verdict. `fade_s` is the time to zero of a PAUSE; 0 opens the output at once."""

    code: str
    monitor: str
    reaction: Reaction
    pause: PauseReason | None = None
    fade_s: float = 0.0


class Monitor(Protocol):
    """A small pure object with one comparison. It only observes and trips; it never acts."""

    def check(self, s: Sample) -> Trip | None:
        """Look at one tick."""
        ...


def strongest(trips: list[Trip]) -> Trip:
    """The trip to obey: CUT > PAUSE > RAMP_DOWN; of equals the fastest, then the first that spoke."""
    return max(trips, key=lambda trip: (_RANK[trip.reaction], -trip.fade_s))
