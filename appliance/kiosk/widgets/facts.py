"""Two labels side by side, each with a large number below."""

from typing import Any

from kivy.properties import BooleanProperty, ListProperty, NumericProperty

from appliance.kiosk.look import theme
from appliance.kiosk.widgets.base import Placed
from appliance.kiosk.widgets.text import Number, Words


class Facts(Placed):
    """`facts` is a pair of Fact. The second number is quieter when `second_quiet`."""

    facts = ListProperty()
    alpha = NumericProperty(1.0)
    second_quiet = BooleanProperty(False)
    split = NumericProperty(0.5)

    def __init__(self, **kwargs: Any) -> None:
        self._labels = (Words(size_dp=22, ink="ink2"), Words(size_dp=22, ink="ink2"))
        self._numbers = (Number(), Number())
        super().__init__(**kwargs)
        for child in (*self._labels, *self._numbers):
            self.add_widget(child)
        for name in ("facts", "alpha", "second_quiet", "pos", "size"):
            self.fbind(name, self._lay)

    def _lay(self, *_args: Any) -> None:
        if len(self.facts) != 2:
            return
        px = theme().px
        lefts = (self.x, self.x + self.width * self.split)
        widths = (self.width * self.split - px(10), self.width * (1 - self.split))
        for i, fact in enumerate(self.facts):
            label, number = self._labels[i], self._numbers[i]
            label.text = fact.label
            label.box = [lefts[i], self.top - px(28), widths[i], px(28)]
            number.value, number.unit = fact.value, fact.unit
            number.ink = "ink2" if i == 1 and self.second_quiet else "ink"
            number.opacity = self.alpha
            number.box = [lefts[i], self.top - px(28 + 76), widths[i], px(80)]

    @property
    def fits(self) -> bool:
        """Whether labels and numbers are inside."""
        return all(child.fits for child in (*self._labels, *self._numbers))
