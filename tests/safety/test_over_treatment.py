"""Skin much drier than in earlier sessions gets less time, or none: from both sides of each factor, and never more."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.safety.over_treatment import time_share

MEDIAN_OHM = 2400.0


@pytest.mark.parametrize(
    ("times_the_median", "share"),
    [(0.1, 1.0), (1.0, 1.0), (1.5, 1.0), (2.0, 1.0), (2.001, 0.5), (2.9, 0.5), (3.0, 0.5), (3.001, 0.0), (50.0, 0.0)],
)
def test_a_course_dries_skin_by_less_than_twice_and_never_by_more_than_three_times(
    times_the_median: float, share: float
) -> None:
    assert time_share(times_the_median * MEDIAN_OHM, MEDIAN_OHM) == share


@given(st.one_of(st.none(), st.floats(allow_nan=True)))
def test_without_earlier_sessions_there_is_nothing_to_compare_with(contact_ohm: float | None) -> None:
    assert time_share(contact_ohm, None) == 1.0


@pytest.mark.parametrize("contact_ohm", [None, float("nan"), float("inf")])
def test_a_contact_that_was_not_measured_allows_nothing(contact_ohm: float | None) -> None:
    assert time_share(contact_ohm, MEDIAN_OHM) == 0.0


@given(st.floats(200.0, 83_000.0), st.floats(0.0, 1e6), st.floats(0.0, 1e6))
def test_drier_skin_never_gets_more_time(median_ohm: float, one_ohm: float, other_ohm: float) -> None:
    wetter_ohm, drier_ohm = sorted((one_ohm, other_ohm))
    assert 0.0 <= time_share(drier_ohm, median_ohm) <= time_share(wetter_ohm, median_ohm) <= 1.0
