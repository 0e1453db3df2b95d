"""The card with the red switch, and the code for the technician as a QR code."""

from typing import Any, Final

import segno
from kivy.graphics import Color, Rectangle
from kivy.properties import StringProperty

from appliance.kiosk.look import theme
from appliance.kiosk.theme import tokens
from appliance.kiosk.widgets import pen
from appliance.kiosk.widgets.base import Drawn
from appliance.kiosk.widgets.picture import Picture
from appliance.kiosk.widgets.text import Words

QUIET: Final = 4  # modules of white around the code, as the standard wants


class SwitchCard(Drawn):
    """The red switch and when to push it. Empty `text`: no card."""

    text = StringProperty()
    REDRAW_ON = ("text",)

    def __init__(self, **kwargs: Any) -> None:
        self._switch = Picture()
        self._words = Words(size_dp=24, weight="PlexMedium", valign="middle")
        super().__init__(**kwargs)
        self.add_widget(self._switch)
        self.add_widget(self._words)
        for name in ("text", "pos", "size"):
            self.fbind(name, self._lay)

    def _lay(self, *_args: Any) -> None:
        px = theme().px
        self._switch.name = "red_switch" if self.text else ""
        self._words.text = self.text
        self._switch.box = [self.x + px(16), self.y + px(10), px(90), self.height - px(20)]
        self._words.box = [self.x + px(120), self.y + px(4), self.width - px(132), self.height - px(8)]

    @property
    def fits(self) -> bool:
        """Whether the words are inside."""
        return self._words.fits

    def draw(self) -> None:
        """A surface with the outline of a fault."""
        if not self.text:
            return
        look = theme()
        radius = look.px(tokens()["radius"]["card"])
        Color(*look.color("surface"))
        pen.block((*self.pos, *self.size), radius)
        Color(*look.color("fault"))
        pen.frame((*self.pos, *self.size), radius, look.px(4))


class QrCode(Drawn):
    """`text` as a QR code of whole pixels, dark on white in either theme, or scanners would not read it."""

    text = StringProperty()
    REDRAW_ON = ("text",)

    def draw(self) -> None:
        """A square a module."""
        if not self.text:
            return
        matrix = segno.make(self.text, error="m", micro=False).matrix
        modules = len(matrix)
        scale = max(1, int(min(self.width, self.height) // (modules + 2 * QUIET)))
        white = scale * (modules + 2 * QUIET)
        left, bottom = round(self.center_x - white / 2), round(self.top - white)
        Color(1, 1, 1, 1)
        Rectangle(pos=(left, bottom), size=(white, white))
        Color(*theme().color("simA") if theme().name == "light" else (0.05, 0.07, 0.07, 1))
        for row, cells in enumerate(matrix):
            y = bottom + white - (QUIET + row + 1) * scale
            for column, dark in enumerate(cells):
                if dark:
                    Rectangle(pos=(left + (QUIET + column) * scale, y), size=(scale, scale))
