"""The daemon's socket: implements `Talk` over AF_UNIX. Nothing that a client does may block or disturb the tick."""

from pathlib import Path
from typing import Final, get_args

from appliance.control.event_queue import EventQueue
from appliance.control.talk import Request
from appliance.errors import LinkError
from appliance.link.framing import decode_command, encode
from appliance.link.listener import Connection, Listener, tag_of
from appliance.link.messages import (
    PROTOCOL_VERSION,
    ROLES,
    Accepted,
    Ack,
    Command,
    Event,
    Message,
    Refused,
    Role,
    Status,
    Welcome,
)
from appliance.link.roles import Roles

EVENTS_A_POLL: Final = 8
COMMAND_ROLES: Final[dict[type, frozenset[Role]]] = {kind: ROLES[tag_of(kind)] for kind in get_args(Command)}


class Server:
    """All clients of the daemon, and the events that the recorder has not yet on disk."""

    def __init__(self, path: Path, roles: Roles, *, boot: str, simulated: bool) -> None:
        """Open the socket.

        Args:
            path: of the socket; its directory must exist.
            roles: who may be what; see `control.roles`.
            boot: names this run of the daemon; event numbers start again with each.
            simulated: told to every client.

        Raises:
            LinkError: E106 another program serves this path.
            ConfigError: E503 the socket cannot be made; E509 its path is too long.
        """
        self._boot = boot
        self._simulated = simulated
        self._events = EventQueue()
        self._recorder = 0  # the client's number; 0 is nobody's
        self._listener = Listener(path, roles, decode_command, COMMAND_ROLES, self._greet)

    @property
    def recorder_connected(self) -> bool:
        """Whether a client with the role recorder is connected now."""
        return self._recorder in self._listener.clients

    def poll(self) -> list[Request]:
        """Commands that arrived, in order; at most 8 messages and 4 KiB of each client a call. Never blocks."""
        arrivals = self._listener.poll()
        self._listener.flush()
        if self._events.unsent and self.recorder_connected:
            self._send_events()
        if not arrivals:
            return []
        requests: list[Request] = []
        for client, role, command in arrivals:
            if isinstance(command, Ack):
                self._events.acknowledge(command.seq)
            else:
                requests.append(Request(client, role, command))
        return requests

    def reply(self, client: int, answer: Accepted | Refused) -> None:
        """Answer one client; dropped when it is gone or too slow."""
        self._listener.send(client, encode(answer))

    def status(self, status: Status) -> None:
        """Give the newest status to everyone; a client that has not taken the last one gets only this one."""
        if not self._listener.clients:
            return
        try:
            self._listener.offer(encode(status))
        except LinkError:  # longer than a frame: the screens go grey and the lease ends, which is safe
            return

    def event(self, event: Event) -> None:
        """Keep an event until the recorder acknowledges it, and send it."""
        self._events.add(event)
        if self.recorder_connected:
            self._send_events()

    def close(self) -> None:
        """Drop all clients and remove the socket."""
        self._listener.close()

    def _greet(self, connection: Connection) -> Message:
        """The answer to hello; a recorder gets all events that are not on disk."""
        if connection.role == "recorder":
            if self.recorder_connected:
                raise LinkError("E107", "a recorder is connected already, and there can be only one")
            self._recorder = connection.number
            self._events.restart()
        return Welcome(PROTOCOL_VERSION, self._simulated, self._boot, self._events.last)

    def _send_events(self) -> None:
        """A few; more when the recorder took them."""
        recorder = self._listener.clients[self._recorder]
        for _ in range(EVENTS_A_POLL):
            line = None if recorder.stream.waiting else self._events.take()
            if line is None:
                return
            self._listener.send(self._recorder, line)
