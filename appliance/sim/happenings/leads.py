"""Leads, plates and paths that should not be: everything between the board's two lines and the trays."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Final

from appliance.sim.leaks import NONE_OHM
from appliance.sim.parameters import RESTORE, Action, Param, each, for_s
from appliance.units import ns_from_ms, ns_from_s

if TYPE_CHECKING:
    from appliance.sim.bench import Bench

BARRIER_MA: Final = 0.006  # hardware.md 6: three converters, 2 uA each


def _lead_break(bench: "Bench", restore: bool) -> None:
    bench.circuit.leads_ok = restore


def _lead_flicker(bench: "Bench", ms: float, count: int) -> None:
    bench.circuit.leads_ok = False
    bench.later(ns_from_ms(ms), "lead_closes", ms, count - 1)


def _lead_closes(bench: "Bench", ms: float, left: int) -> None:
    bench.circuit.leads_ok = True
    bench.changed()
    if left:
        bench.later(ns_from_ms(ms), "lead_opens", ms, left)


def _lead_opens(bench: "Bench", ms: float, left: int) -> None:
    _lead_flicker(bench, ms, left)
    bench.changed()


def _short(bench: "Bench") -> None:
    bench.patient.replace("cable_short")


def _electrode_loose(bench: "Bench", ohm: float, restore: bool) -> None:
    """The clip holds a plate badly: resistance in series, outside the skin."""
    bench.patient.lead_ohm = 0.0 if restore else ohm
    bench.patient.changed()


def _return_leak(bench: "Bench", ohm: float, restore: bool) -> None:
    """The return line finds 0 V beside the sink: what takes that way is felt, and no return sensor sees it."""
    bench.circuit.leaks.return_ohm = NONE_OHM if restore else ohm


def _source_leak(bench: "Bench", ohm: float, restore: bool) -> None:
    """The source line finds 0 V beside the patient: the source sensor sees it, nobody feels it."""
    bench.circuit.leaks.source_ohm = NONE_OHM if restore else ohm


def _hum(bench: "Bench", share: float, for_s: float) -> None:
    """Mains couples into the leads: current and volts swing at 50 Hz, in proportion to what flows."""
    usual = bench.patient.hum_share
    bench.patient.hum_share = share
    bench.later(ns_from_s(for_s), "hum_ends", usual)


def _hum_ends(bench: "Bench", share: float) -> None:
    bench.sync()
    bench.patient.hum_share = share


def _earth_touch(bench: "Bench", restore: bool) -> None:
    """A hand rests on earthed metal. The barrier is whole: only its capacitance drives a current."""
    bench.front_end.hum_leak_a = 0.0 if restore else BARRIER_MA * 1e-3


def _isolation_fails(bench: "Bench", ma: float, restore: bool) -> None:
    """The barrier leaks, or breaks, to the mains: a.c. enters at the patient and leaves over R_M."""
    bench.front_end.hum_leak_a = 0.0 if restore else ma * 1e-3


_LEAK: Final = Param(float, "ohms from the line to 0 V", 1000.0, 0.1, 1e9)
ACTIONS: Final[Mapping[str, Action]] = {
    "lead_break": Action(_lead_break, "lead", "a patient lead breaks", {"restore": RESTORE}),
    "lead_flicker": Action(
        _lead_flicker,
        "lead",
        "a patient lead opens and closes again",
        {
            "ms": Param(float, "milliseconds open each time", 20.0, 0.01, 10_000.0),
            "count": Param(int, "how often, with pauses of the same length", 1, 1, 1000),
        },
        needs="energised",
        cases=({"ms": 20.0}, {"ms": 2.0, "count": 5}, {"ms": 0.1, "count": 20}),
    ),
    "short": Action(_short, "lead", "a cable joins both electrodes"),
    "electrode_loose": Action(
        _electrode_loose,
        "lead",
        "a plate's clip makes bad contact",
        {"ohm": Param(float, "ohms of the contact", 1500.0, 0.0, 1e6), "restore": RESTORE},
        cases=each("ohm", 1500.0, 20_000.0),
    ),
    "return_leak": Action(
        _return_leak,
        "lead",
        "the return line leaks to 0 V past the return sensor",
        {"ohm": _LEAK, "restore": RESTORE},
        cases=each("ohm", 1000.0, 10_000.0, 0.1),
    ),
    "source_leak": Action(
        _source_leak,
        "lead",
        "the source line leaks to 0 V past the patient",
        {"ohm": _LEAK._replace(default=10_000.0), "restore": RESTORE},
        cases=each("ohm", 10_000.0, 1000.0),
    ),
    "hum": Action(
        _hum,
        "lead",
        "a burst of mains hum on the leads",
        {"share": Param(float, "its amplitude, as a share of the current", 0.2, 0.0, 1.0), "for_s": for_s(1.0)},
        needs="patient",
    ),
    "earth_touch": Action(
        _earth_touch, "lead", "the patient touches earthed metal", {"restore": RESTORE}, hidden=True, needs="patient"
    ),
    "isolation_fails": Action(
        _isolation_fails,
        "lead",
        "the mains leaks through the barrier into the patient",
        {"ma": Param(float, "amplitude, milliamperes", 0.5, 0.0, 20.0), "restore": RESTORE},
        needs="patient",
        cases=each("ma", 0.1, 0.5),
    ),
}
LATER: Final[Mapping[str, Callable[..., None]]] = {
    "lead_closes": _lead_closes,
    "lead_opens": _lead_opens,
    "hum_ends": _hum_ends,
}
