"""A tray's switch that never opens is found before anyone is treated; whoever lifts the trays notices nothing."""

import pytest

from appliance.link.messages import Accepted, Acknowledge, Plan, Refused, Start, Stop
from appliance.proof.stories.bench import FEET, HANDS, TickBench


def idle() -> TickBench:
    bench = TickBench()
    bench.run(30.0, "IDLE")
    return bench


@pytest.mark.parametrize("plan", [HANDS, FEET])
def test_a_tray_not_seen_open_since_power_up_starts_nothing_and_lifting_it_helps(plan: Plan) -> None:
    bench = idle()
    answer = bench.start(plan)
    assert isinstance(answer, Refused)
    assert (answer.code, bench.state) == ("E413", "IDLE")
    assert "left and right tray" in answer.message
    bench.refill_trays()
    assert isinstance(bench.start(plan), Accepted)


def test_trays_filled_during_the_self_test_count_and_are_no_trip() -> None:
    bench = TickBench()
    bench.run(3.0)
    assert (bench.state, bench.board.dummy) == ("SELF_TEST", True)
    bench.refill_trays()
    bench.run(30.0, "IDLE")
    assert bench.kinds("trip") == []
    assert isinstance(bench.start(), Accepted)


def test_each_treatment_needs_it_anew_and_one_that_never_began_does_not() -> None:
    bench = TickBench().to("CONTACT")
    bench.ask(Stop())
    bench.run(1.0, "DONE")
    bench.ask(Acknowledge())
    assert isinstance(bench.ask(Start("s2", "good", HANDS)), Accepted)
    bench.has_skin = True
    bench.run(0.1)
    bench.press()
    bench.run(700.0, "HOLD")
    bench.ask(Stop())
    bench.run(3.0, "DONE")
    bench.ask(Acknowledge())
    answer = bench.ask(Start("s3", "good", HANDS))
    assert isinstance(answer, Refused)
    assert answer.code == "E413"


def test_one_side_that_sticks_is_named() -> None:
    bench = idle()
    read = bench.board.read_inputs
    bench.board.read_inputs = lambda: read()._replace(tray_right_out=False)  # type: ignore[method-assign]
    bench.refill_trays()
    answer = bench.start()
    assert isinstance(answer, Refused)
    assert "right tray" in answer.message
    assert "left" not in answer.message


def test_whoever_may_not_start_for_another_reason_is_told_that() -> None:
    answer = idle().start(permit="none")
    assert isinstance(answer, Refused)
    assert answer.code == "E109"


def test_a_pause_under_way_asks_for_no_tray() -> None:
    bench = TickBench().to("HOLD")
    bench.press()
    bench.run(3.0, "PAUSED")
    bench.run(0.2)
    bench.press()
    bench.run(20.0, "RAMP_UP")
