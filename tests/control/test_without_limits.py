"""A daemon without one limit does what that limit forbids: the proof that each is needed, through the real tick.

Each story is told twice. With all controls nothing beyond the limit happens; without the one that is named, it does.
"""

from collections.abc import Callable

import pytest
from ideal_board import SCALES
from msgspec.structs import replace
from tick_bench import FEET, HANDS, TickBench

from appliance.link.messages import Accepted, Begin, Plan
from appliance.proof.without import without
from appliance.safety.hard_limits import SITES

CHILD = Plan("child_hands", 8.0, 10.0, 900.0)
LONG_S = 1815.0


def bench_without(lacks: str | None, board_ma: float = 25.0) -> TickBench:
    """In IDLE, trays proved."""
    bench = TickBench(board_ma)
    if lacks is not None:
        without(bench.daemon, lacks)
    return bench.to("IDLE")


def treated(bench: TickBench, plan: Plan, seconds: float = 60.0, watch: Callable[[], float] | None = None) -> float:
    """The most that `watch` showed (default: the current) in so long a treatment."""
    assert isinstance(bench.start(plan), Accepted)
    bench.run(0.05)
    if SITES[plan.site].needs_pedal:
        bench.press()
    else:
        bench.ask(Begin())
    most = 0.0
    shown = watch or (lambda: bench.board.output_ma)

    def look() -> bool:
        nonlocal most
        most = max(most, shown())
        return False

    with pytest.raises(AssertionError):  # that it never says 'enough'
        bench.run(seconds, look)
    return most


def beyond_the_board(lacks: str | None) -> bool:
    """A calibration that proves 10 mA, and a plan for 15."""
    return treated(bench_without(lacks, board_ma=10.0), HANDS) > 10.1


def beyond_the_prescriber(lacks: str | None) -> bool:
    """A child's hands, for which a prescriber may write 10 mA, and a plan of 14."""
    return treated(bench_without(lacks), replace(CHILD, set_ma=14.0, max_ma=14.0)) > 10.5


def beyond_44_v(lacks: str | None) -> bool:
    """Dry soles: 3 kohm."""
    bench = bench_without(lacks)
    bench.board.patient_ohm = 3000.0
    return treated(bench, FEET, 60.0, lambda: bench.board.output_ma * 3.0 + 2.5) > 44.5


def beyond_regulation(lacks: str | None) -> bool:
    """Dry soles again: is it cut, because the source cannot give what was set?"""
    bench = bench_without(lacks)
    bench.board.patient_ohm = 3000.0
    treated(bench, FEET, 40.0)
    return bench.state == "FAULT"


def beyond_the_longest_time(lacks: str | None) -> bool:
    """A plan of more than half an hour, weak enough that its charge would allow it."""
    answer = bench_without(lacks).start(replace(HANDS, set_ma=5.0, max_ma=5.0, duration_s=LONG_S))
    assert isinstance(answer, Accepted)
    assert answer.plan is not None
    return answer.plan.duration_s > SITES["hands"].max_s


def beyond_the_charge(lacks: str | None) -> bool:
    """Hands at their most for their longest: 0.20 C/cm2 are less."""
    answer = bench_without(lacks).start(replace(HANDS, set_ma=20.0, max_ma=20.0, duration_s=SITES["hands"].max_s))
    assert isinstance(answer, Accepted)
    assert answer.plan is not None
    charge_c = answer.plan.duration_s * answer.plan.max_ma / 1000.0
    return charge_c / SITES["hands"].nominal_area_cm2 > 0.2


def volts_that_nobody_needs(lacks: str | None) -> bool:
    """Wet hands at 15 mA need a third of what the board has: what a lifted hand would get besides."""
    bench = bench_without(lacks)
    return treated(bench, HANDS, 40.0, lambda: SCALES.compliance_set_v(bench.board.compliance_code)) > 45.0


def current_from_an_unwatched_screen(lacks: str | None) -> bool:
    """The screen dies in HOLD, and lives again after a while: nothing may come back unasked."""
    bench = bench_without(lacks)
    treated(bench, HANDS, 30.0)
    bench.screen_alive = False
    bench.run(6.0)
    bench.screen_alive = True
    bench.run(5.0)
    return bench.board.output_ma > 1.0


STORIES = {
    "limit.board": beyond_the_board,
    "limit.prescriber": beyond_the_prescriber,
    "limit.voltage": beyond_44_v,
    "limit.compliance": beyond_regulation,
    "limit.time": beyond_the_longest_time,
    "limit.charge": beyond_the_charge,
    "compliance.binding": volts_that_nobody_needs,
    "lease": current_from_an_unwatched_screen,
}


@pytest.mark.parametrize("control", STORIES)
def test_without_this_limit_what_it_forbids_happens(control: str) -> None:
    story = STORIES[control]
    assert (story(None), story(control)) == (False, True)
