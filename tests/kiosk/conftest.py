"""One real Kivy window under Xvfb for all tests of this directory."""

# ruff: noqa: PLC0415 - Kivy opens its window when it is imported

from __future__ import annotations

from collections.abc import Iterator

import pytest
from kiosk_rig import Daemon, Screen, SteppedClock

from appliance.kiosk.offscreen import virtual_display
from appliance.kiosk.recorded import IDLE, PLAN
from appliance.kiosk.session import Session


@pytest.fixture
def daemon() -> Daemon:
    return Daemon()


@pytest.fixture
def clock() -> SteppedClock:
    return SteppedClock()


@pytest.fixture
def session(daemon: Daemon, clock: SteppedClock) -> Session:
    return Session(daemon.connect, PLAN, clock_ns=clock)


@pytest.fixture(scope="session")
def window() -> Iterator[object]:
    """Kivy's window. It is closed before its display, or X would end the whole test run."""
    with virtual_display((1280, 1280)):
        from appliance.kiosk.window import open_kivy

        open_kivy((800, 480), offscreen=True, borderless=True)
        from appliance.kiosk.app import open_event_loop

        open_event_loop()
        from kivy.core.window import Window

        yield Window
        from kivy.base import stopTouchApp

        Window.close()
        stopTouchApp()


@pytest.fixture
def screen(window: object, session: Session, daemon: Daemon, clock: SteppedClock) -> Iterator[Screen]:
    from kivy.base import EventLoop
    from kivy.core.window import Window

    Window.size = (800, 480)
    for _ in range(3):
        EventLoop.idle()
    screen = Screen(session, daemon, clock)
    screen.show(IDLE)
    yield screen
