"""The voltage: what this patient needs, never what is there, and never more because a hand leaves."""

from math import exp

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.safety.monitors.current import Mismatch
from appliance.treatment.compliance import RISE_V_PER_S, Compliance

DT_S = 0.01
TICKS = st.lists(
    st.tuples(st.floats(0.0, 60.0), st.floats(0.0, 40.0), st.floats(0.0, 25.0), st.sampled_from([0.5, 10.0])),
    max_size=300,
)


def settled(loop_ohm: float, set_ma: float, seconds: float = 30.0) -> Compliance:
    compliance = Compliance()
    compliance.restart(loop_ohm)
    run(compliance, loop_ohm, set_ma, seconds, RISE_V_PER_S["RAMP_UP"])
    return compliance


def run(compliance: Compliance, loop_ohm: float, set_ma: float, seconds: float, rise: float) -> list[float]:
    asked = []
    for _ in range(round(seconds / DT_S)):
        ma = min(set_ma, compliance.regulation_cap_ma())
        compliance.observe(2.5 + ma * loop_ohm / 1000, ma, DT_S)
        asked.append(compliance.update(set_ma, rise, DT_S))
    return asked


@given(st.floats(100.0, 20000.0), TICKS)
def test_never_above_48_v_never_below_the_probe_and_never_faster_than_its_rise(
    loop_ohm: float, ticks: list[tuple[float, float, float, float]]
) -> None:
    compliance = Compliance()
    compliance.restart(loop_ohm)
    for patient_v, return_ma, set_ma, rise in ticks:
        before_v = compliance.asked_v
        compliance.observe(patient_v, return_ma, DT_S)
        asked_v = compliance.update(set_ma, rise, DT_S)
        assert 5.0 <= asked_v <= 48.0
        assert asked_v - before_v <= rise * DT_S + 1e-9
        assert compliance.current_cap_ma() >= 0.0
        assert compliance.regulation_cap_ma() >= 0.0


@pytest.mark.parametrize(("loop_ohm", "set_ma"), [(1000.0, 15.0), (2000.0, 15.0), (2700.0, 8.0), (450.0, 20.0)])
def test_it_settles_at_what_the_loop_needs_and_a_fifth_more(loop_ohm: float, set_ma: float) -> None:
    compliance = settled(loop_ohm, set_ma)
    assert compliance.asked_v == pytest.approx(1.2 * loop_ohm * set_ma / 1000 + 5.0, rel=0.01)
    assert compliance.regulation_cap_ma() > set_ma


def test_it_falls_at_once() -> None:
    compliance = settled(2000.0, 15.0)
    assert compliance.update(5.0, RISE_V_PER_S["HOLD"], DT_S) == pytest.approx(1.2 * 10.0 + 5.0, rel=0.01)


@pytest.mark.parametrize("rise", [RISE_V_PER_S["HOLD"], RISE_V_PER_S["RAMP_UP"]])
def test_it_stands_still_while_the_resistance_jumps(rise: float) -> None:
    """A hand that leaves quickly gets no more voltage: that would be the hazard itself."""
    compliance = settled(2000.0, 15.0)
    before_v = compliance.asked_v
    after = run(compliance, 3000.0, 15.0, 0.05, rise)
    assert max(after[2:]) <= before_v + 0.05
    assert compliance.asked_v <= before_v + rise * 0.05


def test_in_hold_it_rises_by_half_a_volt_a_second_at_most() -> None:
    compliance = settled(2000.0, 15.0)
    before_v = compliance.asked_v
    run(compliance, 2150.0, 15.0, 2.0, RISE_V_PER_S["HOLD"])
    assert compliance.asked_v - before_v <= 0.5 * 2.0 + 1e-9


def test_the_patients_volts_stay_below_44() -> None:
    compliance = settled(4700.0, 8.0)
    assert 2.5 + compliance.current_cap_ma() * 4.7 == pytest.approx(44.0)


def test_the_source_stays_in_regulation_at_the_voltage_that_is_there() -> None:
    compliance = Compliance()
    compliance.restart(4700.0)
    ma = compliance.regulation_cap_ma()
    assert 2.5 + ma * (4.7 + 0.075) <= 5.0 - 0.8


def test_a_dry_hand_in_a_ramp_gets_there_when_its_skin_gives_way() -> None:
    compliance = Compliance()
    compliance.restart(9000.0)
    run(compliance, 9000.0, 15.0, 20.0, RISE_V_PER_S["RAMP_UP"])
    assert compliance.asked_v == 48.0
    assert compliance.regulation_cap_ma() < 5.0
    run(compliance, 2400.0, 15.0, 20.0, RISE_V_PER_S["RAMP_UP"])
    assert compliance.regulation_cap_ma() > 15.0


def test_no_current_says_nothing_about_the_loop() -> None:
    compliance = settled(2000.0, 15.0)
    before_ohm = compliance.loop_ohm
    for _ in range(1000):
        compliance.observe(40.0, 0.0, DT_S)
    assert compliance.loop_ohm == before_ohm


# ------------------------------------------------------------ its own numbers


def test_before_anything_is_known_no_voltage_is_asked_and_no_current_can_be_driven() -> None:
    compliance = Compliance()
    assert (compliance.asked_v, compliance.loop_ohm, compliance.regulation_cap_ma()) == (0.0, 0.0, 0.0)
    assert compliance.current_cap_ma() > 25.0


def test_it_asks_for_a_fifth_more_than_the_loop_needs_and_five_volts() -> None:
    """2.5 V for the board's chain of resistors, 2.5 V for the electrodes."""
    compliance = Compliance()
    compliance.restart(2000.0)
    assert compliance.update(15.0, 1e9, DT_S) == pytest.approx(1.2 * 30.0 + 5.0)


def test_what_can_be_driven_leaves_09_v_to_the_source() -> None:
    compliance = Compliance()
    compliance.restart(1000.0)
    assert compliance.regulation_cap_ma() == pytest.approx((5.0 - 2.5 - 0.9) / 1.075)
    compliance.update(15.0, 1e9, DT_S)
    assert compliance.regulation_cap_ma() == pytest.approx((23.0 - 2.5 - 0.9) / 1.075)


def test_the_loop_is_an_average_of_two_seconds() -> None:
    compliance = Compliance()
    compliance.restart(2000.0)
    for _ in range(200):
        compliance.observe(2.5 + 10.0 * 2.4, 10.0, DT_S)
    assert compliance.loop_ohm == pytest.approx(2000.0 + 400.0 * (1 - exp(-1)), rel=0.002)


@pytest.mark.parametrize("gap_s", [3.0, 30.0])
def test_after_a_gap_the_newest_reading_is_all_that_counts(gap_s: float) -> None:
    compliance = Compliance()
    compliance.restart(2000.0)
    compliance.observe(2.5 + 10.0 * 4.0, 10.0, gap_s)
    assert compliance.loop_ohm == pytest.approx(4000.0)
    assert compliance.current_cap_ma() == pytest.approx(41.5 / 4.0)


def test_volts_below_the_electrodes_own_are_no_resistance() -> None:
    compliance = Compliance()
    compliance.restart(2000.0)
    compliance.observe(1.0, 10.0, 100.0)
    assert compliance.loop_ohm == 0.0


@pytest.mark.parametrize(("ma", "counts"), [(1.99, False), (2.0, True)])
def test_the_loop_is_observed_from_2_ma(ma: float, counts: bool) -> None:
    compliance = Compliance()
    compliance.restart(2000.0)
    compliance.observe(30.0, ma, DT_S)
    assert (compliance.loop_ohm != 2000.0) is counts


@pytest.mark.parametrize(("fast_ohm", "waits"), [(2000 * 1.07, False), (2000 * 1.09, True)])
def test_it_waits_from_8_percent_above_the_average(fast_ohm: float, waits: bool) -> None:
    compliance = settled(2000.0, 15.0)
    before_v = compliance.asked_v
    compliance.observe(2.5 + 15.0 * fast_ohm / 1000, 15.0, 0.05)
    assert (compliance.update(20.0, 10.0, DT_S) == before_v) is waits


def test_the_patients_volts_are_reckoned_with_the_worse_of_what_was_and_what_is() -> None:
    rising, falling = Compliance(), Compliance()
    for compliance, ohm in ((rising, 6000.0), (falling, 2000.0)):
        compliance.restart(4000.0)
        compliance.observe(2.5 + 5.0 * ohm / 1000, 5.0, 0.05)
    assert rising.current_cap_ma() == pytest.approx(41.5 / 6.0)
    assert falling.current_cap_ma() == pytest.approx(41.5 / 3.95)


def test_how_fast_the_voltage_may_rise_in_each_state() -> None:
    assert RISE_V_PER_S == {"RAMP_UP": 10.0, "HOLD": 0.5, "RAMP_DOWN": 0.0}


def test_the_fast_resistance_follows_in_50_ms() -> None:
    """Ten conversions, 5 ms apart, of twice the resistance: 65 % of the way, by which the cap falls."""
    compliance = settled(1000.0, 10.0)
    before_ma = compliance.regulation_cap_ma()
    room_v = before_ma * (1.0 + Mismatch.DROP_KOHM)
    for _ in range(10):
        compliance.observe(2.5 + 10.0 * 2.0, 10.0, 0.005)
    share = 1.0 - 0.9**10
    assert compliance.regulation_cap_ma() == pytest.approx(room_v / (1.0 + share + Mismatch.DROP_KOHM), rel=1e-3)
