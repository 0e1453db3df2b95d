"""A reading at the end of its range says nothing of the current; a clock that jumps says nothing of time."""

import pytest
from healthy import STATES, TICK_NS, healthy
from hypothesis import given
from hypothesis import strategies as st

from appliance.safety.monitors.saturation import Saturation
from appliance.safety.monitors.timing import ClockJump
from appliance.safety.sample import State

JUMP_NS = 100_000_000


@pytest.mark.parametrize("state", STATES)
def test_a_reading_at_the_end_of_its_range_is_cut_in_every_state(state: State) -> None:
    s = healthy(state)
    assert Saturation().check(s) is None
    s.saturated = True
    trip = Saturation().check(s)
    assert trip is not None
    assert (trip.code, trip.monitor, trip.reaction) == ("E207", "saturation", "CUT")


def spoke(state: State, by_ns: int) -> bool:
    """Whether a second tick `by_ns` after the first is a jump."""
    monitor, s = ClockJump(), healthy(state)
    assert monitor.check(s) is None
    s.t_ns += by_ns
    trip = monitor.check(s)
    if trip is not None:
        assert (trip.code, trip.monitor, trip.reaction) == ("E412", "clock_jump", "CUT")
    return trip is not None


@pytest.mark.parametrize("state", sorted(set(STATES) - {"SELF_TEST"}))
@given(by_ns=st.integers(-(10**14), 10**14))
def test_time_that_goes_back_or_leaps_is_cut(state: State, by_ns: int) -> None:
    assert spoke(state, by_ns) == (by_ns < 0 or by_ns > JUMP_NS)


def test_in_the_self_test_opening_the_chips_may_take_its_time() -> None:
    """Nobody is connected, and each of its steps is proved by itself; time that goes back is a fault even there."""
    assert not spoke("SELF_TEST", 5 * 10**9)
    assert spoke("SELF_TEST", -1)


@pytest.mark.parametrize("late_ns", [0, 5_000_000, 10_000_000, 50_000_000])
def test_ticks_that_come_late_are_no_jump(late_ns: int) -> None:
    """Lateness has a monitor of its own, and the hardware a watchdog that waits 32 ms."""
    assert not spoke("HOLD", TICK_NS + late_ns)


def test_after_a_self_test_the_gap_before_it_is_forgotten() -> None:
    monitor, s = ClockJump(), healthy("IDLE")
    assert monitor.check(s) is None
    s.t_ns += 60 * 10**9  # FAULT: no monitor looks
    s.state = "SELF_TEST"
    assert monitor.check(s) is None
    s.t_ns += TICK_NS
    s.state = "IDLE"
    assert monitor.check(s) is None
