"""The contact meter with its tick, and the three stages of contact."""

import math

from kivy.graphics import Color, Rectangle
from kivy.properties import BooleanProperty, NumericProperty, StringProperty

from appliance.kiosk.look import theme
from appliance.kiosk.widgets import pen
from appliance.kiosk.widgets.base import Drawn
from appliance.kiosk.widgets.text import Words


class ContactMeter(Drawn):
    """A bar from the left; the tick is where it is enough."""

    fill = NumericProperty(0.0)
    tick = NumericProperty(0.65)
    alpha = NumericProperty(1.0)
    REDRAW_ON = ("fill", "tick", "alpha")

    def draw(self) -> None:
        """Track, filled part, tick."""
        look = theme()
        bar_h, bar_y = look.px(24), self.center_y - look.px(12)
        Color(*look.color("track"))
        pen.block((self.x, bar_y, self.width, bar_h), bar_h / 2)
        if self.fill > 0.01:
            Color(*look.pale("accent", self.alpha))
            width = max(bar_h, self.width * min(1.0, self.fill))
            pen.block((self.x, bar_y, width, bar_h), bar_h / 2)
        x = self.x + self.width * self.tick
        for colour, half in (("ground", 4.0), ("ink", 2.0)):
            Color(*look.color(colour))
            Rectangle(pos=(x - look.px(half), self.y), size=(look.px(2 * half), self.height))


class StageRow(Drawn):
    """One stage: a circle (empty, current, done) and its name; a line leads to the next."""

    text = StringProperty()
    stage = StringProperty("todo")
    last = BooleanProperty(False)
    alpha = NumericProperty(1.0)
    REDRAW_ON = ("stage", "last", "alpha")

    def __init__(self, **kwargs: object) -> None:
        self._words = Words(size_dp=26, valign="middle")
        super().__init__(**kwargs)
        self.add_widget(self._words)
        for name in ("text", "stage", "pos", "size"):
            self.fbind(name, self._lay)
        self._lay()

    def _lay(self, *_args: object) -> None:
        look = theme()
        self._words.text = self.text
        self._words.weight = "PlexSemi" if self.stage == "now" else "Plex"
        self._words.ink = "ink2" if self.stage == "todo" else "ink"
        self._words.box = [self.x + look.px(52), self.y, self.width - look.px(52), self.height]

    @property
    def fits(self) -> bool:
        """Whether the name is inside the row."""
        return self._words.fits

    def draw(self) -> None:
        """Shape and fill say the stage, not the colour alone."""
        look = theme()
        x, y, radius = self.x + look.px(19), self.center_y, look.px(16)
        if not self.last:
            Color(*look.pale("accent" if self.stage == "done" else "edge", self.alpha))
            self._lead(x, y - radius, self.height - 2 * radius, solid=self.stage == "done")
        accent = self.stage != "todo"
        Color(*look.pale("accent" if accent else "edge", self.alpha))
        if self.stage == "done":
            pen.disc(x, y, radius)
            Color(*look.color("onaccent"))
            tick = [x - radius * 0.45, y, x - radius * 0.1, y - radius * 0.35, x + radius * 0.5, y + radius * 0.4]
            pen.stroke(tick, look.px(3.8))
            return
        pen.circle(x, y, radius - look.px(1), look.px(4 if accent else 2.6))
        if accent:
            pen.disc(x, y, look.px(5))

    def _lead(self, x: float, top: float, length: float, *, solid: bool) -> None:
        look = theme()
        if solid:
            pen.stroke([x, top, x, top - length], look.px(3.4), round_ends=False)
            return
        step = look.px(7.5)
        for i in range(math.floor(length / step)):
            pen.disc(x, top - (i + 0.5) * step, look.px(1.8))
