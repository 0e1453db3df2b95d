"""Several commands in one tick: a second change of state waits for the first to be in force, and nothing is skipped."""

import pytest

from appliance.control.talk import Request
from appliance.link.messages import Accepted, Acknowledge, Begin, Command, Pause, Plan, Refused, Resume, Start, Stop
from appliance.proof.stories.bench import FEET, TickBench

WEAK = Plan("underarms", 5.0, 5.0, 200.0)


def at_once(bench: TickBench, *commands: Command) -> list[Accepted | Refused]:
    """All in one tick, from one client."""
    before = len(bench.clients.answers)
    bench.clients.inbox.extend(Request(1, "kiosk", command) for command in commands)
    bench.step()
    return bench.clients.answers[before:]


def after_a_treatment(plan: Plan = FEET) -> TickBench:
    bench = TickBench().to("IDLE")
    bench.treat(plan)
    bench.run(700.0, "DONE")
    bench.run(0.1)
    bench.refill_trays()
    bench.clients.events.clear()
    bench.permission.calls.clear()
    return bench


def kinds(bench: TickBench) -> list[tuple[str, str | None]]:
    return [(event.kind, event.session) for event in bench.clients.events if event.kind in ("start", "end")]


@pytest.mark.parametrize("settled", [False, True])
def test_a_begin_with_its_start_waits_until_the_ledgers_line_is_on_disk(settled: bool) -> None:
    bench = TickBench().to("IDLE")
    bench.permission.is_settled = settled
    start, begin = at_once(bench, Start("s1", "good", FEET), Begin())
    assert isinstance(start, Accepted)
    assert isinstance(begin, Refused)
    assert begin.code == "E108"
    assert "ask again" in begin.message
    bench.run(1.0)
    assert bench.state == "ARMED"
    assert bench.is_off


def test_the_next_session_never_runs_on_the_limits_of_the_last() -> None:
    bench = after_a_treatment(FEET)
    at_once(bench, Acknowledge())
    at_once(bench, Start("s2", "good", WEAK), Begin())
    bench.ask(Begin())
    bench.run(60.0, "HOLD")
    assert bench.daemon.gate.bounds.current_ma <= 5.0


def test_the_limits_of_a_session_are_its_own_however_it_was_entered() -> None:
    """Whatever leads past ARMED unseen, as one exception in a tick would: the session's own limits are put in force."""
    bench = after_a_treatment(FEET)
    at_once(bench, Acknowledge())
    bench.start(WEAK, "s2")
    run, session = bench.daemon.run_now, bench.daemon.session
    run.enter(session, bench.daemon.sample)
    session.id = "another"
    session._enter_contact(resuming=False)
    run.first = object()  # type: ignore[assignment]
    run.enter(session, bench.daemon.sample)
    assert run.first is None
    session._enter("RAMP_UP")
    assert run.bounds(session).current_ma <= 5.0


@pytest.mark.parametrize(
    "commands",
    [
        (Acknowledge(), Start("s2", "good", FEET)),
        (Acknowledge(), Start("s2", "good", FEET), Begin()),
        (Stop(), Acknowledge(), Start("s2", "good", FEET), Begin()),
    ],
)
def test_a_treatment_after_another_has_its_own_start_and_end(commands: tuple[Command, ...]) -> None:
    bench = after_a_treatment()
    at_once(bench, *commands)
    assert bench.state == "IDLE"
    bench.start(FEET, "s3")
    bench.run(0.05)
    bench.ask(Begin())
    bench.run(700.0, "DONE")
    bench.run(0.1)
    assert kinds(bench) == [("start", "s3"), ("end", "s3")]


def test_a_session_that_ends_in_the_tick_of_its_start_is_recorded() -> None:
    bench = TickBench().to("IDLE")
    at_once(bench, Start("s1", "good", FEET), Stop())
    assert bench.state == "DONE"
    assert kinds(bench) == [("start", "s1"), ("end", "s1")]
    bench.run(0.1)
    assert bench.permission.calls[-1] == ("closed", ("s1", False))


def test_a_session_that_fails_in_the_tick_of_its_start_is_recorded() -> None:
    bench = TickBench().to("IDLE")
    bench.board.e_stop = True
    at_once(bench, Start("s1", "good", FEET))
    assert bench.state == "FAULT"
    assert kinds(bench) == [("start", "s1"), ("end", "s1")]


def test_another_direction_never_takes_effect_under_the_old_one() -> None:
    """A stop, and a treatment the other way, in one tick: K1 opens and K2 moves before anything flows again."""
    bench = TickBench().to("IDLE")
    bench.has_skin = False
    bench.treat(Plan("feet", 20.0, 22.0, 200.0, "fixed_normal"))
    bench.run(0.5)
    other = Plan("feet", 10.0, 10.0, 200.0, "fixed_reversed")
    answers = at_once(bench, Stop(), Acknowledge(), Start("s2", "good", other), Begin())
    assert [type(answer).__name__ for answer in answers] == ["Accepted", "Refused", "Refused", "Refused"]
    bench.run(0.05)
    assert bench.is_off
    assert bench.state == "DONE"
    assert bench.permission.calls[-1] == ("closed", ("s1", False))


def test_the_ledger_is_closed_when_the_next_tick_acknowledges() -> None:
    bench = TickBench().to("IDLE")
    bench.has_skin = False
    bench.treat(FEET)
    bench.run(0.5)
    bench.ask(Stop())
    bench.ask(Acknowledge())
    bench.run(0.05)
    assert bench.state == "IDLE"
    assert bench.permission.calls[-1] == ("closed", ("s1", False))


def test_the_same_start_again_in_one_tick_is_told_the_same() -> None:
    bench = TickBench().to("IDLE")
    first, again = at_once(bench, Start("s1", "good", FEET), Start("s1", "good", FEET))
    assert isinstance(first, Accepted)
    assert again == first


@pytest.mark.parametrize("last", [Stop(), Pause()])
def test_what_leads_to_zero_is_always_heard(last: Command) -> None:
    bench = TickBench().to("HOLD")
    bench.ask(Pause())
    bench.run(1.0, "PAUSED")
    go_on, end = at_once(bench, Resume(), last)
    assert isinstance(go_on, Accepted)
    assert isinstance(end, Accepted)
    assert bench.state in ("DONE", "PAUSED")
    bench.run(0.1)
    assert bench.is_off


def test_after_a_cut_an_acknowledgement_is_heard_at_once() -> None:
    bench = TickBench().to("HOLD")
    bench.board.e_stop = True
    bench.step()
    assert bench.state == "FAULT"
    bench.board.e_stop = False
    bench.run(0.02)
    assert isinstance(bench.ask(Acknowledge()), Accepted)
