"""Which events are tried in which state: every free combination of inputs, every command, every hazard.

Tables only. A pause, a contact or a ramp gets all combinations of the inputs that it looks at; the rest is added one
by one, because its answer does not depend on them.
"""

from functools import cache
from itertools import product
from typing import TYPE_CHECKING, Final

from appliance.proof.explore.asking import ALL_FLAVOURS, COMMANDS, PEDAL, PLANS, at_once, starts
from appliance.proof.explore.defects import DEFECTIVE, LONGEST_TICKS, at_start, left_test
from appliance.proof.explore.event import Event, Inputs
from appliance.proof.explore.hazards import HAZARDS
from appliance.safety.sample import State
from appliance.treatment.session import RUNNING

if TYPE_CHECKING:
    from appliance.proof.explore.machine import Machine

SCRIPT_TICKS: Final = 70  # longer than any wait of a self-test
TRIES: Final = 60  # leaps: more than a pause has tries
WORDS: Final[dict[tuple[str, object], str]] = {
    ("pedal", True): "the pedal is down",
    ("tray_out", True): "the trays are out",
    ("screen_alive", False): "the screen is silent",
    ("conducts", False): "nothing flows",
    ("lingers_ma", 0.2): "0.2 mA still flow",
    ("verdict", "measuring"): "contact is being measured",
    ("verdict", "good"): "contact is good",
    ("disk_slow", True): "the disk is slow",
}
FREE: Final[dict[str, tuple[tuple[str, object], ...]]] = {
    "pedal": (("pedal", True),),
    "tray": (("tray_out", True),),
    "screen": (("screen_alive", False),),
    "current": (("conducts", False),),
    "zero": (("lingers_ma", 0.2),),
    "contact": (("verdict", "measuring"), ("verdict", "good")),
    "disk": (("disk_slow", True),),
}
LOOKS_AT: Final[dict[str, tuple[str, ...]]] = {
    "ARMED": ("pedal", "tray", "screen", "disk"),
    "CONTACT": ("contact", "pedal", "tray", "screen"),
    "RUNNING": ("current", "pedal", "tray", "screen"),
    "REVERSE": ("zero", "pedal", "tray", "screen"),
    "PAUSED": ("pedal", "tray", "screen"),
}


def _free(looks_at: tuple[str, ...], *, lasting: bool = True) -> list[Event]:
    """Every combination of inputs, for one tick and for as long as nothing else happens."""
    found = []
    for chosen in product(*((None, *FREE[name]) for name in looks_at)):
        inputs: Inputs = tuple(one for one in chosen if one is not None)
        says = " and ".join(WORDS[one] for one in inputs) or "nothing happens"
        found.append(Event(f"{says} for a moment", inputs))
        if lasting:
            found.append(Event(f"{says} for a while", inputs, leap=True))
    return found


def _goes_on() -> Event:
    """A self-test up to its next decision."""
    steps: list[int] = []

    def begin(m: "Machine") -> None:
        steps[:] = [len(m.told or ())]

    def decided(m: "Machine") -> bool:
        return m.daemon.session.state != "SELF_TEST" or len(m.told or ()) != steps[0]

    return Event("the self-test goes on", (), begin, ticks=SCRIPT_TICKS, until=decided)


PASSES: Final = Event("the self-test runs through", (), None, at_start, ticks=LONGEST_TICKS, until=left_test)


@cache
def events_of(state: State, names: tuple[str, ...] = tuple(PLANS)) -> tuple[Event, ...]:
    """All that is tried in a state, with plans of these names."""
    some = [*starts(("valid", "again"), names[:1]), *at_once(names[-1])]
    if state == "SELF_TEST":
        return (
            PASSES,
            _goes_on(),
            *DEFECTIVE,
            *COMMANDS,
            *some,
            *HAZARDS,
            Event("the pedal is down for a moment", PEDAL),
        )
    if state == "IDLE":
        some = [*starts(ALL_FLAVOURS, names), *at_once(names[-1])]
        return (*_free(("pedal", "tray")), *some, *COMMANDS, *HAZARDS)
    if state in ("DONE", "FAULT"):
        return (*_free(("pedal",)), *some, *COMMANDS, *HAZARDS)
    group = "RUNNING" if state in RUNNING else state
    return (*_free(LOOKS_AT[group]), *some, *COMMANDS, *HAZARDS)
