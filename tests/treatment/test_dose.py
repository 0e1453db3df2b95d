"""The account: what was measured, and time only with current."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.treatment.dose import Dose

TICKS = st.lists(st.tuples(st.floats(-1.0, 30.0), st.booleans(), st.booleans()), max_size=200)


@given(TICKS)
def test_charge_is_what_was_measured_and_time_counts_with_current_only(ticks: list[tuple[float, bool, bool]]) -> None:
    dose = Dose()
    for ma, treating, holding in ticks:
        dose.add(ma, 0.005, treating=treating, holding=holding)
    flowed = [ma for ma, _, _ in ticks if ma > 0.0]
    assert dose.charge_mc == pytest.approx(sum(flowed) * 0.005, abs=1e-9)
    assert dose.elapsed_s == pytest.approx(0.005 * sum(1 for ma, treating, _ in ticks if treating and ma >= 0.1))
    assert dose.output_s == pytest.approx(0.005 * len(ticks))
    assert dose.peak_ma == max(flowed, default=0.0)


def test_the_mean_is_of_hold_alone() -> None:
    dose = Dose()
    dose.add(5.0, 10.0, treating=True, holding=False)
    assert dose.mean_hold_ma is None
    dose.add(15.0, 10.0, treating=True, holding=True)
    dose.add(13.0, 10.0, treating=True, holding=True)
    assert dose.mean_hold_ma == pytest.approx(14.0)
    assert dose.charge_mc == pytest.approx(330.0)


def test_the_probe_gives_charge_but_no_treatment() -> None:
    dose = Dose()
    dose.add(0.3, 10.0, treating=False, holding=False)
    assert (dose.charge_mc, dose.elapsed_s) == (3.0, 0.0)


@given(st.lists(st.tuples(st.floats(-5.0, 30.0), st.floats(0.0, 0.1), st.booleans()), max_size=100))
def test_at_irregular_times_it_is_still_the_integral_and_never_falls(ticks: list[tuple[float, float, bool]]) -> None:
    dose, charge_mc, elapsed_s = Dose(), 0.0, 0.0
    for ma, dt_s, treating in ticks:
        before_mc, before_s = dose.charge_mc, dose.elapsed_s
        dose.add(ma, dt_s, treating=treating, holding=treating)
        charge_mc += max(0.0, ma) * dt_s
        elapsed_s += dt_s if treating and ma >= 0.1 else 0.0
        assert dose.charge_mc >= before_mc
        assert dose.elapsed_s >= before_s
        assert dose.elapsed_s == before_s or ma >= 0.1
    assert dose.charge_mc == pytest.approx(charge_mc, abs=1e-9)
    assert dose.elapsed_s == pytest.approx(elapsed_s, abs=1e-9)


def test_time_counts_from_a_tenth_of_a_milliampere() -> None:
    for ma, counts in ((0.1, True), (0.0999, False)):
        dose = Dose()
        dose.add(ma, 0.005, treating=True, holding=True)
        assert (dose.elapsed_s > 0.0) is counts
        assert dose.charge_mc > 0.0  # what flowed is charge all the same


def test_one_tick_of_hold_has_a_mean() -> None:
    dose = Dose()
    dose.add(15.0, 0.005, treating=True, holding=True)
    assert dose.mean_hold_ma == pytest.approx(15.0)
