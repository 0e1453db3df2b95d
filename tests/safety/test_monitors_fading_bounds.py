"""Where exactly `area_fading` speaks: 5 % and 50 mV above the tenth conversion before, from 0.5 mA on."""

import pytest
from healthy import healthy

from appliance.safety.monitors.fading import AreaFading
from appliance.safety.sample import State


def spoke(volts: list[float], *, ma: float = 5.0, states: tuple[State, ...] = ()) -> list[int]:
    """The conversions at which it spoke; RAMP_DOWN where `states` says nothing else."""
    monitor, s = AreaFading(), healthy(set_ma=ma)
    found = []
    for at, v in enumerate(volts):
        s.state = states[at] if at < len(states) else "RAMP_DOWN"
        s.patient_v = v
        if monitor.check(s) is not None:
            found.append(at)
    return found


@pytest.mark.parametrize(("after_v", "speaks"), [(1.095, False), (1.105, True)])
def test_small_volts_have_50_millivolts_more(after_v: float, speaks: bool) -> None:
    assert bool(spoke([1.0] * 10 + [after_v])) is speaks


@pytest.mark.parametrize(("ma", "speaks"), [(0.49, False), (0.5, True), (0.55, True)])
def test_from_the_probes_current_on(ma: float, speaks: bool) -> None:
    assert bool(spoke([5.0] * 10 + [10.0], ma=ma)) is speaks


def test_it_compares_with_the_tenth_conversion_before() -> None:
    """One low conversion: only what comes exactly 100 ms later is above it."""
    assert spoke([10.0] * 10 + [8.0] + [10.0] * 15) == [20]


def test_the_first_100_ms_have_nothing_to_compare_with() -> None:
    assert spoke([1.0] + [10.0] * 9) == []
    assert spoke([1.0] + [10.0] * 10) == [10]


@pytest.mark.parametrize("state", ["PAUSED", "CONTACT", "REVERSE"])
def test_what_was_before_a_pause_is_forgotten(state: State) -> None:
    """Low volts, a pause of one tick, and a new fade at higher ones: nobody left."""
    states: tuple[State, ...] = ("RAMP_DOWN",) * 10 + (state,)
    assert spoke([5.0] * 10 + [0.0] + [10.0] * 10, states=states) == []


def risen(now_ma: float, now_v: float, *, then_ma: float = 1.0) -> bool:
    """10 V at `then_ma`, and 100 ms later, as the fade begins, what is given: whether it speaks."""
    monitor, s = AreaFading(), healthy(set_ma=5.0)
    s.state, s.ramp_base_ma, s.patient_v = "RAMP_UP", then_ma, 10.0
    for _ in range(10):
        monitor.check(s)
    s.state, s.ramp_base_ma, s.patient_v = "RAMP_DOWN", now_ma, now_v
    return monitor.check(s) is not None


@pytest.mark.parametrize(
    ("now_ma", "now_v", "speaks"),
    [(1.1, 11.5, False), (1.1, 11.7, True), (0.9, 10.5, False), (0.9, 10.6, True), (1.0, 10.5, False)],
)
def test_a_fade_that_begins_in_a_ramp_is_compared_with_the_volts_that_its_current_needed(
    now_ma: float, now_v: float, speaks: bool
) -> None:
    """100 ms before there was less current, and at 1 mA a tenth less: no hand has left, the ramp had risen."""
    assert risen(now_ma, now_v) is speaks


def test_a_ramp_that_began_from_nothing_is_compared_as_it_is() -> None:
    assert risen(1.0, 10.5, then_ma=0.0) is False
    assert risen(1.0, 10.6, then_ma=0.0) is True
