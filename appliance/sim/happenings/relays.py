"""K1 (safety), K2 (polarity), K3 (dummy load): contacts that weld, stay open, come late, bounce or lie."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Final

from appliance.sim.parameters import Action, Param, each
from appliance.units import ns_from_ms

if TYPE_CHECKING:
    from appliance.sim.bench import Bench

_MS: Final = Param(float, "milliseconds that it takes", 200.0, 1.0, 10_000.0)


def _relay_weld(bench: "Bench") -> None:
    bench.relays.welded = True


def _relay_dead(bench: "Bench") -> None:
    """K1's coil is open: the armature falls and stays; the mirror follows it."""
    relays = bench.relays
    relays.k1.coil(False, bench.now_ns)
    relays.k1.disabled = True


def _relay_contact_open(bench: "Bench") -> None:
    """A main contact of K1 burnt away: the armature and its mirror move as ever, nothing conducts."""
    bench.relays.contact_open = True


def _relay_slow(bench: "Bench", release_ms: float) -> None:
    """K1 lets go late: a film on the armature, a diode where none should be."""
    bench.relays.k1.release_ns = ns_from_ms(release_ms)


def _mirror_stuck(bench: "Bench", closed: bool) -> None:
    """The mirror contact, or its wire: closed says 'K1 is open' for ever."""
    bench.relays.mirror_stuck = closed


def _polarity_weld(bench: "Bench") -> None:
    bench.relays.k2.stuck = True


def _polarity_slow(bench: "Bench", ms: float) -> None:
    k2 = bench.relays.k2
    k2.operate_ns = k2.release_ns = ns_from_ms(ms)


def _polarity_bounce(bench: "Bench", ms: float, count: int) -> None:
    """A knock, or a weak spring: K2's contacts leave for a moment, under current too."""
    bench.relays.bouncing = True
    bench.later(ns_from_ms(ms), "polarity_settles", ms, count - 1)


def _polarity_settles(bench: "Bench", ms: float, left: int) -> None:
    bench.relays.bouncing = False
    bench.changed()
    if left:
        bench.later(ns_from_ms(ms), "polarity_bounces", ms, left)


def _polarity_bounces(bench: "Bench", ms: float, left: int) -> None:
    _polarity_bounce(bench, ms, left)
    bench.changed()


def _polarity_readback_stuck(bench: "Bench", reversed: bool) -> None:
    bench.relays.readback_stuck = reversed


def _dummy_relay_stuck(bench: "Bench", on: bool) -> None:
    """K3: on, the dummy load takes the current and K1's coil is cut; off, the self-test has no load."""
    bench.relays.k3.jam(int(on))


ACTIONS: Final[Mapping[str, Action]] = {
    "relay_weld": Action(_relay_weld, "relay", "K1's contacts weld closed", hidden=True, needs="k1_used"),
    "relay_dead": Action(_relay_dead, "relay", "K1's coil opens: the relay falls and never closes again"),
    "relay_contact_open": Action(
        _relay_contact_open, "relay", "a main contact of K1 no longer conducts, though its mirror moves"
    ),
    "relay_slow": Action(
        _relay_slow,
        "relay",
        "K1 lets go late",
        {"release_ms": _MS},
        hidden=True,
        cases=each("release_ms", 60.0, 500.0),
    ),
    "mirror_stuck": Action(
        _mirror_stuck,
        "relay",
        "K1's mirror contact no longer moves",
        {"closed": Param(bool, "true: it says that K1 is open")},
        cases=each("closed", True, False),
    ),
    "polarity_weld": Action(_polarity_weld, "relay", "K2 stays where it is", hidden=True),
    "polarity_slow": Action(
        _polarity_slow, "relay", "K2 moves late", {"ms": _MS}, hidden=True, cases=each("ms", 60.0, 1500.0)
    ),
    "polarity_bounce": Action(
        _polarity_bounce,
        "relay",
        "K2's contacts leave and come back",
        {
            "ms": Param(float, "milliseconds open each time", 2.0, 0.01, 1000.0),
            "count": Param(int, "how often, with pauses of the same length", 3, 1, 1000),
        },
        needs="energised",
    ),
    "polarity_readback_stuck": Action(
        _polarity_readback_stuck,
        "relay",
        "K2's read-back no longer moves",
        {"reversed": Param(bool, "true: it says that K2 is reversed")},
        cases=each("reversed", True, False),
    ),
    "dummy_relay_stuck": Action(
        _dummy_relay_stuck,
        "relay",
        "K3 stays where it is: the dummy load in place, or out",
        {"on": Param(bool, "true: in place")},
        cases=each("on", True, False),
    ),
}
LATER: Final[Mapping[str, Callable[..., None]]] = {
    "polarity_settles": _polarity_settles,
    "polarity_bounces": _polarity_bounces,
}
