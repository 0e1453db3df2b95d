"""An X server without a screen, for pictures where there is no display. It ends with the block, whatever happens."""

import os
import selectors
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from appliance.errors import ConfigError

PACKAGES: Final = "xvfb libgl1-mesa-dri"
START_S: Final = 10.0
END_S: Final = 3.0


@contextmanager
def virtual_display(size_px: tuple[int, int]) -> Iterator[str]:
    """Run Xvfb on a free display number and set DISPLAY meanwhile; yields the display's name.

    Raises:
        ConfigError: E510, Xvfb is missing or does not start.
    """
    program = shutil.which("Xvfb")
    if program is None:
        raise ConfigError("E510", f"there is no display and no Xvfb; install the Debian packages {PACKAGES}")
    readable, writable = os.pipe()
    screen = f"{size_px[0]}x{size_px[1]}x24"
    command = [program, "-displayfd", str(writable), "-screen", "0", screen, "-nolisten", "tcp", "-terminate", "10"]
    server = subprocess.Popen(  # noqa: S603 - a fixed command
        command, pass_fds=(writable,), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    )
    os.close(writable)
    before = os.environ.get("DISPLAY")
    try:
        os.environ["DISPLAY"] = f":{_display_number(readable)}"
        yield os.environ["DISPLAY"]
    finally:
        os.close(readable)
        _end(server)
        if before is None:
            os.environ.pop("DISPLAY", None)
        else:
            os.environ["DISPLAY"] = before


def _display_number(readable: int) -> int:
    """The number that Xvfb chose; it writes it when it is ready."""
    with selectors.DefaultSelector() as selector:
        selector.register(readable, selectors.EVENT_READ)
        answer = os.read(readable, 16) if selector.select(START_S) else b""
    if not answer.strip().isdigit():
        raise ConfigError("E510", f"Xvfb did not start within {START_S:.0f} s; are the packages {PACKAGES} whole?")
    return int(answer)


def _end(server: "subprocess.Popen[bytes]") -> None:
    server.terminate()
    try:
        server.wait(END_S)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait(END_S)
