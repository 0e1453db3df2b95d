"""The daemon's socket with real clients: what they do wrong is refused in one sentence, and never disturbs the rest."""

import os
import select
import socket
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from server_status import status_of

from appliance.control.server import Server
from appliance.control.talk import Request, Talk
from appliance.errors import ConfigError, LinkError
from appliance.link.client import Client, newest_status
from appliance.link.framing import FRAME_BYTES, encode
from appliance.link.listener import CLIENTS_MAX, MISSED_MAX
from appliance.link.messages import (
    Accepted,
    Ack,
    Event,
    Hello,
    Message,
    Plan,
    Refused,
    Renew,
    Role,
    Start,
    Stop,
    Welcome,
)
from appliance.link.roles import ALL_ROLES, Roles

ANYONE = Roles({os.getuid(): ALL_ROLES}, {})
_open: list[Client | socket.socket] = []


@pytest.fixture(autouse=True)
def _closed() -> Iterator[None]:
    yield
    while _open:
        _open.pop().close()


def opened(path: Path, role: Role) -> Client:
    """A client that said hello; closed after the test."""
    client = Client.open(path, role)
    _open.append(client)
    return client


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "control.sock"


@pytest.fixture
def server(path: Path) -> Iterator[Server]:
    served = Server(path, ANYONE, boot="b1", simulated=True)
    yield served
    served.close()


def polled(server: Server, times: int = 4) -> list[Request]:
    """What arrives within a few ticks."""
    return [request for _ in range(times) for request in server.poll()]


def joined(server: Server, path: Path, role: Role) -> Client:
    """A client that was welcomed."""
    client = opened(path, role)
    polled(server)
    assert isinstance(client.receive(1.0), Welcome)
    return client


def refusal(client: Client) -> Refused:
    """The next message, which is a refusal."""
    answer = client.receive(1.0)
    assert isinstance(answer, Refused)
    return answer


def raw(path: Path) -> socket.socket:
    sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    _open.append(sock)
    sock.settimeout(2.0)
    sock.connect(str(path))
    return sock


def told(sock: socket.socket) -> list[Refused]:
    """Every refusal up to the end of the connection."""
    data = b""
    while chunk := sock.recv(65536):
        data += chunk
    lines = [line for line in data.splitlines() if b'"welcome"' not in line]
    return [msgspec.json.decode(line, type=Refused) for line in lines]


def test_it_is_the_port_of_the_tick(server: Server) -> None:
    port: Talk = server
    assert port.poll() == []


def test_the_welcome_says_who_serves(server: Server, path: Path) -> None:
    server.event(Event(41, 0, None, "state", {}))
    client = opened(path, "kiosk")
    polled(server)
    assert client.receive(1.0) == Welcome(1, True, "b1", 41)


def test_commands_arrive_in_order_and_are_answered(server: Server, path: Path) -> None:
    with joined(server, path, "kiosk") as kiosk:
        kiosk.send(Renew())
        kiosk.send(Stop())
        requests = polled(server)
        assert [(r.role, r.command) for r in requests] == [("kiosk", Renew()), ("kiosk", Stop())]
        server.reply(requests[1].client, Accepted("stop"))
        assert kiosk.receive(1.0) == Accepted("stop")


def test_only_owner_and_group_may_connect(server: Server, path: Path) -> None:
    assert stat.S_IMODE(path.stat().st_mode) == 0o660


@pytest.mark.parametrize(
    ("role", "command"), [("technician", Renew()), ("kiosk", Ack(1)), ("recorder", Renew())], ids=str
)
def test_a_command_of_another_role_is_refused(server: Server, path: Path, role: Role, command: Message) -> None:
    with joined(server, path, role) as client:
        client.send(command)
        assert polled(server) == []
        refused = refusal(client)
        assert refused.code == "E104"
        assert role in refused.message
        client.send(Stop())
        assert [r.command for r in polled(server)] == [Stop()]


def test_a_stranger_gets_no_role(path: Path) -> None:
    server = Server(path, Roles({os.getuid(): frozenset({"technician"})}, {}), boot="b", simulated=False)
    client = opened(path, "kiosk")
    polled(server)
    assert refusal(client).code == "E104"
    joined(server, path, "technician").close()
    server.close()


def test_a_group_gives_its_roles(path: Path) -> None:
    server = Server(path, Roles({}, {os.getgid(): frozenset({"technician"})}), boot="b", simulated=False)
    joined(server, path, "technician").close()
    server.close()


def test_another_version_is_refused_with_both_numbers(server: Server, path: Path) -> None:
    sock = raw(path)
    sock.sendall(b'{"type":"hello","role":"kiosk","version":7,"something":"new"}\n')
    polled(server)
    (refused,) = told(sock)
    assert refused.code == "E103"
    assert "7" in refused.message
    assert "1" in refused.message


def test_hello_comes_first_and_once(server: Server, path: Path) -> None:
    client = opened(path, "kiosk")
    client.send(Hello("technician", 1))
    polled(server)
    assert isinstance(client.receive(1.0), Welcome)
    assert refusal(client).code == "E105"
    sock = raw(path)
    sock.sendall(encode(Stop()))
    assert polled(server) == []
    sock.shutdown(socket.SHUT_WR)
    polled(server)
    assert [r.code for r in told(sock)] == ["E105"]


def test_stop_works_after_any_garbage(server: Server, path: Path) -> None:
    with joined(server, path, "kiosk") as client:
        garbage = [b"x", b"{}", b"\xff\x00", b"[" * 1000, b"y" * (FRAME_BYTES + 10), b'{"type":"stop","force":true}']
        for frame in garbage:
            client._stream.put(frame + b"\n")
        client.send(Stop())
        assert [r.command for r in polled(server, 20)] == [Stop()]
        codes = [refusal(client).code for _ in garbage]
        assert codes == ["E101", "E101", "E101", "E101", "E102", "E101"]


@pytest.mark.parametrize("hello", [True, False])
@pytest.mark.parametrize(
    "frame",
    [
        b'{"type":"' + b"a" * 16_330 + b'"}',
        b'{"type":"stop","' + b"\\u0000" * 2_700 + b'":1}',
        b'{"type":"start","id":"' + b"a" * 16_000 + b'","permit":"p","plan":{}}',
        b'{"type":"hello","role":"' + b"a" * 16_000 + b'","version":1}',
    ],
)
def test_garbage_as_long_as_a_frame_is_refused_and_nothing_else_happens(
    server: Server, path: Path, frame: bytes, hello: bool
) -> None:
    """A refusal quotes what came; it must fit a frame itself, or the tick that sends it would end in a CUT."""
    sock = raw(path)
    sock.sendall((encode(Hello("kiosk", 1)) if hello else b"") + frame + b"\n")
    sock.shutdown(socket.SHUT_WR)
    assert polled(server, 20) == []
    (refused,) = told(sock)
    assert refused.code in ("E101", "E104", "E105")
    assert len(refused.message) <= 500


def test_a_name_that_would_not_fit_a_status_or_an_event_is_refused(server: Server, path: Path) -> None:
    plan = Plan("hands", 15.0, 18.0, 200.0)
    with joined(server, path, "kiosk") as client:
        for start in (Start("s" * 65, "p", plan), Start("", "p", plan), Start("s", "p" * 65, plan)):
            client.send(start)
            assert polled(server, 20) == []
            assert refusal(client).code == "E101"
        client.send(Start("s" * 64, "p" * 64, plan))
        assert len(polled(server, 20)) == 1


def test_stop_counts_even_if_its_sender_is_gone(server: Server, path: Path) -> None:
    sock = raw(path)
    sock.sendall(encode(Hello("technician", 1)) + encode(Stop()))
    sock.close()
    assert [r.command for r in polled(server)] == [Stop()]


def test_a_peer_that_dies_inside_a_message_is_forgotten(server: Server, path: Path) -> None:
    with joined(server, path, "kiosk") as kiosk:
        sock = raw(path)
        sock.sendall(b'{"type":"hel')
        polled(server)
        sock.close()
        assert polled(server) == []
        server.status(status_of(1))
        assert kiosk.receive(1.0) == status_of(1)


def test_one_client_cannot_fill_a_tick(server: Server, path: Path) -> None:
    flood, person = joined(server, path, "kiosk"), joined(server, path, "technician")
    for _ in range(500):
        flood.send(Renew())
    person.send(Stop())
    first = server.poll()
    assert len(first) <= 9
    assert Stop() in [r.command for r in first]
    taken = list(first)
    for _ in range(200):
        flood.poll()
        taken += server.poll()
    assert sum(r.command == Renew() for r in taken) == 500


def test_the_ninth_is_told_and_the_others_go_on(server: Server, path: Path) -> None:
    clients = [joined(server, path, "technician") for _ in range(CLIENTS_MAX)]
    ninth = opened(path, "kiosk")
    polled(server)
    assert refusal(ninth).code == "E107"
    server.status(status_of(3))
    assert [client.receive(1.0) for client in clients] == [status_of(3)] * CLIENTS_MAX
    clients[0].close()
    polled(server)
    joined(server, path, "kiosk").close()


def test_silent_connections_cannot_keep_the_screen_out(server: Server, path: Path) -> None:
    silent = []
    for _ in range(CLIENTS_MAX):
        silent.append(raw(path))
        polled(server)
    with joined(server, path, "kiosk"):
        assert [r.code for r in told(silent[0])] == ["E107"]


def test_a_slow_reader_gets_the_newest_state(server: Server, path: Path) -> None:
    with joined(server, path, "kiosk") as slow:
        tick = 0
        while not any(c.newest is not None for c in server._listener.clients.values()):
            tick += 1
            server.status(status_of(tick))
        for _ in range(MISSED_MAX - 10):
            tick += 1
            server.status(status_of(tick))
        seen: list[int] = []
        while not seen or seen[-1] != tick:
            newest, _ = newest_status(slow.poll())
            seen += [newest.tick] if newest else []
            server.poll()
        assert len(seen) < tick
        assert server._listener.clients


def test_a_client_that_reads_nothing_is_dropped(server: Server, path: Path) -> None:
    stuck, well = joined(server, path, "technician"), joined(server, path, "kiosk")
    for tick in range(1000):
        server.status(status_of(tick))
        server.poll()
        well.poll()
    server.status(status_of(1000))
    assert well.receive(1.0) == status_of(1000)
    with pytest.raises(LinkError, match="E113"):
        while True:
            stuck.poll()


def test_refusals_that_nobody_reads_do_not_pile_up(server: Server, path: Path) -> None:
    sock = raw(path)
    sock.setblocking(False)
    junk = b"junk\n" * 800
    for _ in range(20000):
        try:
            sock.send(junk)
        except BlockingIOError:
            pass
        except OSError:
            break
        assert server.poll() == []
    assert not server._listener.clients


def test_events_are_sent_again_until_they_are_acknowledged(server: Server, path: Path) -> None:
    events = [Event(n, 0, "s", "state", {"n": n}) for n in range(1, 31)]
    for event in events[:20]:
        server.event(event)
    assert not server.recorder_connected
    recorder = joined(server, path, "recorder")
    assert server.recorder_connected
    for event in events[20:]:
        server.event(event)
    polled(server, 10)
    assert recorder.poll() == events
    recorder.send(Ack(12))
    polled(server)
    recorder.close()
    polled(server)
    assert not server.recorder_connected
    again = joined(server, path, "recorder")
    polled(server, 10)
    assert again.poll() == events[12:]


def test_what_was_never_sent_cannot_be_acknowledged(server: Server, path: Path) -> None:
    recorder = joined(server, path, "recorder")
    recorder.send(Ack(10**9))
    polled(server)
    server.event(Event(1, 0, None, "state", {}))
    recorder.close()
    polled(server)
    again = joined(server, path, "recorder")
    polled(server)
    assert again.receive(1.0) == Event(1, 0, None, "state", {})


def test_there_is_one_recorder(server: Server, path: Path) -> None:
    with joined(server, path, "recorder"):
        second = opened(path, "recorder")
        polled(server)
        assert refusal(second).code == "E107"
        assert server.recorder_connected


def test_events_go_to_the_recorder_alone(server: Server, path: Path) -> None:
    with joined(server, path, "kiosk") as kiosk:
        server.event(Event(1, 0, None, "state", {}))
        polled(server)
        assert kiosk.poll() == []


def test_an_answer_to_a_client_that_left_is_dropped(server: Server, path: Path) -> None:
    kiosk = joined(server, path, "kiosk")
    kiosk.send(Stop())
    (request,) = polled(server)
    kiosk.close()
    server.reply(request.client, Accepted("stop"))
    polled(server)
    server.reply(request.client, Accepted("stop"))
    assert polled(server) == []


def test_a_live_socket_is_not_taken(server: Server, path: Path) -> None:
    with pytest.raises(LinkError, match="E106"):
        Server(path, ANYONE, boot="b2", simulated=True)
    joined(server, path, "kiosk").close()


def test_a_live_socket_of_another_kind_of_program_is_not_taken(path: Path) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as other:
        other.bind(str(path))
        other.listen(1)
        with pytest.raises(LinkError, match="E106"):
            Server(path, ANYONE, boot="b", simulated=True)
        assert path.is_socket()


def test_something_else_than_a_socket_is_not_removed(path: Path) -> None:
    path.write_text("precious")
    with pytest.raises(LinkError, match="E106"):
        Server(path, ANYONE, boot="b", simulated=True)
    assert path.read_text() == "precious"


@pytest.mark.parametrize(("name", "code"), [("no/such/directory.sock", "E503"), ("x" * 120, "E509")])
def test_a_place_where_no_socket_can_be_is_named(tmp_path: Path, name: str, code: str) -> None:
    with pytest.raises(ConfigError, match=code):
        Server(tmp_path / name, ANYONE, boot="b", simulated=True)


def test_the_socket_of_a_killed_daemon_is_replaced(path: Path) -> None:
    script = (
        "import os, sys, time\nfrom pathlib import Path\nfrom appliance.control.server import Server\n"
        "from appliance.link.roles import Roles\n"
        "s = Server(Path(sys.argv[1]), Roles({}, {}), boot='b', simulated=True)\n"
        "print('up', flush=True)\ntime.sleep(60)"
    )
    daemon = subprocess.Popen([sys.executable, "-c", script, str(path)], stdout=subprocess.PIPE)
    assert daemon.stdout is not None
    with daemon.stdout as out:
        assert out.readline() == b"up\n"
    with pytest.raises(LinkError, match="E106"):
        Server(path, ANYONE, boot="b2", simulated=True)
    daemon.kill()
    daemon.wait(10)
    assert path.is_socket()
    server = Server(path, ANYONE, boot="b2", simulated=True)
    joined(server, path, "kiosk").close()
    server.close()
    assert not path.exists()


def test_a_deleted_socket_file_does_not_disturb(server: Server, path: Path) -> None:
    with joined(server, path, "kiosk") as kiosk:
        path.unlink()
        kiosk.send(Stop())
        assert [r.command for r in polled(server)] == [Stop()]
    path.write_text("somebody else's")
    server.close()
    assert path.exists()


def test_nothing_to_do_is_one_system_call(server: Server, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    clients = [joined(server, path, "kiosk") for _ in range(3)]
    reads: list[int] = []
    for connection in server._listener.clients.values():
        monkeypatch.setattr(type(connection.stream), "read", lambda self, limit: reads.append(limit))
    assert polled(server, 10) == []
    assert reads == []
    assert select.select([server._listener], [], [], 0) == ([], [], [])
    del clients
