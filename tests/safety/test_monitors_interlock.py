"""Switches, relays, latch, watchdog, tray, pedal, late ticks and the lease."""

import pytest
from healthy import ENERGISED, NOT_SELF_TEST, STATES, TICK_NS, healthy, next_tick, watch
from hypothesis import given
from hypothesis import strategies as st

from appliance.safety.monitors.interlock import EStop, Latch, Pedal, PolarityRelay, SafetyRelay, Tray, WatchdogOk
from appliance.safety.monitors.timing import LateTick, LeaseLost
from appliance.safety.sample import State

TRAVEL_NS = 40_000_000


@pytest.mark.parametrize("state", STATES)
def test_the_red_switch_is_cut_in_every_state(state: State) -> None:
    s = healthy(state)
    assert EStop().check(s) is None
    s.e_stop = True
    trip = EStop().check(s)
    assert trip is not None
    assert (trip.code, trip.reaction) == ("E401", "CUT")


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("commanded", [False, True])
def test_a_relay_that_does_not_follow_is_cut(state: State, commanded: bool) -> None:
    """Welded closed while it should be open, dead open while it should be closed."""
    s = healthy(state)
    s.enabled, s.relay_open = commanded, commanded
    s.enabled_since_ns = s.t_ns - TRAVEL_NS
    trip = watch(SafetyRelay(TRAVEL_NS), s, 1)
    if state in NOT_SELF_TEST - {"FAULT"}:
        assert trip is not None
        assert (trip[1].code, trip[1].reaction) == ("E402", "CUT")
    else:
        assert trip is None


@given(since_ns=st.integers(0, 3 * TRAVEL_NS))
def test_a_relay_has_its_travel_time_and_no_more(since_ns: int) -> None:
    s = healthy()
    s.relay_open = True
    s.enabled_since_ns = s.t_ns - since_ns
    assert (SafetyRelay(TRAVEL_NS).check(s) is not None) == (since_ns > TRAVEL_NS)


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("commanded", [False, True])
def test_a_direction_that_does_not_follow_is_cut(state: State, commanded: bool) -> None:
    s = healthy(state)
    s.asked_reversed, s.reversed = commanded, not commanded
    s.polarity_since_ns = s.t_ns - TRAVEL_NS
    trip = watch(PolarityRelay(TRAVEL_NS), s, 1)
    if state in NOT_SELF_TEST:
        assert trip is not None
        assert (trip[1].code, trip[1].reaction) == ("E403", "CUT")
    else:
        assert trip is None


@given(since_ns=st.integers(0, 3 * TRAVEL_NS))
def test_the_direction_relay_has_its_travel_time_and_no_more(since_ns: int) -> None:
    s = healthy("REVERSE")
    s.asked_reversed = True
    s.polarity_since_ns = s.t_ns - since_ns
    assert (PolarityRelay(TRAVEL_NS).check(s) is not None) == (since_ns > TRAVEL_NS)


@pytest.mark.parametrize("state", STATES)
def test_a_hardware_trip_is_cut(state: State) -> None:
    s = healthy(state)
    assert Latch().check(s) is None
    s.latch_tripped = True
    trip = Latch().check(s)
    if state in NOT_SELF_TEST:
        assert trip is not None
        assert (trip.code, trip.reaction) == ("E404", "CUT")
    else:
        assert trip is None


@pytest.mark.parametrize("state", STATES)
def test_a_watchdog_that_is_not_content_is_cut(state: State) -> None:
    s = healthy(state)
    assert WatchdogOk().check(s) is None
    s.watchdog_ok = False
    trip = WatchdogOk().check(s)
    if state in NOT_SELF_TEST - {"FAULT"}:
        assert trip is not None
        assert (trip.code, trip.reaction) == ("E405", "CUT")
    else:
        assert trip is None


@pytest.mark.parametrize("state", STATES)
def test_a_tray_pulled_for_two_ticks_opens_the_output_at_once(state: State) -> None:
    s = healthy(state)
    s.tray_out = True
    spoke = watch(Tray(), s, 4)
    if state in ENERGISED:
        assert spoke is not None
        tick, trip = spoke
        assert tick == 2
        assert (trip.code, trip.reaction, trip.pause, trip.fade_s) == ("E406", "PAUSE", "tray", 0.0)
    else:
        assert spoke is None


@pytest.mark.parametrize("state", STATES)
def test_a_pressed_pedal_fades_the_current_softly(state: State) -> None:
    s = healthy(state)
    s.pedal = True
    spoke = watch(Pedal(), s, 4)
    if state in ENERGISED:
        assert spoke is not None
        tick, trip = spoke
        assert tick == 2
        assert (trip.code, trip.reaction, trip.pause, trip.fade_s) == ("E407", "PAUSE", "pedal", 0.5)
    else:
        assert spoke is None


@pytest.mark.parametrize(("monitor", "field"), [(Tray(), "tray_out"), (Pedal(), "pedal")])
def test_a_bounce_of_one_tick_is_forgotten(monitor: Tray | Pedal, field: str) -> None:
    s = healthy()
    for tick in range(40):
        setattr(s, field, tick % 2 == 0)
        next_tick(s)
        assert monitor.check(s) is None


@pytest.mark.parametrize("state", STATES)
def test_a_tick_10_ms_late_is_cut_while_current_can_flow(state: State) -> None:
    s = healthy(state)
    s.late_ns = 10_000_001
    trip = LateTick().check(s)
    if state in ENERGISED:
        assert trip is not None
        assert (trip.code, trip.reaction) == ("E408", "CUT")
    else:
        assert trip is None


@given(late_ns=st.integers(0, 30_000_000))
def test_lateness_is_a_fault_above_10_ms_only(late_ns: int) -> None:
    s = healthy()
    s.late_ns = late_ns
    assert (LateTick().check(s) is not None) == (late_ns > 2 * TICK_NS)


@pytest.mark.parametrize("state", STATES)
def test_a_silent_operators_screen_fades_the_current(state: State) -> None:
    s = healthy(state)
    assert LeaseLost().check(s) is None
    s.lease_lost = True
    trip = LeaseLost().check(s)
    if state in ENERGISED:
        assert trip is not None
        assert (trip.code, trip.reaction, trip.pause) == ("E409", "RAMP_DOWN", "operator_lost")
    else:
        assert trip is None
