"""The red switch: one button, three normally closed poles, each of which may stick or have a broken wire."""

from typing import Final

POLES: Final = ("enable", "rails", "input")  # poles 1, 2 and 3 of the hardware design


class EStop:
    """Which poles are open now."""

    __slots__ = ("_broken", "_stuck", "pressed")

    def __init__(self) -> None:
        self.pressed = False
        self._stuck: set[str] = set()
        self._broken: set[str] = set()

    def stick(self, pole: str, stuck: bool) -> None:
        """A pole's contact welds closed."""
        (self._stuck.add if stuck else self._stuck.discard)(pole)

    def break_wire(self, pole: str, broken: bool) -> None:
        """A pole's wire breaks, which looks like an open pole."""
        (self._broken.add if broken else self._broken.discard)(pole)

    def is_open(self, pole: str) -> bool:
        """Whether `pole` interrupts."""
        return pole in self._broken or (self.pressed and pole not in self._stuck)
