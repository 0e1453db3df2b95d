"""Whether the trays' switches are known to work: each must be seen open between two treatments (hardware design, 3).

Who empties and fills a tray lifts it out, so this costs nobody anything; a switch that never opens is stuck at
'seated' and would let a tray be pulled away under current. It never opens or closes anything: it says what it saw.
"""

from typing import Final

SIDES: Final = ("left", "right")
TICKS: Final = 2  # as the monitor that opens the output: one reading may be noise


class Trays:
    """One for the life of the daemon; `see` is called each tick."""

    __slots__ = ("_open_ticks", "_proved")

    def __init__(self) -> None:
        self._open_ticks = dict.fromkeys(SIDES, 0)
        self._proved = dict.fromkeys(SIDES, False)

    def see(self, *, left_out: bool, right_out: bool, treating: bool) -> None:
        """Take one tick's reading. `treating`: current is given, and what was seen before it is over."""
        for side, is_out in zip(SIDES, (left_out, right_out), strict=True):
            self._open_ticks[side] = self._open_ticks[side] + 1 if is_out else 0
            seen = self._proved[side] or self._open_ticks[side] >= TICKS
            self._proved[side] = seen and not treating

    @property
    def unproved(self) -> tuple[str, ...]:
        """Sides that were not seen open since the last treatment, or since this program began."""
        return tuple(side for side in SIDES if not self._proved[side])
