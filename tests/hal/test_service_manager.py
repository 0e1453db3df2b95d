"""systemd is told what the daemon does, over a real socket; whoever does not listen is never waited for."""

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from appliance.hal.service_manager import ServiceManager


@pytest.fixture
def listener(tmp_path: Path) -> Iterator[socket.socket]:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        listening.bind(str(tmp_path / "notify"))
        listening.settimeout(10)
        yield listening


@pytest.mark.parametrize("abstract", [False, True])
def test_each_word_is_one_datagram(tmp_path: Path, abstract: bool) -> None:
    name = f"ionto-test-{tmp_path.name}-{id(tmp_path)}" if abstract else str(tmp_path / "notify")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        listening.bind(f"\0{name}" if abstract else name)
        listening.settimeout(10)
        manager = ServiceManager({"NOTIFY_SOCKET": f"@{name}" if abstract else name})
        manager.ready()
        manager.alive()
        manager.stopping()
        assert [listening.recv(100) for _ in range(3)] == [b"READY=1", b"WATCHDOG=1", b"STOPPING=1"]
        manager.close()


def test_nobody_is_told_where_nobody_asked(listener: socket.socket) -> None:
    listener.setblocking(False)
    manager = ServiceManager({"NOTIFY": listener.getsockname()})
    manager.ready()
    manager.close()
    with pytest.raises(BlockingIOError):
        listener.recv(100)


def test_a_manager_that_takes_nothing_is_not_waited_for(listener: socket.socket) -> None:
    manager = ServiceManager({"NOTIFY_SOCKET": listener.getsockname()})
    for _ in range(10_000):  # the queue of a datagram socket is some ten long
        manager.alive()
    assert listener.recv(100) == b"WATCHDOG=1"
    manager.close()


def test_a_manager_that_is_gone_disturbs_nobody_and_hears_the_next_word_when_it_is_back(tmp_path: Path) -> None:
    manager = ServiceManager({"NOTIFY_SOCKET": str(tmp_path / "gone")})
    manager.ready()
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as back:
        back.bind(str(tmp_path / "gone"))
        back.settimeout(10)
        manager.alive()
        assert back.recv(100) == b"WATCHDOG=1"
    manager.close()
