"""A current that rises faster than any ramp may: cut. Ramps, hum, dither, dips and surges of a real session: never."""

from math import pi, sin

import pytest
from healthy import RUNNING, STATES, TICK_NS, healthy
from hypothesis import given
from hypothesis import strategies as st

from appliance.safety import hard_limits
from appliance.safety.monitors.slew import Slew
from appliance.safety.sample import State

TICK_S = TICK_NS / 1e9


class Clock:
    """Time goes on from one `show` to the next."""

    t_ns = 10**10


CLOCK = Clock()


def show(monitor: Slew, state: State, currents: list[float], sets: list[float]) -> int | None:
    """Ticks until it spoke; `sets` without dither."""
    s = healthy(state, t_ns=CLOCK.t_ns)
    for tick, (return_ma, set_ma) in enumerate(zip(currents, sets, strict=True)):
        CLOCK.t_ns = s.t_ns = s.t_ns + TICK_NS
        s.return_ma, s.ramp_base_ma = return_ma, set_ma
        trip = monitor.check(s)
        if trip is not None:
            assert (trip.code, trip.monitor, trip.reaction) == ("E307", "slew", "CUT")
            return tick
    return None


def settled(at_ma: float) -> Slew:
    """A monitor that has seen a legitimate ramp to `at_ma` and a second of HOLD."""
    monitor = Slew()
    ramp = [min(at_ma, n * TICK_S) for n in range(round((at_ma + 1.0) / TICK_S))]
    assert show(monitor, "RAMP_UP", ramp, ramp) is None
    return monitor


@given(
    amplitude=st.floats(0.0, 0.02),
    hertz=st.sampled_from([50.0, 60.0]),
    phase=st.floats(0.0, 2 * pi),
    late_s=st.floats(0.0, 0.0012),
    gain=st.floats(0.95, 1.05),
)
def test_the_fastest_ramp_with_hum_and_dither_passes(
    amplitude: float, hertz: float, phase: float, late_s: float, gain: float
) -> None:
    """To 25 mA at 1 mA/s, sensor and set not yet calibrated, the ADC's clock drifting against ours."""
    sets = [min(25.0, n * TICK_S * hard_limits.RAMP_UP_MA_PER_S) for n in range(5400)]
    currents = [
        ma * gain * (1 + amplitude * sin(2 * pi * hertz * (n * TICK_S - late_s * ((n * 0.3) % 1.0)) + phase))
        + (0.0293 if (n * n) % 7 < 3 else -0.0293)
        for n, ma in enumerate(sets)
    ]
    assert show(Slew(), "RAMP_UP", currents, sets) is None


@pytest.mark.parametrize("state", sorted(RUNNING))
@pytest.mark.parametrize("step_ma", [0.7, 2.0, 10.0])
def test_software_that_steps_the_set_is_cut_in_the_next_tick(state: State, step_ma: float) -> None:
    monitor = settled(10.0)
    stepped = [10.0 + step_ma] * 100
    assert show(monitor, state, stepped, stepped) == 0


@pytest.mark.parametrize("step_ma", [0.7, 2.0, 10.0])
def test_a_current_that_jumps_by_itself_is_cut_within_two_blocks(step_ma: float) -> None:
    """A calibration that moved, a reference that jumped: the set stands where it was."""
    spoke = show(settled(10.0), "HOLD", [10.0 + step_ma] * 100, [10.0] * 100)
    assert spoke is not None
    assert spoke <= 2 * Slew.BLOCK


@pytest.mark.parametrize("rate", [1.5, 2.0, 5.0])
def test_a_ramp_that_is_too_steep_is_cut_before_it_has_gained_a_milliampere(rate: float) -> None:
    ramp = [rate * n * TICK_S for n in range(2000)]
    spoke = show(Slew(), "RAMP_UP", ramp, ramp)
    assert spoke is not None
    assert ramp[spoke] - spoke * TICK_S * hard_limits.RAMP_UP_MA_PER_S < 2.0


def test_a_jump_right_at_the_beginning_is_cut() -> None:
    assert show(Slew(), "RAMP_UP", [5.0] * 40, [5.0] * 40) == 0


@given(dip_ma=st.floats(0.0, 15.0), ticks=st.integers(1, 150))
def test_a_dip_of_the_current_that_comes_back_to_its_set_is_no_rise(dip_ma: float, ticks: int) -> None:
    """A hand that lifts for a moment limits the source; it recovers at once."""
    currents = [15.0 - dip_ma] * ticks + [15.0] * 200
    assert show(settled(15.0), "HOLD", currents, [15.0] * len(currents)) is None


def test_one_conversion_of_a_surge_at_re_entry_is_no_rise() -> None:
    assert show(settled(15.0), "HOLD", [15.0] * 50 + [20.0] + [15.0] * 50, [15.0] * 101) is None


@pytest.mark.parametrize("state", sorted(set(STATES) - RUNNING))
def test_steps_of_the_probe_and_of_the_self_test_are_not_its_business(state: State) -> None:
    steps = [0.3 * (n // 20 % 2) + (25.0 if state == "SELF_TEST" else 0.0) for n in range(200)]
    assert show(Slew(), state, steps, steps) is None


def test_each_ramp_begins_anew_at_the_probe() -> None:
    monitor = settled(15.0)
    assert show(monitor, "PAUSED", [0.0] * 10, [0.0] * 10) is None
    assert show(monitor, "RAMP_UP", [5.0] * 40, [5.0] * 40) == 0
