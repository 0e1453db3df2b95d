"""The ramp's slew, and any sequence of goals and times over it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.treatment.ramp import slew

MA = st.floats(0.0, 30.0)
RATE = st.floats(0.0, 100.0)
STEPS = st.lists(st.tuples(MA, st.floats(0.0, 0.5)), min_size=1, max_size=60)


@given(MA, STEPS, RATE, RATE)
def test_whatever_is_asked_it_moves_no_faster_than_its_rates_and_never_past_its_goal(
    start_ma: float, steps: list[tuple[float, float]], up: float, down: float
) -> None:
    now_ma, highest_ma, elapsed_s = start_ma, start_ma, 0.0
    for goal_ma, dt_s in steps:
        was_ma, now_ma = now_ma, slew(now_ma, goal_ma, up, down, dt_s)
        elapsed_s += dt_s
        highest_ma = max(highest_ma, goal_ma)
        assert now_ma - was_ma <= up * dt_s + 1e-9
        assert was_ma - now_ma <= down * dt_s + 1e-9
        assert min(was_ma, goal_ma) <= now_ma <= max(was_ma, goal_ma)
        assert now_ma <= min(highest_ma, start_ma + up * elapsed_s) + 1e-6


@pytest.mark.parametrize(("goal_ma", "then_ma"), [(15.0, 10.5), (10.2, 10.2), (10.0, 10.0), (9.9, 9.9), (0.0, 8.5)])
def test_half_a_second_up_at_1_and_down_at_3(goal_ma: float, then_ma: float) -> None:
    assert slew(10.0, goal_ma, 1.0, 3.0, 0.5) == then_ma
