"""Colours, sizes and places of the screens: tokens.toml, scaled to one window. It must never know a status.

A place is given in dp from the top left corner of the mock-ups' 800x480 (portrait 480x853) sheet; what lies right of
the gutter or in the bottom zone moves with the window's edge.
"""

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Final, Literal

ThemeName = Literal["light", "dark"]
Rgba = tuple[float, float, float, float]
Box = tuple[float, float, float, float]

LANDSCAPE_DP: Final = (800.0, 480.0)
PORTRAIT_DP: Final = (480.0, 853.0)
GUTTER_X: Final = 300.0  # landscape: what starts right of this belongs to the right edge
BOTTOM_H: Final = 88.0  # STOP, or the actions


@cache
def tokens() -> dict[str, Any]:
    """tokens.toml, as read; it is shipped in the package."""
    return tomllib.loads(files("appliance.kiosk").joinpath("tokens.toml").read_text("utf-8"))


def _rgba(code: str) -> Rgba:
    red, green, blue = (int(code[i : i + 2], 16) / 255 for i in (1, 3, 5))
    return red, green, blue, 1.0


@dataclass(frozen=True)
class Theme:
    """The tokens for one window. Immutable: another window size or colour set is another Theme."""

    name: ThemeName
    width_px: int
    height_px: int

    @property
    def portrait(self) -> bool:
        """Whether the sheet is the tall one."""
        return self.height_px > self.width_px

    @property
    def scale(self) -> float:
        """Pixels of one dp."""
        wide, high = PORTRAIT_DP if self.portrait else LANDSCAPE_DP
        return min(self.width_px / wide, self.height_px / high)

    @property
    def size_dp(self) -> tuple[float, float]:
        """The window in dp."""
        return self.width_px / self.scale, self.height_px / self.scale

    def px(self, length_dp: float) -> float:
        """Pixels of a length in dp."""
        return length_dp * self.scale

    def type(self, name: str) -> float:
        """Text size of a token in pixels."""
        return self.px(tokens()["type"][name])

    def color(self, name: str, alpha: float = 1.0) -> Rgba:
        """Colour of a token."""
        red, green, blue, _ = _rgba(tokens()["color"][self.name][name])
        return red, green, blue, alpha

    def pale(self, name: str, strength: float) -> Rgba:
        """Colour of a token mixed into the ground, opaque: 1 is the token itself."""
        pairs = zip(self.color(name), self.color("ground"), strict=True)
        red, green, blue, _ = (ink * strength + ground * (1 - strength) for ink, ground in pairs)
        return red, green, blue, 1.0

    def drawing(self, name: str) -> str:
        """The drawing for this sheet: arms end in a cuff where nothing cuts them."""
        return "hands_in_trays_cuff" if self.portrait and name == "hands_in_trays" else name

    def box(self, land: Box, port: Box | None = None) -> Box:
        """Place on the window in pixels, from the bottom left: x, y, width, height.

        `land` and `port` are dp from the sheet's top left; without `port` the landscape box is used for both.
        """
        x, y, width, height = port if self.portrait and port is not None else land
        wide, high = PORTRAIT_DP if self.portrait else LANDSCAPE_DP
        now_wide, now_high = self.size_dp
        if width >= wide:
            width = now_wide
        elif not self.portrait and x >= GUTTER_X:
            x += now_wide - wide
        if y >= high - BOTTOM_H:
            y += now_high - high
        return self.px(x), self.px(now_high - y - height), self.px(width), self.px(height)
