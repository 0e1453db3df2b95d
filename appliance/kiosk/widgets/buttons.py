"""Buttons: they act on release, inside, and only when the view says so. STOP is not one of them (see stop_bar)."""

import math
from typing import Any, Final

from kivy.graphics import Color
from kivy.properties import ObjectProperty, OptionProperty, StringProperty
from kivy.uix.behaviors import ButtonBehavior
from kivy.uix.widget import Widget

from appliance.kiosk.look import theme
from appliance.kiosk.theme import tokens
from appliance.kiosk.view import Button
from appliance.kiosk.widgets import pen
from appliance.kiosk.widgets.base import Drawn, ask
from appliance.kiosk.widgets.picture import Picture
from appliance.kiosk.widgets.text import Words

STEP_PX: Final = 2  # between two points of a dashed outline

# kind: fill, outline, text; a disabled button is a dashed outline whatever its kind
COLOURS: Final = {
    "plain": ("surface", "edge", "ink"),
    "primary": ("accent", "accent", "onaccent"),
    "stings": ("pausetint", "pauseedge", "ink"),
}


class Touch(ButtonBehavior, Drawn):
    """Anything that can be touched: asks the root for the action of its `button`."""

    button = ObjectProperty(Button())

    def on_touch_down(self, touch: Any) -> bool:
        """Take only touches on a button that is there and enabled."""
        return bool(self.button.shown and self.button.enabled and super().on_touch_down(touch))

    def on_release(self) -> None:
        """Ask, when it is still enabled: it may have changed under the finger."""
        if self.button.shown and self.button.enabled:
            ask(self, self.button.action)


class KioskButton(Touch):
    """A rounded button with a word, and an icon above it when it has one."""

    kind = OptionProperty("plain", options=list(COLOURS))
    icon = StringProperty()
    size_name = StringProperty("button")
    REDRAW_ON = ("button", "state", "kind")

    def __init__(self, **kwargs: Any) -> None:
        self._words = Words(weight="PlexSemi", halign="center", valign="middle")
        self._icon = Picture()
        super().__init__(**kwargs)
        self.add_widget(self._words)
        self.add_widget(self._icon)
        for name in ("button", "icon", "kind", "pos", "size"):
            self.fbind(name, self._lay)
        self._lay()

    def _lay(self, *_args: Any) -> None:
        ink = COLOURS[self.kind][2] if self.button.enabled else "ink2"
        icon_h = self.height * 0.45 if self.icon and self.button.shown else 0
        self._words.text, self._words.ink = self.button.text, ink
        self._words.size_dp = 22 if self.icon else tokens()["type"][self.size_name]
        self._words.box = [self.x, self.y + (self.height * 0.06 if icon_h else 0), self.width, self.height - icon_h]
        if icon_h:
            self._words.box = [self.x, self.y + self.height * 0.04, self.width, self.height * 0.5]
        self._icon.name = self.icon if icon_h else ""
        self._icon.ink = ink
        side = theme().px(32)
        self._icon.box = [self.center_x - side / 2, self.top - self.height * 0.08 - side, side, side]

    @property
    def fits(self) -> bool:
        """Whether the word is inside."""
        return self._words.fits

    def draw(self) -> None:
        """Filled and outlined; dashed when it does nothing now."""
        if not self.button.shown:
            return
        look = theme()
        fill, edge, _ink = COLOURS[self.kind]
        radius = look.px(tokens()["radius"]["button"])
        if not self.button.enabled:
            Color(*look.color("edge"))
            for dash in _dashes(self, radius, look.px(6)):
                pen.stroke(dash, look.px(1.8), round_ends=False)
            return
        box = (*self.pos, *self.size)
        Color(*look.color("sunken" if self.state == "down" and self.kind != "primary" else fill))
        pen.block(box, radius)
        Color(*look.color("ink" if self.state == "down" else edge))
        pen.frame(box, radius, look.px(tokens()["line"]["button"]))


def _dashes(widget: Widget, radius: float, length: float) -> list[list[float]]:
    """Short lines along the widget's outline."""
    path = _outline(widget, radius)
    points = max(2, round(length / STEP_PX))
    pieces = [path[start : start + points + 1] for start in range(0, len(path), 2 * points)]
    return [[value for point in piece for value in point] for piece in pieces if len(piece) > 1]


def _outline(widget: Widget, radius: float) -> list[tuple[float, float]]:
    """Points at even steps along a rounded rectangle, against the clock from its right edge."""
    x, y, right, top = widget.x + radius, widget.y + radius, widget.right - radius, widget.top - radius
    turns = max(2, round(radius * math.pi / 2 / STEP_PX))
    path: list[tuple[float, float]] = []
    for i, (corner_x, corner_y) in enumerate(((right, top), (x, top), (x, y), (right, y))):
        angles = [math.pi / 2 * (i + k / turns) for k in range(turns + 1)]
        path += [(corner_x + radius * math.cos(a), corner_y + radius * math.sin(a)) for a in angles]
        straight = (right - x) if i % 2 == 0 else (top - y)
        way_x, way_y = -math.sin(angles[-1]), math.cos(angles[-1])
        end_x, end_y = path[-1]
        path += [(end_x + d * way_x, end_y + d * way_y) for d in range(STEP_PX, int(straight), STEP_PX)]
    return path
