"""A reading that stands still, or that lives but does not follow: found by the dither, and never by hum."""

from collections.abc import Iterator
from math import floor, pi, sin
from random import Random

import pytest
from healthy import MA_PER_CODE, STATES, TICK_NS, healthy

from appliance.safety.monitors.stale import Stale
from appliance.safety.sample import Sample

DITHER_MA = 4 * MA_PER_CODE
LSB_MA = 0.001255
WITHIN = 128
RATE_HZ = 860


def dithers(rng: Random) -> Iterator[float]:
    shift = rng.randrange(1, 0xFFFF)
    while True:
        bit = (shift ^ (shift >> 2) ^ (shift >> 3) ^ (shift >> 5)) & 1
        shift = (shift >> 1) | (bit << 15)
        yield DITHER_MA if bit else -DITHER_MA


class FreeRunningAdc:
    """The newest of conversions that run on their own clock, up to 10 % off: up to one and a half of them old."""

    def __init__(self, rng: Random, *, hum: float, hz: float) -> None:
        self._rng = rng
        self._conversion_s = (1 + rng.uniform(-0.1, 0.1)) / RATE_HZ
        self._begun_s = rng.uniform(0, self._conversion_s)
        self._phase = rng.uniform(0, 2 * pi)
        self._hum = hum
        self._hz = hz

    def read(self, current_ma: float, t_s: float) -> float:
        done = floor((t_s - self._begun_s) / self._conversion_s)
        middle_s = self._begun_s + (done - 0.5) * self._conversion_s
        hum_ma = self._hum * current_ma * sin(2 * pi * self._hz * middle_s + self._phase)
        return round((current_ma + hum_ma) / LSB_MA + self._rng.gauss(0, 1)) * LSB_MA


def tick(s: Sample, dither_ma: float) -> None:
    s.t_ns += TICK_NS
    s.dither_ma = dither_ma
    s.set_ma = s.ramp_base_ma + dither_ma


@pytest.mark.parametrize("hz", [50.0, 60.0])
@pytest.mark.parametrize("seed", range(20))
def test_a_living_reading_with_hum_never_trips(seed: int, hz: float) -> None:
    """2 % hum on the highest current, sampled by a converter that does not know our ticks."""
    rng = Random(seed)
    adc = FreeRunningAdc(rng, hum=0.02, hz=hz)
    stale, s, dither = Stale(), healthy(set_ma=25.0), dithers(rng)
    for n in range(200 * 40):
        tick(s, next(dither))
        s.return_ma = adc.read(s.set_ma, n * 0.005)
        assert stale.check(s) is None, f"tick {n}"


@pytest.mark.parametrize("alive_ticks", [0, 1, 5, 70, 71, 100, 133, 134, 500, 1099])
@pytest.mark.parametrize("state", ["RAMP_UP", "HOLD", "RAMP_DOWN"])
def test_a_frozen_reading_trips_within_128_ticks(alive_ticks: int, state: str) -> None:
    rng = Random(alive_ticks)
    adc = FreeRunningAdc(rng, hum=0.02, hz=50.0)
    stale, s, dither = Stale(), healthy(), dithers(rng)
    s.state = state  # type: ignore[assignment]
    spoke = None
    for n in range(alive_ticks + WITHIN):
        tick(s, next(dither))
        if n <= alive_ticks:
            s.return_ma = adc.read(s.set_ma, n * 0.005)
        trip = stale.check(s)
        if trip is not None:
            spoke = n
            assert (trip.code, trip.reaction) == ("E204", "CUT")
            break
    assert spoke is not None
    assert spoke >= alive_ticks


def test_a_frozen_reading_is_found_while_the_current_falls() -> None:
    stale, s, dither = Stale(), healthy(), dithers(Random(1))
    found = False
    for _ in range(WITHIN):
        s.ramp_base_ma -= 0.015  # 3 mA/s
        tick(s, next(dither))
        found = found or stale.check(s) is not None
    assert found


@pytest.mark.parametrize("hum", [0.0, 0.005, 0.02])
def test_a_dac_that_stands_still_is_found_even_under_hum(hum: float) -> None:
    """The reading lives, but nothing that is set reaches it."""
    rng = Random(3)
    adc = FreeRunningAdc(rng, hum=hum, hz=50.0)
    stale, s, dither = Stale(), healthy(), dithers(rng)
    for n in range(200 * 11):
        tick(s, next(dither))
        s.return_ma = adc.read(15.0, n * 0.005)
        if stale.check(s) is not None:
            return
    pytest.fail("a stuck output was never noticed")


def test_somebody_elses_living_reading_is_found() -> None:
    """A swapped channel follows another dither."""
    stale, s, dither, other = Stale(), healthy(), dithers(Random(4)), dithers(Random(5))
    for _ in range(200 * 11):
        tick(s, next(dither))
        s.return_ma = s.ramp_base_ma + next(other)
        if stale.check(s) is not None:
            return
    pytest.fail("a reading of something else was never noticed")


@pytest.mark.parametrize("state", sorted(set(STATES) - {"RAMP_UP", "HOLD", "RAMP_DOWN"}))
def test_only_states_with_a_dither_are_judged(state: str) -> None:
    stale, s, dither = Stale(), healthy(), dithers(Random(6))
    s.state = state  # type: ignore[assignment]
    for _ in range(3 * WITHIN):
        tick(s, next(dither))
        assert stale.check(s) is None


def test_below_2_ma_there_is_no_dither_to_follow() -> None:
    stale, s = Stale(), healthy(set_ma=1.99)
    for _ in range(3 * WITHIN):
        tick(s, 0.0)
        assert stale.check(s) is None


def test_a_pause_forgets_what_was_seen() -> None:
    """Half a block of a frozen reading before a pause is not held against the ramp after it."""
    rng = Random(7)
    stale, s, dither = Stale(), healthy(), dithers(rng)
    adc = FreeRunningAdc(rng, hum=0.0, hz=50.0)
    for _ in range(60):
        tick(s, next(dither))
        assert stale.check(s) is None
    s.state = "PAUSED"
    tick(s, 0.0)
    assert stale.check(s) is None
    s.state = "RAMP_UP"
    for n in range(3 * WITHIN):
        tick(s, next(dither))
        s.return_ma = adc.read(s.set_ma, n * 0.005)
        assert stale.check(s) is None
