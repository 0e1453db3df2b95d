"""Words, numbers with a small unit on the same base line, and the sentence: a title with a text below it."""

from typing import Any, Final

from kivy.properties import BooleanProperty, NumericProperty, StringProperty
from kivy.uix.label import Label

from appliance.kiosk.look import theme
from appliance.kiosk.widgets.base import Placed

LINE_HEIGHT: Final = 1.2 / 1.3  # the type's own lines are 1.3 em high; the design has 1.2
DESCENT_EM: Final = 0.275
AIR_EM: Final = 0.3  # above the capitals of a line


class Words(Placed, Label):
    """Text in a box; top left unless told otherwise. `size_dp` is the type size, `ink` a colour token."""

    size_dp = NumericProperty(24)
    ink = StringProperty("ink")
    weight = StringProperty("Plex")
    free = BooleanProperty(False)  # whether the text may be higher than the box

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("halign", "left")
        kwargs.setdefault("valign", "top")
        super().__init__(line_height=LINE_HEIGHT, **kwargs)
        self.fbind("size", self._restyle)
        for name in ("size_dp", "ink", "weight"):
            self.fbind(name, self._restyle)
        self._restyle()

    def _restyle(self, *_args: Any) -> None:
        look = theme()
        self.font_name = self.weight
        self.font_size = look.px(self.size_dp)
        self.color = look.color(self.ink)
        self.text_size = [self.width, None if self.free else self.height]

    @property
    def fits(self) -> bool:
        """Whether every letter is inside the box, and no word had to be broken; a line's own air may stand over."""
        if any(self._label.get_extents(word)[0] > self.width + 1 for word in self.text.split()):
            return False
        options = {**self._label.options, "text_size": (self.width, None), "text": self.text}
        whole = self._label.__class__(**options)
        whole.refresh()
        return bool(whole.texture.height - AIR_EM * self.font_size <= self.height + 1)


class Number(Placed):
    """A large number and its small unit on one base line, from the left edge of the box."""

    value = StringProperty()
    unit = StringProperty()
    size_dp = NumericProperty(64)
    ink = StringProperty("ink")
    weight = StringProperty("PlexSemi")

    def __init__(self, **kwargs: Any) -> None:
        self._value = Label(size_hint=(None, None))
        self._unit = Label(size_hint=(None, None))
        super().__init__(**kwargs)
        self.add_widget(self._value)
        self.add_widget(self._unit)
        for name in ("value", "unit", "size_dp", "ink", "weight", "pos", "size"):
            self.fbind(name, self._lay)
        self._lay()

    def _lay(self, *_args: Any) -> None:
        look = theme()
        big, small = look.px(self.size_dp), max(look.type("label"), look.px(self.size_dp * 0.4))
        for label, text, size, font in (
            (self._value, self.value, big, self.weight),
            (self._unit, self.unit, small, "PlexMedium"),
        ):
            label.text, label.font_size, label.font_name, label.color = text, size, font, look.color(self.ink)
            label.texture_update()
            label.size = label.texture_size
        self._value.pos = self.x, self.y
        self._unit.pos = self._value.right + look.px(7), round(self.y + DESCENT_EM * (big - small))

    @property
    def fits(self) -> bool:
        """Whether number and unit are inside the box."""
        return bool((self._unit if self.unit else self._value).right <= self.right + 1)


class Sentence(Placed):
    """A title and, right below it however many lines it takes, a text."""

    title = StringProperty()
    body = StringProperty()
    title_dp = NumericProperty(38)
    body_dp = NumericProperty(24)
    title_ink = StringProperty("ink")
    body_ink = StringProperty("ink")
    gap_dp = NumericProperty(4)
    title_weight = StringProperty("PlexSemi")
    body_weight = StringProperty("Plex")
    centred = BooleanProperty(False)

    def __init__(self, **kwargs: Any) -> None:
        self._title = Words(free=True)
        self._body = Words(free=True)
        super().__init__(**kwargs)
        self.add_widget(self._title)
        self.add_widget(self._body)
        for name in ("title", "body", "title_dp", "body_dp", "title_ink", "body_ink", "centred", "pos", "size"):
            self.fbind(name, self._lay)
        for name in ("title_weight", "body_weight", "gap_dp"):
            self.fbind(name, self._lay)
        self._lay()

    def _lay(self, *_args: Any) -> None:
        look = theme()
        top = self.top
        for words, text, size_dp, ink, weight in (
            (self._title, self.title, self.title_dp, self.title_ink, self.title_weight),
            (self._body, self.body, self.body_dp, self.body_ink, self.body_weight),
        ):
            words.size_dp, words.ink, words.weight, words.text = size_dp, ink, weight, text
            words.halign = "center" if self.centred else "left"
            words.text_size = [self.width, None]
            words.texture_update()
            height = words.texture_size[1] if text else 0
            words.box = [self.x, top - height, self.width, height]
            top -= height + look.px(self.gap_dp)

    @property
    def fits(self) -> bool:
        """Whether the text ends above the lower edge of the box."""
        return bool(self._body.y >= self.y - 1)
