"""The fit finds the loop that made the points, and says when it is no body."""

from math import exp, sinh

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from appliance.treatment.signature import Fit, Point, Signature

PLATEAU_S, TAIL_S = 0.1, 0.02
WINDOW_S = 1 / 860


def points(loop: Signature, step_ma: float) -> list[Point]:
    """What alternating steps show of this loop in its periodic state, each conversion averaged over its window."""
    tau = loop.tau_s
    q = exp(-PLATEAU_S / tau)
    half = WINDOW_S / (2 * tau)
    tail = tau / TAIL_S * (exp(-(PLATEAU_S - TAIL_S) / tau) - q)
    shown = []
    for n in range(1, 59):
        t = n / 600
        x = 1 - (exp(-t / tau) * sinh(half) / half + tail) / (1 + q)
        shown.append(Point(t, step_ma / 1000 * (loop.r_inst_ohm + loop.r_skin_ohm * x)))
    return shown


def fitted(loop: Signature, step_ma: float = 0.2) -> Signature:
    return fit_of(points(loop, step_ma), step_ma)


def fit_of(shown: list[Point], step_ma: float) -> Signature:
    fit = Fit(shown, step_ma, WINDOW_S)
    for _ in range(200):
        fit.advance()
        if fit.result is not None:
            return fit.result
    raise AssertionError("the fit never ends")


@given(st.floats(300.0, 1500.0), st.floats(400.0, 9000.0), st.floats(0.0015, 0.05), st.sampled_from([0.05, 0.2, 0.4]))
@settings(max_examples=60, deadline=None)
def test_it_finds_the_loop(r_inst: float, r_skin: float, tau_s: float, step_ma: float) -> None:
    found = fitted(Signature(r_inst, r_skin, tau_s), step_ma)
    assert found.r_inst_ohm == pytest.approx(r_inst, rel=0.03, abs=0.03 * r_skin)
    assert found.loop_ohm == pytest.approx(r_inst + r_skin, rel=0.03)
    assert found.c_skin_f == pytest.approx(tau_s / r_skin, rel=0.1)


@pytest.mark.parametrize("drift_v_per_s", [-0.5, 0.06, 0.12, 0.5])
def test_slow_electrodes_are_not_taken_for_bath_and_body(drift_v_per_s: float) -> None:
    """They rise in each step up and fall in each step down: a step starts where the middle of the last tail was not."""
    shown = points(Signature(700.0, 1000.0, 0.004), 0.2)
    found = fit_of([Point(t_s, v + drift_v_per_s * (t_s - TAIL_S / 2)) for t_s, v in shown], 0.2)
    exact = fit_of(shown, 0.2)
    assert found.r_inst_ohm == pytest.approx(exact.r_inst_ohm, abs=0.1)
    assert found.r_skin_ohm == pytest.approx(exact.r_skin_ohm, abs=0.1)


@pytest.mark.parametrize(
    ("loop", "body"),
    [
        (Signature(690.0, 2600.0, 0.006), True),
        (Signature(690.0, 230.0, 0.006), True),
        (Signature(690.0, 229.0, 0.006), False),  # less than a quarter of the loop
        (Signature(1000.0, 0.0, 0.006), False),  # dummy load
        (Signature(690.0, 2600.0, 0.0007), False),
        (Signature(690.0, 2600.0, 0.0008), True),
        (Signature(690.0, 2600.0, 0.080), True),
        (Signature(690.0, 2600.0, 0.081), False),
    ],
)
def test_a_body_has_skin_and_skin_has_its_time(loop: Signature, body: bool) -> None:
    assert loop.is_body is body


def test_half_the_area_has_half_the_capacitance_whatever_the_skin_does() -> None:
    whole = fitted(Signature(690.0, 2600.0, 0.0057))
    softened_half = fitted(Signature(690.0, 2600.0, 0.00285))
    assert softened_half.c_skin_f == pytest.approx(0.5 * whole.c_skin_f, rel=0.05)


def test_no_skin_has_no_capacitance() -> None:
    assert Signature(1000.0, 0.0, 0.01).c_skin_f == 0.0


def test_a_fit_spreads_over_many_ticks_and_then_stands_still() -> None:
    fit = Fit(points(Signature(690.0, 2600.0, 0.006), 0.2), 0.2, WINDOW_S)
    ticks = 0
    while fit.result is None and ticks < 1000:
        fit.advance()
        ticks += 1
    assert 20 < ticks < 1000
    found = fit.result
    fit.advance()
    assert fit.result == found


@pytest.mark.parametrize("count", [1, 2, 7])
def test_points_at_one_place_are_a_loop_without_skin(count: int) -> None:
    """Nothing tells skin from bath then: 0.2 V at 0.2 mA are 1 kilo-ohm of bath."""
    assert fit_of([Point(0.01, 0.2)] * count, 0.2)[:2] == (pytest.approx(1000.0), 0.0)
    assert fit_of([Point(0.01, 0.2)] * count, 0.1)[:2] == (pytest.approx(2000.0), 0.0)


def test_plain_resistance_has_no_skin_at_any_time() -> None:
    found = fit_of([Point(0.001 * n, 0.2) for n in range(1, 99)], 0.2)
    assert found.r_inst_ohm == pytest.approx(1000.0, rel=1e-6)
    assert found.r_skin_ohm == pytest.approx(0.0, abs=1e-6)


COARSE_S = [0.3e-3 * (0.2 / 0.3e-3) ** (n / 31) for n in range(32)]


@pytest.mark.parametrize("place", [5, 6])
@pytest.mark.parametrize("at", [0, 1, 3, 10, 20, 31])
def test_a_loop_on_the_grid_of_time_constants_is_found_exactly(at: int, place: int) -> None:
    """The second grid has twelve places from one neighbour of the best to the other, the first and last included."""
    low_s, high_s = COARSE_S[max(0, at - 1)], COARSE_S[min(31, at + 1)]
    tau_s = low_s * (high_s / low_s) ** (place / 11)
    found = fitted(Signature(700.0, 1000.0, tau_s))
    assert found.tau_s == pytest.approx(tau_s, rel=1e-9)
    assert found.r_inst_ohm == pytest.approx(700.0, abs=1e-4)
    assert found.r_skin_ohm == pytest.approx(1000.0, abs=1e-4)
