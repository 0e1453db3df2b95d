"""The serving side of a socket: accepts, greets, checks version and roles, and hands on typed commands.

One call of `poll` never blocks and does a bounded amount of work, whatever the clients do: it runs inside the
daemon's tick. It must never raise for anything that a client did.
"""

import select
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final, NamedTuple

from appliance.errors import LinkError
from appliance.link.framing import encode, refusal, version_of
from appliance.link.messages import PROTOCOL_VERSION, Hello, Message, Role
from appliance.link.roles import Peer, Roles, peer_of
from appliance.link.socket_file import SocketFile
from appliance.link.stream import Stream

CLIENTS_MAX: Final = 8  # architecture, The link
MESSAGES_A_POLL: Final = 8  # of each client; the rest waits for the next poll
BYTES_A_POLL: Final = 4096  # of each client
MISSED_MAX: Final = 50  # newest states that a client left untaken in a row: 5 s at 10 Hz, then it is gone


class Arrival(NamedTuple):
    """One command of one client, which may send it."""

    client: int
    role: Role
    command: Any


class Connection:
    """One client."""

    __slots__ = ("missed", "newest", "number", "peer", "role", "stream")

    def __init__(self, number: int, stream: Stream, peer: Peer) -> None:
        self.number = number
        self.stream = stream
        self.peer = peer
        self.role: Role | None = None  # until its hello was taken
        self.newest: bytes | None = None  # the state that it gets next
        self.missed = 0

    def offer(self, line: bytes) -> bool:
        """Send the newest state now or as soon as the one before was taken; False if it was slow for too long."""
        if self.stream.waiting:
            self.newest = line
            self.missed += 1
            return self.missed <= MISSED_MAX
        self.missed = 0
        return self.stream.put(line)

    def flush(self) -> bool:
        """Send what waits; False if too much does."""
        self.stream.flush()
        if self.stream.waiting or self.newest is None:
            return True
        line, self.newest, self.missed = self.newest, None, 0
        return self.stream.put(line)


class Listener:
    """All clients of one socket.

    `greet` makes the answer to a good hello, or raises LinkError to refuse it. `command_roles` says for each message
    type who may send it.
    """

    def __init__(
        self,
        path: Path,
        roles: Roles,
        decode: Callable[[bytes], Any],
        command_roles: Mapping[type, frozenset[Role]],
        greet: Callable[[Connection], Message],
    ) -> None:
        """Open the socket; for the errors see `SocketFile`."""
        self._roles = roles
        self._decode = decode
        self._command_roles = command_roles
        self._greet = greet
        self._file = SocketFile(path)
        self._epoll = select.epoll()
        self._epoll.register(self._file.sock, select.EPOLLIN)
        self._by_fd: dict[int, Connection] = {}
        self._backlog: set[Connection] = set()  # with frames that were read and not yet taken
        self._last_number = 0
        self.clients: dict[int, Connection] = {}

    def fileno(self) -> int:
        """Readable when `poll` has something to do."""
        return self._epoll.fileno()

    def poll(self) -> list[Arrival]:
        """Serve everyone a little; the commands that came, in order for each client."""
        ready = self._epoll.poll(0)
        arrivals: list[Arrival] = []
        if self._backlog:
            for connection in self._backlog.copy():
                self._listen(connection, arrivals)
        for fd, _ in ready:
            known = self._by_fd.get(fd)
            if known is not None and known not in self._backlog:
                self._listen(known, arrivals)
        if ready and any(fd == self._file.sock.fileno() for fd, _ in ready):
            self._accept()  # last: a number of a closed descriptor may come back
        return arrivals

    def flush(self) -> None:
        """Send what waits for slow clients."""
        for connection in list(self.clients.values()):
            if (connection.stream.waiting or connection.newest is not None) and not connection.flush():
                self.drop(connection)

    def send(self, number: int, line: bytes) -> None:
        """Send one frame to one client; dropped when it is gone, and the client when it is too slow."""
        connection = self.clients.get(number)
        if connection is not None and not connection.stream.put(line):
            self.drop(connection)

    def offer(self, line: bytes) -> None:
        """Give the newest state to everyone who said hello."""
        for connection in list(self.clients.values()):
            if connection.role is not None and not connection.offer(line):
                self.drop(connection)

    def drop(self, connection: Connection) -> None:
        """Forget a client."""
        if self.clients.pop(connection.number, None) is None:
            return
        self._backlog.discard(connection)
        del self._by_fd[connection.stream.fileno()]
        self._epoll.unregister(connection.stream)
        connection.stream.close()

    def close(self) -> None:
        """Drop everyone and remove the socket."""
        for connection in list(self.clients.values()):
            self.drop(connection)
        self._epoll.close()
        self._file.close()

    def _accept(self) -> None:
        """Take one new client, or tell it that there are enough."""
        try:
            sock, _ = self._file.sock.accept()
            peer = peer_of(sock)
        except OSError:  # it went away again, or no descriptor is free: the next poll tries anew
            return
        self._last_number += 1
        connection = Connection(self._last_number, Stream(sock), peer)
        if len(self.clients) >= CLIENTS_MAX and not self._make_room():
            connection.stream.put(_refusal(_too_many(), ""))
            connection.stream.close()
            return
        self.clients[connection.number] = connection
        self._by_fd[connection.stream.fileno()] = connection
        self._epoll.register(connection.stream, select.EPOLLIN)

    def _make_room(self) -> bool:
        """The oldest client that never said hello gives way, so that silent ones cannot keep the others out."""
        for connection in self.clients.values():
            if connection.role is None:
                self._turn_away(connection, _too_many(), "")
                return True
        return False

    def _listen(self, connection: Connection, arrivals: list[Arrival]) -> None:
        """Read from one client and take some of its frames."""
        stream = connection.stream
        frames = stream.frames
        if not frames:
            stream.read(BYTES_A_POLL)
        for _ in range(min(len(frames), MESSAGES_A_POLL)):
            if connection.number not in self.clients:
                return
            self._take(connection, arrivals)
        if connection.number not in self.clients:
            return
        if frames:
            self._backlog.add(connection)
        elif stream.ended:
            self.drop(connection)
        else:
            self._backlog.discard(connection)

    def _take(self, connection: Connection, arrivals: list[Arrival]) -> None:
        """Judge one frame."""
        try:
            frame = connection.stream.frames.take()
            if frame is None:
                return
            if connection.role is None and version_of(frame, "hello") is not None:
                self._hello(connection, frame)
                return
            command = self._decode(frame)
        except LinkError as error:
            self.send(connection.number, _refusal(error, ""))
            return
        refused = self._objection(connection.role, command)
        if refused is not None:
            self.send(connection.number, _refusal(refused, tag_of(type(command))))
        elif connection.role is not None:
            arrivals.append(Arrival(connection.number, connection.role, command))

    def _objection(self, role: Role | None, command: Any) -> LinkError | None:
        """Why this role may not send this command; None if it may."""
        if role is None or isinstance(command, Hello):
            return LinkError("E105", "hello must come first, and once")
        kind = type(command)
        allowed = self._command_roles[kind]
        if role in allowed:
            return None
        return LinkError("E104", f"a {role} may not send {tag_of(kind)}; it is for: {', '.join(sorted(allowed))}")

    def _hello(self, connection: Connection, frame: bytes) -> None:
        """Greet a client or turn it away; what it may be is the kernel's word, not its own."""
        try:
            version = version_of(frame, "hello")
            if version != PROTOCOL_VERSION:
                raise LinkError("E103", f"the client speaks version {version}, this program {PROTOCOL_VERSION}")
            role = self._decode(frame).role
            if role not in self._command_roles[Hello]:
                raise LinkError("E104", f"nothing here is for a {role}")
            if role not in self._roles.allowed(connection.peer):
                uid = connection.peer.uid
                raise LinkError("E104", f"user {uid} may not be {role}; see [roles] in the configuration")
            connection.role = role
            answer = encode(self._greet(connection))
        except LinkError as error:
            connection.role = None
            self._turn_away(connection, error, "hello")
            return
        self.send(connection.number, answer)

    def _turn_away(self, connection: Connection, error: LinkError, re: str) -> None:
        connection.stream.put(_refusal(error, re))
        self.drop(connection)


def tag_of(kind: type) -> str:
    """The name of a message type on the wire."""
    return str(kind.__struct_config__.tag)  # type: ignore[attr-defined]


def _refusal(error: LinkError, re: str) -> bytes:
    return encode(refusal(error, re))


def _too_many() -> LinkError:
    return LinkError("E107", f"{CLIENTS_MAX} programs are connected, and no more can be")
