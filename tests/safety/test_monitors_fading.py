"""Volts that rise while the current falls: skin is leaving. Volts that fall, hum and restless hands are none."""

from math import pi, sin

import pytest
from healthy import STATES, healthy
from hypothesis import given, settings
from hypothesis import strategies as st

from appliance.safety.monitors.fading import AreaFading
from appliance.safety.trip import Trip

TICK_S = 0.005


def fade(
    ohm_at,  # type: ignore[no-untyped-def]
    *,
    from_ma: float = 15.0,
    in_s: float = 5.0,
    hum_hz: float = 50.0,
    electrodes_v: float = 2.5,
    state: str = "RAMP_DOWN",
) -> tuple[float, Trip | None]:
    """HOLD for a second, then down to zero through `ohm_at` (of seconds since the fade began); when who spoke."""
    monitor, s = AreaFading(), healthy(set_ma=from_ma)
    tick, ma = 0, from_ma
    while ma > 0.0:
        tick += 1
        t_s = tick * TICK_S - 1.0
        s.t_ns += 5_000_000
        s.state = "HOLD" if t_s < 0.0 else state  # type: ignore[assignment]
        ma = from_ma - max(0.0, t_s) * from_ma / in_s
        s.ramp_base_ma = s.set_ma = s.return_ma = max(0.0, ma)
        volts = ma * ohm_at(t_s) / 1000.0 + electrodes_v
        s.patient_v = volts * (1 + 0.02 * sin(2 * pi * hum_hz * t_s)) if tick % 2 else None
        trip = monitor.check(s)
        if trip is not None:
            return t_s, trip
    return t_s, None


def pulled(over_s: float, from_s: float = 0.5):  # type: ignore[no-untyped-def]
    """Loop ohm of 700 and two skins of 600, one of which leaves to a fifteenth of its area."""

    def ohm(t_s: float) -> float:
        gone = min(1.0, max(0.0, (t_s - from_s) / over_s))
        return 700.0 + 600.0 + 600.0 / (1.0 - gone * 14 / 15)

    return ohm


@pytest.mark.parametrize("in_s", [0.3, 0.4, 0.5, 1.8, 5.0, 8.0])
@pytest.mark.parametrize("hum_hz", [50.0, 60.0])
def test_no_fade_of_restless_hands_under_hum_is_a_leaving_hand(hum_hz: float, in_s: float) -> None:
    """5 % of the area at 1 Hz, and skin that hardens as its volts fall."""
    for phase in range(8):

        def ohm(t_s: float, phase: int = phase) -> float:
            hardens = 1.0 + 0.6 * max(0.0, t_s) / in_s
            return 700.0 + 1200.0 * hardens * (1 + 0.05 * sin(2 * pi * t_s + phase))

        assert fade(ohm, in_s=in_s, hum_hz=hum_hz)[1] is None


@pytest.mark.parametrize("from_ma", [6.0, 8.0, 15.0])
@pytest.mark.parametrize(("over_s", "within_s"), [(0.02, 0.025), (0.06, 0.050), (0.5, 0.40)])
def test_a_hand_pulled_out_during_a_fade_opens_the_output(over_s: float, within_s: float, from_ma: float) -> None:
    """Long before a third of the hand is left, at which 60 % of the current reach the ceiling."""
    at_s, trip = fade(pulled(over_s), from_ma=from_ma, in_s=from_ma / 3.0)
    assert trip == AreaFading.TRIP
    assert 0.0 < at_s - 0.5 <= within_s


def test_it_opens_at_once() -> None:
    trip = AreaFading.TRIP
    assert (trip.code, trip.reaction, trip.pause, trip.fade_s) == ("E218", "PAUSE", "area", 0.0)


def fed(volts: list[float], state: str = "RAMP_DOWN", ma: float = 5.0) -> bool:
    monitor, s = AreaFading(), healthy(set_ma=ma)
    for v in volts:
        s.state, s.patient_v = state, v  # type: ignore[assignment]
        if monitor.check(s) is not None:
            return True
    return False


@given(before_v=st.floats(3.0, 44.0), rise=st.floats(0.8, 1.5))
@settings(max_examples=100)
def test_it_is_asked_how_far_the_volts_rose_in_100_ms(before_v: float, rise: float) -> None:
    limit = 1.05 + 0.05 / before_v
    if abs(rise / limit - 1) > 0.001:
        assert fed([before_v] * 10 + [before_v * rise]) == (rise > limit)


@pytest.mark.parametrize("state", [state for state in STATES if state != "RAMP_DOWN"])
def test_it_looks_in_ramp_down_alone(state: str) -> None:
    assert not fed([20.0] * 10 + [40.0] * 20, state)


def test_below_the_probes_current_nothing_is_said() -> None:
    assert not fed([5.0] * 10 + [10.0] * 5, ma=0.4)
