"""The strip at the top, the banner of a simulated device that replaces it, and the coloured band below."""

from typing import Any, Final

from kivy.graphics import Color, Rectangle, RoundedRectangle
from kivy.properties import ObjectProperty, StringProperty

from appliance.kiosk.look import theme
from appliance.kiosk.view import Band
from appliance.kiosk.widgets.base import Drawn
from appliance.kiosk.widgets.picture import Picture, texture
from appliance.kiosk.widgets.text import Words

# kind: tint, text, icon
BANDS: Final = {
    "pause": ("pause", "onpause", "icon_paused"),
    "done": ("accenttint", "accent", "icon_check"),
    "fault": ("faulttint", "fault", "icon_fault"),
}


class Strip(Drawn):
    """Who and the clock; on a simulated device the banner instead, so that nothing moves."""

    site = StringProperty()
    clock = StringProperty()
    simulated = StringProperty()
    REDRAW_ON = ("simulated",)

    def __init__(self, **kwargs: Any) -> None:
        self._left = Words(size_dp=22, weight="PlexMedium", valign="middle", ink="ink2")
        self._right = Words(size_dp=22, weight="PlexMedium", valign="middle", halign="right", ink="ink2")
        self._banner = Words(size_dp=22, weight="PlexSemi", valign="middle", halign="center", ink="onsim")
        super().__init__(**kwargs)
        for child in (self._left, self._right, self._banner):
            self.add_widget(child)
        for name in ("site", "clock", "simulated", "pos", "size"):
            self.fbind(name, self._lay)

    def _lay(self, *_args: Any) -> None:
        px = theme().px
        self._left.text = "" if self.simulated else self.site
        self._right.text = "" if self.simulated else self.clock
        self._banner.text = self.simulated
        inner = [self.x + px(24), self.y, self.width - px(48), self.height]
        for child in (self._left, self._right, self._banner):
            child.box = inner

    @property
    def fits(self) -> bool:
        """Whether the words are inside."""
        return all(words.fits for words in (self._left, self._right, self._banner))

    def draw(self) -> None:
        """Stripes, and a plain ground behind the words."""
        if not self.simulated:
            return
        look = theme()
        tile = texture("banner_tile", look.name, look.scale)
        tile.wrap = "repeat"
        Color(1, 1, 1, 1)
        repeat = self.width / (self.height * tile.width / tile.height)
        Rectangle(pos=self.pos, size=self.size, texture=tile, tex_coords=(0, 1, repeat, 1, repeat, 0, 0, 0))
        Color(*look.color("simA"))
        width = self._banner.texture_size[0] + look.px(28)
        RoundedRectangle(pos=(self.center_x - width / 2, self.y), size=(width, self.height), radius=[look.px(6)])


class BandBar(Drawn):
    """Paused, finished or ended: icon and word, and on the right that no current flows, when that was measured."""

    band = ObjectProperty(None, allownone=True)
    REDRAW_ON = ("band",)

    def __init__(self, **kwargs: Any) -> None:
        self._icon = Picture()
        self._left = Words(size_dp=30, weight="PlexSemi", valign="middle")
        self._right = Words(size_dp=26, weight="PlexMedium", valign="middle", halign="right")
        super().__init__(**kwargs)
        for child in (self._icon, self._left, self._right):
            self.add_widget(child)
        for name in ("band", "pos", "size"):
            self.fbind(name, self._lay)

    def _lay(self, *_args: Any) -> None:
        px = theme().px
        band: Band | None = self.band
        _tint, ink, icon = BANDS[band.kind if band else "done"]
        self._icon.name, self._icon.ink = (icon if band else ""), ink
        self._left.text, self._left.ink = (band.text if band else ""), ink
        self._right.text, self._right.ink = (band.right if band else ""), ink
        row = self.height / 2 if theme().portrait else self.height  # portrait: two rows
        middle = self.top - row / 2
        self._icon.box = [self.x + px(25), middle - px(16), px(32), px(32)]
        split = self.width * (1.0 if theme().portrait else 0.58)
        self._left.box = [self.x + px(72), self.top - row, split - px(72), row]
        self._right.halign = "left" if theme().portrait else "right"
        left = self.x + (px(72) if theme().portrait else split)
        self._right.box = [left, self.y, self.right - px(24) - left, row]

    @property
    def fits(self) -> bool:
        """Whether the words are inside."""
        return self._left.fits and self._right.fits

    def draw(self) -> None:
        """The tint."""
        if self.band is not None:
            Color(*theme().color(BANDS[self.band.kind][0]))
            Rectangle(pos=self.pos, size=self.size)
