"""The fit behind `area_capacitance` on volts that are computed by hand: one skin, one capacitance, exact answers."""

from collections.abc import Iterator
from math import exp, inf
from random import Random

import pytest
from healthy import healthy

from appliance.safety.monitors.capacitance import (
    BLOCK,
    CONVERSION_S,
    INST_OHM,
    LEAST_BLOCKS,
    LEAST_NOISE_V,
    TAUS_S,
    TICK_S,
    Answer,
    AreaCapacitance,
    Explanations,
)
from appliance.safety.sample import Sample

STEP_MA = 4 * 0.007326
AGE_S = 0.7e-3  # from a step to the middle of its conversion
BASE_MA = 10.0


class Skin:
    """R_inst and R parallel C; each tick steps the set, each second tick converts, averaged over its window."""

    def __init__(
        self, r_inst: float, r_skin: float, tau_s: float, *, noise_v: float = 0.0, base_ma: float = BASE_MA
    ) -> None:
        self.r_inst, self.r_skin, self.tau_s, self.noise_v, self.base_ma = r_inst, r_skin, tau_s, noise_v, base_ma
        self.random = Random(3)
        self.s: Sample = healthy(set_ma=base_ma)
        self.skin_v = base_ma * r_skin / 1000.0
        self.n = 0

    def ticks(self, count: int) -> Iterator[Sample]:
        s = self.s
        for _ in range(count):
            s.t_ns += 5_000_000
            ma = self.base_ma + self.random.choice((-STEP_MA, STEP_MA))
            end_v = ma * self.r_skin / 1000.0
            s.set_ma, s.patient_v, s.volts_age_s = ma, None, None
            if self.n % 2 == 0:
                begin, end = AGE_S - CONVERSION_S / 2, AGE_S + CONVERSION_S / 2
                left = self.tau_s / CONVERSION_S * (exp(-begin / self.tau_s) - exp(-end / self.tau_s))
                s.patient_v = ma * self.r_inst / 1000.0 + end_v + (self.skin_v - end_v) * left
                s.patient_v += self.random.gauss(0.0, self.noise_v)
                s.volts_age_s = AGE_S
            self.skin_v = end_v + (self.skin_v - end_v) * exp(-TICK_S / self.tau_s)
            self.n += 1
            yield s


def looked(skin: Skin, blocks: int = 4, *, inst_ohm: float | None = None, noise: float = 1e-6) -> Explanations:
    """All explanations after so many blocks."""
    answer, look = Answer(), None
    while blocks:
        for s in skin.ticks(1):
            if answer.take(s):
                look = answer.look()
                blocks -= 1
    assert look is not None
    tried = Explanations(*look, answer.age_s, skin.r_inst if inst_ohm is None else inst_ohm, noise)
    while not tried.done:
        tried.advance()
    return tried


@pytest.mark.parametrize("at", range(0, len(TAUS_S), 3))
def test_of_a_skin_whose_time_is_asked_for_the_capacitance_is_found(at: int) -> None:
    """Its tau is one of the grid's: that explanation leaves nothing unexplained, and its C is the skin's."""
    tau_s, r_skin = TAUS_S[at], 1000.0
    tried = looked(Skin(700.0, r_skin, tau_s))
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
    assert 0.9 * c_f <= looked(Skin(700.0, r_skin, tau_s)).most_f() <= 1.9 * c_f


@pytest.mark.parametrize("off_ohm", [-INST_OHM, INST_OHM])
def test_a_bath_that_is_a_little_off_changes_little(off_ohm: float) -> None:
    skin = Skin(700.0, 1000.0, TAUS_S[9])
    best = min(looked(skin, inst_ohm=700.0 + off_ohm, noise=1e-4)._found)
    assert best[1] == pytest.approx(TAUS_S[9] / 1000.0, rel=0.25)


def test_what_noise_is_left_is_what_there_was() -> None:
    """10 mV a conversion, filtered: sqrt(1 + 1 + 2 x (0.382^2 + 2.236^2)) = 3.5 times that."""
    tried = looked(Skin(700.0, 1000.0, TAUS_S[9], noise_v=0.010), noise=1e-3)
    assert tried.noise**0.5 == pytest.approx(0.035, rel=0.2)


def test_where_nothing_moves_nothing_is_found() -> None:
    tried = Explanations([0.0] * 15, 50, AGE_S, 700.0, 0.0)
    while not tried.done:
        tried.advance()
    assert tried._found == [(inf, inf)] * len(TAUS_S)


# ------------------------------------------------------------ blocks


def test_a_look_needs_two_blocks_and_holds_four() -> None:
    skin, answer, sizes = Skin(700.0, 1000.0, 2e-3), Answer(), []
    for s in skin.ticks(6 * 2 * BLOCK + 40):
        if answer.take(s):
            look = answer.look()
            sizes.append(None if look is None else look[1])
    assert sizes == [None, 50, 75, 100, 100, 100]
    assert LEAST_BLOCKS == 2


def test_the_first_block_ends_when_the_filter_has_run_in() -> None:
    """Seven conversions fill the filter, one more its past, and the first tick has no set before it: 32 and one."""
    skin, answer = Skin(700.0, 1000.0, 2e-3), Answer()
    full = [n for n, s in enumerate(skin.ticks(300), 1) if answer.take(s)]
    assert full[:3] == [2 * (BLOCK + 9) - 1, 2 * (2 * BLOCK + 9) - 1, 2 * (3 * BLOCK + 9) - 1]


def test_a_gap_in_the_conversions_runs_the_filter_in_again() -> None:
    skin, answer = Skin(700.0, 1000.0, 2e-3), Answer()
    for s in skin.ticks(40):
        assert not answer.take(s)
    for s in skin.ticks(4):  # 20 ms in which the converter was asked something else
        s.patient_v = None
        assert not answer.take(s)
    full = [n for n, s in enumerate(skin.ticks(300), 1) if answer.take(s)]
    assert full[0] == 2 * (BLOCK + 8) - 1


def test_only_conversions_right_after_a_step_have_an_age() -> None:
    skin, answer = Skin(700.0, 1000.0, 2e-3), Answer()
    for n, s in enumerate(skin.ticks(200)):
        if s.volts_age_s is not None and n % 4 == 0:
            s.volts_age_s = 5.7e-3  # the dither stood still in this tick
        answer.take(s)
    assert answer.age_s == pytest.approx(AGE_S)


def test_what_was_forgotten_does_not_come_back() -> None:
    skin, answer = Skin(700.0, 1000.0, 2e-3), Answer()
    for s in skin.ticks(180):
        if answer.take(s):
            answer.look()
    assert answer.begun
    answer.restart()
    assert not answer.begun
    sizes = []
    for s in skin.ticks(200):
        if answer.take(s):
            look = answer.look()
            sizes.append(None if look is None else look[1])
    assert sizes == [None, 50, 75]


# ------------------------------------------------------------ how much must be left


@pytest.mark.parametrize(
    ("set_ma", "area"),
    [(3.0, 0.6), (15.0, 0.6), (15.5, 0.62), (16.0, 0.64), (16.25, 0.65), (20.0, 0.65)],
)
def test_the_share_that_must_be_left_follows_the_current(set_ma: float, area: float) -> None:
    """150 cm2 at 0.20 mA/cm2 are 30 mA: 1.2 times the density's share, between 0.60 and 0.65 of one hand."""
    s = healthy(set_ma=set_ma)
    assert AreaCapacitance().least_share(s) == pytest.approx(2.0 * area / (1.0 + area))


class Watched:
    """The monitor on a skin whose C_s is `share` of what must be left; the bath is what CONTACT found."""

    def __init__(self, share: float, base_ma: float = 10.0) -> None:
        self.monitor = AreaCapacitance()
        self.skin = Skin(690.0, 1000.0, TAUS_S[12], base_ma=base_ma)
        self.n = 0
        self.share = share

    @property
    def share(self) -> float:
        s = self.skin.s
        return TAUS_S[12] / 1000.0 / (s.contact_c_f * self.monitor.least_share(s))

    @share.setter
    def share(self, share: float) -> None:
        s = self.skin.s
        s.contact_c_f = TAUS_S[12] / 1000.0 / (share * self.monitor.least_share(s))

    def ticks(self, count: int) -> int | None:
        """Which tick from the beginning trips, if one does."""
        for s in self.skin.ticks(count):
            self.n += 1
            if self.monitor.check(s) is not None:
                return self.n
        return None


def look(number: int) -> int:
    """The tick in which a look is over: it begins with a block, from the second on, and tries 24 taus in 8 ticks."""
    return 2 * ((number + 1) * BLOCK + 9) - 1 + 7


@pytest.mark.parametrize(
    ("share", "base_ma", "tick"),
    [
        (1.01, 10.0, None),
        (0.99, 10.0, look(6)),
        (0.50, 10.0, look(6)),  # 0.33 of the ceiling's density: there is time
        (0.91, 11.0, look(6)),
        (0.89, 11.0, look(2)),  # 0.37 of it: so much less skin is believed at the second look
    ],
)
def test_how_often_it_looks_before_it_speaks(share: float, base_ma: float, tick: int | None) -> None:
    assert Watched(share, base_ma).ticks(look(12)) == tick


@pytest.mark.parametrize(("share", "base_ma", "looks"), [(0.95, 10.0, 6), (0.85, 11.0, 2)])
def test_one_look_that_finds_enough_begins_the_count_anew(share: float, base_ma: float, looks: int) -> None:
    watched = Watched(share, base_ma)
    assert watched.ticks(look(looks - 1)) is None
    watched.share = 1.05
    assert watched.ticks(look(looks) - watched.n) is None
    watched.share = share
    assert watched.ticks(look(20) - watched.n) == look(2 * looks)


@pytest.mark.parametrize(("base_ma", "speaks"), [(1.9, False), (2.0, True), (2.1, True)])
def test_it_asks_from_2_ma_on(base_ma: float, speaks: bool) -> None:
    watched = Watched(0.8, base_ma)
    assert (watched.ticks(look(6)) is not None) is speaks


def test_a_pause_forgets_every_look() -> None:
    watched = Watched(0.8)
    assert watched.ticks(look(5)) is None
    watched.skin.s.state = "PAUSED"
    assert watched.ticks(1) is None
    watched.skin.s.state = "HOLD"
    watched.n = 0
    tick = watched.ticks(look(7))
    assert tick is not None
    assert look(6) - 2 <= tick <= look(6) + 2
