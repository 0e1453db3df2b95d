"""What happens in a treatment, told from the water: each test is one story."""

import pytest
from session_driver import AREA, CUT, FEET, HANDS, LEASE, OPEN, TREND, Driver

from appliance.safety import hard_limits
from appliance.treatment.plan import TreatmentPlan

FIXED = TreatmentPlan("hands", 15.0, 18.0, 600.0, polarity="fixed_normal")


def states(d: Driver) -> str:
    return " ".join(d.states)


# ------------------------------------------------------------ from start to end


def test_a_whole_treatment() -> None:
    d = Driver().to_hold()
    d.run(700.0, "DONE")
    session = d.session
    assert states(d) == (
        "SELF_TEST IDLE ARMED CONTACT RAMP_UP HOLD RAMP_DOWN REVERSE CONTACT RAMP_UP HOLD RAMP_DOWN DONE"
    )
    assert (session.outcome, session.reason) == ("completed", "time")
    assert d.reversals == 1
    assert session.dose.elapsed_s == pytest.approx(600.0, abs=0.05)
    assert session.dose.mean_hold_ma == pytest.approx(15.0, rel=0.001)
    assert session.acknowledge()
    assert session.state == "IDLE"


def test_a_fixed_direction_is_kept_to_the_end() -> None:
    for polarity, reversed_ in (("fixed_normal", False), ("fixed_reversed", True)):
        d = Driver().to_hold(TreatmentPlan("hands", 15.0, 15.0, 120.0, polarity=polarity))  # type: ignore[arg-type]
        d.run(130.0, "DONE")
        assert d.session.reversed is reversed_
        assert d.reversals == 0
        assert "REVERSE" not in d.states


def test_the_charge_ceiling_ends_a_treatment_as_completed() -> None:
    """20 mA raised in a plan that was shortened for 15: charge is what counts."""
    d = Driver(tick_ns=20_000_000)
    d.to_hold(TreatmentPlan("hands", 20.0, 20.0, 1800.0, polarity="fixed_normal"))
    d.run(1600.0, "DONE")
    assert (d.session.outcome, d.session.reason) == ("completed", "charge")
    assert d.session.dose.charge_mc == pytest.approx(30_000.0, abs=2 * 20.0 * 0.02 + 0.5)


@pytest.mark.parametrize("after_s", [0.0, 300.0])
def test_a_raised_current_brings_the_half_and_the_time_shown_forward(after_s: float) -> None:
    """At 20 mA the charge ceiling comes before the plan's half hour."""
    d = Driver(tick_ns=20_000_000)
    d.to_hold(TreatmentPlan("hands", 15.0, 20.0, 1800.0))
    d.run(after_s)
    assert d.session.remaining_s + d.session.dose.elapsed_s == pytest.approx(1800.0, abs=0.1)
    d.session.adjust(5)
    d.run(10.0)
    promised_s = d.session.dose.elapsed_s + d.session.remaining_s
    d.run(1000.0, "REVERSE")
    first_s, first_mc = d.session.dose.elapsed_s, d.session.dose.charge_mc
    d.run(1200.0, "DONE")
    whole_s = d.session.dose.elapsed_s
    assert d.session.reason == "charge"
    assert whole_s == pytest.approx(promised_s, abs=30.0)  # the second half's ramps give less
    assert first_s == pytest.approx(whole_s / 2, abs=15.0)
    assert d.session.dose.charge_mc == pytest.approx(30_000.0, abs=1.0)
    assert first_mc == pytest.approx(15_000.0 - 2.5 * after_s, abs=350.0)


def test_time_left_is_what_the_current_of_now_leaves_not_what_was_asked_for() -> None:
    """Held to 12 mA by the loop, the half hour is what ends it, although 20 mA were chosen."""
    d = Driver(tick_ns=20_000_000, allowed_ma=12.0)
    d.to_hold(TreatmentPlan("hands", 15.0, 20.0, 1800.0))
    d.session.adjust(5)
    assert d.session.state == "HOLD"
    assert d.session.remaining_s + d.session.dose.elapsed_s == pytest.approx(1800.0, abs=0.1)


def test_the_last_fade_ends_at_the_ceiling_not_after_it() -> None:
    d = Driver().to_hold(TreatmentPlan("hands", 15.0, 15.0, 120.0, polarity="fixed_normal"))
    d.run(130.0, "RAMP_DOWN")
    began_s = d.session.dose.elapsed_s
    assert began_s == pytest.approx(115.0, abs=0.02)
    took_s = d.time_to_zero()
    assert 15.0 / took_s <= hard_limits.RAMP_DOWN_MA_PER_S + 0.01
    assert d.session.dose.elapsed_s <= 120.0 + 0.01


def test_no_time_counts_while_no_current_is_measured() -> None:
    d = Driver(share=0.0)
    d.to_contact()
    d.run(100.0)
    assert d.session.state == "HOLD"
    assert d.session.dose.elapsed_s == 0.0
    assert d.session.dose.charge_mc == pytest.approx(0.3 * d.session.contact_s, rel=0.5)


def test_a_limit_that_holds_the_current_below_the_choice_leads_to_hold_all_the_same() -> None:
    d = Driver(allowed_ma=7.0).to_hold()
    assert d.session.base_ma == pytest.approx(7.0)
    d.allowed_ma = 25.0
    d.run(20.0)
    assert d.session.base_ma == pytest.approx(15.0)


# ------------------------------------------------------------ beginning


def test_hands_begin_by_pedal_alone() -> None:
    d = Driver().to_idle()
    d.session.start("s1", HANDS)
    d.run(0.01)
    assert not d.session.begin(lease_alive=True, blocked=None)
    d.pedal = True
    d.run(5.0)
    assert d.session.state == "ARMED"
    d.pedal = False
    d.tick()
    assert d.session.state == "ARMED", "one reading may be noise"
    d.tick()
    assert d.session.state == "CONTACT"


def test_a_pedal_that_was_down_before_the_start_proves_nothing() -> None:
    d = Driver(pedal=True).to_idle()
    d.session.start("s1", HANDS)
    d.run(1.0)
    d.pedal = False
    d.run(1.0)
    assert d.session.state == "ARMED"
    d.press_and_release()
    assert d.session.state == "CONTACT"


@pytest.mark.parametrize(("lease", "blocked"), [(False, None), (True, "E406")])
def test_nothing_begins_without_a_screen_or_with_a_tray_out(lease: bool, blocked: str | None) -> None:
    for plan in (HANDS, FEET):
        d = Driver(lease_alive=lease, blocked=blocked).to_idle()
        d.session.start("s1", plan)
        d.tick()
        d.press_and_release()
        assert not d.session.begin(lease_alive=lease, blocked=blocked)
        assert "CONTACT" not in d.states


def test_someone_beside_may_touch_for_hands_in_the_water() -> None:
    d = Driver().to_idle()
    d.session.start("s1", TreatmentPlan("hands", 15.0, 15.0, 600.0, someone_beside=True))
    assert d.session.begin(lease_alive=True, blocked=None)


def test_armed_waits_two_minutes() -> None:
    d = Driver().to_idle()
    d.session.start("s1", HANDS)
    d.run(119.9)
    assert d.session.state == "ARMED"
    d.run(0.2)
    assert (d.session.state, d.session.outcome, d.session.reason) == ("IDLE", "not_started", "armed_timeout")


def test_hands_that_never_come_end_the_try_after_two_minutes_with_why() -> None:
    d = Driver(contact="seeking").to_contact()
    d.run(119.9)
    assert d.session.state == "CONTACT"
    d.run(0.2)
    assert (d.session.state, d.session.outcome, d.session.reason) == ("IDLE", "not_started", "E214")


def test_all_contact_of_a_session_together_lasts_six_minutes() -> None:
    d = Driver(contact="seeking").to_contact()
    for _ in range(6):
        d.run(100.0)
        if d.session.state != "CONTACT":
            break
        d.press_and_release()  # back to ARMED, where a person begins again
        assert d.session.state == "ARMED"
        d.press_and_release()
    assert (d.session.state, d.session.outcome) == ("IDLE", "not_started")
    assert d.session.contact_s == pytest.approx(360.0, abs=0.1)


def test_six_minutes_of_contact_in_a_begun_treatment_end_it_as_partial() -> None:
    d = Driver(tick_ns=20_000_000).to_hold(FIXED)
    for _ in range(100):
        d.tick(TREND)
        d.contact = "seeking"
        d.run(70.0)
        if d.session.state == "DONE":
            break
        d.contact = "good"
        d.run(60.0, "HOLD")
    assert (d.session.state, d.session.outcome) == ("DONE", "partial")
    assert d.session.contact_s == pytest.approx(360.0, abs=0.1)


def test_a_start_needs_idle() -> None:
    d = Driver()
    assert not d.session.start("s1", HANDS)
    d.to_hold()
    assert not d.session.start("s2", HANDS)
    assert d.session.id == "s1"


# ------------------------------------------------------------ stopping


@pytest.mark.parametrize("at", ["RAMP_UP", "HOLD", "RAMP_DOWN"])
def test_stop_reaches_zero_within_two_seconds_and_falls_at_once(at: str) -> None:
    d = Driver().to_contact(FIXED)
    d.run(620.0, at)
    d.run(1.0)
    before_ma = d.session.base_ma
    d.session.stop()
    d.tick()
    assert 0.0 < d.session.base_ma < before_ma
    assert d.time_to_zero() <= 2.0
    d.tick()
    assert d.session.state == "DONE"


def test_a_second_stop_reaches_zero_within_half_a_second() -> None:
    d = Driver().to_hold()
    d.session.stop()
    d.run(0.2)
    d.session.stop()
    assert d.time_to_zero() <= 0.5


def test_stop_may_be_pressed_as_often_as_one_likes() -> None:
    d = Driver().to_hold()
    for _ in range(2000):
        d.session.stop()
        d.tick()
    assert (d.session.state, d.session.outcome, d.session.reason) == ("DONE", "stopped", "stop")


@pytest.mark.parametrize("fall", ["time", "reverse", "lease"])
def test_stop_hastens_every_fade_and_ends_it(fall: str) -> None:
    d = Driver().to_hold(FIXED if fall == "time" else HANDS)
    if fall == "lease":
        d.lease_alive = False
        d.tick()
    else:
        d.run(620.0, "RAMP_DOWN")
    d.session.stop()
    assert d.time_to_zero() <= 2.0
    d.tick()
    assert (d.session.state, d.session.outcome) == ("DONE", "completed" if fall == "time" else "stopped")


@pytest.mark.parametrize("state", ["ARMED", "CONTACT", "REVERSE", "PAUSED"])
def test_stop_where_no_treatment_current_flows_ends_at_once(state: str) -> None:
    d = Driver().to_idle()
    d.session.start("s1", HANDS)
    if state == "CONTACT":
        d.contact = "seeking"
    if state != "ARMED":
        d.tick()
        d.press_and_release()
    if state == "REVERSE":
        d.run(320.0, "REVERSE")
    if state == "PAUSED":
        d.run(60.0, "HOLD")
        d.tick(TREND)
    assert d.session.state == state
    d.session.stop()
    assert (d.session.state, d.session.outcome, d.session.energise) == ("DONE", "stopped", False)


# ------------------------------------------------------------ faults


BEFORE_A_CUT = ["IDLE", "ARMED", "CONTACT", "RAMP_UP", "HOLD", "RAMP_DOWN", "REVERSE", "PAUSED", "DONE"]


@pytest.mark.parametrize("state", BEFORE_A_CUT)
def test_a_cut_is_zero_and_open_in_the_same_tick_and_needs_a_self_test(state: str) -> None:
    d = Driver().to_idle()
    if state != "IDLE":
        d.session.start("s1", HANDS)
    if state == "CONTACT":
        d.contact = "seeking"
    if state not in ("IDLE", "ARMED"):
        d.tick()
        d.press_and_release()
    if state == "PAUSED":
        d.run(60.0, "HOLD")
        d.tick(TREND)
    elif state == "DONE":
        d.session.stop()
    d.run(320.0, state)
    d.tick(CUT)
    session = d.session
    assert (session.state, session.base_ma, session.energise, session.codes) == ("FAULT", 0.0, False, ["E302"])
    again = lambda: session.start("s2", HANDS)  # noqa: E731
    for attempt in (session.stop, session.stings, session.self_test_passed, again, d.resume):
        attempt()
        d.run(1.0)
        assert session.state == "FAULT"
    assert session.acknowledge()
    assert session.state == "SELF_TEST"
    assert not session.acknowledge()
    session.self_test_passed()
    assert session.state == "IDLE"


def test_a_cut_wins_over_everything_that_speaks_with_it() -> None:
    d = Driver().to_hold()
    d.tick(LEASE, AREA, OPEN, CUT, TREND)
    assert d.session.state == "FAULT"
    assert d.session.outcome == "fault"
    assert d.session.reason == "E302"


def test_an_open_loop_at_the_end_of_the_last_fade_is_a_completed_treatment() -> None:
    """People lift their hands when they see it end."""
    d = Driver().to_hold(FIXED)
    d.run(620.0, "RAMP_DOWN")
    d.tick(OPEN)
    assert (d.session.state, d.session.outcome) == ("DONE", "completed")


# ------------------------------------------------------------ the patient's own choice


def test_the_choice_goes_up_to_the_prescription_and_down_to_1_ma() -> None:
    d = Driver().to_hold()
    for _ in range(10):
        d.session.adjust(1)
    d.run(20.0)
    assert d.session.base_ma == pytest.approx(18.0)
    for _ in range(30):
        d.session.adjust(-1)
    d.run(20.0)
    assert d.session.base_ma == pytest.approx(1.0)
    assert not d.session.adjust(-1)


@pytest.mark.parametrize("state", ["SELF_TEST", "IDLE", "ARMED", "RAMP_DOWN", "DONE", "FAULT"])
def test_there_is_no_choice_where_nothing_can_be_chosen(state: str) -> None:
    d = Driver()
    if state != "SELF_TEST":
        d.to_idle()
    if state == "ARMED":
        d.session.start("s1", HANDS)
    if state in ("RAMP_DOWN", "DONE"):
        d.session.start("s1", FIXED)
        d.tick()
        d.press_and_release()
        d.run(650.0, state)
    if state == "FAULT":
        d.tick(CUT)
    assert d.session.state == state
    assert not d.session.adjust(1)
    assert not d.session.adjust(-1)
