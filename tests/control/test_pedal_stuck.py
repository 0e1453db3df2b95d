"""A pedal that nobody can be pressing: said, and nothing starts with it; a shorting plug reads released."""

import pytest

from appliance.link.messages import Accepted, Begin, Refused
from appliance.proof.stories.bench import FEET, TickBench


def at_idle(*, pedal: bool) -> TickBench:
    bench = TickBench()
    bench.board.pedal = pedal
    return bench.to("IDLE")


def test_a_pedal_never_seen_released_since_power_up_starts_nothing() -> None:
    bench = at_idle(pedal=True)
    answer = bench.start()
    assert isinstance(answer, Refused)
    assert (answer.code, bench.state) == ("E411", "IDLE")
    bench.run(0.2)
    assert bench.clients.statuses[-1].blocked == "E411"


def test_released_once_it_starts_and_says_nothing() -> None:
    bench = at_idle(pedal=True)
    bench.board.pedal = False
    bench.run(0.2)
    assert bench.clients.statuses[-1].blocked is None
    assert isinstance(bench.start(), Accepted)


def test_a_shorting_plug_in_the_place_of_a_pedal_is_fine() -> None:
    """No pedal fitted: the contact is always closed, so it reads released; a touch begins where it may."""
    bench = at_idle(pedal=False)
    assert isinstance(bench.start(FEET), Accepted)
    bench.run(0.05)
    assert isinstance(bench.ask(Begin()), Accepted)


@pytest.mark.parametrize(("held_s", "refused"), [(9.0, False), (11.0, True)])
def test_held_longer_than_anybody_holds_one_it_is_stuck(held_s: float, refused: bool) -> None:
    bench = at_idle(pedal=False)
    bench.board.pedal = True
    bench.run(held_s)
    assert isinstance(bench.start(), Refused) == refused


def test_stuck_while_it_waits_armed_says_why_begins_nothing_and_ends_with_the_reason() -> None:
    bench = at_idle(pedal=False)
    bench.start(FEET)
    bench.board.pedal = True
    bench.run(11.0)
    assert (bench.state, bench.clients.statuses[-1].blocked) == ("ARMED", "E411")
    assert isinstance(bench.ask(Begin()), Refused)
    bench.run(120.0, "IDLE")
    bench.run(0.2)
    status = bench.clients.statuses[-1]
    assert (status.outcome, status.reason) == ("not_started", "E411")
    assert bench.is_off


def test_a_board_that_was_never_read_has_released_no_pedal() -> None:
    bench = TickBench()
    bench.board.fail["read_return_counts"] = bench.board.fail["read_inputs"] = RuntimeError("no bus")
    bench.run(0.5)
    assert bench.daemon.session.pedal.stuck
