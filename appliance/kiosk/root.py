"""The one widget on the window: the screen of the view, the strip above it, the STOP bar over it.

It passes touches on; it never changes what is shown because of one.
"""

from collections.abc import Callable
from typing import Any, Final

from kivy.clock import Clock
from kivy.graphics import Color, Rectangle
from kivy.uix.widget import Widget

from appliance.kiosk import screens
from appliance.kiosk.look import theme
from appliance.kiosk.screens.base import KioskScreen
from appliance.kiosk.theme import Box, tokens
from appliance.kiosk.view import Action, Screen, View
from appliance.kiosk.widgets.frame import Strip
from appliance.kiosk.widgets.stop_bar import StopBar

BOTTOM: Final[Box] = (0, 392, 800, 88)
BOTTOM_PORTRAIT: Final[Box] = (0, 765, 480, 88)
STRIP: Final[Box] = (0, 0, 800, 40)
STRIP_PORTRAIT: Final[Box] = (0, 0, 480, 40)


class Root(Widget):
    """Built for one theme; another window size builds another."""

    def __init__(self, ask: Callable[[Action], None], **kwargs: Any) -> None:
        look = theme()
        super().__init__(size=(look.width_px, look.height_px), size_hint=(None, None), **kwargs)
        self._ask = ask
        self._screens: dict[Screen, KioskScreen] = {}
        self.screen: KioskScreen | None = None
        self._guard_until_s = 0.0
        self.strip = Strip(box=look.box(STRIP, STRIP_PORTRAIT))
        self.stop_bar = StopBar(box=look.box(BOTTOM, BOTTOM_PORTRAIT))
        with self.canvas.before:
            Color(*look.color("ground"))
            Rectangle(size=self.size)
        self.add_widget(self.strip)
        self.add_widget(self.stop_bar)  # last: on top, and first to be asked about a touch

    def ask(self, action: Action) -> None:
        """A touch asks for `action`."""
        self._ask(action)

    def show(self, view: View) -> None:
        """Show `view`, all of it."""
        if view.screen not in self._screens:
            self._screens[view.screen] = screens.make(view.screen)
        screen = self._screens[view.screen]
        screen.view = view
        if screen is not self.screen:
            if self.screen is not None:
                self.remove_widget(self.screen)
            self.screen = screen
            self.add_widget(screen, index=len(self.children))
        bare = view.screen == "attract"
        self.strip.simulated = view.simulated
        self.strip.site, self.strip.clock = ("", "") if bare else (view.site, view.clock)
        if self.stop_bar.stop is not None and view.stop is None:
            self._guard_until_s = Clock.get_time() + tokens()["motion"]["guard_after_stop_ms"] / 1000
        self.stop_bar.stop = view.stop

    def on_touch_down(self, touch: Any) -> bool:
        """For a second after STOP has left, its place takes no touch: a second STOP presses nothing else."""
        if self.stop_bar.stop is None and Clock.get_time() < self._guard_until_s and touch.y < self.stop_bar.top:
            return True
        return bool(super().on_touch_down(touch))
