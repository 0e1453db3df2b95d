"""The fit behind the monitor of capacitance: exact on a skin computed on paper, honest about noise, blind to hum."""

from collections.abc import Callable
from itertools import pairwise
from math import cos, inf, pi

import pytest
from exact_skin import ExactSkin, Ticks

from appliance.safety.monitors import capacitance
from appliance.safety.monitors.capacitance import NEIGHBOURS, TAUS_S, Answer, Explanations

NOISE_V2 = 1e-4


def explained(ticks: Ticks, *, told_ohm: float | None = None, noise: float = NOISE_V2, blocks: int = 4) -> Explanations:
    """What so many blocks of conversions say."""
    answer, ended = Answer(), 0
    look = None
    while ended < blocks:
        if answer.take(ticks.next()):
            ended += 1
            look = answer.look()
    assert look is not None
    inst_ohm = ticks.s.r_inst_ohm if told_ohm is None else told_ohm
    tried = Explanations(*look, answer.age_s, inst_ohm, noise)
    while not tried.done:
        tried.advance()
    return tried


# ------------------------------------------------------------ exact


@pytest.mark.parametrize("age_s", [0.65e-3, 0.7e-3, 1.2e-3])
@pytest.mark.parametrize("at", [0, 2, 5, 9, 14, 19, 23])
@pytest.mark.parametrize("inst_ohm", [150.0, 700.0])
def test_a_skin_of_one_tau_is_found_exactly(at: int, age_s: float, inst_ohm: float) -> None:
    """0.4 to 40 ms, whatever the electrodes' constant volts."""
    c_f = 0.4e-6 if at == 0 else 1e-6
    ticks = Ticks(ExactSkin(inst_ohm, TAUS_S[at] / c_f, c_f))
    ticks.age_s = age_s
    assert explained(ticks).most_f() == pytest.approx(c_f, rel=1e-6)


@pytest.mark.parametrize("tau_s", [0.55e-3, 2.1e-3, 6.5e-3, 31e-3])
def test_a_skin_between_two_tau_is_found_within_their_distance(tau_s: float) -> None:
    ticks = Ticks(ExactSkin(700.0, tau_s / 1e-6, 1e-6))
    assert explained(ticks).most_f() == pytest.approx(1e-6, rel=0.2)


def test_the_tau_that_are_tried_reach_from_a_softened_to_a_callused_skin() -> None:
    assert TAUS_S[0] == pytest.approx(0.4e-3)
    assert TAUS_S[-1] == pytest.approx(40e-3)
    assert all(longer / shorter == pytest.approx(1.22, abs=0.003) for shorter, longer in pairwise(TAUS_S))


def test_only_the_last_second_counts() -> None:
    """A skin that was another one before is forgotten after four blocks."""
    ticks = Ticks(ExactSkin(700.0, TAUS_S[14] / 2e-6, 2e-6))
    answer, look, ended = Answer(), None, 0
    while ended < 9:
        if answer.take(ticks.next()):
            ended += 1
            if ended == 4:
                ticks.skin = ExactSkin(700.0, TAUS_S[14] / 1e-6, 1e-6)
            look = answer.look()
    assert look is not None
    tried = Explanations(*look, answer.age_s, 700.0, NOISE_V2)
    while not tried.done:
        tried.advance()
    assert tried.most_f() == pytest.approx(1e-6, rel=1e-6)


# ------------------------------------------------------------ where it cannot know


def test_volts_that_overshoot_are_no_small_skin() -> None:
    """A negative resistance beside a negative capacitance: such an explanation allows any capacitance."""
    ticks = Ticks(ExactSkin(1700.0, -500.0, -TAUS_S[10] / 500.0))
    assert explained(ticks, told_ohm=1700.0).most_f() == inf


def test_a_set_that_stood_still_allows_any_capacitance() -> None:
    tried = Explanations([0.0] * 15, 50, 0.7e-3, 700.0, NOISE_V2)
    while not tried.done:
        tried.advance()
    assert tried.most_f() == inf


@pytest.mark.parametrize("wrong_ohm", [-30.0, 30.0])
def test_strong_steps_find_a_bath_that_contact_got_wrong(wrong_ohm: float) -> None:
    ticks = Ticks(ExactSkin(700.0, TAUS_S[10] / 1e-6, 1e-6))
    assert explained(ticks, told_ohm=700.0 + wrong_ohm).most_f() == pytest.approx(1e-6, rel=2e-3)


@pytest.mark.parametrize(
    ("told_ohm", "noise_v", "share"),
    [(660.0, 10e-3, 0.968), (740.0, 10e-3, 1.034), (660.0, 5e-3, 0.986), (740.0, 20e-3, 1.051)],
)
def test_weak_steps_believe_contact_a_little_where_skin_is_fast(told_ohm: float, noise_v: float, share: float) -> None:
    """The dither, skin of 0.7 ms, 40 ohm wrong: as seen; the more noise there was, the more CONTACT is believed."""
    c_f = 1e-6
    ticks = Ticks(ExactSkin(700.0, TAUS_S[3] / c_f, c_f), step_ma=0.0293)
    assert explained(ticks, told_ohm=told_ohm, noise=noise_v**2).most_f() / c_f == pytest.approx(share, abs=0.002)


# ------------------------------------------------------------ noise


@pytest.mark.parametrize(("step_ma", "share"), [(0.215, 1.30), (0.235, 1.0)])
def test_every_tau_that_the_noise_allows_is_believed(step_ma: float, share: float) -> None:
    """From 0.226 mA on the next tau misses the volts of 8 uF by more than 3 sigma of a conversion's own noise: seen."""
    c_f = 8e-6
    ticks = Ticks(ExactSkin(700.0, TAUS_S[6] / c_f, c_f), step_ma=step_ma)
    assert explained(ticks, noise=NOISE_V2 / 4).most_f() / c_f == pytest.approx(share, abs=0.01)


def test_volts_without_noise_are_taken_for_a_conversions_own() -> None:
    ticks = Ticks(ExactSkin(700.0, TAUS_S[10] / 1e-6, 1e-6))
    assert explained(ticks).noise == pytest.approx(5e-3**2)


@pytest.mark.parametrize("at", [10, 23])
def test_noise_is_what_no_explanation_explains(at: int) -> None:
    """8 mV of each conversion are 28 of the filter's; 6 % of their power is lost to the fit (seen, sigma 1.3 %)."""
    ticks = Ticks(ExactSkin(700.0, TAUS_S[at] / 1e-6, 1e-6))
    ticks.noise_v = 8e-3
    seen = [explained(ticks).noise for _ in range(300)]
    assert sum(seen) / len(seen) / (12.29 * 8e-3**2) == pytest.approx(0.94, abs=0.03)


def impulse() -> list[float]:
    """What the filter makes of one conversion."""
    window = [0.0] * 7
    return [capacitance._filtered(window, 1.0 if at == 0 else 0.0) for at in range(7)]


def test_filtered_noise_is_hardly_like_its_neighbour() -> None:
    taps = impulse()
    power = sum(tap * tap for tap in taps)
    assert power == pytest.approx(12.29, rel=1e-3)
    assert sum(a * b for a, b in pairwise(taps)) / power == pytest.approx(NEIGHBOURS, rel=0.01)


@pytest.mark.parametrize(
    "volts",
    [
        lambda t_s: cos(2 * pi * 50.0 * t_s + 1.0),
        lambda t_s: cos(2 * pi * 60.0 * t_s + 1.0),
        lambda t_s: 30.0,
        lambda t_s: 5.0 * t_s,
        lambda t_s: 40.0 * t_s * t_s,
    ],
    ids=["50 Hz", "60 Hz", "electrodes", "a ramp", "a hand that moves"],
)
def test_the_filter_takes_off_hum_and_whatever_is_slow(volts: Callable[[float], float]) -> None:
    taps = impulse()
    for begin in range(20):
        assert sum(tap * volts((begin - at) * 0.01) for at, tap in enumerate(taps)) == pytest.approx(0.0, abs=2e-6)
