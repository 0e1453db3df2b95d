"""The small curve of the resistance over the last ten minutes."""

from kivy.graphics import Color, Rectangle
from kivy.properties import ListProperty, NumericProperty

from appliance.kiosk.look import theme
from appliance.kiosk.theme import tokens
from appliance.kiosk.widgets import pen
from appliance.kiosk.widgets.base import Drawn


class TraceLine(Drawn):
    """A curve above a hairline, its newest point marked; the scale holds at least half of the newest value."""

    points = ListProperty()
    alpha = NumericProperty(1.0)
    REDRAW_ON = ("points", "alpha")

    def draw(self) -> None:
        """Nothing but the hairline until there are two points."""
        look = theme()
        Color(*look.color("rule"))
        Rectangle(pos=self.pos, size=(self.width, look.px(1.5)))
        if len(self.points) < 2:
            return
        low, high = min(self.points), max(self.points)
        spread = max(high - low, 0.5 * self.points[-1])
        inner_x, inner_w = self.x, self.width - look.px(10)
        inner_y, inner_h = self.y + look.px(8), self.height - look.px(14)
        step = inner_w / max(len(self.points) - 1, 24)
        path: list[float] = []
        for i, value in enumerate(self.points):
            path += [inner_x + i * step, inner_y + inner_h * (value - low) / spread]
        Color(*look.pale("accent", self.alpha))
        pen.stroke(path, look.px(tokens()["line"]["trace"]))
        pen.disc(path[-2], path[-1], look.px(6.5))
