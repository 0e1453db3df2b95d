"""What people and trays switch, and every line between the Pi and the board: stuck high, stuck low, floating."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Final

from appliance.sim.e_stop import POLES
from appliance.sim.parameters import RESTORE, SIDE, Action, Param, each, for_s, level
from appliance.units import ns_from_s

if TYPE_CHECKING:
    from appliance.sim.bench import Bench

_POLE: Final = Param(str, "which of its three: ENABLE wire, rails, input line", "enable", choices=POLES)


def _pedal(bench: "Bench", hold_s: float) -> None:
    bench.panel.show("foot_pedal", True)
    bench.later(ns_from_s(hold_s), "pedal_up")


def _pedal_up(bench: "Bench") -> None:
    bench.panel.show("foot_pedal", False)


def _estop(bench: "Bench", release: bool) -> None:
    bench.press(not release)


def _estop_stuck(bench: "Bench", pole: str, restore: bool) -> None:
    """A pole's contact is welded: pushing the button does not open it. The other two do their work."""
    bench.e_stop.stick(pole, not restore)
    bench.poles()


def _estop_wire(bench: "Bench", pole: str, restore: bool) -> None:
    """The wire of a normally closed pole breaks: that pole alone looks pushed."""
    bench.e_stop.break_wire(pole, not restore)
    bench.poles()


def _tray_out(bench: "Bench", side: str, back: bool) -> None:
    bench.panel.show(f"tray_{side}", not back)


def _trays_refilled(bench: "Bench", for_s: float) -> None:
    """Both trays are lifted out, emptied, filled and pushed back."""
    _both_trays(bench, True)
    bench.later(ns_from_s(for_s), "trays_back")


def _trays_back(bench: "Bench") -> None:
    _both_trays(bench, False)


def _both_trays(bench: "Bench", out: bool) -> None:
    for side in ("left", "right"):
        bench.panel.show(f"tray_{side}", out)


def _stuck(bench: "Bench", high: bool, restore: bool, *, line: str) -> None:
    if restore:
        bench.panel.free(line)
    else:
        bench.panel.stick(line, high)


def _tray_stuck(bench: "Bench", side: str, high: bool, restore: bool) -> None:
    """A reed that sticks says 'seated' (low) for ever; a broken wire says 'out'."""
    _stuck(bench, high, restore, line=f"tray_{side}")


def _pedal_stuck(bench: "Bench", pressed: bool, restore: bool) -> None:
    """A foot, a book, or a contact that no longer opens: what the line says is what it says."""
    _stuck(bench, pressed, restore, line="foot_pedal")


def _gpio_dead(bench: "Bench") -> None:
    """The Pi's output drivers die: every line falls to its external pull."""
    bench.panel.let_go()


# name: line, what it is, whether nothing is seen of it in treatment at either level
_LINES: Final = {
    "enable_stuck": ("enable", "the ENABLE line", False),
    "kick_stuck": ("watchdog_kick", "the WATCHDOG_KICK line", False),
    "polarity_line_stuck": ("polarity", "the POLARITY line", False),
    "dummy_line_stuck": ("dummy_load", "the DUMMY_LOAD line", False),
    "test_shift_stuck": ("test_shift", "the TEST_SHIFT line", True),
    "latch_reset_stuck": ("latch_reset", "the LATCH_RESET line", True),
    "estop_line_stuck": ("e_stop", "the E_STOP input", False),
    "latch_line_stuck": ("latch_tripped", "the line that reads the latch", False),
    "watchdog_line_stuck": ("watchdog_ok", "the line that reads the watchdog", False),
    "mirror_line_stuck": ("safety_relay_readback", "the line that reads K1's mirror", False),
    "polarity_readback_line_stuck": ("polarity_readback", "the line that reads K2", False),
}
ACTIONS: Final[Mapping[str, Action]] = {
    "pedal": Action(
        _pedal,
        "interlock",
        "the pedal is pressed and released",
        {"hold_s": Param(float, "seconds pressed", 0.2, 0.0, 60.0)},
    ),
    "pedal_stuck": Action(
        _pedal_stuck,
        "interlock",
        "the pedal stays pressed, or no longer shows that it is",
        {"pressed": Param(bool, "true: it reads pressed for ever; false: released"), "restore": RESTORE},
        cases=each("pressed", True, False),
    ),
    "estop": Action(
        _estop,
        "interlock",
        "the red switch is pushed",
        {"release": Param(bool, "true: pulled out again", default=False)},
    ),
    "estop_stuck": Action(
        _estop_stuck,
        "interlock",
        "a pole of the red switch no longer opens",
        {"pole": _POLE, "restore": RESTORE},
        hidden=True,
        cases=each("pole", *POLES),
    ),
    "estop_wire": Action(
        _estop_wire,
        "interlock",
        "the wire of a pole of the red switch breaks",
        {"pole": _POLE, "restore": RESTORE},
        cases=each("pole", *POLES),
    ),
    "tray_out": Action(
        _tray_out,
        "interlock",
        "a tray is pulled out of its seat",
        {"side": SIDE, "back": Param(bool, "true: pushed in again", default=False)},
    ),
    "trays_refilled": Action(
        _trays_refilled,
        "interlock",
        "both trays are lifted out, filled anew and pushed back",
        {"for_s": for_s(0.5)},
    ),
    "tray_stuck": Action(
        _tray_stuck,
        "interlock",
        "a tray's switch no longer moves",
        {
            "side": SIDE,
            "high": Param(bool, "true: it reads 'out'; false: it reads 'seated'", default=False),
            "restore": RESTORE,
        },
        cases=each("high", False, True),
    ),
    "gpio_dead": Action(_gpio_dead, "interlock", "the Pi's output pins die: every line falls to its pull"),
    **{
        name: Action(
            partial(_stuck, line=line),
            "interlock",
            f"{what} is stuck at a level",
            {"high": level("it stays"), "restore": RESTORE},
            hidden=hidden,
            cases=each("high", True, False),
        )
        for name, (line, what, hidden) in _LINES.items()
    },
}
LATER: Final[Mapping[str, Callable[..., None]]] = {
    "pedal_up": _pedal_up,
    "trays_back": _trays_back,
}
