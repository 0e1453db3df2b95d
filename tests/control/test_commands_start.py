"""Who may start, stop, resume and acknowledge; every refusal has its code and changes nothing."""

import pytest

from appliance.control.sense import CONFIG_EVERY
from appliance.errors import CATALOGUE, LinkError, RecordsError
from appliance.link.messages import (
    Accepted,
    Acknowledge,
    Adjust,
    Begin,
    Pause,
    Plan,
    Refused,
    Resume,
    Start,
    Stop,
)
from appliance.proof.stories.bench import FEET, HANDS, TickBench

CONTACT_AND_ON = ("CONTACT", "RAMP_UP", "HOLD", "RAMP_DOWN", "REVERSE")


# ------------------------------------------------------------ start


def test_a_start_says_the_plan_as_it_will_be_given_and_why_it_differs() -> None:
    bench = TickBench().to("IDLE")
    answer = bench.start(Plan("hands", 20.0, 22.0, 1800.0))
    assert isinstance(answer, Accepted)
    assert answer.plan is not None
    assert (answer.id, answer.plan.set_ma, answer.plan.max_ma, answer.plan.duration_s) == ("s1", 20.0, 20.0, 1500.0)
    assert {(limit.reason, limit.unit) for limit in answer.limits} == {
        ("limit.prescriber", "mA"),
        ("limit.charge", "s"),
    }
    assert bench.state == "ARMED"
    assert bench.is_off


def test_a_start_is_idempotent_by_its_id() -> None:
    bench = TickBench().to("IDLE")
    first = bench.start()
    for state in ("ARMED", "HOLD"):
        if state == "HOLD":
            bench.press()
            bench.run(60.0, "HOLD")
        assert bench.start() == first
        assert bench.state == state
    assert len(bench.kinds("start")) == 1
    assert [name for name, _ in bench.permission.calls].count("begun") == 1


def test_an_id_that_was_used_never_starts_a_second_treatment() -> None:
    bench = TickBench().to("HOLD")
    bench.ask(Stop())
    bench.run(3.0, "DONE")
    bench.ask(Acknowledge())
    answer = bench.start()
    assert isinstance(answer, Refused)
    assert answer.code == "E108"
    assert bench.state == "IDLE"


@pytest.mark.parametrize(
    ("state", "code"),
    [
        ("ARMED", "E111"),
        ("CONTACT", "E111"),
        ("RAMP_UP", "E111"),
        ("HOLD", "E111"),
        ("RAMP_DOWN", "E111"),
        ("REVERSE", "E111"),
    ],
)
def test_a_second_start_is_refused_while_one_runs(state: str, code: str) -> None:
    bench = TickBench().to(state)
    answer = bench.start(session="s2")
    assert isinstance(answer, Refused)
    assert answer.code == code
    assert bench.daemon.session.id == "s1"


def test_a_start_is_refused_before_the_self_test_in_done_and_in_fault() -> None:
    bench = TickBench()
    assert bench.start(session="early").code == "E108"  # type: ignore[union-attr]
    bench.to("HOLD")
    bench.ask(Stop())
    bench.run(3.0, "DONE")
    assert bench.start(session="s2").code == "E108"  # type: ignore[union-attr]
    bench.board.e_stop = True
    bench.run(0.1, "FAULT")
    assert bench.start(session="s3").code == "E108"  # type: ignore[union-attr]


def test_a_start_is_refused_with_a_tray_out() -> None:
    bench = TickBench().to("IDLE")
    bench.board.tray_out = True
    bench.run(0.05)
    assert bench.start().code == "E406"  # type: ignore[union-attr]
    assert bench.state == "IDLE"


@pytest.mark.parametrize("code", ["E109", "E110", "E114"])
def test_a_start_without_permission_is_refused_with_its_reason(code: str) -> None:
    bench = TickBench().to("IDLE")
    bench.permission.refuse = LinkError(code, "no")
    answer = bench.start()
    assert isinstance(answer, Refused)
    assert (answer.code, bench.state) == (code, "IDLE")


@pytest.mark.parametrize(
    ("plan", "code"),
    [
        (Plan("face", 15.0, 15.0, 1200.0), "E702"),
        (Plan("hands", float("nan"), 15.0, 1200.0), "E701"),
        (Plan("hands", 0.2, 15.0, 1200.0), "E701"),
        (Plan("hands", 15.0, 15.0, 1.0), "E701"),
    ],
)
def test_a_plan_that_is_none_is_refused_and_the_daemon_goes_on(plan: Plan, code: str) -> None:
    bench = TickBench().to("IDLE")
    assert bench.start(plan).code == code  # type: ignore[union-attr]
    bench.run(0.5)
    assert bench.state == "IDLE"


def test_a_start_that_would_outlive_the_treatment_timer_is_refused_with_the_wait() -> None:
    bench = TickBench().to("HOLD")
    bench.run(30.0)
    bench.ask(Stop())
    bench.run(3.0, "DONE")
    bench.ask(Acknowledge())
    bench.run(1.0)
    answer = bench.start(Plan("hands", 15.0, 15.0, 1800.0), session="s2")
    assert isinstance(answer, Refused)
    assert answer.code == "E112"
    assert "10 min" in answer.message
    assert bench.clients.statuses[-1].wait_s == pytest.approx(600.0, abs=10.0)
    bench.run(601.0)
    bench.refill_trays()
    assert isinstance(bench.start(Plan("hands", 15.0, 15.0, 1800.0), session="s3"), Accepted)


def test_a_board_that_can_prove_little_gives_little() -> None:
    bench = TickBench(board_ma=8.0).to("IDLE")
    answer = bench.start()
    assert isinstance(answer, Accepted)
    assert answer.plan is not None
    assert answer.plan.set_ma == 8.0
    assert {limit.reason for limit in answer.limits} == {"limit.board"}


# ------------------------------------------------------------ the ledger


def test_nothing_closes_before_the_ledger_is_on_disk() -> None:
    bench = TickBench().to("IDLE")
    bench.permission.is_settled = False
    bench.start()
    bench.run(0.05)
    bench.press()
    assert bench.state == "ARMED"
    assert not bench.board.enabled
    bench.permission.is_settled = True
    bench.run(0.05)
    bench.press()
    assert bench.state in CONTACT_AND_ON


def test_a_ledger_that_cannot_be_written_starts_nothing() -> None:
    bench = TickBench().to("IDLE")
    bench.permission.settle_error = RecordsError("E602", "disk full")
    bench.start()
    bench.run(0.1)
    bench.press()
    assert bench.state in ("IDLE", "FAULT")
    assert ("enable", True) not in bench.board.calls[-50:]
    assert bench.is_off


def test_a_permit_is_spent_when_current_rises_and_the_ledger_closed_at_the_end() -> None:
    bench = TickBench().to("CONTACT")
    assert ("spent", "s1") not in bench.permission.calls
    bench.has_skin = True
    bench.run(1.0, "RAMP_UP")
    bench.run(0.05)
    assert ("spent", "s1") in bench.permission.calls
    bench.ask(Stop())
    bench.run(3.0, "DONE")
    bench.run(0.1)
    assert bench.permission.calls[-1] == ("closed", ("s1", True))


def test_a_session_that_never_gave_current_is_closed_untreated() -> None:
    bench = TickBench().to("CONTACT")
    bench.ask(Stop())
    bench.run(0.1)
    assert bench.permission.calls[-1] == ("closed", ("s1", False))


# ------------------------------------------------------------ begin, pause, resume, adjust


def test_hands_cannot_begin_by_touch_but_feet_can() -> None:
    bench = TickBench().to("ARMED")
    assert bench.ask(Begin()).code == "E108"  # type: ignore[union-attr]
    assert bench.state == "ARMED"
    feet = TickBench().to("IDLE")
    feet.start(FEET)
    feet.run(0.05)
    assert isinstance(feet.ask(Begin()), Accepted)
    assert feet.state in CONTACT_AND_ON


def test_it_stings_and_only_a_person_leads_back() -> None:
    bench = TickBench().to("HOLD")
    assert isinstance(bench.ask(Pause()), Accepted)
    bench.run(0.6, "PAUSED")
    bench.run(30.0)
    assert bench.state == "PAUSED"
    assert bench.is_off
    assert isinstance(bench.ask(Resume()), Accepted)
    bench.run(60.0, "HOLD")
    assert bench.daemon.session.choice_ma == 14.0


def test_a_choice_is_recorded() -> None:
    bench = TickBench().to("HOLD")
    assert isinstance(bench.ask(Adjust(-1)), Accepted)
    (event,) = bench.kinds("adjust")
    assert event.detail == {"from_ma": 15.0, "to_ma": 14.0}


@pytest.mark.parametrize("command", [Begin(), Pause(), Resume(), Adjust(1), Acknowledge()])
def test_what_is_not_possible_now_is_refused_by_a_code_and_changes_nothing(command) -> None:  # type: ignore[no-untyped-def]
    bench = TickBench().to("IDLE")
    answer = bench.ask(command)
    assert isinstance(answer, Refused)
    assert answer.code in CATALOGUE
    assert answer.re == command.__struct_config__.tag
    assert (bench.state, bench.is_off) == ("IDLE", True)


# ------------------------------------------------------------ acknowledge


def fault(bench: TickBench, how: str) -> None:
    if how == "E401":
        bench.board.e_stop = True
    elif how == "E205":
        bench.board.config = 0x8583
    elif how == "E404":
        bench.board.latch_set = False
    bench.run(1.0, "FAULT")
    bench.board.e_stop, bench.board.config = False, None
    bench.run(0.1)


def test_the_kiosk_may_release_the_red_switch() -> None:
    bench = TickBench().to("HOLD")
    fault(bench, "E401")
    assert isinstance(bench.ask(Acknowledge()), Accepted)
    assert bench.state == "SELF_TEST"
    bench.run(30.0, "IDLE")


@pytest.mark.parametrize("code", ["E205", "E404"])
def test_a_device_fault_is_released_by_a_technician_only(code: str) -> None:
    bench = TickBench().to("HOLD")
    fault(bench, code)
    answer = bench.ask(Acknowledge(), "kiosk")
    assert isinstance(answer, Refused)
    assert answer.code == "E104"
    assert code in answer.message
    assert bench.state == "FAULT"
    assert isinstance(bench.ask(Acknowledge(), "technician"), Accepted)
    bench.run(30.0, "IDLE")


def test_one_code_for_a_technician_bars_the_kiosk_from_them_all() -> None:
    bench = TickBench().to("HOLD")
    bench.run(1.0, lambda: bench.daemon.tick_count % CONFIG_EVERY == 0)  # the next tick reads the configuration back
    bench.board.e_stop, bench.board.config = True, 0x8583
    bench.run(1.0, "FAULT")
    bench.board.e_stop, bench.board.config = False, None
    assert set(bench.daemon.session.codes) == {"E401", "E205"}
    assert bench.ask(Acknowledge(), "kiosk").code == "E104"  # type: ignore[union-attr]


def test_done_is_left_by_the_kiosk() -> None:
    bench = TickBench().to("HOLD")
    bench.ask(Stop())
    bench.run(3.0, "DONE")
    assert isinstance(bench.ask(Acknowledge()), Accepted)
    assert bench.state == "IDLE"
    bench.refill_trays()
    assert isinstance(bench.ask(Start("s2", "good", HANDS)), Accepted)


@pytest.mark.parametrize("state", ["SELF_TEST", "IDLE", "ARMED", "CONTACT", "HOLD", "REVERSE"])
@pytest.mark.parametrize("role", ["kiosk", "recorder", "technician"])
def test_stop_is_accepted_from_anyone_anywhere(state: str, role: str) -> None:
    bench = TickBench() if state == "SELF_TEST" else TickBench().to(state)
    assert isinstance(bench.ask(Stop(), role), Accepted)  # type: ignore[arg-type]
    bench.run(2.1)
    assert bench.is_off or state == "SELF_TEST"
