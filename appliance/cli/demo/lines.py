"""The treatment as lines of text: one at each change of state, and one every ten seconds."""

from collections.abc import Callable
from typing import Final

from appliance.errors import CATALOGUE
from appliance.kiosk.shown import Shown
from appliance.link.messages import Status

EVERY_S: Final = 10.0
DASH: Final = "–"  # noqa: RUF001
FLOWS: Final = frozenset(("RAMP_UP", "HOLD", "RAMP_DOWN"))


class Lines:
    """Says what is new."""

    def __init__(self, say: Callable[[str], None]) -> None:
        """`say` prints one line."""
        self._say = say
        self._state = ""
        self._refused: str | None = None
        self._due_s = 0.0

    def draw(self, shown: Shown, now_s: float) -> None:
        """Say it when there is something; `now_s` counts from the start of the demo."""
        if shown.refused != self._refused:
            self._refused = shown.refused
            if shown.refused is not None:
                self._say(f"{clock(now_s)}  refused    {shown.refused} {CATALOGUE[shown.refused].title}")
        status = shown.status
        if status is None or (status.state == self._state and (now_s < self._due_s or status.state not in FLOWS)):
            return
        self._state = status.state
        self._due_s = now_s + EVERY_S
        self._say(f"{clock(now_s)}  {status.state:<10} {_numbers(status)}".rstrip())


def clock(seconds: float) -> str:
    """Minutes and seconds."""
    return f"{int(seconds) // 60:3d}:{int(seconds) % 60:02d}"


def milliamperes(value: float | None) -> str:
    """A current, or a dash when it was not measured."""
    return f"   {DASH} mA" if value is None else f"{value:5.2f} mA"


def ohms(value: float | None) -> str:
    """A resistance, or a dash when it was not measured."""
    return DASH if value is None else f"{value / 1000:.2f} kΩ"


def _numbers(status: Status) -> str:
    """What goes with a state."""
    if status.state in FLOWS:
        return (
            f"set {milliamperes(status.set_ma)}, measured {milliamperes(status.return_ma)}, "
            f"{ohms(status.resistance_ohm)}, {status.charge_mc / 1000:.2f} C, {clock(status.remaining_s).strip()} left"
        )
    if status.state == "FAULT":
        return ", ".join(f"{trip.code} {CATALOGUE[trip.code].title}" for trip in status.trips)
    if status.state == "PAUSED" and status.paused is not None:
        return status.paused.reason
    return status.outcome or ""
