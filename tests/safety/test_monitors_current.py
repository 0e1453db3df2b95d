"""Too much current, sensors that differ, a set that is not followed, an open loop."""

import pytest
from healthy import ENERGISED, NOT_SELF_TEST, RUNNING, STATES, healthy, next_tick, watch
from hypothesis import given
from hypothesis import strategies as st

from appliance.safety.monitors.current import Disagreement, Mismatch, OpenCircuit, OverSet, OverSite
from appliance.safety.sample import Sample, State

CURRENT = st.floats(0.0, 40.0)
NEAR = 1e-6


def allowed(set_ma: float, least_ma: float, share: float) -> float:
    return max(least_ma, share * set_ma)


# ------------------------------------------------------------ over_site


@pytest.mark.parametrize("sensor", ["return_ma", "source_ma"])
@pytest.mark.parametrize("state", STATES)
def test_above_the_sites_ceiling_is_cut_at_once(sensor: str, state: State) -> None:
    s = healthy(state)
    s.site_ceiling_ma = 10.0
    setattr(s, sensor, 10.31)
    spoke = watch(OverSite(), s, 3)
    if state in NOT_SELF_TEST:
        assert spoke is not None
        assert spoke[0] == 1
        assert (spoke[1].code, spoke[1].reaction) == ("E301", "CUT")
    else:
        assert spoke is None


@given(ceiling=st.floats(0.0, 25.0), return_ma=CURRENT, source_ma=st.none() | CURRENT)
def test_over_site_is_exactly_either_sensor_above_ceiling_and_margin(
    ceiling: float, return_ma: float, source_ma: float | None
) -> None:
    s = healthy()
    s.site_ceiling_ma, s.return_ma, s.source_ma = ceiling, return_ma, source_ma
    highest = max(return_ma, source_ma if source_ma is not None else 0.0)
    if abs(highest - ceiling - 0.3) > NEAR:
        assert (OverSite().check(s) is not None) == (highest > ceiling + 0.3)


def test_without_a_session_any_current_is_too_much() -> None:
    s = healthy("IDLE")
    s.return_ma = 0.31
    assert OverSite().check(s) is not None


# ------------------------------------------------------------ over_set


@pytest.mark.parametrize("state", STATES)
def test_above_the_set_for_two_ticks_is_cut(state: State) -> None:
    s = healthy(state)
    s.return_ma = s.set_ma + 0.8
    spoke = watch(OverSet(), s, 4)
    if state in NOT_SELF_TEST:
        assert spoke is not None
        assert spoke[0] == 2
        assert (spoke[1].code, spoke[1].reaction) == ("E302", "CUT")
    else:
        assert spoke is None


@given(set_ma=st.floats(0.0, 25.0), return_ma=CURRENT)
def test_over_set_is_exactly_half_a_milliampere_or_5_percent(set_ma: float, return_ma: float) -> None:
    s = healthy()
    s.set_ma, s.return_ma, s.source_ma = set_ma, return_ma, None
    bound = set_ma + allowed(set_ma, 0.5, 0.05)
    if abs(return_ma - bound) > NEAR:
        assert (watch(OverSet(), s, 2) is not None) == (return_ma > bound)


def test_one_reading_that_straddles_a_step_is_forgiven_and_forgotten() -> None:
    monitor, s = OverSet(), healthy()
    for _ in range(50):
        s.return_ma = 16.0
        next_tick(s)
        assert monitor.check(s) is None
        s.return_ma = 15.0
        next_tick(s)
        assert monitor.check(s) is None


def test_the_source_sensor_alone_is_enough_though_it_is_read_seldom() -> None:
    monitor, s = OverSet(), healthy()
    seen = []
    for tick in range(8):
        s.source_ma = 17.0 if tick % 4 == 0 else None
        next_tick(s)
        seen.append(monitor.check(s) is not None)
    assert seen.index(True) == 4


# ------------------------------------------------------------ disagreement


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("sign", [-1, 1])
def test_sensors_that_differ_twice_are_cut(state: State, sign: int) -> None:
    s = healthy(state, set_ma=15.0)
    s.source_ma = s.return_ma + sign * 0.8
    spoke = watch(Disagreement(), s, 4)
    if state in NOT_SELF_TEST:
        assert spoke is not None
        assert spoke[0] == 2
        assert (spoke[1].code, spoke[1].reaction) == ("E203", "CUT")
    else:
        assert spoke is None


@given(set_ma=st.floats(0.0, 25.0), apart=st.floats(-5.0, 5.0))
def test_disagreement_is_exactly_half_a_milliampere_or_5_percent(set_ma: float, apart: float) -> None:
    s = healthy(set_ma=set_ma)
    s.source_ma = s.return_ma + apart
    bound = allowed(set_ma, 0.5, 0.05)
    if abs(abs(apart) - bound) > NEAR:
        assert (watch(Disagreement(), s, 2) is not None) == (abs(apart) > bound)


def test_ticks_without_a_source_reading_neither_count_nor_forget() -> None:
    monitor, s = Disagreement(), healthy()
    spoke = []
    for tick in range(9):
        s.source_ma = 13.0 if tick % 4 == 0 else None
        next_tick(s)
        spoke.append(monitor.check(s) is not None)
    assert spoke.index(True) == 4


def test_one_agreeing_sample_forgets_a_disagreement() -> None:
    monitor, s = Disagreement(), healthy()
    for _ in range(20):
        for source in (13.0, 15.0):
            s.source_ma = source
            next_tick(s)
            assert monitor.check(s) is None


def test_what_the_volts_tap_takes_is_no_disagreement() -> None:
    s = healthy(set_ma=1.0)
    s.source_ma = s.return_ma + 0.032
    assert watch(Disagreement(), s, 100) is None


# ------------------------------------------------------------ mismatch


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("off", [-0.7, 0.7])
def test_a_set_that_is_not_followed_for_100_ms_is_cut(state: State, off: float) -> None:
    s = healthy(state)
    s.return_ma = s.set_ma + off
    spoke = watch(Mismatch(), s, 40)
    if state in RUNNING:
        assert spoke is not None
        assert spoke[0] == 21  # 100 ms after the first
        assert (spoke[1].code, spoke[1].reaction) == ("E303", "CUT")
    else:
        assert spoke is None


@given(set_ma=st.floats(0.5, 25.0), apart=st.floats(-3.0, 3.0))
def test_mismatch_is_exactly_04_ma_or_4_percent(set_ma: float, apart: float) -> None:
    s = healthy(set_ma=set_ma)
    s.return_ma = set_ma + apart
    s.asked_compliance_v = 48.0
    s.patient_v = 20.0
    bound = allowed(set_ma, 0.4, 0.04)
    if abs(abs(apart) - bound) > NEAR:
        assert (watch(Mismatch(), s, 21) is not None) == (abs(apart) > bound)


def test_99_ms_is_not_yet_a_mismatch_and_one_good_reading_ends_it() -> None:
    monitor, s = Mismatch(), healthy()
    for _ in range(20):
        s.return_ma = 14.0
        assert watch(monitor, s, 20) is None
        s.return_ma = 15.0
        assert watch(monitor, s, 1) is None


def test_a_current_below_the_set_is_physics_when_the_voltage_is_used_up() -> None:
    s = healthy()
    s.return_ma = 12.0
    s.patient_v = s.asked_compliance_v - 1.0
    assert watch(Mismatch(), s, 100) is None


def test_a_current_above_the_set_is_never_excused_by_voltage() -> None:
    s = healthy()
    s.return_ma = 15.7
    s.patient_v = s.asked_compliance_v
    assert watch(Mismatch(), s, 100) is not None


def test_volts_that_were_not_converted_this_tick_are_the_last_known() -> None:
    monitor, s = Mismatch(), healthy()
    s.patient_v = s.asked_compliance_v - 1.0
    assert watch(monitor, s, 1) is None
    s.return_ma, s.patient_v = 12.0, None
    assert watch(monitor, s, 100) is None


def test_nothing_is_compared_until_the_relay_has_closed() -> None:
    s = healthy("RAMP_UP")
    s.return_ma, s.output_closed = 0.0, False
    assert watch(Mismatch(), s, 100) is None


# ------------------------------------------------------------ open


@pytest.mark.parametrize("state", STATES)
def test_an_open_loop_pauses_at_once(state: State) -> None:
    s = healthy(state)
    s.set_ma = max(s.set_ma, 15.0)
    s.return_ma = s.source_ma = 0.0
    spoke = watch(OpenCircuit(), s, 10)
    if state in RUNNING:
        assert spoke is not None
        tick, trip = spoke
        assert tick == 2
        assert (trip.code, trip.reaction, trip.pause, trip.fade_s) == ("E210", "PAUSE", "hands_out", 0.0)
    else:
        assert spoke is None


@given(set_ma=st.floats(0.0, 25.0), share=st.floats(0.0, 1.0))
def test_open_is_exactly_below_half_of_a_set_of_at_least_095_ma(set_ma: float, share: float) -> None:
    s = healthy(set_ma=set_ma)
    s.return_ma = s.source_ma = share * set_ma
    if abs(share - 0.5) > NEAR:
        assert (watch(OpenCircuit(), s, 4) is not None) == (set_ma >= 0.95 and share < 0.5)


@pytest.mark.parametrize("dead", ["return_ma", "source_ma"])
def test_one_sensor_alone_is_a_lie_not_an_open_loop(dead: str) -> None:
    """That is for the disagreement monitor, which cuts."""
    s = healthy()
    setattr(s, dead, 0.0)
    assert watch(OpenCircuit(), s, 20) is None


def test_an_open_loop_is_found_within_25_ms_though_the_source_is_read_every_20_ms() -> None:
    for first in range(4):
        monitor, s = OpenCircuit(), healthy()
        s.return_ma = 0.0
        trips = []
        for tick in range(5):
            s.source_ma = 0.0 if (tick + first) % 4 == 0 else None
            next_tick(s)
            trips.append(monitor.check(s))
        assert any(trips)


def test_a_good_reading_between_is_no_open_loop() -> None:
    monitor, s = OpenCircuit(), healthy()
    for _ in range(20):
        s.return_ma = s.source_ma = 0.0
        next_tick(s)
        assert monitor.check(s) is None
        s.return_ma = s.source_ma = 15.0
        next_tick(s)
        assert monitor.check(s) is None


# ------------------------------------------------------------ all of them


def fading(from_ma: float, in_s: float) -> list[Sample]:
    """A person's pause: sensors that follow each tick's set exactly."""
    samples = []
    ticks = round(in_s / 0.005)
    for n in range(ticks):
        s = healthy("RAMP_DOWN", set_ma=from_ma * (1 - n / ticks), t_ns=10**10 + n * 5_000_000)
        s.source_ma = s.return_ma if n % 4 == 0 else None
        samples.append(s)
    return samples


@pytest.mark.parametrize("in_s", [0.3, 0.4, 0.5, 1.8])
def test_no_fade_of_a_healthy_loop_becomes_a_trip(in_s: float) -> None:
    monitors = (OverSite(), OverSet(), Disagreement(), Mismatch(), OpenCircuit())
    for s in fading(25.0, in_s):
        assert [m.check(s) for m in monitors] == [None] * len(monitors)


@pytest.mark.parametrize("state", sorted(ENERGISED))
def test_a_healthy_loop_is_never_tripped(state: State) -> None:
    for monitor in (OverSite(), OverSet(), Disagreement(), Mismatch(), OpenCircuit()):
        assert watch(monitor, healthy(state), 400) is None
