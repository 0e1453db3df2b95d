"""The session's waits at their very bounds, what it knows before its first session, and skin drier than before."""

from dataclasses import replace

import pytest
from session_driver import AREA, CUT, FEET, HANDS, OPEN, TRAY, Driver

from appliance.safety import hard_limits
from appliance.safety.constraint import Reason
from appliance.treatment.plan import TreatmentPlan
from appliance.treatment.session import Seen, Session

TURNS: TreatmentPlan = replace(HANDS, set_ma=2.0, max_ma=4.0, duration_s=60.0)
KNOWN: TreatmentPlan = replace(HANDS, set_ma=2.0, max_ma=4.0, median_contact_ohm=1000.0)
CALM_TICK_NS = 20_000_000


def waited_s(driver: Driver, state: str, most_s: float = 130.0) -> float:
    """From the entry into the present state until it is left, which must be for `state`."""
    since_ns = driver.session.since_ns
    driver.run(most_s, state)
    return (driver.seen.t_ns - since_ns) / 1e9


# ------------------------------------------------------------ before anything


def test_a_program_that_has_just_begun_knows_of_no_session() -> None:
    session = Session()
    assert (session.state, session.entries, session.id, session.plan) == ("SELF_TEST", 0, None, None)
    assert session.since_ns == 0
    assert (session.active, session.energise, session.stopping, session.resuming) == (False,) * 4
    assert (session.reversed, session.half_done, session.ramped_up) == (False,) * 3
    assert (session.base_ma, session.choice_ma, session.goal_ma, session.contact_s, session.remaining_s) == (0.0,) * 5
    assert (session.outcome, session.reason, session.drier, session.pause, session.codes) == (None,) * 4 + ([],)


def test_a_tick_that_says_nothing_tells_of_no_time_no_current_and_nobody() -> None:
    seen = Seen()
    assert (seen.t_ns, seen.dt_s, seen.return_ma, seen.trips) == (0, 0.0, 0.0, [])
    assert (seen.contact, seen.contact_why, seen.contact_ohm, seen.blocked) == ("seeking", None, None, None)
    assert (seen.at_zero, seen.pedal, seen.lease_alive) == (True, False, False)


def test_every_state_that_is_entered_is_another_entry() -> None:
    driver = Driver(tick_ns=CALM_TICK_NS)
    session = driver.session
    driver.to_contact()
    assert session.entries == 3  # IDLE, ARMED, CONTACT
    driver.run(10.0, "RAMP_UP")
    assert session.entries == 4


# ------------------------------------------------------------ waits


def test_a_first_contact_lasts_two_minutes_to_the_tick() -> None:
    driver = Driver(contact="seeking").to_contact(FEET)
    assert waited_s(driver, "IDLE") == 120.0


def turning(driver: Driver) -> Driver:
    """Just entered REVERSE."""
    driver.to_hold(TURNS)
    driver.run(60.0, "REVERSE")
    return driver


def test_the_turn_takes_the_relays_time_then_a_second_and_is_no_first_contact() -> None:
    driver = turning(Driver())
    driver.contact = "seeking"
    # the relay's 35 ms end with a tick; a second later, to the tick, contact is looked for
    assert waited_s(driver, "CONTACT") == 1.035
    session = driver.session
    assert (session.state, session.resuming, session.pause) == ("CONTACT", True, "contact_lost")
    driver.run(1.0)
    assert session.away_left_s == pytest.approx(hard_limits.PAUSED_S - 1.0, abs=0.01)


def test_a_current_that_does_not_vanish_is_waited_for_half_a_second_to_the_tick() -> None:
    driver = turning(Driver())
    session, seen = driver.session, driver.seen
    for tick in range(1, 101):
        assert session.state == "REVERSE", f"after {tick - 1} ticks"
        seen.t_ns += driver.tick_ns
        seen.at_zero = False
        session.step(seen)
    assert (session.state, session.codes, session.reversed) == ("FAULT", ["E303"], False)


def test_each_turn_waits_for_its_own_zero() -> None:
    driver = Driver()
    for _ in range(2):
        turning(driver)
        assert waited_s(driver, "CONTACT") == 1.035
        driver.session.stop()
        driver.run(3.0, "DONE")
        driver.session.acknowledge()


def test_tries_last_ten_seconds_and_three_lie_between_to_the_tick() -> None:
    driver = Driver().to_hold(TURNS)
    driver.contact = "seeking"
    driver.tick(AREA)
    driver.run(1.0, "PAUSED")
    assert waited_s(driver, "CONTACT") == 2.0
    for _ in range(2):
        assert waited_s(driver, "PAUSED") == 10.0
        assert driver.session.pause == "area"  # still
        assert waited_s(driver, "CONTACT") == 3.0


def test_a_pedal_held_for_a_second_and_a_half_ends_it_to_the_tick() -> None:
    driver = Driver().to_hold(TURNS)
    driver.pedal = True
    driver.tick()
    began_ns = driver.seen.t_ns
    driver.run(3.0, "DONE")
    assert (driver.seen.t_ns - began_ns) / 1e9 == 1.5


def test_feet_do_not_begin_by_pedal() -> None:
    driver = Driver().to_idle()
    driver.session.start("s1", FEET)
    driver.tick()
    driver.press_and_release()
    assert driver.session.state == "ARMED"


def test_a_start_by_pedal_is_no_resume() -> None:
    driver = Driver(contact="seeking").to_contact(HANDS)
    assert driver.session.resuming is False
    driver = Driver(contact="seeking").to_contact(FEET)
    assert driver.session.resuming is False


def test_a_pause_that_has_used_its_two_minutes_ends_with_them() -> None:
    driver = Driver(tick_ns=CALM_TICK_NS, contact="good").to_hold(TURNS)
    driver.tick(OPEN)
    driver.lease_alive = False  # nobody leads back
    began_s = driver.t_s
    driver.run(130.0, "DONE")
    assert driver.t_s - began_s == pytest.approx(hard_limits.PAUSED_S, abs=0.001)


def test_the_mean_of_a_hold_is_of_the_hold_alone() -> None:
    driver = Driver(tick_ns=CALM_TICK_NS).to_contact(TURNS)
    driver.run(10.0, "HOLD")
    assert driver.session.dose.mean_hold_ma is None
    driver.run(1.0)
    assert driver.session.dose.mean_hold_ma == pytest.approx(TURNS.set_ma)
    driver.run(60.0, "REVERSE")
    assert driver.session.dose.mean_hold_ma == pytest.approx(TURNS.set_ma)


def test_a_fast_end_of_a_fade_is_told_as_it_is() -> None:
    """A pause that becomes a stop while it fades ends as a stop."""
    driver = Driver().to_hold(TURNS)
    driver.tick(AREA)
    assert (driver.session.state, driver.session.outcome) == ("RAMP_DOWN", None)
    driver.session.stop()
    assert (driver.session.outcome, driver.session.reason) == ("stopped", "stop")
    driver.run(3.0, "DONE")
    assert (driver.session.outcome, driver.session.reason) == ("stopped", "stop")


def test_a_turn_that_was_on_its_way_is_taken_over_by_a_pause() -> None:
    driver = Driver(tick_ns=CALM_TICK_NS).to_hold(TURNS)
    driver.run(60.0, "RAMP_DOWN")
    driver.tick(AREA)
    driver.run(1.0, "PAUSED")
    assert (driver.session.pause, driver.session.reversed, driver.session.half_done) == ("area", False, False)


def test_armed_waits_two_minutes_to_the_tick() -> None:
    driver = Driver(tick_ns=CALM_TICK_NS).to_idle()
    driver.session.start("s1", HANDS)
    assert waited_s(driver, "IDLE") == hard_limits.ARMED_S


def test_all_time_in_contact_is_counted() -> None:
    driver = Driver(contact="seeking").to_contact()
    began_s = driver.session.contact_s
    driver.run(1.0)
    assert driver.session.contact_s - began_s == pytest.approx(1.0)


def test_a_ramp_ends_being_a_resume() -> None:
    driver = Driver(tick_ns=CALM_TICK_NS).to_hold(TURNS)
    driver.tick(OPEN)
    driver.contact = "seeking"
    driver.run(3.0, "CONTACT")
    assert driver.session.resuming is True
    driver.contact = "good"
    driver.run(1.0, "RAMP_UP")
    assert (driver.session.resuming, driver.session.pause) == (False, None)


def test_two_pauses_by_pedal_lower_it_twice() -> None:
    driver = Driver(tick_ns=CALM_TICK_NS).to_hold(replace(TURNS, set_ma=4.0))
    for lowered_ma in (3.0, 2.0):
        driver.press_and_release()
        driver.run(2.0, "PAUSED")
        driver.tick()  # it is seen released
        driver.press_and_release()
        driver.run(10.0, "HOLD")
        assert driver.session.choice_ma == lowered_ma


def test_a_treatment_ends_by_its_time_and_has_none_left() -> None:
    driver = Driver(tick_ns=CALM_TICK_NS).to_hold(replace(TURNS, polarity="fixed_normal"))
    driver.run(70.0, "DONE")
    assert (driver.session.outcome, driver.session.reason) == ("completed", "time")
    driver.session.dose.elapsed_s = 61.0
    assert driver.session.remaining_s == 0.0


def test_a_stop_in_the_last_fade_does_not_undo_that_it_was_completed() -> None:
    driver = Driver(tick_ns=CALM_TICK_NS).to_hold(replace(TURNS, polarity="fixed_normal"))
    driver.run(70.0, "RAMP_DOWN")
    driver.session.stop()
    driver.run(3.0, "DONE")
    assert (driver.session.outcome, driver.session.reason) == ("completed", "time")


def test_a_fixed_direction_is_taken_from_the_start_and_left_with_the_session() -> None:
    driver = Driver(tick_ns=CALM_TICK_NS).to_hold(replace(TURNS, polarity="fixed_reversed"))
    assert driver.session.reversed is True
    driver.session.stop()
    driver.run(3.0, "DONE")
    driver.session.acknowledge()
    driver.session.start("s2", TURNS)
    assert driver.session.reversed is False


def test_a_fault_that_was_read_leaves_no_code_behind() -> None:
    driver = Driver().to_hold(TURNS)
    driver.tick(CUT)
    assert driver.session.codes == [CUT.code]
    driver.session.acknowledge()
    assert (driver.session.state, driver.session.codes) == ("SELF_TEST", [])


def test_current_without_a_plan_is_a_fault() -> None:
    driver = Driver().to_hold(TURNS)
    driver.session.plan = None
    driver.session.step(driver.seen)
    assert (driver.session.state, driver.session.codes) == ("FAULT", ["E410"])


def test_a_treatment_ends_by_its_charge_and_not_before() -> None:
    """The fall from 2 mA at 3 mA/s is 0.67 mC: the ceiling is reached with its end, not with its beginning."""
    driver = Driver().to_hold(replace(TURNS, polarity="fixed_normal"))
    driver.session.dose.charge_mc = TURNS.limits.charge_mc - 2.67
    driver.run(0.98)
    assert driver.session.state == "HOLD"
    driver.run(2.0, "DONE")
    assert (driver.session.outcome, driver.session.reason) == ("completed", "charge")
    assert driver.session.dose.charge_mc == pytest.approx(TURNS.limits.charge_mc, abs=0.02)


def test_a_cut_is_zero_in_the_session_itself_before_any_ramp() -> None:
    driver = Driver().to_hold(TURNS)
    driver.seen.trips.append(CUT)
    driver.session.step(driver.seen)
    assert (driver.session.state, driver.session.base_ma) == ("FAULT", 0.0)


def test_a_loop_that_opens_on_the_way_to_the_turn_is_a_pause() -> None:
    driver = Driver(tick_ns=CALM_TICK_NS).to_hold(TURNS)
    driver.run(60.0, "RAMP_DOWN")
    driver.tick(OPEN)
    assert (driver.session.state, driver.session.pause) == ("PAUSED", "hands_out")


def test_a_pause_before_the_first_ramp_leads_to_where_a_person_begins() -> None:
    driver = Driver(contact="seeking").to_contact(FEET)
    driver.tick(TRAY)
    assert (driver.session.state, driver.session.pause) == ("ARMED", None)


def test_what_begins_begins_where_it_waits_to_begin() -> None:
    driver = Driver().to_hold(FEET)
    assert driver.session.begin(lease_alive=True, blocked=None) is False
    assert driver.session.state == "HOLD"


# ------------------------------------------------------------ drier skin


def found(contact_ohm: float | None, plan: TreatmentPlan = KNOWN) -> Driver:
    """One whose first CONTACT was good, at this resistance."""
    driver = Driver(tick_ns=CALM_TICK_NS, contact="measuring").to_contact(plan)
    driver.seen.contact_ohm = contact_ohm
    driver.contact = "good"
    driver.tick()
    return driver


def test_skin_as_ever_gets_the_whole_time() -> None:
    session = found(1999.0).session
    assert (session.state, session.remaining_s, session.drier) == ("RAMP_UP", KNOWN.duration_s, None)


def test_drier_skin_gets_half_of_it_and_is_told_why() -> None:
    session = found(2001.0).session
    assert (session.state, session.remaining_s) == ("RAMP_UP", 0.5 * KNOWN.duration_s)
    assert session.drier == Reason("limit.over_treatment", 0.5 * KNOWN.duration_s)


@pytest.mark.parametrize("contact_ohm", [3001.0, None])
def test_skin_that_is_much_drier_or_unknown_gets_none_today(contact_ohm: float | None) -> None:
    session = found(contact_ohm).session
    assert (session.state, session.outcome, session.reason) == ("IDLE", "not_started", "E703")
    assert session.drier == Reason("limit.over_treatment", 0.0)
    assert (session.plan, session.ramped_up) == (None, False)


def test_only_the_first_contact_is_compared_for_later_ones_find_softened_skin() -> None:
    driver = found(1000.0)
    driver.run(10.0, "HOLD")
    driver.tick(OPEN)
    driver.seen.contact_ohm = 9000.0
    driver.run(5.0, "RAMP_UP")
    assert driver.session.drier is None
    assert driver.session.remaining_s == pytest.approx(KNOWN.duration_s, abs=10.0)


def test_a_new_session_forgets_that_the_last_one_was_drier() -> None:
    driver = found(3001.0)
    assert driver.session.start("s2", KNOWN)
    assert driver.session.drier is None
