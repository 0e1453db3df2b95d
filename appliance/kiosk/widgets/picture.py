"""Baked drawings and icons as textures, and the chevrons that show the direction of the current."""

from functools import cache
from importlib.resources import as_file, files
from typing import Any, Final

from kivy.clock import Clock
from kivy.core.image import Image as CoreImage
from kivy.graphics import Color, Rectangle
from kivy.properties import BooleanProperty, NumericProperty, StringProperty

from appliance.kiosk.look import theme
from appliance.kiosk.theme import tokens
from appliance.kiosk.widgets import pen
from appliance.kiosk.widgets.base import Drawn

ICON: Final = "icon_"


@cache
def texture(name: str, theme_name: str, scale: float) -> Any:
    """Texture of a baked drawing, of the size nearest above the scale."""
    size = "1" if scale <= 1.0 else "15"
    file = f"{name}_{size}.png" if name.startswith(ICON) else f"{name}_{theme_name}_{size}.png"
    with as_file(files("appliance.kiosk.drawings").joinpath("baked", file)) as path:
        return CoreImage(str(path), mipmap=scale not in {1.0, 1.5}).texture


class Picture(Drawn):
    """One drawing, as large as the box allows, in its middle. Icons take the colour `ink`."""

    name = StringProperty()
    ink = StringProperty("ink")
    alpha = NumericProperty(1.0)
    REDRAW_ON = ("name", "ink", "alpha")

    def draw(self) -> None:
        """A textured rectangle."""
        if not self.name:
            return
        look = theme()
        image = texture(self.name, look.name, look.scale)
        ratio = min(self.width / image.width, self.height / image.height)
        width, height = image.width * ratio, image.height * ratio
        Color(*(look.color(self.ink, self.alpha) if self.name.startswith(ICON) else (1, 1, 1, self.alpha)))
        Rectangle(
            texture=image,
            pos=(round(self.center_x - width / 2), round(self.center_y - height / 2)),
            size=(round(width), round(height)),
        )


class Chevrons(Drawn):
    """Three chevrons; one lights, then the next, towards the tray that the current enters."""

    flow = StringProperty("none")
    still = BooleanProperty(False)
    step = NumericProperty(2)
    REDRAW_ON = ("flow", "step")

    def __init__(self, **kwargs: Any) -> None:
        self._clock: Any = None
        super().__init__(**kwargs)

    def on_parent(self, _widget: Any, parent: Any) -> None:
        """Move only while shown."""
        if self._clock is not None:
            self._clock.cancel()
            self._clock = None
        if parent is not None:
            self._clock = Clock.schedule_interval(self._next, tokens()["motion"]["flow_step_ms"] / 1000)

    def _next(self, _dt: float) -> None:
        if not self.still and self.flow != "none":
            self.step = (self.step + 1) % 3

    def draw(self) -> None:
        """The brightest is the head when still."""
        if self.flow == "none":
            return
        look = theme()
        sign = 1 if self.flow == "right" else -1
        for i in range(3):
            Color(*look.pale("accent", 1.0 if i == self.step else 0.7 if (i + 1) % 3 == self.step else 0.38))
            middle = self.center_x + sign * (i - 1) * look.px(20)
            tail, head = middle - sign * look.px(5), middle + sign * look.px(6)
            points = [tail, self.center_y + look.px(12), head, self.center_y, tail, self.center_y - look.px(12)]
            pen.stroke(points, look.px(6.5))
