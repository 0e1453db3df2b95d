"""The fit behind `area_capacitance` on volts that are computed by hand: one skin, one capacitance, exact answers."""

from collections.abc import Iterator
from math import inf

import pytest
from exact_skin import ExactSkin, Ticks

from appliance.safety.monitors.capacitance import (
    BLOCK,
    INST_OHM,
    LEAST_BLOCKS,
    LEAST_NOISE_V,
    TAUS_S,
    Answer,
    Explanations,
)
from appliance.safety.sample import Sample

STEP_MA = 4 * 0.007326
AGE_S = 0.7e-3  # from a step to the middle of its conversion


def skin(r_inst: float, r_skin: float, tau_s: float) -> Ticks:
    return Ticks(ExactSkin(r_inst, r_skin, tau_s / r_skin), step_ma=STEP_MA, seed=3)


def next_ticks(ticks: Ticks, count: int) -> Iterator[Sample]:
    return (ticks.next() for _ in range(count))


def looked(ticks: Ticks, blocks: int = 4, *, inst_ohm: float | None = None, noise: float = 1e-6) -> Explanations:
    """All explanations after so many blocks."""
    answer, look = Answer(), None
    while blocks:
        if answer.take(ticks.next()):
            look = answer.look()
            blocks -= 1
    assert look is not None
    tried = Explanations(*look, answer.age_s, ticks.s.r_inst_ohm if inst_ohm is None else inst_ohm, noise)
    while not tried.done:
        tried.advance()
    return tried


@pytest.mark.parametrize("at", range(0, len(TAUS_S), 3))
def test_of_a_skin_whose_time_is_asked_for_the_capacitance_is_found(at: int) -> None:
    """Its tau is one of the grid's: that explanation leaves nothing unexplained, and its C is the skin's."""
    tau_s, r_skin = TAUS_S[at], 1000.0
    tried = looked(skin(700.0, r_skin, tau_s))
    found = tried._found[at]
    assert found == min(tried._found)
    assert found[1] == pytest.approx(tau_s / r_skin, rel=0.01)
    assert found[0] < 1e-6
    assert tried.noise == LEAST_NOISE_V**2


@pytest.mark.parametrize("tau_s", [1.1e-3, 2.6e-3, 6.1e-3, 15e-3])
@pytest.mark.parametrize("r_skin", [400.0, 1300.0])
def test_what_noise_allows_is_little_more_than_the_truth(tau_s: float, r_skin: float) -> None:
    """The most of all explanations that are as good: never below it by more than the grid's step, never far above."""
    c_f = tau_s / r_skin
    assert 0.9 * c_f <= looked(skin(700.0, r_skin, tau_s)).most_f() <= 1.9 * c_f


@pytest.mark.parametrize("off_ohm", [-INST_OHM, INST_OHM])
def test_a_bath_that_is_a_little_off_changes_little(off_ohm: float) -> None:
    best = min(looked(skin(700.0, 1000.0, TAUS_S[9]), inst_ohm=700.0 + off_ohm, noise=1e-4)._found)
    assert best[1] == pytest.approx(TAUS_S[9] / 1000.0, rel=0.25)


def test_what_noise_is_left_is_what_there_was() -> None:
    """10 mV a conversion, filtered: sqrt(1 + 1 + 2 x (0.382^2 + 2.236^2)) = 3.5 times that."""
    ticks = skin(700.0, 1000.0, TAUS_S[9])
    ticks.noise_v = 0.010
    tried = looked(ticks, noise=1e-3)
    assert tried.noise**0.5 == pytest.approx(0.035, rel=0.2)


def test_where_nothing_moves_nothing_is_found() -> None:
    tried = Explanations([0.0] * 15, 50, AGE_S, 700.0, 0.0)
    while not tried.done:
        tried.advance()
    assert tried._found == [(inf, inf)] * len(TAUS_S)


# ------------------------------------------------------------ blocks


def test_a_look_needs_two_blocks_and_holds_four() -> None:
    ticks, answer, sizes = skin(700.0, 1000.0, 2e-3), Answer(), []
    for s in next_ticks(ticks, 6 * 2 * BLOCK + 40):
        if answer.take(s):
            look = answer.look()
            sizes.append(None if look is None else look[1])
    assert sizes == [None, 50, 75, 100, 100, 100]
    assert LEAST_BLOCKS == 2


def test_the_first_block_ends_when_the_filter_has_run_in() -> None:
    """Seven conversions fill the filter, and one more its past."""
    ticks, answer = skin(700.0, 1000.0, 2e-3), Answer()
    full = [n for n, s in enumerate(next_ticks(ticks, 300), 1) if answer.take(s)]
    assert full[:3] == [2 * (BLOCK + 8), 2 * (2 * BLOCK + 8), 2 * (3 * BLOCK + 8)]


def test_a_gap_in_the_conversions_runs_the_filter_in_again() -> None:
    ticks, answer = skin(700.0, 1000.0, 2e-3), Answer()
    for s in next_ticks(ticks, 40):
        assert not answer.take(s)
    for s in next_ticks(ticks, 4):  # 20 ms in which the converter was asked something else
        s.patient_v = None
        assert not answer.take(s)
    full = [n for n, s in enumerate(next_ticks(ticks, 300), 1) if answer.take(s)]
    assert full[0] == 2 * (BLOCK + 8)


def test_only_conversions_right_after_a_step_have_an_age() -> None:
    ticks, answer = skin(700.0, 1000.0, 2e-3), Answer()
    for n, s in enumerate(next_ticks(ticks, 200)):
        if s.volts_age_s is not None and n % 4 == 1:
            s.volts_age_s = 5.7e-3  # the dither stood still in this tick
        answer.take(s)
    assert answer.age_s == pytest.approx(AGE_S)


def test_what_was_forgotten_does_not_come_back() -> None:
    ticks, answer = skin(700.0, 1000.0, 2e-3), Answer()
    for s in next_ticks(ticks, 180):
        if answer.take(s):
            answer.look()
    assert answer.begun
    answer.restart()
    assert not answer.begun
    sizes = []
    for s in next_ticks(ticks, 200):
        if answer.take(s):
            look = answer.look()
            sizes.append(None if look is None else look[1])
    assert sizes == [None, 50, 75]


def judged(noise_v: float, worse_v2: float) -> float:
    """The most that is believed of two explanations: the best of 1 uF, and one of 2 uF that is so much worse."""
    tried = looked(skin(700.0, 1000.0, 0.004))
    best = 100 * noise_v**2  # a hundred conversions
    tried._found[:] = [(best, 1e-6), (best + worse_v2, 2e-6)]
    return tried.most_f()


@pytest.mark.parametrize(
    ("noise_v", "allowed_v2"),
    [
        (2e-3, 225e-6),  # never less than 5 mV: nine times their square
        (8e-3, 576e-6),  # three sigma
        (10e-3, 900e-6),
        (20e-3, 8400e-6),  # of 400e-6, 100 are the device's own: three sigma of them, five of what hum adds
        (40e-3, 38400e-6),
    ],
)
def test_noise_of_hum_must_be_clearer_than_the_converters_own(noise_v: float, allowed_v2: float) -> None:
    assert judged(noise_v, 0.99 * allowed_v2) == 2e-6
    assert judged(noise_v, 1.01 * allowed_v2) == 1e-6
