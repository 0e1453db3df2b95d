"""The water, the trays and what should lie in them. Salt only ever makes water conduct better."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Final

from appliance.sim.parameters import RESTORE, SIDE, Action, Param, each, over_s
from appliance.units import ns_from_s

if TYPE_CHECKING:
    from appliance.sim.bench import Bench


def _salt(bench: "Bench", teaspoons: float) -> None:
    bench.patient.salt(teaspoons)


def _water(bench: "Bench", us_per_cm: float) -> None:
    """Other water: emptied and filled anew, or topped up with distilled."""
    bench.patient.conductivity_us_per_cm = us_per_cm


def _tray_dry(bench: "Bench", side: str, to_area_cm2: float, over_s: float) -> None:
    """A tray leaks: the level sinks past a hand that lies still."""
    patient = bench.patient
    patient.move(getattr(patient, side), to_area_cm2, bench.now_ns, ns_from_s(over_s))


def _bare_plate(bench: "Bench", side: str, restore: bool) -> None:
    """No towel: the skin lies on the metal, without water between. What its pH does to skin is not modelled."""
    getattr(bench.patient, side).bath_share = 1.0 if restore else 0.0
    bench.patient.changed()


def _one_tray(bench: "Bench") -> None:
    bench.patient.replace("one_tray")


ACTIONS: Final[Mapping[str, Action]] = {
    "salt": Action(
        _salt,
        "water",
        "salt or baking soda goes into each tray",
        {"teaspoons": Param(float, "level teaspoons a tray", 1.0, 0.0, 20.0)},
    ),
    "water": Action(
        _water,
        "water",
        "other water in both trays",
        # [S] clinical.md: tap 50-800, distilled 0.5-5; salted water goes beyond
        {"us_per_cm": Param(float, "its conductivity, microsiemens per centimetre", None, 0.1, 100_000.0)},
        cases=each("us_per_cm", 2.0, 50.0, 5000.0),
    ),
    "tray_dry": Action(
        _tray_dry,
        "water",
        "a tray runs dry",
        {
            "side": SIDE,
            "to_area_cm2": Param(float, "wet area that stays, square centimetres", 2.0, 0.0, 1000.0),
            "over_s": over_s(120.0),
        },
        needs="hands_in",
        cases=each("over_s", 120.0, 15.0),
    ),
    "bare_plate": Action(
        _bare_plate, "water", "the towel over a plate is missing", {"side": SIDE, "restore": RESTORE}, needs="patient"
    ),
    "one_tray": Action(_one_tray, "water", "both plates lie in one tray"),
}
LATER: Final[Mapping[str, Callable[..., None]]] = {}
