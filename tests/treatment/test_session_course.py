"""A short treatment by the clock: when each state begins, both ways, and what a second session knows of the first."""

from dataclasses import replace

import pytest
from session_driver import HANDS, OPEN, Driver

from appliance.treatment.plan import TreatmentPlan

SHORT: TreatmentPlan = replace(HANDS, set_ma=3.0, max_ma=4.0, duration_s=60.0, ramp_ma_per_s=1.0)
TICK_S = 0.02


def course(driver: Driver, *, until: str = "DONE", most_s: float = 200.0) -> list[tuple[str, float]]:
    """Each state entered and how long after the first of them."""
    entered = [(driver.session.state, 0.0)]
    began_s = driver.t_s
    while driver.session.state != until and driver.t_s - began_s < most_s:
        driver.tick()
        if driver.session.state != entered[-1][0]:
            entered.append((driver.session.state, driver.t_s - began_s))
    return entered


def ramping(plan: TreatmentPlan = SHORT) -> Driver:
    driver = Driver(tick_ns=round(TICK_S * 1e9)).to_contact(plan)
    driver.run(1.0, "RAMP_UP")
    return driver


def test_a_minute_of_treatment_turns_half_way_and_ends_at_its_time() -> None:
    """3 s up; at 29 s of current (from 0.1 mA on) a fall of 1 s, a second of rest; the same again."""
    found = course(ramping())
    assert [state for state, _ in found] == [
        "RAMP_UP", "HOLD", "RAMP_DOWN", "REVERSE", "CONTACT", "RAMP_UP", "HOLD", "RAMP_DOWN", "DONE",
    ]  # fmt: skip
    expected = [0.0, 3.0, 29.1, 30.1, 31.16, 31.18, 34.2, 60.25, 61.25]
    assert [at_s for _, at_s in found] == pytest.approx(expected, abs=0.05)


def test_one_direction_goes_through() -> None:
    found = course(ramping(replace(SHORT, polarity="fixed_normal")))
    assert [state for state, _ in found] == ["RAMP_UP", "HOLD", "RAMP_DOWN", "DONE"]
    assert [at_s for _, at_s in found] == pytest.approx([0.0, 3.0, 59.0, 60.0], abs=0.1)


@pytest.mark.parametrize(("held_ma", "hold_s"), [(2.0, 13.0), (3.0, 3.0)])
def test_a_ramp_that_limits_hold_up_becomes_a_hold_10_s_later(held_ma: float, hold_s: float) -> None:
    driver = ramping()
    driver.allowed_ma = held_ma
    assert course(driver, until="HOLD")[-1] == ("HOLD", pytest.approx(hold_s, abs=2 * TICK_S))


def test_the_first_stop_of_a_second_session_is_a_first_stop() -> None:
    """1.8 s each; only a second press within one session is faster."""
    driver = ramping()
    for _ in range(2):
        driver.run(10.0, "HOLD")
        driver.session.stop()
        assert driver.time_to_zero() == pytest.approx(1.8, abs=2 * TICK_S)
        driver.run(1.0, "DONE")
        assert driver.session.outcome == "stopped"
        assert driver.session.acknowledge()
        assert driver.session.start("s2", SHORT)
        driver.contact = "good"
        driver.run(0.1)
        driver.press_and_release()
        driver.run(1.0, "RAMP_UP")
    driver.run(10.0, "HOLD")
    driver.session.stop()
    driver.session.stop()
    assert driver.time_to_zero() == pytest.approx(0.4, abs=2 * TICK_S)


def test_a_pedal_pressed_before_the_start_begins_nothing() -> None:
    driver = Driver(tick_ns=round(TICK_S * 1e9)).to_idle()
    driver.pedal = True
    driver.run(0.1)
    assert driver.session.start("s1", SHORT)
    driver.pedal = False
    driver.run(1.0)
    assert driver.session.state == "ARMED"
    driver.press_and_release()
    assert driver.session.state == "CONTACT"


@pytest.mark.parametrize(
    ("spoilt", "value", "reason"),
    [("pedal", True, "pedal"), ("blocked", "E406", "tray"), ("lease_alive", False, "operator_lost")],
)
def test_who_disturbs_the_turn_leads_back(spoilt: str, value: object, reason: str) -> None:
    driver = ramping()
    driver.run(60.0, "REVERSE")
    well = getattr(driver, spoilt)
    setattr(driver, spoilt, value)
    driver.tick()
    assert (driver.session.state, driver.session.pause) == ("PAUSED", reason)
    setattr(driver, spoilt, well)
    if spoilt != "pedal":  # which leads back when it is let go
        driver.run(10.0)
        assert driver.session.state == "PAUSED"
        assert driver.resume()
        assert driver.session.state == "CONTACT"


def test_a_screen_that_dies_in_a_pause_by_hands_makes_it_a_persons() -> None:
    driver = ramping()
    driver.run(10.0, "HOLD")
    driver.tick(OPEN)
    driver.run(0.5)
    driver.lease_alive = False
    driver.run(0.1)
    driver.lease_alive = True
    driver.run(20.0)
    assert (driver.session.state, driver.session.pause) == ("PAUSED", "operator_lost")


def test_hands_that_do_not_come_back_are_looked_for_ten_seconds_at_a_time_and_two_minutes_in_all() -> None:
    driver = ramping()
    driver.run(10.0, "HOLD")
    driver.contact = "seeking"
    driver.tick(OPEN)
    found = course(driver)
    assert found[:4] == [
        ("PAUSED", 0.0),
        ("CONTACT", pytest.approx(2.0, abs=TICK_S)),
        ("PAUSED", pytest.approx(12.0, abs=2 * TICK_S)),
        ("CONTACT", pytest.approx(15.0, abs=3 * TICK_S)),
    ]
    assert found[-1] == ("DONE", pytest.approx(120.0, abs=2 * TICK_S))
    assert (driver.session.outcome, driver.session.reason) == ("partial", "pause_timeout")


def test_the_direction_turns_once() -> None:
    driver = ramping()
    course(driver)
    assert driver.reversals == 1
    assert driver.session.half_done
