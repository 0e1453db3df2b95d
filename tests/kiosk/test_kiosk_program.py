"""`ionto kiosk` as a program on a real socket: it says hello, renews while it hears, paints itself, ends."""

import os
import select
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace
from PIL import Image

from appliance.kiosk.recorded import RECORDED
from appliance.link.framing import encode
from appliance.link.messages import PROTOCOL_VERSION, Welcome

PATIENCE_S = 60.0


class Server:
    """A daemon's socket with one client."""

    def __init__(self, path: Path) -> None:
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.socket.bind(os.fspath(path))
        self.socket.listen(4)
        self.client: socket.socket | None = None
        self.heard = b""
        self.tick = 0

    def accept(self) -> None:
        assert select.select([self.socket], [], [], PATIENCE_S)[0], "the kiosk did not come"
        self.client, _address = self.socket.accept()
        self.client.sendall(encode(Welcome(PROTOCOL_VERSION, True, "boot", 0)))

    def run(self, duration_s: float, *, silent: bool = False) -> int:
        """Statuses at 10 Hz, or none; how often the lease was renewed meanwhile."""
        assert self.client is not None
        before, until_s = self.heard.count(b'"renew"'), time.monotonic() + duration_s
        status = RECORDED["treatment_hold"].status
        assert status is not None
        while time.monotonic() < until_s:
            self.tick += 1
            if not silent:
                self.client.sendall(encode(replace(status, tick=self.tick, simulated=True)))
            if select.select([self.client], [], [], 0.1)[0]:
                self.heard += self.client.recv(65536)
        return self.heard.count(b'"renew"') - before


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    server = Server(tmp_path / "control.sock")
    yield server
    if server.client is not None:
        server.client.close()
    server.socket.close()


@pytest.fixture
def kiosk(server: Server, tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    command = [sys.executable, "-m", "appliance.cli.main", "kiosk", "--offscreen"]
    command += ["--socket", str(tmp_path / "control.sock"), "--picture", str(tmp_path / "kiosk.png")]
    with subprocess.Popen(command, stderr=subprocess.PIPE) as program:
        yield program
        if program.poll() is None:
            program.kill()


def test_it_renews_while_it_hears_paints_itself_and_ends(
    server: Server, kiosk: subprocess.Popen[bytes], tmp_path: Path
) -> None:
    server.accept()
    server.run(3.0)
    assert b'"hello"' in server.heard
    assert b'"kiosk"' in server.heard
    assert server.run(5.0) >= 5  # a lease of 2 s would never run out
    server.run(2.0, silent=True)
    assert server.run(3.0, silent=True) == 0
    picture = Image.open(tmp_path / "kiosk.png")
    assert picture.size == (800, 480)
    assert picture.getpixel((400, 470)) == (0xA6, 0x17, 0x0F)  # STOP
    kiosk.send_signal(signal.SIGTERM)
    assert kiosk.wait(PATIENCE_S) == 0


def test_it_comes_back_to_a_daemon_that_was_killed(server: Server, kiosk: subprocess.Popen[bytes]) -> None:
    server.accept()
    server.run(2.0)
    assert server.client is not None
    server.client.close()
    server.accept()
    assert server.run(3.0) >= 1


def test_without_a_display_the_way_out_is_named(tmp_path: Path) -> None:
    environment = {key: value for key, value in os.environ.items() if key not in {"DISPLAY", "WAYLAND_DISPLAY"}}
    environment["PATH"] = str(tmp_path)
    command = [sys.executable, "-m", "appliance.cli.main", "kiosk", "--offscreen", "--socket", "/nowhere"]
    said = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=PATIENCE_S, check=False)
    assert said.returncode == 2
    assert "E510" in said.stderr
    assert "xvfb" in said.stderr
