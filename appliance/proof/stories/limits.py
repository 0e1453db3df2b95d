"""What limits forbid: too much current, volts, time or charge, however it was asked for."""

from collections.abc import Callable
from typing import Final

from msgspec.structs import replace

from appliance.link.messages import Plan
from appliance.proof.stories.bench import FEET, HANDS, TickBench
from appliance.proof.stories.board import SCALES
from appliance.proof.stories.story import Lacks, Story, bench_without
from appliance.safety.hard_limits import SITES
from appliance.units import ns_from_s

_CHILD: Final = Plan("child_hands", 14.0, 14.0, 900.0)
_DRY_SOLES_OHM: Final = 3000.0


def _treated(bench: TickBench, plan: Plan, seconds: float, shown: Callable[[], float] | None = None) -> float:
    """The most that is `shown` (default: the current) in so long a treatment."""
    bench.treat(plan)
    return _most(bench, seconds, shown or (lambda: bench.board.output_ma))


def _most(bench: TickBench, seconds: float, shown: Callable[[], float]) -> float:
    most = 0.0
    end_ns = bench.clock.t_ns + ns_from_s(seconds)
    while bench.clock.t_ns < end_ns:
        bench.step()
        most = max(most, shown())
    return most


def _board(lacks: Lacks) -> bool:
    return _treated(bench_without(lacks, board_ma=10.0).to("IDLE"), HANDS, 60.0) > 10.1


def _prescriber(lacks: Lacks) -> bool:
    return _treated(bench_without(lacks).to("IDLE"), _CHILD, 60.0) > 10.5


def _dry_soles(lacks: Lacks) -> TickBench:
    bench = bench_without(lacks).to("IDLE")
    bench.board.patient_ohm = _DRY_SOLES_OHM
    return bench


def _voltage(lacks: Lacks) -> bool:
    bench = _dry_soles(lacks)
    return _treated(bench, FEET, 60.0, lambda: bench.board.output_ma * _DRY_SOLES_OHM / 1000.0 + 2.5) > 44.5


def _regulation(lacks: Lacks) -> bool:
    bench = _dry_soles(lacks)
    _treated(bench, FEET, 40.0)
    return bench.state == "FAULT"


def _time(lacks: Lacks) -> bool:
    asked = replace(HANDS, set_ma=5.0, max_ma=5.0, duration_s=1815.0)
    return bench_without(lacks).to("IDLE").begun(asked).duration_s > SITES["hands"].max_s


def _charge(lacks: Lacks) -> bool:
    asked = replace(HANDS, set_ma=20.0, max_ma=20.0, duration_s=SITES["hands"].max_s)
    plan = bench_without(lacks).to("IDLE").begun(asked)
    return plan.duration_s * plan.max_ma / 1000.0 / SITES["hands"].nominal_area_cm2 > 0.2


def _volts_that_nobody_needs(lacks: Lacks) -> bool:
    bench = bench_without(lacks).to("IDLE")
    return _treated(bench, HANDS, 40.0, lambda: SCALES.compliance_set_v(bench.board.compliance_code)) > 45.0


def _is_unwatched(lacks: Lacks) -> bool:
    bench = _screen_dies(lacks)
    return bench.board.output_ma > 1.0


def _comes_back(lacks: Lacks) -> bool:
    bench = _screen_dies(lacks)
    bench.screen_alive = True
    bench.run(5.0)
    return bench.board.output_ma > 1.0


def _screen_dies(lacks: Lacks) -> TickBench:
    bench = bench_without(lacks).to("HOLD")
    bench.screen_alive = False
    bench.run(10.0)
    return bench


def _above_the_prescription(lacks: Lacks) -> bool:
    bench = bench_without(lacks).to("HOLD")
    bench.daemon.session.choice_ma = 20.0
    bench.run(10.0)
    return bench.board.output_ma > 18.5


def _wrong_choice(lacks: Lacks, plan: Plan, ohm: float) -> tuple[TickBench, float]:
    """A wrong program takes 40 mA for the patient's choice: how high does it rise?"""
    bench = bench_without(lacks).to("IDLE")
    bench.board.patient_ohm = ohm
    _treated(bench, plan, 5.0)
    bench.daemon.session.choice_ma = 40.0
    return bench, _most(bench, 60.0, lambda: bench.board.output_ma)


def _cut_at_the_gate(lacks: Lacks) -> bool:
    return _wrong_choice(lacks, HANDS, 500.0)[0].state == "FAULT"


def _more_than_the_site(lacks: Lacks) -> bool:
    return _wrong_choice(lacks, _CHILD, 1500.0)[1] > SITES["child_hands"].device_ma


LIMITS: Final = (
    Story("limit.board", "more than 10 mA on a board whose calibration proves 10", _board),
    Story("limit.prescriber", "a child's hands get the 14 mA of a plan that nobody may write", _prescriber),
    Story("limit.prescription", "a wrong program gives 20 mA where 18 were prescribed", _above_the_prescription),
    Story("limit.voltage", "dry soles get more than 44 V", _voltage),
    Story("limit.compliance", "dry soles are cut off, because the source cannot give what was set", _regulation),
    Story("limit.time", "a plan of more than half an hour is taken whole", _time),
    Story("limit.charge", "hands get more than 0.20 C/cm2", _charge),
    Story("compliance.binding", "wet hands get all the volts that the board has", _volts_that_nobody_needs),
    Story("lease", "after the screen was dead for a while, current comes back unasked", _comes_back),
    Story("limit.lease", "current flows while nobody's screen lives", _is_unwatched, ("lease",)),
    Story(
        "limit.device",
        "a wrong program asks for 40 mA and is cut at the gate instead of being held",
        _cut_at_the_gate,
        ("limit.board", "limit.site", "limit.prescriber", "limit.prescription"),
    ),
    Story(
        "limit.site",
        "a wrong program asks for 40 mA and a child gets more than 15",
        _more_than_the_site,
        ("limit.prescriber", "limit.prescription"),
    ),
)
