"""The person: hands, skin, and what people do that nobody planned. No part of the board changes here."""

import math
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Final

from appliance.sim.felt import CEILING_MA_PER_CM2
from appliance.sim.parameters import RESTORE, SIDE, Action, Param, each, over_s
from appliance.sim.patient import PHENOTYPES
from appliance.sim.skin import Side, Spot
from appliance.units import ns_from_ms, ns_from_s

if TYPE_CHECKING:
    from appliance.sim.bench import Bench

HANDS_IN_S: Final = 0.3  # [D] from the first touch to flat in the water
SWEAT_STEPS: Final = 20
_HAND: Final = Param(str, "which hand", "left", choices=("left", "right", "both"))
_AREA: Final = Param(float, "wet area that stays, square centimetres", None, 0.0, 1000.0)


def _sides(bench: "Bench", hand: str) -> tuple[Side, ...]:
    patient = bench.patient
    return {"left": (patient.left,), "right": (patient.right,), "both": (patient.left, patient.right)}[hand]


def _hands_in(bench: "Bench") -> None:
    bench.patient.hands_in(bench.now_ns, ns_from_s(HANDS_IN_S))


def _hands_out(bench: "Bench", over_s: float) -> None:
    _lift(bench, 0.0, over_s, "both")


def _lift(bench: "Bench", to_area_cm2: float, over_s: float, hand: str) -> None:
    for side in _sides(bench, hand):
        bench.patient.move(side, to_area_cm2, bench.now_ns, ns_from_s(over_s))


def _jerk(bench: "Bench", to_area_cm2: float, out_ms: float, stay_ms: float, hand: str) -> None:
    """A muscle twitch, or a fright: away fast, and back as fast."""
    back_cm2 = min(side.base_cm2 for side in _sides(bench, hand))
    _lift(bench, to_area_cm2, out_ms / 1000.0, hand)
    bench.later(ns_from_ms(out_ms + stay_ms), "hand_back", back_cm2, out_ms / 1000.0, hand)


def _hand_back(bench: "Bench", to_area_cm2: float, over_s: float, hand: str) -> None:
    _lift(bench, to_area_cm2, over_s, hand)
    bench.changed()


def _hand_swap(bench: "Bench", over_s: float) -> None:
    """Out, crossed over, and in again."""
    _hands_out(bench, over_s)
    bench.later(ns_from_s(over_s) + ns_from_s(HANDS_IN_S), "hands_crossed")


def _hands_crossed(bench: "Bench") -> None:
    bench.sync()
    bench.patient.left.trade(bench.patient.right)
    _hands_in(bench)
    bench.changed()


def _hands_touch(bench: "Bench", ohm: float, restore: bool) -> None:
    """The hands touch each other above the water: skin to skin, beside the body."""
    bench.patient.touch_ohm = math.inf if restore else ohm
    bench.patient.changed()


def _sweat(bench: "Bench", share: float, over_s: float, hand: str) -> None:
    """The skin's resistivity falls to `share` of what it is, in steps of a twentieth of the time."""
    step = share ** (1.0 / SWEAT_STEPS)
    _sweat_on(bench, step, ns_from_s(over_s / SWEAT_STEPS), SWEAT_STEPS, hand)


def _sweat_on(bench: "Bench", step: float, every_ns: int, left: int, hand: str) -> None:
    bench.sync()
    for side in _sides(bench, hand):
        side.rho_ohm_cm2 *= step
        side.rho_now_ohm_cm2 *= step
    bench.changed()
    if left > 1:
        bench.later(every_ns, "sweat_on", step, every_ns, left - 1, hand)


def _skin_breaks(bench: "Bench", soften_v: float, hand: str) -> None:
    """The barrier gives way: V_b of clinical.md, 15-30 V in whole skin, is far lower."""
    for side in _sides(bench, hand):
        side.soften_v = soften_v


def _cut(bench: "Bench", area_cm2: float, side: str, restore: bool) -> None:
    """A cut without jelly: a place where nothing but water resists. What it carries is `felt`'s spot."""
    where = bench.patient.left if side == "left" else bench.patient.right
    where.hurt(None if restore else Spot(area_cm2, bench.patient.conductivity_us_per_cm, bench.felt.spot))


def _other_person(bench: "Bench", phenotype: str) -> None:
    """Someone else sits down. Hands are out until they are put in; a child bears less per square centimetre."""
    bench.patient.become(phenotype)
    if phenotype == "child_palm":
        bench.felt.ceiling_ma_per_cm2 = CEILING_MA_PER_CM2["child_hands"]


ACTIONS: Final[Mapping[str, Action]] = {
    "hands_in": Action(_hands_in, "patient", "both hands go into the water, flat", needs="patient"),
    "hands_out": Action(_hands_out, "patient", "both hands leave the water", {"over_s": over_s(0.3)}, needs="hands_in"),
    "lift": Action(
        _lift,
        "patient",
        "a hand leaves the water, or comes back, up to an area",
        {"to_area_cm2": _AREA, "over_s": over_s(None), "hand": _HAND},
        needs="hands_in",
        cases=({"to_area_cm2": 10.0, "over_s": 0.2}, {"to_area_cm2": 10.0, "over_s": 30.0}),
    ),
    "jerk": Action(
        _jerk,
        "patient",
        "a hand jerks up to an area and back",
        {
            "to_area_cm2": _AREA._replace(default=5.0),
            "out_ms": Param(float, "milliseconds each way", 60.0, 1.0, 1000.0),
            "stay_ms": Param(float, "milliseconds away", 80.0, 0.0, 10_000.0),
            "hand": _HAND,
        },
        needs="hands_in",
        cases=({}, {"to_area_cm2": 0.0, "out_ms": 30.0}),
    ),
    "hand_swap": Action(
        _hand_swap, "patient", "each hand goes into the other's tray", {"over_s": over_s(0.5)}, needs="hands_in"
    ),
    "hands_touch": Action(
        _hands_touch,
        "patient",
        "the hands touch each other above the water",
        {"ohm": Param(float, "ohms from hand to hand", 1500.0, 1.0, 1e6), "restore": RESTORE},
        needs="hands_in",
    ),
    "sweat": Action(
        _sweat,
        "patient",
        "the skin's resistance falls: sweat breaks out",
        {
            "share": Param(float, "share of the resistance that stays", 0.4, 0.01, 1.0),
            "over_s": over_s(0.5),
            "hand": _HAND._replace(default="both"),
        },
        needs="patient",
    ),
    "skin_breaks": Action(
        _skin_breaks,
        "patient",
        "the skin gives way at low volts",
        {"soften_v": Param(float, "volts at which its resistance has halved", 5.0, 1.0, 30.0), "hand": _HAND},
        needs="patient",
    ),
    "cut": Action(
        _cut,
        "patient",
        "a cut, or skin under a ring, lies bare in the water",
        {
            "area_cm2": Param(float, "its area, square centimetres", 0.1, 0.001, 10.0),
            "side": SIDE,
            "restore": RESTORE._replace(help="true: it is covered"),
        },
        needs="patient",
    ),
    "other_person": Action(
        _other_person,
        "patient",
        "someone else sits down, hands out of the water",
        {"phenotype": Param(str, "who", "child_palm", choices=tuple(PHENOTYPES))},
        needs="patient",
        cases=each("phenotype", "child_palm", "very_sweaty_palm"),
    ),
}
LATER: Final[Mapping[str, Callable[..., None]]] = {
    "hand_back": _hand_back,
    "hands_crossed": _hands_crossed,
    "sweat_on": _sweat_on,
}
