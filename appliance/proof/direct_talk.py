"""The clients of a daemon in the same process: commands go in, status and events come out. No socket, no copy."""

from collections.abc import Callable

from appliance.control.talk import Request
from appliance.link.messages import Accepted, Command, Event, Refused, Role, Status


class DirectTalk:
    """A `Talk` for simulation and tests; every command is taken at the next tick."""

    def __init__(self) -> None:
        self.recorder_connected = True
        self.last: Status | None = None
        self.events: list[Event] = []
        self.answers: list[Accepted | Refused] = []
        self.on_status: Callable[[Status], None] | None = None
        self._inbox: list[Request] = []

    def send(self, command: Command, role: Role = "kiosk") -> None:
        """Queue one command."""
        self._inbox.append(Request(1, role, command))

    def poll(self) -> list[Request]:
        """All that is queued."""
        if not self._inbox:
            return self._inbox
        taken, self._inbox = self._inbox, []
        return taken

    def reply(self, client: int, answer: Accepted | Refused) -> None:
        """Keep the answer."""
        del client
        self.answers.append(answer)

    def status(self, status: Status) -> None:
        """Show it to whoever looks."""
        self.last = status
        if self.on_status is not None:
            self.on_status(status)

    def event(self, event: Event) -> None:
        """Keep the event."""
        self.events.append(event)

    def close(self) -> None:
        """Nothing to release."""
