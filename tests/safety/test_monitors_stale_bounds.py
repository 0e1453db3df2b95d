"""The stale monitor's own numbers: how much of the dither a reading must follow, from when, and how soon it speaks."""

from collections.abc import Iterator
from math import pi, sin
from random import Random

import pytest
from healthy import MA_PER_CODE, TICK_NS, healthy

from appliance.safety.monitors.stale import Stale
from appliance.safety.sample import Sample

DITHER_MA = 4 * MA_PER_CODE
BLOCK = 64
WINDOW = 1024


def ticks(seed: int, set_ma: float = 15.0) -> Iterator[Sample]:
    rng, s = Random(seed), healthy(set_ma=set_ma)
    while True:
        s.t_ns += TICK_NS
        s.dither_ma = rng.choice((-DITHER_MA, DITHER_MA))
        s.set_ma = s.ramp_base_ma + s.dither_ma
        yield s


def first_word(seed: int, responses: list[float], *, hum_ma: float = 0.0, hz: float = 50.0) -> int | None:
    """Tick (from 1) of the first trip when the reading follows each window's share of the dither, under hum."""
    stale = Stale()
    for n, s in zip(range(len(responses) * WINDOW), ticks(seed), strict=False):
        hum = hum_ma * sin(2 * pi * hz * n * 0.005 + 1.0)
        s.return_ma = s.ramp_base_ma + responses[n // WINDOW] * s.dither_ma + hum
        if stale.check(s) is not None:
            return n + 1
    return None


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("hz", [50.0, 60.0])
def test_a_reading_must_follow_half_of_the_dither_under_hum_of_any_strength(seed: int, hz: float) -> None:
    """Hum at the tick's own rate passes the notch with nothing, however strong."""
    assert first_word(seed, [0.55] * 3, hum_ma=0.5, hz=hz) is None
    assert first_word(seed, [0.45], hum_ma=0.5, hz=hz) == WINDOW


@pytest.mark.parametrize("hz", [50.0, 60.0])
def test_the_notch_takes_off_hum_of_eight_times_the_highest_current(hz: float) -> None:
    """Nobody will ever see it; a notch that is a little off would not show under less."""
    assert first_word(1, [0.55] * 3, hum_ma=200.0, hz=hz) is None
    assert first_word(1, [1.0, 0.45], hum_ma=200.0, hz=hz) == 2 * WINDOW


@pytest.mark.parametrize("seed", range(4))
def test_half_of_the_dither_is_measured_exactly(seed: int) -> None:
    """Without hum such a reading would stand still already."""
    assert first_word(seed, [0.502] * 3, hum_ma=0.5) is None
    assert first_word(seed, [0.498], hum_ma=0.5) == WINDOW
    assert first_word(seed, [0.502, 0.498], hum_ma=0.5) == 2 * WINDOW


@pytest.mark.parametrize("seed", range(4))
def test_each_window_is_judged_by_itself(seed: int) -> None:
    assert first_word(seed, [1.0, 0.0], hum_ma=0.2) == 2 * WINDOW
    assert first_word(seed, [1.0, 1.0, 0.0], hum_ma=0.2) == 3 * WINDOW
    assert first_word(seed, [1.0, 0.45], hum_ma=0.2) == 2 * WINDOW


def test_a_constant_error_of_the_reading_is_not_this_monitors_business() -> None:
    stale = Stale()
    for _, s in zip(range(3 * WINDOW), ticks(1), strict=False):
        s.return_ma = 1.03 * s.set_ma
        assert stale.check(s) is None


@pytest.mark.parametrize(
    ("set_ma", "dithers", "judged"),
    [(2.0, True, True), (1.998, True, True), (1.998, False, False), (1.0, False, False)],
)
def test_it_judges_wherever_the_set_is_dithered(set_ma: float, dithers: bool, judged: bool) -> None:
    """A choice of 2 mA is 1.998 of the DAC: dithered, and a reading that stands still was never found there."""
    stale = Stale()
    spoke = None
    for n, s in zip(range(2 * BLOCK), ticks(2, set_ma), strict=False):
        s.dither_ma = s.dither_ma if dithers else 0.0
        s.return_ma = set_ma
        if stale.check(s) is not None:
            spoke = n + 1
            break
    assert spoke == (BLOCK if judged else None)


@pytest.mark.parametrize("at", [0, 1, BLOCK // 2, BLOCK - 1])
@pytest.mark.parametrize(("moves", "stands_still"), [(0.95, True), (1.05, False)])
def test_a_reading_that_moves_less_than_one_dither_in_64_ticks_stands_still(
    moves: float, stands_still: bool, at: int
) -> None:
    """Its whole range, in one direction or the other; the dither itself moves by two."""
    for sign in (-1, 1):
        stale = Stale()
        spoke = None
        for n, s in zip(range(BLOCK), ticks(3), strict=False):
            s.return_ma = s.ramp_base_ma + sign * moves * DITHER_MA * (n == at)
            if stale.check(s) is not None:
                spoke = n + 1
        assert (spoke == BLOCK) is stands_still


@pytest.mark.parametrize("pause", ["PAUSED", "below 2 mA"])
def test_after_a_pause_64_ticks_are_seen_anew(pause: str) -> None:
    """Alive for 40 ticks before it; frozen from its end on."""
    stale, spoke = Stale(), None
    for n, s in zip(range(41 + 2 * BLOCK), ticks(4), strict=False):
        s.return_ma = s.set_ma if n < 40 else 15.0
        s.state = "PAUSED" if n == 40 and pause == "PAUSED" else "HOLD"
        s.dither_ma = 0.0 if n == 40 and pause != "PAUSED" else s.dither_ma
        if stale.check(s) is not None and spoke is None:
            spoke = n - 40
    assert spoke == BLOCK
