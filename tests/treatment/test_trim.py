"""Trim: small, slow, and only while both sensors agree."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.treatment.trim import Trim

TICK_S = 0.005
MA = st.floats(0.0, 40.0)


@given(st.lists(st.tuples(MA, MA, MA), max_size=300))
def test_it_never_exceeds_3_percent_nor_005_ma_a_second(ticks: list[tuple[float, float, float]]) -> None:
    trim = Trim()
    for base_ma, return_ma, source_ma in ticks:
        before = trim.share
        trim.learn(base_ma, return_ma, source_ma, TICK_S)
        assert abs(trim.share) <= 0.03
        assert abs(trim.share - before) * base_ma <= 0.05 * TICK_S + 1e-12


def settle(trim: Trim, base_ma: float, gain: float, seconds: float = 60.0, source_off_ma: float = 0.0) -> float:
    measured_ma = base_ma * gain
    for _ in range(round(seconds / TICK_S)):
        measured_ma = base_ma * (1 + trim.share) * gain
        trim.learn(base_ma, measured_ma, measured_ma + source_off_ma, TICK_S)
    return measured_ma


@pytest.mark.parametrize("gain", [0.98, 0.99, 1.01, 1.025])
@pytest.mark.parametrize("base_ma", [3.0, 15.0, 25.0])
def test_it_brings_the_measured_mean_to_the_set_without_overshoot(base_ma: float, gain: float) -> None:
    trim = Trim()
    assert settle(trim, base_ma, gain) == pytest.approx(base_ma, rel=0.001)


def test_an_error_beyond_its_range_is_left_to_the_monitors() -> None:
    trim = Trim()
    assert settle(trim, 15.0, 0.90) < 14.0
    assert trim.share == 0.03


@pytest.mark.parametrize("source_off_ma", [-0.5, 0.5])
def test_sensors_that_disagree_teach_nothing(source_off_ma: float) -> None:
    trim = Trim()
    settle(trim, 15.0, 0.98, source_off_ma=source_off_ma)
    assert trim.share == 0.0


def test_without_a_base_there_is_nothing_to_learn() -> None:
    trim = Trim()
    trim.learn(0.0, 0.2, 0.2, TICK_S)
    assert trim.share == 0.0


def test_each_ramp_begins_untrimmed() -> None:
    trim = Trim()
    settle(trim, 15.0, 0.98)
    trim.restart()
    assert trim.share == 0.0
