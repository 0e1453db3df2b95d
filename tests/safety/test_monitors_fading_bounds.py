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
