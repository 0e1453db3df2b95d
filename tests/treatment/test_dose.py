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
