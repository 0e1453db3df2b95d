"""The session's answers and its small print: what a command returns, what an end is called, which number rules."""

import pytest
from session_driver import AREA, CUT, FEET, HANDS, OPEN, TREND, Driver

from appliance.treatment.plan import TreatmentPlan

FIXED = TreatmentPlan("hands", 15.0, 18.0, 600.0, polarity="fixed_normal")


def in_state(state: str) -> Driver:
    """A session of hands, led to a state by what people do; CONTACT is the first one."""
    d = Driver()
    if state == "SELF_TEST":
        return d
    d.to_idle()
    if state == "IDLE":
        return d
    d.session.start("s1", HANDS)
    d.tick()
    if state == "ARMED":
        return d
    d.contact = "measuring" if state == "CONTACT" else "good"
    d.press_and_release()
    if state == "CONTACT":
        return d
    if state == "PAUSED":
        d.run(60.0, "HOLD")
        d.tick(TREND)
    elif state == "FAULT":
        d.tick(CUT)
    elif state == "DONE":
        d.session.stop()
        d.run(3.0, "DONE")
    else:
        d.run(320.0, state)
    assert d.session.state == state
    return d


def in_second_contact() -> Driver:
    """A treatment that was interrupted and looks for its hands."""
    d = in_state("PAUSED")
    d.contact = "measuring"
    d.run(3.0, "CONTACT")
    return d


# ------------------------------------------------------------ start and end


def test_a_start_by_touch_has_two_minutes_for_its_contact_too() -> None:
    d = Driver(contact="seeking").to_contact(FEET)
    d.run(119.9)
    assert d.session.state == "CONTACT"
    d.run(0.2)
    assert (d.session.state, d.session.outcome, d.session.reason) == ("IDLE", "not_started", "E214")


def test_a_start_says_whether_it_was_taken() -> None:
    d = Driver().to_idle()
    assert d.session.start("s1", HANDS) is True
    assert d.session.start("s2", HANDS) is False
    assert d.session.begin(lease_alive=True, blocked=None) is False


def test_a_session_that_cannot_be_given_is_refused_before_any_current() -> None:
    d = in_state("ARMED")
    d.session.refuse("E218")
    assert (d.session.state, d.session.outcome, d.session.reason) == ("IDLE", "not_started", "E218")
    assert d.session.plan is None


def test_nothing_is_refused_once_current_flows() -> None:
    d = in_state("HOLD")
    d.session.refuse("E218")
    assert (d.session.state, d.session.outcome) == ("HOLD", None)


@pytest.mark.parametrize("state", ["ARMED", "CONTACT", "REVERSE", "PAUSED"])
def test_a_stop_is_called_a_stop_wherever_it_comes(state: str) -> None:
    d = in_state(state)
    d.session.stop()
    assert (d.session.state, d.session.outcome, d.session.reason) == ("DONE", "stopped", "stop")


def test_a_first_stop_is_gentle_and_says_at_once_what_it_will_end_in() -> None:
    d = in_state("HOLD")
    d.session.stop()
    assert (d.session.outcome, d.session.reason, d.session.stopping) == ("stopped", "stop", True)
    assert 1.75 <= d.time_to_zero() <= 1.85


def test_a_second_stop_from_full_current_takes_04_s() -> None:
    d = in_state("HOLD")
    d.session.stop()
    d.session.stop()
    assert 0.38 <= d.time_to_zero() <= 0.42


def test_each_session_has_its_own_gentle_stop() -> None:
    d = in_state("HOLD")
    d.session.stop()
    d.run(3.0, "DONE")
    d.session.acknowledge()
    d.session.start("s2", HANDS)
    d.tick()
    d.press_and_release()
    d.run(60.0, "HOLD")
    d.session.stop()
    assert d.time_to_zero() >= 1.75


def test_a_read_result_leaves_nothing_of_the_session_behind() -> None:
    d = Driver().to_hold()
    d.run(320.0, "REVERSE")
    d.run(1.0)
    assert d.session.reversed
    d.session.stop()
    assert d.session.acknowledge() is True
    session = d.session
    assert (session.state, session.plan, session.id, session.codes, session.reversed) == ("IDLE", None, None, [], False)
    assert session.acknowledge() is False


def test_a_new_session_starts_from_nothing() -> None:
    d = in_state("PAUSED")
    d.session.adjust(2)
    d.session.stop()
    d.session.acknowledge()
    d.session.start("s2", FEET)
    session = d.session
    assert (session.id, session.plan, session.choice_ma) == ("s2", FEET, 20.0)
    assert (session.outcome, session.reason, session.pause) == (None, None, None)
    assert (session.contact_s, session.dose.charge_mc, session.dose.output_s) == (0.0, 0.0, 0.0)
    assert (session.half_done, session.resuming, session.ramped_up) == (False, False, False)


# ------------------------------------------------------------ it stings


@pytest.mark.parametrize("state", ["CONTACT", "RAMP_UP", "HOLD", "RAMP_DOWN", "REVERSE", "PAUSED"])
def test_it_stings_is_heard_wherever_something_may_flow(state: str) -> None:
    assert in_state(state).session.stings() is True


@pytest.mark.parametrize("state", ["SELF_TEST", "IDLE", "ARMED", "DONE", "FAULT"])
def test_it_stings_is_nothing_where_nothing_flows(state: str) -> None:
    d = in_state(state)
    assert d.session.stings() is False
    assert d.session.state == state


@pytest.mark.parametrize("how", ["stings", "pedal"])
def test_a_person_in_a_second_contact_pauses_until_a_person_leads_back(how: str) -> None:
    d = in_second_contact()
    if how == "stings":
        d.session.stings()
    else:
        d.press_and_release()
    assert (d.session.state, d.session.pause) == ("PAUSED", how)
    d.contact = "good"
    d.run(30.0)
    assert d.session.state == "PAUSED"


# ------------------------------------------------------------ the patient's choice


@pytest.mark.parametrize("state", ["CONTACT", "RAMP_UP", "HOLD", "REVERSE", "PAUSED"])
def test_a_choice_is_taken_and_said_to_be_taken(state: str) -> None:
    d = in_state(state)
    assert d.session.adjust(-1) is True
    assert d.session.choice_ma == 14.0
    assert d.session.adjust(2) is True
    assert d.session.choice_ma == 16.0


def test_the_choice_at_its_end_says_that_nothing_changed() -> None:
    d = in_state("HOLD")
    assert d.session.adjust(10) is True
    assert d.session.choice_ma == 18.0
    assert d.session.adjust(1) is False
    assert d.session.adjust(-40) is True
    assert d.session.choice_ma == 1.0
    assert d.session.adjust(-1) is False


def test_going_on_after_a_sting_is_one_step_weaker() -> None:
    d = in_state("HOLD")
    d.session.stings()
    d.run(2.0, "PAUSED")
    assert d.resume()
    assert d.session.choice_ma == 14.0


# ------------------------------------------------------------ faults


def test_further_cuts_add_their_codes_once_and_change_nothing_else() -> None:
    d = in_state("HOLD")
    d.tick(CUT)
    entries = d.session.entries
    d.tick(CUT)
    d.session.fault(["E401", "E302"])
    session = d.session
    assert (session.codes, session.reason, session.entries) == (["E302", "E401"], "E302", entries)


def test_a_cut_without_a_session_has_no_outcome() -> None:
    d = in_state("IDLE")
    d.tick(CUT)
    assert (d.session.state, d.session.outcome, d.session.reason) == ("FAULT", None, None)


# ------------------------------------------------------------ ends of a try


def test_contact_that_was_used_up_ends_with_what_was_missing() -> None:
    """Six minutes in all: before the first ramp nothing was started, after it the treatment was partial."""
    d = Driver(contact="seeking").to_contact()
    for _ in range(6):
        d.run(100.0)
        if d.session.state != "CONTACT":
            break
        d.press_and_release()
        d.press_and_release()
    assert (d.session.state, d.session.outcome, d.session.reason) == ("IDLE", "not_started", "E214")


def test_a_second_contact_that_was_used_up_ends_as_partial_with_what_was_missing() -> None:
    d = Driver(tick_ns=20_000_000).to_hold(FIXED)
    for _ in range(100):
        d.tick(TREND)
        d.contact = "seeking"
        d.run(70.0)
        if d.session.state == "DONE":
            break
        d.contact = "good"
        d.run(60.0, "HOLD")
    assert (d.session.outcome, d.session.reason) == ("partial", "E214")


def test_a_lost_lease_in_a_second_contact_waits_for_a_person() -> None:
    d = in_second_contact()
    d.lease_alive = False
    d.tick()
    assert (d.session.state, d.session.pause) == ("PAUSED", "operator_lost")


# ------------------------------------------------------------ what people are shown


def test_the_time_to_go_counts_down_with_treatment_and_stands_still_in_a_pause() -> None:
    d = Driver()
    assert d.session.remaining_s == 0.0
    d.to_hold()
    at_first = d.session.remaining_s
    d.run(10.0)
    assert at_first - d.session.remaining_s == pytest.approx(10.0, abs=0.02)
    d.tick(OPEN)
    d.contact = "seeking"
    paused = d.session.remaining_s
    d.run(10.0)
    assert d.session.remaining_s == paused


def test_a_pause_shows_the_two_minutes_that_it_has() -> None:
    d = in_state("PAUSED")
    assert d.session.away_left_s == pytest.approx(120.0, abs=0.01)
    d.contact = "seeking"
    d.run(50.0)
    assert d.session.away_left_s == pytest.approx(70.0, abs=0.02)


def test_a_fade_towards_a_reversal_is_no_end() -> None:
    d = Driver().to_hold()
    d.run(320.0, "RAMP_DOWN")
    assert not d.session.stopping
    d.session.stop()
    assert d.session.stopping


@pytest.mark.parametrize(
    ("state", "active"),
    [
        ("SELF_TEST", False),
        ("IDLE", False),
        ("ARMED", True),
        ("CONTACT", True),
        ("HOLD", True),
        ("PAUSED", True),
        ("REVERSE", True),
        ("DONE", False),
        ("FAULT", False),
    ],
)
def test_a_session_is_under_way_from_its_start_to_its_end(state: str, active: bool) -> None:
    assert in_state(state).session.active is active


# ------------------------------------------------------------ fades


def test_a_level_trip_makes_a_slow_fade_fast() -> None:
    d = Driver().to_hold(FIXED)
    d.run(620.0, "RAMP_DOWN")
    d.run(0.5)
    d.tick(AREA)
    assert d.time_to_zero() <= 0.301
    d.tick()
    assert (d.session.state, d.session.outcome) == ("DONE", "completed")


def test_a_fast_fade_is_made_no_slower() -> None:
    d = in_state("HOLD")
    d.session.stings()
    d.tick()
    d.session.stop()
    assert d.time_to_zero() <= 0.5
    d.tick()
    assert (d.session.state, d.session.outcome) == ("DONE", "stopped")


def test_a_fade_that_ends_in_reversal_ends_in_a_pause_when_something_speaks() -> None:
    d = Driver().to_hold()
    d.run(320.0, "RAMP_DOWN")
    d.session.stings()
    d.run(2.0, "PAUSED")
    assert d.session.pause == "stings"
    d.run(30.0)
    assert d.session.state == "PAUSED"


@pytest.mark.parametrize(("limited_ma", "hold_after_s"), [(7.0, 40.0)])
def test_a_ramp_that_limits_hold_up_becomes_a_hold_ten_seconds_after_it_would_have_ended(
    limited_ma: float, hold_after_s: float
) -> None:
    """15 mA at 0.5 mA/s are 30 s."""
    d = Driver(allowed_ma=limited_ma).to_contact()
    d.run(5.0, "RAMP_UP")
    began_s = d.t_s
    d.run(60.0, "HOLD")
    assert d.t_s - began_s == pytest.approx(hold_after_s, abs=0.02)


def test_a_limit_that_falls_takes_the_current_down_at_3_ma_a_second() -> None:
    d = in_state("HOLD")
    d.allowed_ma = 9.0
    d.run(1.0)
    assert d.session.base_ma == pytest.approx(12.0, abs=0.1)
    d.run(2.0)
    assert d.session.base_ma == pytest.approx(9.0)
