"""The kiosk program: one window, one session, one frame function. It decides nothing."""

import signal
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

from kivy.base import EventLoop, runTouchApp, stopTouchApp
from kivy.clock import Clock
from kivy.core.window import Window

from appliance.kiosk import look
from appliance.kiosk.root import Root
from appliance.kiosk.session import Session
from appliance.kiosk.snapshot import save
from appliance.kiosk.theme import Theme, ThemeName
from appliance.kiosk.view_model import build
from appliance.kiosk.window import MAX_FPS, OFFSCREEN_FPS

PICTURE_AGAIN_S = 0.2  # a signal for a picture is answered within this


class Options(NamedTuple):
    """How the kiosk runs."""

    theme: ThemeName = "light"
    offscreen: bool = False
    picture: Path | None = None
    picture_every_s: float | None = None


class Kiosk:
    """Owns the root widget; builds it anew when the window changes its size."""

    def __init__(self, session: Session, options: Options, wall_local: Callable[[], datetime] = datetime.now) -> None:
        self.session = session
        self._options = options
        self._wall_local = wall_local
        self._picture_wanted = False
        self.root = self._new_root()

    def frame(self, _dt: float) -> None:
        """Poll, show, and only then renew: a screen that does not draw does not keep the current up."""
        if self.root.size != list(Window.system_size):
            self.root = self._new_root()
        self.session.frame()
        self.root.show(build(self.session.shown(self._wall_local())))
        self.session.renew()

    def run(self) -> None:
        """Until the window is closed or the process is told to end."""
        fps = OFFSCREEN_FPS if self._options.offscreen else MAX_FPS
        Clock.schedule_interval(self.frame, 1.0 / min(fps, 15))
        if self._options.picture is not None:
            self._schedule_pictures()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stopTouchApp())
        try:
            runTouchApp()
        finally:
            self.session.close()

    def _new_root(self) -> Root:
        look.use(Theme(self._options.theme, *map(int, Window.system_size)))
        for old in list(Window.children):
            Window.remove_widget(old)
        root = Root(self.session.act)
        Window.add_widget(root)
        return root

    def _schedule_pictures(self) -> None:
        signal.signal(signal.SIGUSR1, self._want_picture)
        Clock.schedule_interval(self._answer_picture, PICTURE_AGAIN_S)
        if self._options.picture_every_s is not None:
            Clock.schedule_interval(self._want_picture, self._options.picture_every_s)

    def _want_picture(self, *_args: Any) -> None:
        self._picture_wanted = True

    def _answer_picture(self, _dt: float) -> None:
        if self._picture_wanted and self._options.picture is not None:
            self._picture_wanted = False
            save(self._options.picture)


def open_event_loop() -> None:
    """For callers that step the frames themselves (pictures, tests): start Kivy without its loop."""
    EventLoop.ensure_window()
    runTouchApp(embedded=True)
