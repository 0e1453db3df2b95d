"""The pedal as a session sees it: an unplugged one reads pressed, so a press counts only after a release."""

import pytest

from appliance.treatment.pedal import Pedal

TICK_NS = 5_000_000
U, D = (False, False), (True, True)  # up and down, each for as long as it must be seen


def seen(pedal: Pedal, *readings: bool, from_ns: int = 0) -> list[bool]:
    """Let-go after each tick."""
    found = []
    for at, pressed in enumerate(readings):
        pedal.see(from_ns + at * TICK_NS, pressed=pressed)
        found.append(pedal.let_go)
    return found


def test_a_press_and_release_after_a_release_is_heard_once() -> None:
    assert seen(Pedal(), *U, *D, *U, False) == [False] * 5 + [True, False]


def test_a_pedal_that_is_plugged_in_late_presses_nothing() -> None:
    """Unplugged it reads pressed; the first release only proves it."""
    assert seen(Pedal(), *D, *U, False) == [False] * 5


def test_nothing_is_heard_of_a_pedal_that_nobody_has_touched() -> None:
    fresh = Pedal()
    assert not fresh.let_go
    assert seen(fresh, *U, *U) == [False] * 4


@pytest.mark.parametrize(
    "readings",
    [
        (*U, True, *U),  # a glitch
        (*D, False, *D, *U),  # a press that bounces as it is let go, and no release before it
        (*U, True, False, True, False, *U),  # never down for two
        (*U, *D, False, True, False, True),  # never up for two
    ],
)
def test_what_bounces_is_nobodys_wish(readings: tuple[bool, ...]) -> None:
    assert not any(seen(Pedal(), *readings))


def test_a_press_that_bounces_is_one_press() -> None:
    assert sum(seen(Pedal(), *U, True, False, *D, *D, False, True, *U, *U)) == 1


def test_a_new_wait_wants_a_release_of_its_own() -> None:
    pedal = Pedal()
    seen(pedal, *U, *D)
    pedal.forget()
    assert seen(pedal, *U, *D, *U) == [False] * 5 + [True]


def test_a_let_go_is_forgotten_with_the_wait_that_it_belongs_to() -> None:
    pedal = Pedal()
    assert seen(pedal, *U, *D, *U)[-1]
    pedal.forget()
    assert not pedal.let_go


def test_it_is_held_from_the_tick_of_the_press_until_the_release() -> None:
    pedal = Pedal()
    assert pedal.held_s == 0.0
    seen(pedal, False, True, True, True)
    assert pedal.held_s == pytest.approx(0.010)
    seen(pedal, False, from_ns=10**9)
    assert pedal.held_s > 0.0
    seen(pedal, False, from_ns=10**9 + TICK_NS)
    assert pedal.held_s == 0.0


def test_a_second_press_is_counted_from_its_own_beginning() -> None:
    pedal = Pedal()
    seen(pedal, *U, *D, *U)
    seen(pedal, True, True, from_ns=10**10)
    assert pedal.held_s == pytest.approx(0.005)


def test_a_pedal_that_was_never_seen_released_is_stuck() -> None:
    fresh = Pedal()
    assert fresh.stuck
    seen(fresh, True)
    assert fresh.stuck
    seen(fresh, False)
    assert fresh.stuck
    seen(fresh, False, from_ns=TICK_NS)
    assert not fresh.stuck


@pytest.mark.parametrize(("held_ns", "stuck"), [(10 * 10**9 - TICK_NS, False), (10 * 10**9, True)])
def test_a_pedal_that_is_held_for_ten_seconds_is_stuck(held_ns: int, stuck: bool) -> None:
    pedal = Pedal()
    seen(pedal, *U)
    pedal.see(2 * TICK_NS, pressed=True)
    pedal.see(2 * TICK_NS + held_ns, pressed=True)
    assert pedal.stuck is stuck
