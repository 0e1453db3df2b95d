"""STOP: the whole width of the bottom edge, always the same place. It acts on press and never asks.

It must never wait for a release, a confirmation or a fresh status.
"""

from typing import Any

from kivy.graphics import Color, Rectangle
from kivy.properties import BooleanProperty, ObjectProperty

from appliance.kiosk.look import theme
from appliance.kiosk.theme import tokens
from appliance.kiosk.view import Stop
from appliance.kiosk.widgets.base import Drawn, ask
from appliance.kiosk.widgets.picture import Picture
from appliance.kiosk.widgets.text import Words


class StopBar(Drawn):
    """Octagon, word and two hints. `stop` None: there is no bar."""

    stop = ObjectProperty(None, allownone=True)
    pressed = BooleanProperty(False)
    REDRAW_ON = ("stop", "pressed")

    def __init__(self, **kwargs: Any) -> None:
        self._word = Words(weight="PlexBold", valign="middle", ink="onstop")
        self._left = Words(weight="PlexMedium", valign="middle", ink="onstop")
        self._right = Words(weight="PlexMedium", valign="middle", halign="right", ink="onstop")
        self._octagon = Picture()
        super().__init__(**kwargs)
        for child in (self._word, self._left, self._right, self._octagon):
            self.add_widget(child)
        for name in ("stop", "pos", "size"):
            self.fbind(name, self._lay)

    def on_touch_down(self, touch: Any) -> bool:
        """Act now."""
        if self.stop is None or not self.collide_point(*touch.pos):
            return False
        self.pressed = True
        touch.grab(self)
        ask(self, "stop")
        return True

    def on_touch_up(self, touch: Any) -> bool:
        """Only the look changes."""
        if touch.grab_current is not self:
            return False
        touch.ungrab(self)
        self.pressed = False
        return True

    def _lay(self, *_args: Any) -> None:
        stop: Stop | None = self.stop
        self._octagon.name = "stop_octagon" if stop else ""
        self._word.text = stop.word if stop else ""
        self._left.text = stop.left if stop else ""
        self._right.text = stop.right if stop else ""
        if theme().portrait:
            self._lay_portrait(stop)
        else:
            self._lay_landscape()

    def _lay_landscape(self) -> None:
        px = theme().px
        self._word.size_dp, self._left.size_dp, self._right.size_dp = tokens()["type"]["stop"], 22, 22
        middle = self.x + self.width / 2
        self._octagon.box = [middle - px(110), self.y + px(12), px(64), px(64)]
        self._word.box = [middle - px(29), self.y, px(180), self.height]
        self._left.box = [self.x + px(24), self.y, px(260), self.height]
        self._right.box = [self.right - px(284), self.y, px(260), self.height]

    def _lay_portrait(self, stop: Stop | None) -> None:
        """The hint goes under the word; while stopping, that is the more important one."""
        px = theme().px
        self._word.size_dp, self._left.size_dp = 46, 22
        self._right.text = ""
        if stop is not None:
            self._left.text = f"{stop.left} {stop.right}" if stop.stopping else stop.right
        self._octagon.box = [self.x + px(95), self.y + px(12), px(64), px(64)]
        self._word.box = [self.x + px(174), self.y + px(28), px(280), self.height - px(28)]
        self._left.box = [self.x + px(174), self.y + px(4), px(290), px(30)]

    @property
    def fits(self) -> bool:
        """Whether all words are inside."""
        return all(words.fits for words in (self._word, self._left, self._right))

    def draw(self) -> None:
        """Red, darker while pressed or stopping."""
        stop: Stop | None = self.stop
        if stop is None:
            return
        look = theme()
        Color(*look.color("stopdown" if self.pressed or stop.stopping else "stop"))
        Rectangle(pos=self.pos, size=self.size)
        Color(*look.color("stopedge"))
        edge = look.px(tokens()["line"]["stop_edge"])
        Rectangle(pos=(self.x, self.top - edge), size=(self.width, edge))
