"""Trim: small, slow, and only while both sensors agree."""

from math import exp

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


def test_a_reading_that_is_right_teaches_nothing() -> None:
    trim = Trim()
    for _ in range(100):
        trim.learn(15.0, 15.0, 15.0, TICK_S)
    assert trim.share == 0.0


def test_a_small_error_is_taken_away_by_half_a_second_of_its_mean_a_second() -> None:
    """The mean of 1 s of an error of 20 uA, 0.5 of it a second: 11.35 uA after 2 s."""
    trim = Trim()
    for _ in range(400):
        trim.learn(15.0, 14.98, 14.98, TICK_S)
    assert 15.0 * trim.share == pytest.approx(0.5 * 0.02 * (2.0 - (1 - exp(-2.0))), rel=0.01)


def test_a_large_error_moves_it_by_005_ma_a_second() -> None:
    trim = Trim()
    for _ in range(200 * 11):
        trim.learn(15.0, 14.0, 14.0, TICK_S)
    before = trim.share
    for _ in range(200):
        trim.learn(30.0, 29.0, 29.0, TICK_S)
    assert 15.0 * before == pytest.approx(0.45)  # 3 % are reached after 9 s
    assert trim.share == before
    fresh = Trim()
    for _ in range(200 * 2):
        fresh.learn(15.0, 13.0, 13.0, TICK_S)
    assert 15.0 * fresh.share == pytest.approx(0.1, rel=0.03)


def test_it_learns_at_the_least_treatment_current_too() -> None:
    trim = Trim()
    settle(trim, 1.0, 0.98)
    assert trim.share == pytest.approx(1 / 0.98 - 1, rel=0.01)


@pytest.mark.parametrize(("base_ma", "most_ma"), [(4.0, 0.25), (10.0, 0.25), (20.0, 0.5)])
@pytest.mark.parametrize("sign", [-1, 1])
def test_sensors_agree_within_a_quarter_milliampere_or_2_5_percent(base_ma: float, most_ma: float, sign: int) -> None:
    for apart_ma, agree in ((most_ma, True), (most_ma + 1e-6, False)):
        trim = Trim()
        return_ma = base_ma - 0.125
        trim.learn(base_ma, return_ma, return_ma + sign * apart_ma, TICK_S)
        assert (trim.share != 0.0) is agree
