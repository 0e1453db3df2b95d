"""Events in the order of their numbers, kept until the recorder has them on disk. None is ever lost silently."""

from collections import deque
from typing import Final

from appliance.errors import LinkError
from appliance.link.framing import encode
from appliance.link.messages import Event

EVENTS_MAX: Final = 2048  # a session has about a hundred: hours of treatments without a recorder


class EventQueue:
    """A bounded queue of encoded events, of which the first `_sent` were sent and not yet acknowledged.

    When it is full, the oldest give way to one event of the kind `events_lost` with the number of the last of them,
    which says from where to where. It is acknowledged like any other.
    """

    def __init__(self, limit: int = EVENTS_MAX) -> None:
        """`limit` is how many events are kept."""
        self._limit = limit
        self._kept: deque[tuple[int, bytes]] = deque()
        self._sent = 0
        self._lost: Event | None = None  # the one that stands for those that are lost; always the first
        self.last = 0  # number of the newest event

    def __len__(self) -> int:
        """How many are not yet acknowledged."""
        return len(self._kept)

    @property
    def unsent(self) -> int:
        """How many were not sent to the recorder that is connected now."""
        return len(self._kept) - self._sent

    def add(self, event: Event) -> None:
        """Keep a new event."""
        if len(self._kept) >= self._limit:
            self._lose(event)
        self._kept.append((event.seq, _line(event)))
        self.last = event.seq

    def take(self) -> bytes | None:
        """The next one to send."""
        if not self.unsent:
            return None
        _, line = self._kept[self._sent]
        self._sent += 1
        return line

    def restart(self) -> None:
        """Another recorder connected: send everything again."""
        self._sent = 0

    def acknowledge(self, seq: int) -> None:
        """Forget what was sent up to `seq`; what was never sent cannot be acknowledged."""
        while self._sent and self._kept[0][0] <= seq:
            self._kept.popleft()
            self._sent -= 1
            self._lost = None

    def _lose(self, cause: Event) -> None:
        """Replace the two oldest by one that says so."""
        first, count = (self._kept[0][0], 1) if self._lost is None else _range(self._lost)
        self._kept.popleft()
        last, _ = self._kept.popleft()
        detail: dict[str, str | float | int | bool | None] = {"first_seq": first, "last_seq": last, "count": count + 1}
        self._lost = Event(last, cause.t_mono_ns, None, "events_lost", detail)
        self._kept.appendleft((last, _line(self._lost)))
        self._sent = self._sent - 1 if self._sent > 1 else 0  # it counts as sent only if both were


def _range(lost: Event) -> tuple[int, int]:
    """First number and count of an `events_lost`."""
    return int(lost.detail["first_seq"] or 0), int(lost.detail["count"] or 0)


def _line(event: Event) -> bytes:
    """The frame; a detail that no frame can hold is left out, and said so."""
    try:
        return encode(event)
    except LinkError as error:
        return encode(Event(event.seq, event.t_mono_ns, event.session, event.kind, {"left_out": error.message}))
