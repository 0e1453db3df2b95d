"""The client never blocks longer than told, and says in one sentence why there is no connection."""

import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from appliance.errors import LinkError
from appliance.link.client import Client, newest_status
from appliance.link.framing import FRAME_BYTES, encode
from appliance.link.messages import Accepted, Answer, Hello, Refused, Status, Stop, Welcome
from appliance.link.stream import OUT_BYTES

WELCOME = Welcome(1, True, "b", 0)
LINES = Path(sys.modules[Client.__module__].__file__ or "").parent / "transcripts" / "v1.jsonl"


class Server:
    """The other end, by hand."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.listening = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.listening.bind(str(path))
        self.listening.listen(4)
        self.listening.settimeout(10)
        self.open: list[Client | socket.socket] = [self.listening]

    def client(self) -> tuple[Client, socket.socket]:
        """A client that said hello, and our end of its connection."""
        client = Client.open(self.path, "kiosk")
        ours, _ = self.listening.accept()
        ours.settimeout(10)
        self.open += [client, ours]
        assert ours.recv(1000) == encode(Hello("kiosk", 1))
        return client, ours

    def answer(self, line: bytes) -> threading.Thread:
        """Answer the next client's hello."""

        def serve() -> None:
            ours, _ = self.listening.accept()
            with ours:
                ours.recv(1000)
                ours.sendall(line)

        thread = threading.Thread(target=serve)
        thread.start()
        return thread


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    made = Server(tmp_path / "s.sock")
    yield made
    for one in made.open:
        one.close()


def status(tick: int) -> Status:
    for line in LINES.read_bytes().splitlines():
        says = msgspec.json.decode(line)["says"]
        if says["type"] == "status":
            return msgspec.structs.replace(msgspec.convert(says, Status), tick=tick)
    raise AssertionError


def test_connect_has_the_welcome(server: Server) -> None:
    thread = server.answer(encode(WELCOME) + encode(Accepted("stop")))
    with Client.connect(server.path, "kiosk", 10.0) as client:
        assert client.welcome == WELCOME
        assert client.receive(10.0) == Accepted("stop")
    thread.join()


@pytest.mark.parametrize(
    ("line", "code", "says"),
    [
        (b'{"type":"welcome","version":9,"new":1}\n', "E103", "version 9, this program 1"),
        (encode(Refused("E103", "the client speaks version 1, this program 9", "hello")), "E103", "9"),
        (encode(Refused("E104", "user 7 may not be kiosk", "hello")), "E104", "user 7"),
        (encode(Refused("E107", "8 programs are connected", "")), "E107", "8"),
        (b"SSH-2.0-OpenSSH\n", "E101", "read"),
        (b"x" * (FRAME_BYTES + 5) + b"\n", "E102", "16384"),
        (b"", "E113", "ended"),
    ],
)
def test_why_there_is_no_connection_is_said(server: Server, line: bytes, code: str, says: str) -> None:
    thread = server.answer(line)
    with pytest.raises(LinkError, match=code) as caught:
        Client.connect(server.path, "kiosk", 10.0)
    assert says in caught.value.message
    thread.join()


def test_a_server_that_says_nothing_is_given_up(server: Server) -> None:
    with pytest.raises(LinkError, match="E113") as caught:
        Client.connect(server.path, "kiosk", 0.05)
    assert "0.05 s" in caught.value.message


@pytest.mark.parametrize("make", [lambda path: None, lambda path: path.write_text("x"), lambda path: path.mkdir()])
def test_nobody_there_is_said(tmp_path: Path, make: object) -> None:
    path = tmp_path / "s.sock"
    make(path)  # type: ignore[operator]
    with pytest.raises(LinkError, match="E113") as caught:
        Client.open(path, "kiosk")
    assert "ionto-control" in caught.value.message


def test_polling_never_waits_and_keeps_a_split_message(server: Server) -> None:
    client, ours = server.client()
    assert client.poll() == []
    line = encode(WELCOME)
    ours.sendall(line[:10])
    assert client.poll() == []
    assert client.welcome is None
    ours.sendall(line[10:])
    assert client.poll() == [WELCOME]
    assert client.welcome == WELCOME
    assert client.receive(0.0) is None


def test_what_came_before_the_end_is_still_given(server: Server) -> None:
    client, ours = server.client()
    ours.sendall(encode(WELCOME) + encode(Accepted("stop")) + b'{"type":"acc')
    ours.close()
    assert client.poll() == [WELCOME, Accepted("stop")]
    for _ in range(2):
        with pytest.raises(LinkError, match="E113"):
            client.poll()
    with pytest.raises(LinkError, match="E113"):
        client.send(Stop())
    assert client.fileno() == -1


def test_sending_to_a_server_that_hangs_never_blocks_and_ends(server: Server) -> None:
    client, _ = server.client()
    line = len(encode(Stop()))
    with pytest.raises(LinkError, match="E113"):
        for _ in range(2 * (OUT_BYTES + 2**20) // line):
            client.send(Stop())


def test_a_flood_is_taken_in_bounded_portions(server: Server) -> None:
    client, ours = server.client()
    ours.sendall(encode(WELCOME) + encode(Accepted("stop")) * 200)
    counts = []
    while sum(counts) < 201:
        counts.append(len(client.poll()))
    assert max(counts) == 64


def test_of_many_states_only_the_newest_counts() -> None:
    answers: list[Answer] = [status(1), Accepted("stop"), status(2), WELCOME, status(3)]
    assert newest_status(answers) == (status(3), [Accepted("stop"), WELCOME])
    assert newest_status([WELCOME]) == (None, [WELCOME])


def test_it_needs_no_kivy_and_no_database() -> None:
    script = (
        "import appliance.link.client, sys; print(sorted({'kivy', 'sqlite3', 'appliance.control'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, check=True, timeout=60, env=os.environ)
    assert done.stdout == b"[]\n"
