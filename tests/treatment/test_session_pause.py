"""Pauses, and who may end them: hands in the water are no consent."""

import pytest
from session_driver import AREA, CUT, HANDS, LEASE, OPEN, PEDAL, TRAY, TREND, Driver

from appliance.safety.trip import Trip
from appliance.treatment.plan import TreatmentPlan


def paused(reason: str) -> Driver:
    """A treatment in HOLD, paused for `reason` and its fade over."""
    d = Driver().to_hold()
    if reason == "stings":
        d.session.stings()
    elif reason == "pedal":
        d.press_and_release()
    elif reason == "tray":
        d.blocked = "E406"
        d.tick()
        d.blocked = None
    elif reason == "operator_lost":
        d.lease_alive = False
        d.run(10.0, "PAUSED")
        d.lease_alive = True
    else:
        d.tick(OPEN if reason == "hands_out" else TREND)
    d.run(10.0, "PAUSED")
    assert d.session.pause == reason
    return d


# ------------------------------------------------------------ how fast to zero


@pytest.mark.parametrize("trip", [OPEN, TREND, TRAY])
def test_a_loop_that_opens_is_opened_in_the_same_tick(trip) -> None:  # type: ignore[no-untyped-def]
    d = Driver().to_hold()
    d.tick(trip)
    assert (d.session.state, d.session.base_ma, d.session.energise) == ("PAUSED", 0.0, False)


def test_a_hand_seen_by_level_fades_in_03_s() -> None:
    d = Driver().to_hold()
    d.tick(AREA)
    assert d.session.state == "RAMP_DOWN"
    assert 0.28 <= d.time_to_zero() <= 0.3
    d.tick()
    assert (d.session.state, d.session.pause) == ("PAUSED", "area")


@pytest.mark.parametrize("how", ["pedal", "stings"])
def test_a_persons_pause_is_no_jolt(how: str) -> None:
    """To zero in half a second, never in one step."""
    d = Driver().to_hold()
    if how == "pedal":
        d.pedal = True
    else:
        d.session.stings()
    d.tick()
    falls = []
    while d.session.base_ma > 0.0 and len(falls) <= 100:
        before_ma = d.session.base_ma
        d.tick()
        falls.append(before_ma - d.session.base_ma)
    assert max(falls) <= 15.0 * 0.005 / 0.5 + 1e-9
    assert len(falls) * 0.005 <= 0.5


def test_a_lost_operator_fades_at_3_ma_a_second() -> None:
    d = Driver().to_hold()
    d.lease_alive = False
    d.tick(LEASE)
    assert d.time_to_zero() == pytest.approx(5.0, abs=0.05)
    d.tick()
    assert (d.session.state, d.session.pause) == ("PAUSED", "operator_lost")


# ------------------------------------------------------------ who leads back


@pytest.mark.parametrize("reason", ["hands_out", "area"])
def test_hands_that_come_back_are_probed_after_two_seconds(reason: str) -> None:
    d = paused(reason)
    d.run(1.95)
    assert d.session.state == "PAUSED"
    d.run(0.1)
    assert d.states[-2:] == ["CONTACT", "RAMP_UP"]


@pytest.mark.parametrize("reason", ["pedal", "stings", "tray", "operator_lost"])
def test_nothing_comes_back_unasked_after_a_person_or_a_lost_operator(reason: str) -> None:
    d = paused(reason)
    d.run(115.0)
    assert d.session.state == "PAUSED"
    d.run(10.0)
    assert (d.session.state, d.session.outcome) == ("DONE", "partial")


@pytest.mark.parametrize("how", ["touch", "pedal"])
@pytest.mark.parametrize("reason", ["pedal", "stings", "tray", "operator_lost"])
def test_a_person_may_lead_back(reason: str, how: str) -> None:
    d = paused(reason)
    d.run(1.0)
    if how == "touch":
        assert d.resume()
    else:
        d.press_and_release()
    d.run(60.0, "HOLD")
    assert d.session.base_ma == pytest.approx(14.0 if reason in ("pedal", "stings") else 15.0)


@pytest.mark.parametrize("reason", ["pedal", "stings", "tray", "operator_lost", "hands_out"])
def test_nobody_leads_back_without_a_live_screen(reason: str) -> None:
    d = paused(reason)
    d.lease_alive = False
    assert not d.resume()
    d.tick()
    d.press_and_release()
    d.run(20.0)
    assert d.session.state == "PAUSED"
    d.lease_alive = True
    d.run(20.0)
    assert d.session.state == "PAUSED"  # a screen that came back is no consent either


@pytest.mark.parametrize(("current_ma", "within_s"), [(1.0, 0.34), (15.0, 0.5)])
def test_a_pedal_and_a_silent_screen_at_once_fall_as_fast_as_the_faster_of_both(
    current_ma: float, within_s: float
) -> None:
    """At 1 mA the planned fall, a third of a second, is faster than the half second of the pedal."""
    d = Driver().to_hold(TreatmentPlan("hands", current_ma, 18.0, 600.0))
    d.pedal, d.lease_alive = True, False
    d.tick()
    d.lease_alive = True
    assert d.time_to_zero() == pytest.approx(within_s, abs=0.02)
    assert d.session.pause == "pedal"


def test_the_press_that_paused_does_not_resume_when_it_is_released() -> None:
    d = Driver().to_hold()
    d.pedal = True
    d.run(0.8)
    assert d.session.state == "PAUSED"
    d.pedal = False
    d.run(20.0)
    assert d.session.state == "PAUSED"


@pytest.mark.parametrize("first", [OPEN, TREND, AREA])
def test_it_stings_during_an_automatic_pause_asks_for_a_person(first) -> None:  # type: ignore[no-untyped-def]
    d = Driver().to_hold()
    d.tick(first)
    d.session.stings()
    d.run(30.0)
    assert (d.session.state, d.session.pause) == ("PAUSED", "stings")


def test_a_hand_lifted_after_the_pedal_does_not_make_the_pause_automatic() -> None:
    d = Driver().to_hold()
    d.pedal = True
    d.run(0.1)
    d.tick(OPEN)
    d.pedal = False
    d.run(30.0)
    assert (d.session.state, d.session.pause) == ("PAUSED", "pedal")


def test_a_resume_that_finds_no_hands_waits_for_a_person_again() -> None:
    d = paused("pedal")
    d.contact = "seeking"
    d.run(1.0)
    d.press_and_release()
    assert d.session.state == "CONTACT"
    d.run(9.9)
    assert d.session.state == "CONTACT"
    d.run(0.2)
    assert d.session.state == "PAUSED"
    d.contact = "good"
    d.run(30.0)
    assert d.session.state == "PAUSED"


def test_one_pause_lowers_the_choice_once_however_often_the_hands_are_late() -> None:
    d = paused("pedal")
    d.contact = "seeking"
    for _ in range(4):
        d.run(1.0)
        d.press_and_release()
        d.run(15.0, "PAUSED")
    d.contact = "good"
    d.run(1.0)
    d.press_and_release()
    d.run(60.0, "HOLD")
    assert d.session.base_ma == pytest.approx(14.0)


def test_every_pause_by_pedal_lowers_by_1_ma_and_never_below_1() -> None:
    d = Driver().to_hold()
    for count in range(1, 20):
        d.press_and_release()
        d.run(2.0, "PAUSED")
        d.tick()
        d.press_and_release()
        d.run(60.0, "HOLD")
        assert d.session.base_ma == pytest.approx(max(1.0, 15.0 - count))


# ------------------------------------------------------------ tries and time


def test_tries_last_ten_seconds_with_three_between() -> None:
    d = paused("hands_out")
    d.contact = "seeking"
    d.run(3.0, "CONTACT")
    began_s = d.t_s
    d.run(11.0, "PAUSED")
    assert d.t_s - began_s == pytest.approx(10.0, abs=0.02)
    d.run(2.95)
    assert d.session.state == "PAUSED"
    d.run(0.1, "CONTACT")


@pytest.mark.parametrize("contact", ["seeking", "measuring"])
def test_pauses_and_tries_together_last_two_minutes(contact: str) -> None:
    d = paused("hands_out")
    d.contact = contact
    d.run(119.9)
    assert d.session.state in ("PAUSED", "CONTACT")
    d.run(0.2)
    assert (d.session.state, d.session.outcome, d.session.reason) == ("DONE", "partial", "pause_timeout")


def test_a_treatment_that_went_on_has_its_two_minutes_again() -> None:
    d = paused("hands_out")
    d.contact = "seeking"
    d.run(100.0)
    d.contact = "good"
    d.run(60.0, "HOLD")
    d.tick(OPEN)
    d.contact = "seeking"
    d.run(100.0)
    assert d.session.state in ("PAUSED", "CONTACT")


def test_a_pedal_held_for_a_second_and_a_half_ends_the_treatment() -> None:
    d = Driver().to_hold()
    d.pedal = True
    d.run(1.45)
    assert d.session.state == "PAUSED"
    d.run(0.1)
    assert (d.session.state, d.session.outcome, d.session.reason) == ("DONE", "stopped", "pedal_held")


def test_in_a_pause_a_held_pedal_ends_it_too() -> None:
    d = paused("hands_out")
    d.pedal = True
    d.run(1.45)
    assert d.session.state == "PAUSED"
    d.run(0.1)
    assert d.session.state == "DONE"


def test_before_the_first_ramp_a_pause_leads_back_to_where_a_person_begins() -> None:
    for how in ("pedal", "stings", "tray", "lease"):
        d = Driver(contact="seeking").to_contact()
        if how == "stings":
            d.session.stings()
        d.pedal, d.blocked, d.lease_alive = how == "pedal", "E406" if how == "tray" else None, how != "lease"
        d.tick()
        assert (d.session.state, d.session.energise) == ("ARMED", False), how
        d.pedal, d.blocked, d.lease_alive, d.contact = False, None, True, "good"
        d.run(30.0)
        assert d.session.state == "ARMED", how


# ------------------------------------------------------------ reversal


def reversing() -> Driver:
    d = Driver().to_hold()
    d.run(320.0, "REVERSE")
    return d


def test_the_direction_changes_only_open_at_zero_and_after_25_ms() -> None:
    d = reversing()
    assert d.session.base_ma == 0.0
    d.run(0.020)
    assert not d.session.reversed
    d.run(0.015)
    assert d.session.reversed
    began_s = d.t_s
    d.run(3.0, "CONTACT")
    assert d.t_s - began_s >= 0.99
    d.run(60.0, "HOLD")


@pytest.mark.parametrize("how", ["touch", "pedal"])
def test_a_pause_does_not_shorten_the_second_at_zero_between_the_directions(how: str) -> None:
    """'It stings' right after the turn, and back at once: the driver watches the second."""
    d = reversing()
    d.run(0.1)
    assert d.session.reversed
    d.session.stings()
    if how == "touch":
        assert not d.resume()
        d.run(1.0)
        assert d.resume()
    else:
        d.press_and_release(0.1)
        assert d.session.state == "PAUSED"
        d.run(1.0)
        d.press_and_release(0.1)
    assert d.session.state == "CONTACT"
    d.run(60.0, "HOLD")


def test_current_that_does_not_vanish_is_a_fault_not_a_reversal() -> None:
    d = reversing()
    session, seen = d.session, d.seen
    for _ in range(200):
        seen.t_ns += 5_000_000
        seen.trips.clear()
        seen.at_zero = False
        session.step(seen)
    assert (session.state, session.reversed) == ("FAULT", False)
    assert session.codes == ["E303"]


@pytest.mark.parametrize("after_s", [0.005, 0.5])
@pytest.mark.parametrize("how", ["tray", "pedal", "lease", "stings"])
def test_a_person_or_a_tray_in_reversal_pauses(how: str, after_s: float) -> None:
    d = reversing()
    d.run(after_s)
    if how == "stings":
        d.session.stings()
    d.pedal, d.blocked, d.lease_alive = how == "pedal", "E406" if how == "tray" else None, how != "lease"
    d.tick()
    reason = {"lease": "operator_lost"}.get(how, how)
    assert (d.session.state, d.session.pause) == ("PAUSED", reason)
    d.pedal, d.blocked, d.lease_alive = False, None, True
    d.run(30.0)
    assert d.session.state == "PAUSED"
    assert d.resume()
    d.run(400.0, "DONE")
    assert d.session.outcome == "completed"
    assert d.reversals == 1


def test_a_pause_on_the_way_to_reversal_reverses_later() -> None:
    d = Driver().to_hold()
    d.run(320.0, "RAMP_DOWN")
    d.tick(OPEN)
    assert d.session.state == "PAUSED"
    d.run(400.0, "DONE")
    assert (d.session.outcome, d.reversals) == ("completed", 1)


def test_a_cut_in_reversal_keeps_the_relay_where_it_is() -> None:
    d = reversing()
    d.run(0.5)
    was = d.session.reversed
    d.tick(CUT)
    d.run(1.0)
    assert (d.session.state, d.session.reversed) == ("FAULT", was)


def test_a_new_session_begins_in_the_normal_direction() -> None:
    d = Driver().to_hold()
    d.run(700.0, "DONE")
    assert d.session.reversed
    d.session.acknowledge()
    assert d.session.start("s2", HANDS)
    assert not d.session.reversed


@pytest.mark.parametrize("other", [TRAY, PEDAL, LEASE])
def test_a_loop_that_opens_in_the_tick_of_a_persons_reason_does_not_hide_it(other: Trip) -> None:
    """A tray that is lifted opens the loop as well: the loop is the quicker, the tray is the reason."""
    d = Driver().to_hold()
    d.tick(OPEN, other)
    assert (d.session.state, d.session.pause, d.session.energise) == ("PAUSED", other.pause, False)
    d.run(30.0)
    assert d.session.state == "PAUSED"


def test_a_tray_that_comes_out_in_a_pause_makes_it_a_persons() -> None:
    """One that is lifted a tick after its loop has opened, and one that is refilled while hands are out."""
    d = Driver().to_hold()
    d.tick(OPEN)
    d.blocked = "E406"
    d.run(1.0)
    d.blocked = None
    d.run(30.0)
    assert (d.session.state, d.session.pause) == ("PAUSED", "tray")
    d.press_and_release()
    d.run(1.0, "CONTACT")


@pytest.mark.parametrize("reason", ["pedal", "stings"])
def test_a_pedal_that_bounces_or_one_reading_of_noise_brings_no_current_back(reason: str) -> None:
    d = Driver().to_hold()
    if reason == "pedal":
        d.pedal = True
        d.run(1.2)
    else:
        d.session.stings()
        d.run(1.2)
    assert d.session.state == "PAUSED"
    for pressed in (False, True, False, False, True, False, True, False, False):
        d.pedal = pressed
        d.tick()
    d.run(5.0)
    assert d.session.state == "PAUSED"
