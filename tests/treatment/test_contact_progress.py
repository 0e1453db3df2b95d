"""CONTACT as people see it: how far it is, how long it still takes, and what sends it back to the beginning."""

from itertools import pairwise

import pytest
from contact_try import PLATEAU, SOUGHT, Try, measuring


def test_the_stages_follow_each_other_and_the_meter_only_rises() -> None:
    hands, stages, meters = Try(), [], []
    for _ in range(33 * PLATEAU):
        stages.append(hands.probe.stage)
        meters.append(hands.probe.meter)
        hands.feed(1)
    assert list(dict.fromkeys(stages)) == ["none", "in_water", "both", "steady"]
    assert all(later >= sooner for sooner, later in pairwise(meters))
    assert (meters[0], meters[-1]) == (0.0, pytest.approx(0.99, abs=0.04))
    assert meters[stages.index("in_water") + PLATEAU // 2 - 1] == pytest.approx(0.15)
    assert meters[SOUGHT + 15 * PLATEAU] == pytest.approx(0.3 + 0.7 * 15 / 30)
    assert stages.count("both") == pytest.approx(3 * PLATEAU, abs=1)
    assert max(m for m, stage in zip(meters, stages, strict=True) if stage == "in_water") == 0.3
    assert 0.3 <= min(m for m, stage in zip(meters, stages, strict=True) if stage == "both") < 0.31


def test_contact_must_last_a_tenth_of_a_second_before_it_is_measured() -> None:
    hands = Try()
    hands.feed(PLATEAU)
    assert (hands.probe.verdict, hands.probe.stage) == ("seeking", "in_water")
    hands.feed(1)
    assert hands.probe.verdict == "measuring"


def test_the_time_that_is_left_counts_down_from_three_seconds_while_it_is_measured() -> None:
    hands = Try()
    assert hands.probe.steady_left_s is None
    hands.feed(PLATEAU)
    assert hands.probe.steady_left_s is None
    hands.feed(1)
    assert hands.probe.steady_left_s == pytest.approx(3.0)
    hands.feed(10 * PLATEAU)
    assert hands.probe.steady_left_s == pytest.approx(2.0)
    hands.feed(21 * PLATEAU)
    assert hands.probe.steady_left_s == 0.0


@pytest.mark.parametrize(("ma", "contact"), [(0.060, True), (0.0599, False)])
def test_sixty_microamperes_are_a_contact(ma: float, contact: bool) -> None:
    hands = Try()
    hands.feed(5, most_ma=ma)
    assert (hands.probe.stage, hands.probe.why) == (("in_water", None) if contact else ("none", "E214"))


def test_a_contact_that_is_lost_while_it_is_sought_begins_again() -> None:
    hands = Try()
    hands.feed(PLATEAU)
    hands.feed(1, most_ma=0.0)
    assert (hands.probe.stage, hands.probe.meter) == ("none", 0.0)
    hands.feed(PLATEAU)
    assert hands.probe.verdict == "seeking"


@pytest.mark.parametrize(("apart_ma", "lost"), [(0.0499, False), (0.0501, True), (-0.0499, False), (-0.0501, True)])
def test_sensors_that_disagree_by_more_than_50_microamperes_are_no_contact(apart_ma: float, lost: bool) -> None:
    hands = measuring()
    hands.probe.step(0.1, 0.1 + apart_ma, None, None)
    assert hands.probe.verdict == ("seeking" if lost else "measuring")


@pytest.mark.parametrize(("apart_ma", "lost"), [(0.0799, False), (0.0801, True)])
def test_of_more_current_they_may_disagree_by_a_fifth(apart_ma: float, lost: bool) -> None:
    hands = measuring()
    hands.probe.step(0.4, 0.4 + apart_ma, None, None)
    assert (hands.probe.verdict == "seeking") is lost


def test_plateaus_of_a_tenth_of_a_second_alternate_between_the_probe_and_a_third_of_it() -> None:
    levels = measuring().feed(4 * PLATEAU)
    for n in range(4):
        plateau = levels[n * PLATEAU : (n + 1) * PLATEAU]
        # a tenth below what flowed while it was sought
        assert plateau == pytest.approx([0.27 if n % 2 else 0.09] * PLATEAU)


def test_the_probe_never_asks_for_more_than_it_began_with() -> None:
    assert max(Try().feed(33 * PLATEAU)) == 0.3
    assert max(Try(flows=lambda _asked_ma, _plateau: 0.4).feed(4 * PLATEAU)) == 0.3  # whatever a sensor says


def test_dry_skin_that_5_v_limit_is_measured_a_tenth_below_what_it_takes() -> None:
    hands = Try()
    hands.feed(1 + PLATEAU, most_ma=0.2)
    levels = {round(ma, 6) for ma in hands.feed(2 * PLATEAU, most_ma=0.2)}
    assert levels == {0.18, 0.06}


@pytest.mark.parametrize(("most_ma", "again"), [(0.24, True), (0.25, False)])
def test_skin_that_dries_while_it_is_measured_is_measured_again_lower(most_ma: float, again: bool) -> None:
    """Seven per cent below the probe is limited, and what was measured before is worth nothing."""
    hands = measuring()
    hands.feed(4 * PLATEAU)
    hands.feed(2 * PLATEAU + 1, most_ma=most_ma)
    left_s = hands.probe.steady_left_s
    assert left_s is not None
    assert (left_s > 2.7) is again
    high_ma = max(hands.feed(2 * PLATEAU, most_ma=most_ma))
    assert high_ma == pytest.approx(0.9 * 0.24 if again else 0.27)


def test_hands_that_leave_while_they_are_measured_are_missed_within_a_plateau() -> None:
    hands = measuring()
    hands.feed(5 * PLATEAU)
    hands.feed(PLATEAU, most_ma=0.01)
    assert (hands.probe.verdict, hands.probe.why, hands.probe.stage) == ("seeking", "E214", "none")


@pytest.mark.parametrize(("share", "steady"), [(0.85, True), (1.15, True), (0.7, False), (1.3, False)])
def test_current_must_stay_within_a_fifth(share: float, steady: bool) -> None:
    hands = measuring()
    hands.feed(6 * PLATEAU)
    for n in range(PLATEAU // 2):
        level_ma = 0.27 if n else 0.09
        hands.probe.step(level_ma * share, None, None, None)
    for _ in range(PLATEAU // 2):
        hands.probe.step(0.09 * share, None, None, None)
    assert (hands.probe.verdict == "measuring") is steady


@pytest.mark.parametrize("first_c_f", [None, 3e-6])
def test_without_the_patients_volts_nothing_is_found_and_it_looks_on(first_c_f: float | None) -> None:
    hands = Try(first_c_f, knows_volts=False)
    hands.feed(SOUGHT + 110 * PLATEAU)
    assert (hands.probe.verdict, hands.probe.signature) == ("measuring", None)
    assert 0.0 < hands.probe.steady_left_s < 3.0


def test_a_current_that_does_not_follow_the_probe_is_no_persons() -> None:
    hands = Try(flows=lambda _asked_ma, _plateau: 0.3)
    looks = []
    for _ in range(110):
        hands.feed(PLATEAU)
        looks.append(hands.probe.verdict)
    assert "good" not in looks
    assert looks.count("seeking") > 10


def test_a_contact_that_was_lost_is_sought_as_long_as_the_first() -> None:
    hands = measuring()
    hands.probe.step(0.3, 0.4, None, None)  # sensors that disagree; the hands are still in
    more = 0
    while hands.probe.verdict == "seeking":
        assert hands.probe.step(0.3, 0.3, None, None) == (0.3, False)
        more += 1
    assert more == PLATEAU


def test_volts_before_any_step_and_a_plateau_late_take_no_part() -> None:
    hands = measuring()
    for age_s in (None, 0.1, 0.2, 0.0):
        hands.probe.step(0.09, None, 0.1, age_s)
    hands.probe.step(0.09, None, None, 0.01)
    assert hands.probe.verdict == "measuring"


def test_steps_of_one_direction_alone_say_nothing() -> None:
    hands = measuring()
    for plateau in range(40):
        hands.knows_volts = plateau % 2 == 0
        hands.feed(PLATEAU)
    assert (hands.probe.verdict, hands.probe.signature) == ("measuring", None)
