"""The ring: the circuit and the time in one. What is left hangs on the right; half time is its top."""

from kivy.graphics import Color, Rectangle, Triangle
from kivy.properties import BooleanProperty, NumericProperty, StringProperty

from appliance.kiosk.look import theme
from appliance.kiosk.theme import tokens
from appliance.kiosk.widgets import pen
from appliance.kiosk.widgets.base import Drawn


class Ring(Drawn):
    """An arc open at the bottom. `rising` fills it from the left (contact), else it empties clockwise (time)."""

    fraction = NumericProperty(0.0)
    rising = BooleanProperty(False)
    half_mark = BooleanProperty(True)
    ink = StringProperty("accent")
    alpha = NumericProperty(1.0)
    REDRAW_ON = ("fraction", "rising", "half_mark", "ink", "alpha")

    def draw(self) -> None:
        """Two arcs with round ends, and the mark at half time."""
        look = theme()
        span = float(tokens()["ring"]["half_span_deg"])
        stroke = look.px(tokens()["line"]["ring"])
        radius = (self.width - stroke) / 2
        middle = (self.center_x, self.top - self.width / 2)
        filled = 2 * span * min(1.0, max(0.0, self.fraction))
        Color(*look.color("track"))
        pen.arc(*middle, radius, -span, span, stroke)
        if filled > 0:
            start, end = (-span, -span + filled) if self.rising else (span - filled, span)
            Color(*look.pale(self.ink, self.alpha))
            pen.arc(*middle, radius, start, end, stroke)
        if self.half_mark:
            self._mark(middle[0], middle[1] + radius, stroke / 2)

    def _mark(self, x: float, y: float, stroke: float) -> None:
        look = theme()
        Color(*look.color("ground"))
        gap = look.px(tokens()["line"]["drawing"])
        Rectangle(pos=(x - gap / 2, y - stroke * 1.1), size=(gap, stroke * 2.2))
        Color(*look.color("ink2"))
        low, high = y + stroke + look.px(4), y + stroke + look.px(12)
        Triangle(points=[x, low, x - look.px(8), high, x + look.px(8), high])
