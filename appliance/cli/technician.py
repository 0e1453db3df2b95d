"""What the technician's commands share: the board without a daemon, a clean end, and a page for a narrow terminal.

The daemon must not run meanwhile. Whatever ends a command, the outputs are inactive and the lines released.
"""

import os
import signal
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import FrameType
from typing import Final, NamedTuple

from rich.console import Console

from appliance.cli.places import CONTROL_SOCKET
from appliance.config import Board
from appliance.errors import ConfigError, LinkError
from appliance.hal.board import HardwareBoard, bench_board, open_board
from appliance.hal.clock import MonotonicClock
from appliance.hal.ports import Clock
from appliance.hal.realtime import set_up_realtime
from appliance.link.socket_file import take_lock
from appliance.sim.remote import RemoteBench

STOP_DAEMON: Final = "stop the daemon: `systemctl stop ionto-control`"
WIDTH: Final = 80
_SIGNALS: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)  # SIGHUP: the SSH line broke


class Hardware(NamedTuple):
    """A board and its clock."""

    board: HardwareBoard
    clock: Clock


@contextmanager
def hardware(numbers: Board, bench_socket: Path | None) -> Iterator[Hardware]:
    """The real board, or the simulated one; released at the end.

    Raises:
        ConfigError: E505, E506 no board, or the daemon has it; E508 no bench, or the daemon has it.
    """
    with ExitStack() as opened:
        if bench_socket is None:
            lock = _daemon_lock()
            if lock is not None:
                opened.callback(os.close, lock)
            directory = Path(opened.enter_context(tempfile.TemporaryDirectory(prefix="ionto-")))  # lgpio's FIFO
            hw = Hardware(_real_board(numbers, directory), MonotonicClock())
        else:
            bench = RemoteBench.connect(bench_socket)
            opened.callback(bench.close)
            hw = Hardware(bench_board(numbers, bench.i2c, bench.pins, bench.clock), bench.clock)
        opened.callback(hw.board.close)
        refused = set_up_realtime().refused
        if refused and bench_socket is None:
            say(f"not real-time, the watchdog may trip: {'; '.join(refused)}\n")
        yield hw


def _daemon_lock() -> int | None:
    """While it is held no daemon starts, and the next one knows that the output was used. None: none is installed."""
    try:
        return take_lock(CONTROL_SOCKET)
    except FileNotFoundError:
        return None
    except LinkError as error:
        raise ConfigError("E506", f"the daemon runs and has the board; {STOP_DAEMON}") from error
    except OSError as error:
        raise ConfigError("E506", f"cannot lock {CONTROL_SOCKET}: {error.strerror}; run it with sudo") from error


def _real_board(numbers: Board, directory: Path) -> HardwareBoard:
    try:
        return open_board(numbers, directory)
    except ConfigError as error:
        if error.code != "E506":
            raise
        raise ConfigError("E506", f"{error.message}; {STOP_DAEMON}") from error


class Ending:
    """Signals become an exception at a tick, never in the middle of a transfer. Use as a context manager."""

    def __init__(self) -> None:
        self._received: list[int] = []
        self._before: dict[int, object] = {}

    def __enter__(self) -> "Ending":
        """Take the signals."""
        self._before = {number: signal.signal(number, self._note) for number in _SIGNALS}
        return self

    def __exit__(self, *_: object) -> None:
        """Give them back."""
        for number, handler in self._before.items():
            signal.signal(number, handler)  # type: ignore[arg-type]  # what signal() itself gave

    def look(self) -> None:
        """Call each tick.

        Raises:
            KeyboardInterrupt: Ctrl-C.
            SystemExit: 128 + the number of another signal.
        """
        for number in self._received[:1]:
            say("\nended on request, the output goes to zero\n")
            if number == signal.SIGINT:
                raise KeyboardInterrupt
            raise SystemExit(128 + number)

    def _note(self, number: int, _frame: FrameType | None) -> None:
        self._received.append(number)


def say(text: str) -> None:
    """On stderr, at once, as it is: prompts and progress; the result alone is on stdout."""
    sys.stderr.write(text)
    sys.stderr.flush()


def page() -> Console:
    """For results on stdout: at most 80 columns, no links, no numbers in colour."""
    console = Console(highlight=False)
    console.width = min(console.width, WIDTH)
    return console
