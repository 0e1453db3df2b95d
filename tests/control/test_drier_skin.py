"""The skin of today beside that of earlier sessions, through the real tick: less time or none, told, recorded, once."""

import pytest
from msgspec.structs import replace

from appliance.link.messages import Accepted, Plan, Stop
from appliance.proof.stories.bench import HANDS, PALM, TickBench

PALM_OHM = PALM.loop_ohm


def begun(median_ohm: float | None) -> TickBench:
    """A start with this median, and the pedal: contact is then good at once, with PALM's resistance."""
    bench = TickBench().to("IDLE")
    bench.treat(replace(HANDS, median_contact_ohm=median_ohm))
    bench.run(2.0)
    return bench


@pytest.mark.parametrize("median_ohm", [None, PALM_OHM, PALM_OHM / 1.9, 5 * PALM_OHM])
def test_skin_as_ever_or_as_a_course_dries_it_gets_its_whole_time(median_ohm: float | None) -> None:
    bench = begun(median_ohm)
    assert bench.state == "RAMP_UP"
    bench.run(0.2)
    status = bench.clients.statuses[-1]
    assert status.plan is not None
    assert status.plan.duration_s == HANDS.duration_s
    assert "limit.over_treatment" not in {limit.reason for limit in status.limits}
    assert bench.kinds("limit") == []


def test_skin_at_twice_its_median_gets_half_the_time_and_everybody_is_told() -> None:
    bench = begun(PALM_OHM / 2.1)
    assert bench.state == "RAMP_UP"
    bench.run(0.2)
    status = bench.clients.statuses[-1]
    assert status.plan is not None
    assert status.plan.duration_s == HANDS.duration_s / 2
    assert status.remaining_s <= HANDS.duration_s / 2
    told = [(limit.reason, limit.value, limit.unit) for limit in status.limits if limit.unit == "s"]
    assert told == [("limit.over_treatment", HANDS.duration_s / 2, "s")]
    (event,) = bench.kinds("limit")
    assert event.detail == {
        "reason": "limit.over_treatment",
        "duration_s": HANDS.duration_s / 2,
        "contact_ohm": PALM_OHM,
    }


def test_the_shorter_treatment_ends_by_itself_as_completed() -> None:
    bench = begun(PALM_OHM / 2.5)
    bench.run(200.0, "DONE")
    (end,) = bench.kinds("end")
    assert (end.detail["outcome"], end.detail["reason"]) == ("completed", "time")
    assert end.detail["elapsed_s"] == pytest.approx(HANDS.duration_s / 2, abs=0.1)


def test_skin_beyond_what_a_course_can_dry_is_not_treated_and_the_permit_stays() -> None:
    bench = begun(PALM_OHM / 3.1)
    assert bench.state == "IDLE"
    assert bench.is_off
    bench.run(0.2)
    status = bench.clients.statuses[-1]
    assert (status.outcome, status.reason) == ("not_started", "E703")
    (event,) = bench.kinds("limit")
    assert (event.detail["reason"], event.detail["duration_s"]) == ("limit.over_treatment", 0.0)
    (end,) = bench.kinds("end")
    assert (end.detail["outcome"], end.detail["reason"], end.detail["contact_ohm"]) == ("not_started", "E703", PALM_OHM)
    assert ("spent", "s1") not in bench.permission.calls
    assert ("closed", ("s1", False)) in bench.permission.calls
    assert "RAMP_UP" not in {event.detail["to"] for event in bench.kinds("state")}


def test_the_next_person_is_not_told_of_the_last_ones_skin() -> None:
    bench = begun(PALM_OHM / 3.1)
    assert isinstance(bench.start(session="s2"), Accepted)
    bench.run(0.2)
    assert bench.clients.statuses[-1].limits == ()


def test_only_the_first_contact_of_a_session_is_judged() -> None:
    """What a pause or a reversal finds is softened by the treatment itself, or dried by it: no measure of today."""
    bench = begun(PALM_OHM / 1.5)
    bench.run(60.0, "HOLD")
    run = bench.daemon.run_now
    real = run.contact

    def drier(*args: object) -> str:
        verdict = real(*args)  # type: ignore[arg-type]
        run.last = PALM._replace(r_skin_ohm=20 * PALM.r_skin_ohm)
        return verdict

    run.contact = drier  # type: ignore[method-assign, assignment]
    bench.run(200.0, "REVERSE")
    bench.run(10.0, "RAMP_UP")
    bench.run(200.0, "DONE")
    (end,) = bench.kinds("end")
    assert end.detail["outcome"] == "completed"
    assert end.detail["elapsed_s"] == pytest.approx(HANDS.duration_s, abs=0.1)


@pytest.mark.parametrize("median_ohm", [0.0, -5.0, 449.0, 83_001.0, float("nan"), float("inf")])
def test_a_median_that_nobody_can_have_is_refused_for_it_would_switch_the_check_off(median_ohm: float) -> None:
    bench = TickBench().to("IDLE")
    answer = bench.start(Plan("hands", 15.0, 18.0, 600.0, median_contact_ohm=median_ohm))
    assert (answer.code, bench.state) == ("E701", "IDLE")  # type: ignore[union-attr]
    assert "median_contact_ohm" in answer.message  # type: ignore[union-attr]


def test_a_stop_in_the_first_contact_leaves_nothing_of_it() -> None:
    bench = TickBench().to("IDLE")
    bench.has_skin = False
    bench.start(replace(HANDS, median_contact_ohm=PALM_OHM / 3.1))
    bench.run(0.05)
    bench.press()
    bench.run(0.2, "CONTACT")
    bench.ask(Stop())
    assert bench.state == "DONE"
    assert bench.kinds("limit") == []
