"""What all widgets share: a fixed place on the sheet, and drawing again only when something that they show changed."""

from typing import Any, ClassVar

from kivy.clock import Clock
from kivy.properties import ListProperty
from kivy.uix.widget import Widget

from appliance.kiosk.view import Action


class Placed(Widget):
    """A widget at a fixed place: `box` is x, y, width, height in pixels, from Theme.box."""

    box = ListProperty([0, 0, 100, 100])

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(size_hint=(None, None), **kwargs)

    def on_box(self, _widget: Widget, box: list[float]) -> None:
        """Go there."""
        self.pos = round(box[0]), round(box[1])
        self.size = round(box[2]), round(box[3])


class Drawn(Placed):
    """A widget that draws itself below its children with `draw`, at most once a frame."""

    REDRAW_ON: ClassVar[tuple[str, ...]] = ()

    def __init__(self, **kwargs: Any) -> None:
        self._redraw = Clock.create_trigger(self._draw_now, -1)
        super().__init__(**kwargs)
        for name in ("pos", "size", *self.REDRAW_ON):
            self.fbind(name, self._redraw)
        self._redraw()

    def _draw_now(self, _dt: float) -> None:
        self.canvas.before.clear()
        with self.canvas.before:
            self.draw()

    def draw(self) -> None:
        """Add the instructions; the canvas is empty and current."""
        raise NotImplementedError


def ask(widget: Any, action: Action) -> None:
    """Tell the root above `widget` what a touch asks for; a widget that has left the window asks nothing."""
    above = widget.parent
    while isinstance(above, Widget):
        if hasattr(above, "ask"):
            above.ask(action)
            return
        above = above.parent
