"""What one screen shows, as values: the only thing widgets read. No Kivy, no status, no clock in here."""

from dataclasses import dataclass
from typing import Literal

Screen = Literal["wait", "attract", "armed", "contact", "treatment", "paused", "done", "fault", "lost"]
Freshness = Literal["live", "grey", "hidden"]
Action = Literal["start", "begin", "stop", "stings", "resume", "weaker", "stronger", "acknowledge"]
BandKind = Literal["pause", "done", "fault"]
Stage = Literal["todo", "now", "done"]
Flow = Literal["left", "right", "none"]


@dataclass(frozen=True)
class Button:
    """One touch target; it asks for `action`, and what then happens is told by the status alone."""

    text: str = ""
    action: Action = "acknowledge"
    enabled: bool = True

    @property
    def shown(self) -> bool:
        """A button without a word is not there."""
        return bool(self.text)


@dataclass(frozen=True)
class Stop:
    """The STOP bar: its word and the hints left and right of it."""

    word: str
    left: str
    right: str
    stopping: bool


@dataclass(frozen=True)
class Band:
    """The coloured band under the strip."""

    kind: BandKind
    text: str
    right: str


@dataclass(frozen=True)
class Fact:
    """A label with a large number below it."""

    label: str = ""
    value: str = ""
    unit: str = ""


@dataclass(frozen=True)
class Ring:
    """The ring: how much of it is filled (0..1), what stands in it and below that."""

    fraction: float = 0.0
    text: str = ""
    caption: str = ""


@dataclass(frozen=True)
class Pair:
    """Set and measured current, and the sign between them."""

    set_label: str
    set_ma: str
    sign: str
    measured_label: str
    measured_ma: str


@dataclass(frozen=True)
class Meter:
    """The contact meter: filled part (0..1), the tick that means enough, a word, and the three stages."""

    fill: float
    tick: float
    label: str
    word: str
    stages: tuple[tuple[str, Stage], ...]


@dataclass(frozen=True)
class View:
    """Everything on the window. A field that a screen does not use keeps its default."""

    screen: Screen
    freshness: Freshness = "live"
    simulated: str = ""  # the banner's words; empty on a real device
    site: str = ""
    clock: str = ""
    day: str = ""
    title: str = ""
    body: str = ""
    note: str = ""
    switch: str = ""  # the words beside the red switch; empty when it need not be shown
    picture: str = ""
    code: str = ""
    qr: str = ""  # for the technician
    stop: Stop | None = None
    band: Band | None = None
    ring: Ring = Ring()
    pair: Pair | None = None
    meter: Meter | None = None
    facts: tuple[Fact, Fact] = (Fact(), Fact())
    resistance: Fact = Fact()
    trace: tuple[float, ...] = ()
    flow: Flow = "none"
    primary: Button = Button()
    weaker: Button = Button()
    stronger: Button = Button()
    stings: Button = Button()
