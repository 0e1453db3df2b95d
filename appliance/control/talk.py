"""What the tick needs of its clients: a port, so that the socket server and an in-process caller look the same.

Nothing behind this port may ever block the tick.
"""

from typing import NamedTuple, Protocol

from appliance.link.messages import Accepted, Command, Event, Refused, Role, Status


class Request(NamedTuple):
    """One command of one client, its role already proved."""

    client: int
    role: Role
    command: Command


class Talk(Protocol):
    """Non-blocking, bounded exchange with all clients."""

    @property
    def recorder_connected(self) -> bool:
        """Whether a client with the role recorder is connected now."""
        ...

    def poll(self) -> list[Request]:
        """Commands that arrived since the last call, in order, at most the port's bound a call. Never blocks.

        Hello, wrong roles, broken frames and `ack` are handled by the port itself and do not appear here.
        """
        ...

    def reply(self, client: int, answer: Accepted | Refused) -> None:
        """Answer one client; dropped when it is gone or too slow."""
        ...

    def status(self, status: Status) -> None:
        """Give the newest status to everyone; a client that has not taken the last one gets only this one."""
        ...

    def event(self, event: Event) -> None:
        """Keep an event until the recorder acknowledges it, and send it."""
        ...

    def close(self) -> None:
        """Drop all clients and remove the socket."""
        ...
