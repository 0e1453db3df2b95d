"""The voltage: what this patient needs, never what is there, and never more because a hand leaves."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

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
