"""CONTACT while it measures: a probe that is limited, a current that moves or is gone, sensors that differ."""

from itertools import pairwise

import pytest
from contact_try import PLATEAU, SOUGHT, Try, measuring

from appliance.treatment.contact import SETTLE, STEPS, SUB_TICK_S

HIGH_MA, LOW_MA = 0.27, 0.09  # nine tenths of the 0.3 mA that were found, and a third of it


def levels(asked: list[float]) -> set[float]:
    return {round(ma, 4) for ma in asked}


def test_it_measures_with_nine_tenths_of_what_was_found_and_a_third_of_that() -> None:
    looking = measuring()
    looking.feed(PLATEAU)
    assert levels(looking.feed(20 * PLATEAU)) == {HIGH_MA, LOW_MA}


@pytest.mark.parametrize(("most_ma", "high_ma"), [(0.2465, HIGH_MA), (0.2457, 0.2211), (0.2, 0.18)])
def test_a_probe_that_is_limited_begins_anew_with_nine_tenths_of_what_flowed(most_ma: float, high_ma: float) -> None:
    """7 % and 5 uA below what was asked for are let be: 0.2461 mA."""
    looking = measuring(lambda asked, plateau: min(asked, most_ma) if plateau >= 6 else asked)
    looking.feed(9 * PLATEAU)
    assert looking.probe.verdict == "measuring"
    assert levels(looking.feed(6 * PLATEAU)) == {high_ma, round(high_ma / 3, 4)}


@pytest.mark.parametrize(("most_ma", "verdict"), [(0.068, "measuring"), (0.065, "seeking")])
def test_less_than_60_ua_is_no_contact(most_ma: float, verdict: str) -> None:
    looking = measuring(lambda asked, plateau: min(asked, most_ma) if plateau >= 1 else asked)
    seen = set()
    for _ in range(50):
        looking.feed(6)
        seen.add(looking.probe.verdict)
    assert ("seeking" in seen) is (verdict == "seeking")


@pytest.mark.parametrize(("share", "lost"), [(1.18, False), (1.22, True), (0.82, False), (0.78, True)])
def test_a_current_that_moves_by_a_fifth_at_the_low_level_is_not_steady(share: float, lost: bool) -> None:
    """At the high level a fifth less is a probe that is limited, and begins anew."""
    looking = measuring(
        lambda asked, plateau: asked * share if plateau == 12 + (plateau % 2) and asked < 0.1 else asked
    )
    lowest = 1.0
    for _ in range(200):
        looking.feed(6)
        lowest = min(lowest, looking.probe.meter if looking.plateau >= 12 else 1.0)
    assert (lowest < 0.31) is lost
    assert looking.probe.why is None


@pytest.mark.parametrize(("ma", "why"), [(0.02, None), (0.0199, "E214")])
def test_a_current_that_is_gone_is_said(ma: float, why: str | None) -> None:
    """A third of 60 uA: hands are out, and not only restless."""
    looking = measuring(lambda asked, plateau: ma if plateau in (10, 11) else asked)
    for _ in range(130):
        looking.feed(6)
        if looking.probe.verdict == "seeking":
            break
    assert (looking.probe.verdict, looking.probe.why) == ("seeking", why)


@pytest.mark.parametrize(("off_ma", "lost"), [(0.049, False), (0.052, False), (0.056, True), (-0.056, True)])
def test_sensors_that_differ_are_no_contact(off_ma: float, lost: bool) -> None:
    """50 uA, or a fifth of 0.27 mA: 54."""
    looking = measuring(lambda _asked, _plateau: HIGH_MA)
    looking.source_off_ma = off_ma
    looking.feed(30)
    assert (looking.probe.verdict == "seeking") is lost


def sub_ticks_left(looking: Try) -> list[int]:
    """While it is measured, until a signature is judged."""
    left = []
    while looking.probe.signature is None:
        left_s = looking.probe.steady_left_s
        assert left_s is not None
        left.append(round(left_s / SUB_TICK_S))
        looking.feed(1)
        assert len(left) < 200 * PLATEAU
    return left


def test_what_a_limited_probe_measures_anew_takes_no_longer_than_the_first_time() -> None:
    """Three plateaus that teach, the steps, and the fit of 44 sub-ticks."""
    left = sub_ticks_left(measuring(lambda asked, plateau: min(asked, 0.24) if plateau >= 6 else asked))
    (anew,) = [n for n, (before, now) in enumerate(pairwise(left), 1) if now > before]
    assert anew == pytest.approx(8 * PLATEAU, abs=3)
    assert len(left) - anew == pytest.approx((SETTLE + STEPS) * PLATEAU + 44, abs=3)


def test_the_weakest_probe_is_measured_too() -> None:
    assert len(sub_ticks_left(measuring(lambda asked, _plateau: min(asked, 0.075)))) < 35 * PLATEAU


def test_every_second_pair_of_steps_and_nothing_else_is_written_half_a_sub_tick_late() -> None:
    looking = measuring()
    sub_ticks_left(looking)
    late = [n - SOUGHT for n, is_late in enumerate(looking.late) if is_late]
    assert late == [n * PLATEAU for n in range(SETTLE + STEPS) if n % 4 in (1, 2)]


def test_a_probe_that_has_lost_its_contact_seeks_at_once() -> None:
    looking = measuring()
    looking.feed(5 * PLATEAU)
    asked = [looking.probe.step(0.0, None, None, None) for _ in range(PLATEAU)]
    assert asked[-1] == (0.3, False)
    assert not any(late for _, late in asked[1:])


def test_one_conversion_in_seven_is_not_of_the_patients_volts() -> None:
    looking = measuring()
    others = []
    for n in range(PLATEAU):
        if looking.probe.wants_source:
            others.append(n)
        looking.feed(1)
    assert others == list(range(7, PLATEAU, 7))


@pytest.mark.parametrize(("more_ma", "lost"), [(0.009, False), (0.011, True)])
def test_of_a_weak_probe_10_ua_are_not_steady(more_ma: float, lost: bool) -> None:
    looking = measuring(
        lambda asked, plateau: min(asked, 0.075) + (more_ma if plateau in (12, 13) and asked < 0.03 else 0.0)
    )
    seen = set()
    for _ in range(150):
        looking.feed(6)
        seen.add(looking.probe.verdict)
    assert ("seeking" in seen) is lost


def test_a_current_that_creeps_is_steady() -> None:
    """By 28 % in 3 s, whereas a fifth at once is not."""
    looking = measuring(lambda asked, plateau: asked * (1.0 + 0.01 * max(0, plateau - 5)))
    assert len(sub_ticks_left(looking)) < 35 * PLATEAU
