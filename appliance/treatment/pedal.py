"""The foot pedal as a session understands it: proved by a release, pressed and let go, held, stuck.

Its contact is normally closed, so an unplugged pedal reads pressed, and it bounces: one reading is none. It never
starts anything by itself: it says what it saw, and the session's rules decide.
"""

from typing import Final

TICKS: Final = 2  # of equal readings: one may be noise, as for the monitor that pauses
STUCK_S: Final = 10.0  # [D] a press is under a second and ends a session after 1.5 s; nobody holds one so long


class Pedal:
    """One for the life of the daemon; `see` is called each tick."""

    __slots__ = ("_pressed", "_proved", "_read", "_released_once", "_same", "_since_ns", "_t_ns", "let_go")

    def __init__(self) -> None:
        self.let_go = False  # in this tick: released after a press that itself came after a release
        self._pressed = False
        self._proved = False
        self._read = False  # the last reading, and how many of its like came in a row
        self._same = 0
        self._released_once = False
        self._since_ns: int | None = None
        self._t_ns = 0

    def forget(self) -> None:
        """A new wait: it must be seen released again before a press counts."""
        self._proved = self.let_go = False

    def see(self, t_ns: int, *, pressed: bool) -> None:
        """Take one tick's reading."""
        self._t_ns = t_ns
        self._same = self._same + 1 if pressed == self._read else 1
        self._read = pressed
        self.let_go = False
        if pressed and self._since_ns is None:
            self._since_ns = t_ns
        if self._same < TICKS:
            return
        self.let_go = self._proved and self._pressed and not pressed
        self._pressed = pressed
        if not pressed:
            self._proved = self._released_once = True
            self._since_ns = None

    @property
    def held_s(self) -> float:
        """How long it has been pressed without a break; 0 when it is not."""
        return 0.0 if self._since_ns is None else (self._t_ns - self._since_ns) / 1e9

    @property
    def stuck(self) -> bool:
        """Held as nobody holds a pedal, or never seen released since this program began: jammed or unplugged."""
        return not self._released_once or self.held_s >= STUCK_S
