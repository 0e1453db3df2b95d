"""What interrupts a session, by itself: whose it is, and how long it may last."""

from appliance.treatment.pause import Interruption

NS = 10**9


def test_nothing_has_interrupted_at_first_and_two_minutes_are_there() -> None:
    away = Interruption()
    assert (away.reason, away.by_person, away.lowers) == (None, False, False)
    assert away.left_s(5 * NS) == 120.0


def test_the_two_minutes_run_once_until_the_end() -> None:
    away = Interruption()
    away.begin(10 * NS)
    away.begin(50 * NS)
    assert away.left_s(60 * NS) == 70.0
    assert away.left_s(131 * NS) == 0.0
    away.end()
    assert away.left_s(131 * NS) == 120.0
