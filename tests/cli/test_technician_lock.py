"""A technician's command and the daemon never have a real board at once, and the daemon knows of the command."""

import os
from contextlib import closing
from pathlib import Path

import pytest

from appliance.cli import technician
from appliance.config import load_board
from appliance.errors import ConfigError, LinkError
from appliance.link.socket_file import SocketFile, lock_file, take_lock

NUMBERS = load_board()


@pytest.fixture
def socket(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the daemon of this machine serves; a board there is none."""
    path = tmp_path / "control.sock"
    monkeypatch.setattr(technician, "CONTROL_SOCKET", path)
    return path


def refused() -> ConfigError:
    with pytest.raises(ConfigError) as caught, technician.hardware(NUMBERS, None):
        pass
    return caught.value


def test_it_is_refused_while_the_daemon_runs(socket: Path) -> None:
    with closing(SocketFile(socket)):
        error = refused()
    assert error.code == "E506"
    assert "systemctl stop ionto-control" in error.message


def test_the_next_daemon_finds_its_mark_and_a_lock_that_is_free(socket: Path) -> None:
    assert refused().code == "E505"  # no board here
    assert lock_file(socket).exists()
    os.close(take_lock(socket))


def test_no_daemon_starts_meanwhile(socket: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def look(*_: object) -> None:
        with pytest.raises(LinkError, match="E106"):
            take_lock(socket)
        raise ConfigError("E505", "looked")

    monkeypatch.setattr(technician, "open_board", look)
    assert refused().message == "looked"


def test_where_no_daemon_is_installed_nothing_is_locked(socket: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(technician, "CONTROL_SOCKET", socket.parent / "none" / "control.sock")
    assert refused().code == "E505"
    assert not (socket.parent / "none").exists()


def test_nobody_else_can_hold_the_lock_and_roots_is_the_daemons(socket: Path) -> None:
    """A kiosk that holds it would keep the daemon from starting; one that root leaves must not lock the daemon out."""
    if os.geteuid() == 0:
        os.chown(socket.parent, 12345, 12345)
    os.close(take_lock(socket))
    made = lock_file(socket).stat()
    assert made.st_mode & 0o777 == 0o600
    assert (made.st_uid, made.st_gid) == (socket.parent.stat().st_uid, socket.parent.stat().st_gid)
