"""CONTACT against a small ideal loop: what is a person, what is not, and that nothing asks for more than the probe."""

from collections.abc import Callable
from dataclasses import dataclass, field
from math import exp, pi, sin
from random import Random

import pytest

from appliance.safety.hard_limits import SITES
from appliance.treatment.contact import SUB_TICK_S, ContactProbe, Probe

WINDOW_S = 1 / 860
LIMIT_V = 5.0


@dataclass
class Loop:
    """R_inst + R || C + a slow electrode, driven by a current source of at most 5 V."""

    r_inst: float
    r_skin: float = 0.0
    c_f: float = 1e-6
    electrode_v: float = 2.0
    hum_ma: float = 0.0
    v_skin: float = 0.0
    t_s: float = 0.0
    history: list[tuple[float, float, float]] = field(default_factory=list)

    def advance(self, set_ma: float, dt_s: float) -> float:
        """Closed form over a step; returns the current."""
        most_ma = (LIMIT_V - self.electrode_v - self.v_skin) / self.r_inst * 1000 if self.r_inst else set_ma
        ma = max(0.0, min(set_ma, most_ma)) + self.hum_ma * sin(2 * pi * 50 * self.t_s)
        if self.r_skin:
            goal = ma * self.r_skin / 1000
            self.v_skin = goal + (self.v_skin - goal) * exp(-dt_s / (self.r_skin * self.c_f))
        self.t_s += dt_s
        self.electrode_v += (1.2 + 2.0 * ma - self.electrode_v) * dt_s / 3.0
        self.history.append((self.t_s, ma, ma * self.r_inst / 1000 + self.v_skin + self.electrode_v))
        return ma


def drive(
    loop: Loop, probe: ContactProbe, seconds: float, touch: Callable[[Loop, int], None] | None = None
) -> list[float]:
    """Run sub-ticks as the daemon does; returns every current asked for."""
    fine = 24
    command = Probe(0.0, False)
    asked = []
    step_at = 0.0
    code = 0.0
    noise = Random(1)  # of the converter: one count of 2 mV rms
    begun_at = 0.0  # of the conversion that runs
    start = loop.t_s
    for n in range(round(seconds / SUB_TICK_S)):
        if touch:
            touch(loop, n)
        t0 = start + n * SUB_TICK_S
        window = [h for h in loop.history[-2 * fine :] if h[0] <= t0 and h[0] > t0 - WINDOW_S]
        volts = None
        age = None
        if n > 1:
            conv = [h for h in loop.history[-fine:] if 0.0 < h[0] - begun_at <= WINDOW_S]
            volts = sum(h[2] for h in conv) / len(conv) + noise.gauss(0.0, 0.002)
            age = begun_at + WINDOW_S / 2 - step_at
        return_ma = sum(h[1] for h in window) / len(window) if window else 0.0
        source = None
        if probe.wants_source:
            source, volts, age = return_ma, None, None
        if probe.verdict == "good":
            break
        steps_now = probe.steps_now
        command = probe.step(return_ma, source, volts, age)
        assert not (steps_now and command.late_half)
        asked.append(command.set_ma)
        begun_at = t0 + (0.125 if steps_now else 0.0) * SUB_TICK_S  # after the step, or it would straddle it
        for k in range(fine):
            now = k / fine >= (0.5 if command.late_half else 0.1)
            if now and command.set_ma != code:
                code = command.set_ma
                step_at = loop.t_s
            loop.advance(code, SUB_TICK_S / fine)
    return asked


@pytest.mark.parametrize(
    ("r_inst", "r_skin", "c_uf"),
    [(690, 2600, 2.2), (690, 1000, 2.5), (690, 9000, 1.6), (900, 3500, 3.0), (550, 6000, 2.0)],
)
def test_a_palm_is_recognised_and_measured(r_inst: float, r_skin: float, c_uf: float) -> None:
    loop = Loop(r_inst, r_skin, c_uf * 1e-6, hum_ma=0.003)
    probe = ContactProbe(SITES["hands"], None, WINDOW_S)
    drive(loop, probe, 8.0)
    assert probe.verdict == "good", probe.why
    assert probe.signature is not None
    assert probe.signature.r_inst_ohm == pytest.approx(r_inst, rel=0.05)
    assert probe.signature.r_skin_ohm == pytest.approx(r_skin, rel=0.06)
    assert probe.signature.c_skin_f == pytest.approx(c_uf * 1e-6, rel=0.06)


@pytest.mark.parametrize("r_inst", [500, 745, 1000])
def test_fast_sweaty_skin_after_its_onset_is_told_from_bath_and_body(r_inst: float) -> None:
    """A skin of 0.85 ms has settled within two conversions: the first must begin right after the step."""
    loop = Loop(r_inst, 380, 2.24e-6, hum_ma=0.003)
    probe = ContactProbe(SITES["hands"], 2.24e-6, WINDOW_S)
    drive(loop, probe, 8.0)
    assert probe.signature is not None
    assert probe.signature.r_inst_ohm == pytest.approx(r_inst, rel=0.05)
    assert probe.signature.c_skin_f == pytest.approx(2.24e-6, rel=0.08)


@pytest.mark.parametrize(("r_inst", "r_skin"), [(1000, 0), (330, 0), (1700, 0), (2000, 100), (5, 0)])
def test_no_person_is_never_good(r_inst: float, r_skin: float) -> None:
    loop = Loop(r_inst, r_skin)
    probe = ContactProbe(SITES["hands"], None, WINDOW_S)
    drive(loop, probe, 12.0)
    assert probe.verdict != "good"
    assert probe.why == "E213"


@pytest.mark.parametrize(("r_inst", "r_skin", "c_uf"), [(5, 0, 0), (330, 0, 0), (1000, 0, 0), (690, 60, 2.2)])
@pytest.mark.parametrize("first_c_uf", [0.5, 1.0, 2.2])
def test_a_tray_or_a_cable_in_the_place_of_hands_does_not_resume(
    r_inst: float, r_skin: float, c_uf: float, first_c_uf: float
) -> None:
    probe = ContactProbe(SITES["hands"], first_c_uf * 1e-6, WINDOW_S)
    drive(Loop(r_inst, r_skin, c_uf * 1e-6), probe, 20.0)
    assert probe.verdict != "good"


def test_more_capacitance_than_any_skin_has_is_no_body() -> None:
    """The site's area at 50 nF/cm2 in series twice is 3.75 uF; a fit to noise finds a hundred."""
    probe = ContactProbe(SITES["hands"], None, WINDOW_S)
    drive(Loop(690, 600, 12e-6), probe, 8.0)
    assert probe.verdict != "good"
    assert probe.why == "E213"


def test_soft_water_is_said_and_distilled_refused() -> None:
    soft = ContactProbe(SITES["hands"], None, WINDOW_S)
    drive(Loop(1600, 2600, 2.2e-6), soft, 8.0)
    assert soft.verdict == "good"
    assert soft.soft_water
    refused = ContactProbe(SITES["hands"], None, WINDOW_S)
    drive(Loop(4000, 2600, 2.2e-6), refused, 8.0)
    assert refused.verdict != "good"
    assert refused.why == "E215"


def test_fingertips_are_not_enough() -> None:
    probe = ContactProbe(SITES["hands"], None, WINDOW_S)
    drive(Loop(690, 8000, 0.5e-6), probe, 8.0)
    assert probe.verdict != "good"
    assert probe.why == "E216"


def test_half_a_hand_back_in_does_not_resume() -> None:
    whole = ContactProbe(SITES["hands"], None, WINDOW_S)
    drive(Loop(690, 1300, 2.2e-6), whole, 8.0)
    assert whole.signature is not None
    half = ContactProbe(SITES["hands"], whole.signature.c_skin_f, WINDOW_S)
    drive(Loop(690, 1950, 1.46e-6), half, 8.0)
    assert half.verdict != "good"
    again = ContactProbe(SITES["hands"], whole.signature.c_skin_f, WINDOW_S)
    drive(Loop(690, 1400, 2.2e-6), again, 8.0)
    assert again.verdict == "good"


def floating(over_s: float) -> Callable[[Loop, int], None]:
    """One of two hands leaves from the first second on, down to a tenth."""

    def touch(loop: Loop, n: int) -> None:
        share = max(0.1, 1.0 - max(0.0, n * SUB_TICK_S - 1.0) / over_s)
        loop.r_skin, loop.c_f = 1300.0 + 1300.0 / share, 4.4e-6 * share / (1.0 + share)

    return touch


@pytest.mark.parametrize("over_s", [3.0, 4.0, 6.0])
@pytest.mark.parametrize("first_c_f", [None, 2.2e-6])
def test_a_hand_that_floats_up_while_it_is_measured_is_not_enough(over_s: float, first_c_f: float | None) -> None:
    """What was measured is a mean over the hand that was there and the hand that is left."""
    probe = ContactProbe(SITES["hands"], first_c_f, WINDOW_S)
    drive(Loop(690, 2600, 2.2e-6), probe, 5.0, floating(over_s))
    assert probe.verdict != "good"


@pytest.mark.parametrize("phase", [0.0, 1.6, 3.1, 4.7])
@pytest.mark.parametrize("hz", [0.2, 0.3, 1.0])
def test_restless_hands_are_not_leaving(hz: float, phase: float) -> None:
    """Both hands, 5 % of the area."""

    def touch(loop: Loop, n: int) -> None:
        share = 1.0 + 0.05 * sin(2 * pi * hz * n * SUB_TICK_S + phase)
        loop.r_skin, loop.c_f = 2600.0 / share, 2.2e-6 * share

    probe = ContactProbe(SITES["hands"], None, WINDOW_S)
    drive(Loop(690, 2600, 2.2e-6), probe, 6.0, touch)
    assert probe.verdict == "good", probe.why


def test_flickering_contact_is_never_good() -> None:
    def flicker(loop: Loop, n: int) -> None:
        loop.r_inst = 690 if (n // 700) % 2 == 0 else 4e6

    probe = ContactProbe(SITES["hands"], None, WINDOW_S)
    asked = drive(Loop(690, 2600, 2.2e-6), probe, 12.0, flicker)
    assert probe.verdict != "good"
    assert max(asked) <= 0.5


def test_open_loop_says_put_the_hands_in() -> None:
    probe = ContactProbe(SITES["hands"], None, WINDOW_S)
    asked = drive(Loop(1e6, 2600, 2.2e-6), probe, 1.0)
    assert probe.why == "E214"
    assert probe.stage == "none"
    assert max(asked) <= 0.5


@pytest.mark.parametrize("at_s", [0.8, 1.5, 2.5, 3.2])
@pytest.mark.parametrize("r_tray", [3.0, 330.0, 1000.0])
def test_what_takes_the_persons_place_half_way_through_is_measured_anew(r_tray: float, at_s: float) -> None:
    """The probe holds its current through both, so that only the volts show it: a tray must not be called a body."""
    loop = Loop(700.0, 2000.0, 2e-6)

    def swap(loop: Loop, n: int) -> None:
        if n == round(at_s / SUB_TICK_S):
            loop.r_inst, loop.r_skin, loop.v_skin = r_tray, 0.0, 0.0

    probe = ContactProbe(SITES["hands"], None, WINDOW_S)
    drive(loop, probe, 8.0, swap)
    assert probe.verdict != "good"


@pytest.mark.parametrize("share", [0.9, 1.1])
def test_a_hand_that_moves_a_little_is_the_same_person(share: float) -> None:
    loop = Loop(700.0, 2000.0, 2e-6)

    def move(loop: Loop, n: int) -> None:
        if n == round(2.0 / SUB_TICK_S):
            loop.r_skin *= share

    probe = ContactProbe(SITES["hands"], None, WINDOW_S)
    drive(loop, probe, 5.0, move)
    assert probe.verdict == "good"


def test_other_channels_are_converted_often_but_never_where_fast_skin_shows() -> None:
    """Two conversions of the source within 60 ms (one sensor may lie that long), none in the first 11 ms of a step."""
    loop = Loop(700.0, 2000.0, 2e-6)
    probe = ContactProbe(SITES["hands"], None, WINDOW_S)
    gaps: list[int] = []
    steps: list[int] = []

    def look(_loop: Loop, n: int) -> None:
        if probe.verdict == "measuring":
            if probe.steps_now:
                steps.append(n)
            if probe.wants_source:
                gaps.append(n)

    drive(loop, probe, 3.0, look)
    sources = gaps[::2]  # every second of the other channels, as `Run.contact_channel` turns them
    assert len(sources) > 50
    assert max(later - n for n, later in zip(sources, sources[2:], strict=False)) * SUB_TICK_S <= 0.060
    assert min(n - max(step for step in steps if step <= n) for n in gaps if n >= steps[0]) >= 7
