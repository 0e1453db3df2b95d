"""What cuts without software, dead or too eager: watchdog, pump, latch, comparators, limiter, Q2, treatment timer."""

import math
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Final

from appliance.sim.parameters import Action, Param
from appliance.sim.wiring import Break
from appliance.units import ns_from_s

if TYPE_CHECKING:
    from appliance.sim.bench import Bench

SHORT_OHM: Final = 0.1  # deck 04: a shorted R_LIM
NO_LIMIT_MA: Final = 1e6


def _watchdog_dead(bench: "Bench") -> None:
    """Watchdog chip and charge pump: two faults at once."""
    _wdo_dead(bench)
    _pump_stuck(bench)


def _wdo_dead(bench: "Bench") -> None:
    bench.protection.wdo_dead = True


def _pump_stuck(bench: "Bench") -> None:
    """Its Schmitt trigger shorts to 5 V: PUMP_OK whatever is kicked."""
    bench.protection.pump_stuck = True


def _pump_dead(bench: "Bench") -> None:
    """Its capacitor shorts: no kick ever fills it."""
    bench.protection.pump_stuck = False


def _watchdog_trips(bench: "Bench") -> None:
    """The watchdog chip bites although it was kicked well."""
    bench.protection.bite(bench.now_ns)


def _latch_dead(bench: "Bench") -> None:
    bench.protection.latch_dead = True


def _latch_trips(bench: "Bench") -> None:
    """A spike on FAULT_n clears PERMIT; nothing else is wrong."""
    if not bench.protection.latch_dead:
        bench.protection.permit = False


def _out_ok_stuck(bench: "Bench") -> None:
    """The gate that makes OUT_OK is stuck high: Q2 and Q3 stay on; K1's coil still needs PERMIT."""
    bench.protection.out_ok_stuck = True


def _comparator_a_dead(bench: "Bench") -> None:
    bench.parts.trip_return_v = bench.parts.test_return_v = math.inf


def _comparator_b_dead(bench: "Bench") -> None:
    bench.parts.trip_source_v = bench.parts.test_source_v = math.inf


def _limiter_short(bench: "Bench") -> None:
    """R_LIM: Q5 never sees enough volts."""
    bench.parts.r_limit_ohm = SHORT_OHM
    bench.parts.limiter_ma = NO_LIMIT_MA


def _limiter_dead(bench: "Bench") -> None:
    """Q5 opens: R_LIM is there, and nothing looks at it."""
    bench.parts.limiter_ma = NO_LIMIT_MA


def _limiter_open(bench: "Bench") -> None:
    """R_LIM opens: no current at all."""
    bench.circuit.breaks.add(Break.LIMITER)


def _high_side_short(bench: "Bench") -> None:
    """Q2: it neither switches nor limits."""
    bench.circuit.high_side_shorted = True


def _timer_dead(bench: "Bench") -> None:
    bench.protection.timer_dead = True


def _timer_early(bench: "Bench", after_s: float) -> None:
    bench.protection.timer_trips_after(ns_from_s(after_s), bench.now_ns)


ACTIONS: Final[Mapping[str, Action]] = {
    "watchdog_dead": Action(
        _watchdog_dead,
        "protection",
        "the whole watchdog no longer trips: chip and pump, two faults",
        hidden=True,
        cases=(),
    ),
    "wdo_dead": Action(_wdo_dead, "protection", "the watchdog chip no longer trips", hidden=True),
    "pump_stuck": Action(_pump_stuck, "protection", "the charge pump says 'kicked' for ever", hidden=True),
    "pump_dead": Action(_pump_dead, "protection", "the charge pump's capacitor shorts"),
    "watchdog_trips": Action(_watchdog_trips, "protection", "the watchdog chip trips although it was kicked"),
    "latch_dead": Action(_latch_dead, "protection", "the over-current latch no longer trips", hidden=True),
    "latch_trips": Action(_latch_trips, "protection", "noise trips the latch"),
    "out_ok_stuck": Action(_out_ok_stuck, "protection", "the gate that permits output says yes for ever", hidden=True),
    "comparator_a_dead": Action(
        _comparator_a_dead, "protection", "the return side's comparator no longer trips", hidden=True
    ),
    "comparator_b_dead": Action(
        _comparator_b_dead, "protection", "the source side's comparator no longer trips", hidden=True
    ),
    "limiter_short": Action(
        _limiter_short, "protection", "the limiter's resistor R_LIM shorts: it no longer limits", hidden=True
    ),
    "limiter_dead": Action(
        _limiter_dead, "protection", "the limiter's transistor Q5 opens: it no longer limits", hidden=True
    ),
    "limiter_open": Action(_limiter_open, "protection", "the limiter's resistor R_LIM opens"),
    "high_side_short": Action(
        _high_side_short,
        "protection",
        "the high-side transistor Q2 shorts: it neither limits nor switches",
        hidden=True,
    ),
    "timer_dead": Action(_timer_dead, "protection", "the treatment timer no longer trips", hidden=True),
    "timer_early": Action(
        _timer_early,
        "protection",
        "the treatment timer trips early",
        {"after_s": Param(float, "seconds of output from now", 1.0, 0.0, 3600.0)},
    ),
}
LATER: Final[Mapping[str, Callable[..., None]]] = {}
