"""The kiosk in a real window under Xvfb, touched by real touches."""

# ruff: noqa: PLC0415 - Kivy opens its window when it is imported

import time

import pytest
from kiosk_rig import Daemon, Screen, SteppedClock
from msgspec.structs import replace

from appliance.kiosk.recorded import IDLE, RECORDED
from appliance.link.messages import Acknowledge, Adjust, Begin, Command, Pause, Renew, Resume, Start, Stop

STOP = (400, 436)
NEXT = (630, 432)
LIVE = ("armed", "contact_three", "treatment_hold", "treatment_stopping", "paused_hands_out", "done_unmeasured")


@pytest.mark.parametrize("name", LIVE)
def test_stop_is_sent_when_the_finger_goes_down(screen: Screen, daemon: Daemon, name: str) -> None:
    screen.show(name)
    touch = screen.press(*STOP)
    assert daemon.heard_of(Stop) == 1
    touch.touch_up()  # type: ignore[attr-defined]
    assert daemon.heard_of(Stop) == 1


@pytest.mark.parametrize("x_dp", [1, 24, 400, 798])
@pytest.mark.parametrize("y_dp", [394, 478])
def test_stop_is_the_whole_bottom_edge(screen: Screen, daemon: Daemon, x_dp: int, y_dp: int) -> None:
    screen.show("treatment_hold")
    screen.tap(x_dp, y_dp)
    assert daemon.heard_of(Stop) == 1


@pytest.mark.parametrize("silent_s", [1.5, 4.0])
def test_stop_is_sent_from_a_screen_that_has_lost_the_device(screen: Screen, daemon: Daemon, silent_s: float) -> None:
    screen.show("treatment_hold")
    screen.wait(silent_s)
    screen.press(*STOP)
    assert daemon.heard_of(Stop) == 1


def test_every_press_of_stop_is_sent(screen: Screen, daemon: Daemon) -> None:
    screen.show("treatment_hold")
    screen.tap(*STOP)
    screen.tap(*STOP)
    assert daemon.heard_of(Stop) == 2


@pytest.mark.parametrize(
    ("name", "place", "command"),
    [
        ("attract", (400, 200), Start),
        ("armed_beside", (190, 340), Begin),
        ("treatment_hold", (448, 340), Adjust),
        ("treatment_hold", (584, 340), Adjust),
        ("treatment_hold", (714, 340), Pause),
        ("paused_stings", (190, 340), Resume),
        ("done", NEXT, Acknowledge),
        ("fault", NEXT, Acknowledge),
    ],
)
def test_everything_else_acts_on_release(
    screen: Screen, daemon: Daemon, name: str, place: tuple[int, int], command: type[Command]
) -> None:
    screen.show(name)
    touch = screen.press(*place)
    assert daemon.heard_of(command) == 0
    touch.touch_up()  # type: ignore[attr-defined]
    assert daemon.heard_of(command) == 1


def test_a_finger_that_slides_off_a_button_does_nothing(screen: Screen, daemon: Daemon) -> None:
    screen.show("treatment_hold")
    touch = screen.press(714, 340)
    touch.touch_move(500, 350)  # type: ignore[attr-defined]
    touch.touch_up()  # type: ignore[attr-defined]
    assert daemon.heard_of(Pause) == 0


def test_a_touch_changes_nothing_on_the_screen_until_the_status_does(screen: Screen) -> None:
    screen.show("treatment_hold")
    before = screen.words()
    screen.tap(448, 340)
    screen.tap(*STOP)
    screen.step()
    assert screen.words() == before
    screen.show("treatment_stopping")
    assert "Stopping" in screen.words()


def test_a_dashed_button_takes_no_touch(screen: Screen, daemon: Daemon) -> None:
    screen.show("treatment_at_limit")
    screen.tap(584, 340)
    screen.show("treatment_waiting")
    screen.wait(1.5)
    for x_dp in (448, 584, 714):
        screen.tap(x_dp, 340)
    assert daemon.heard_of(Adjust) == daemon.heard_of(Pause) == 0


def test_a_button_that_went_away_under_the_finger_does_nothing(screen: Screen, daemon: Daemon) -> None:
    screen.show("paused_stings")
    touch = screen.press(190, 340)
    screen.show("paused_hands_out")
    touch.touch_up()  # type: ignore[attr-defined]
    assert daemon.heard_of(Resume) == 0


def test_the_place_of_stop_takes_no_touch_for_a_second_after_it_left(screen: Screen, daemon: Daemon) -> None:
    screen.show("treatment_stopping")
    screen.show("done_stopped")
    screen.tap(*NEXT)
    assert daemon.heard_of(Acknowledge) == 0
    time.sleep(1.1)
    screen.step()
    screen.tap(*NEXT)
    assert daemon.heard_of(Acknowledge) == 1


def test_the_lease_ends_with_the_status(screen: Screen, daemon: Daemon) -> None:
    screen.show("treatment_hold")
    screen.wait(1.0)
    before = daemon.heard_of(Renew)
    screen.wait(3.0)
    assert daemon.heard_of(Renew) == before


def test_a_silent_device_is_greyed_then_hidden_then_back(screen: Screen) -> None:
    screen.show("treatment_hold")
    assert "18:24" in screen.words()
    screen.wait(1.5)
    assert "Waiting for the device." in screen.words()
    assert "18:24" in screen.words()
    screen.wait(1.0)
    assert screen.name == "lost"
    assert "Keep both hands" in screen.words()
    assert "18:24" not in screen.words()
    screen.show("treatment_hold")
    assert screen.name == "treatment"


def test_a_killed_daemon_ends_in_the_lost_screen(screen: Screen, daemon: Daemon) -> None:
    screen.show("treatment_hold")
    daemon.alive = False
    screen.wait(2.5)
    assert screen.name == "lost"
    assert "red switch" in screen.words()


def test_a_simulated_device_is_named_on_the_window(screen: Screen, clock: SteppedClock) -> None:
    for name, recorded in RECORDED.items():
        if recorded.status is None:
            continue
        screen.show(replace(recorded.status, simulated=True))
        assert "SIMULATED DEVICE" in screen.words(), name
    screen.wait(3.0)
    assert "SIMULATED DEVICE" in screen.words()


def test_a_window_of_another_size_is_filled(screen: Screen, daemon: Daemon) -> None:
    from kivy.base import EventLoop
    from kivy.core.window import Window

    screen.show(IDLE)
    Window.size = (1280, 720)
    for _ in range(3):
        EventLoop.idle()
    screen.show("treatment_hold")
    assert tuple(screen.kiosk.root.size) == (1280, 720)
    assert screen.kiosk.root.stop_bar.width == 1280
