"""A meter that a person reads: a prompt, and a number typed while the board goes on ticking.

The terminal is looked at between ticks and never waited for. A number that cannot be right is asked for again, with
the reason; the end of the input or ten minutes without an answer end the calibration.
"""

import os
import selectors
import termios
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Final

from appliance.errors import ConfigError

WHERE: Final = (
    "Meter: DC milliamperes, 0.1 % or better, in series with the 1.00 kohm dummy load\n"
    "on the board. No patient lead plugged in, no hand in the water.\n"
    "Leave the meter in place until the result is shown."
)
READY: Final = "Press Enter when the meter is in place (Ctrl-C ends): "
SHARE: Final = 0.1  # more than this off is a slip of the finger or a wrong range, not a tolerance
PATIENCE_S: Final = 600.0
LINE_MAX: Final = 1000
_IDLE_S: Final = 0.05

Say = Callable[[str], None]


class TypedMeter:
    """`service.calibrate.Meter` read by a person."""

    def __init__(self, file: int, say: Say) -> None:
        """`file` is the descriptor that is typed on; `say` prints as it is, without a newline of its own."""
        self._file = file
        self._say = say
        self._typed = b""
        # poll, not epoll: the input may be a file or /dev/null
        self._ready = selectors.PollSelector()
        self._ready.register(file, selectors.EVENT_READ)

    def place(self, look: Callable[[], None]) -> None:
        """Say where the meter goes and wait for Enter, before anything flows; `look` may raise to end the wait.

        Raises:
            ConfigError: E511, as `read`.
        """

        def idle() -> None:
            time.sleep(_IDLE_S)
            look()

        self._say(f"{WHERE}\n{READY}")
        self._line(idle, "Enter")

    def read(self, expected_ma: float, tick: Callable[[], None]) -> float:
        """Ask until a believable number is typed.

        Raises:
            ConfigError: E511, the input ended or nobody answered.
        """
        with suppress(termios.error):  # not a terminal: what comes was meant
            termios.tcflush(self._file, termios.TCIFLUSH)  # keys from before the question are no answer
        what = f"the meter's reading at {expected_ma:.1f} mA"
        while True:
            self._say(f"  Meter's reading in mA, all digits (about {expected_ma:.1f}): ")
            typed = self._line(tick, what)
            value_ma = parsed(typed)
            if value_ma is None:
                self._say(f"  {typed.strip()[:20]!r} is no number; type it as 2.013\n")
            elif abs(value_ma - expected_ma) > SHARE * expected_ma:
                self._say(
                    f"  {value_ma:g} mA is more than {SHARE:.0%} from the {expected_ma:.2f} mA that the board itself"
                    " reads:\n  check the meter's range and unit, and the number\n"
                )
            else:
                return value_ma

    def _line(self, tick: Callable[[], None], what: str) -> str:
        """One line, ticking meanwhile."""
        end_s = time.monotonic() + PATIENCE_S
        while time.monotonic() < end_s:
            tick()
            ended = self._look()
            line, found, rest = self._typed.partition(b"\n")
            if found or (ended and line):
                self._typed = rest
                return line.decode(errors="replace")
            if ended:
                self._say("\n")
                raise ConfigError("E511", f"the input ended without {what}; nothing was saved")
        self._say("\n")
        raise ConfigError("E511", f"{what} did not come within {PATIENCE_S / 60:.0f} min; nothing was saved")

    def _look(self) -> bool:
        """Take what was typed since the last look; whether the input has ended."""
        if not self._ready.select(0):
            return False
        try:
            typed = os.read(self._file, LINE_MAX)
        except OSError:  # the terminal is gone
            typed = b""
        self._typed = (self._typed + typed)[-LINE_MAX:]
        return not typed


def parsed(typed: str) -> float | None:
    """Milliamperes, with a point or a comma, with or without the unit; None when it is no positive number."""
    text = typed.strip().lower().removesuffix("ma").strip().replace(",", ".")
    try:
        value_ma = float(text)
    except ValueError:
        return None
    return value_ma if 0.0 < value_ma < 1000.0 else None
