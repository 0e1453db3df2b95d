"""The asking side of the daemon's socket, for a screen's frame clock (`poll`) and for a script (`receive`).

Sending and polling never block; only `connect` and `receive` wait, and never longer than told.
"""

import os
import select
import socket
import time
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType
from typing import Any, ClassVar, Final, Generic, Self, TypeVar

from appliance.errors import LinkError
from appliance.link.framing import decode_answer, encode, version_of
from appliance.link.messages import PROTOCOL_VERSION, Answer, Hello, Message, Refused, Role, Status, Welcome
from appliance.link.stream import Stream

BYTES_A_POLL: Final = 64 * 1024
MESSAGES_A_POLL: Final = 64

A = TypeVar("A")


class LinkClient(Generic[A]):
    """One connection. Every error is a LinkError; after E103, E107 or E113 it is closed and a new one is needed."""

    read: "ClassVar[staticmethod[[bytes], Any]]"  # decodes one frame
    serves: ClassVar[str]  # who should be there, for E113

    def __init__(self, stream: Stream, path: Path) -> None:
        """Use `open` or `connect`."""
        self._stream = stream
        self._path = path
        self._answers: list[A] = []  # polled and not yet received
        self._welcome: A | None = None

    @classmethod
    def open(cls, path: Path, role: Role) -> Self:
        """Connect and say hello, without waiting for the answer: the welcome comes through `poll`.

        Raises:
            LinkError: E113 nobody serves the socket.
        """
        sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        sock.setblocking(False)
        try:
            sock.connect(os.fspath(path))
        except OSError as error:
            sock.close()
            reason = error.strerror or str(error)
            raise LinkError("E113", f"nobody serves {path} ({reason}); is {cls.serves} running?") from error
        client = cls(Stream(sock), path)
        client.send(Hello(role, PROTOCOL_VERSION))
        return client

    @classmethod
    def connect(cls, path: Path, role: Role, timeout_s: float) -> Self:
        """Connect and wait for the welcome, which is then in `welcome` and comes no more through `poll`.

        Raises:
            LinkError: E113 nobody serves the socket, or nobody answered in time; E103 it speaks another version;
                E104 this user may not have the role; E107 too many clients.
        """
        client = cls.open(path, role)
        try:
            first = client.receive(timeout_s)
            if first is None:
                raise LinkError("E113", f"{path} did not answer within {timeout_s:g} s; is {cls.serves} well?")
            if isinstance(first, Refused):
                raise LinkError(first.code, first.message)
        except LinkError:
            client.close()
            raise
        return client

    def fileno(self) -> int:
        """For select; -1 once closed."""
        return self._stream.fileno()

    def send(self, message: Message) -> None:
        """Send now, or as soon as the server takes it. Never blocks.

        Raises:
            LinkError: E102 the message is too long; E113 the server takes nothing any more.
        """
        if self._stream.fileno() < 0 or not self._stream.put(encode(message)):
            raise self._gone()

    def poll(self) -> list[A]:
        """What arrived, at most 64 messages; empty if nothing did. Never blocks.

        Raises:
            LinkError: E113 the connection ended, after everything that came before it; E101, E102, E103 the server
                speaks another language.
        """
        answers, self._answers = self._answers, []
        self._stream.flush()
        if len(self._stream.frames) < MESSAGES_A_POLL:
            self._stream.read(BYTES_A_POLL)
        while len(answers) < MESSAGES_A_POLL:
            frame = self._stream.frames.take()
            if frame is None:
                break
            answers.append(self._read(frame))
        if self._stream.ended and not answers:
            raise self._gone()
        return answers

    def receive(self, timeout_s: float) -> A | None:
        """The next message, or None if none came in time. For the errors see `poll`."""
        until_s = time.monotonic() + timeout_s
        waiter = select.poll()
        while not self._answers:
            self._answers = self.poll()
            left_s = until_s - time.monotonic()
            if self._answers or left_s <= 0:
                break
            waiter.register(self._stream, select.POLLIN | (select.POLLOUT if self._stream.waiting else 0))
            waiter.poll(left_s * 1000)
        return self._answers.pop(0) if self._answers else None

    def close(self) -> None:
        """End the connection; again is harmless."""
        self._stream.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _read(self, frame: bytes) -> A:
        """Decode; the first one must be a welcome of exactly our version."""
        version = version_of(frame, "welcome") if self._welcome is None else None
        if version is not None and version != PROTOCOL_VERSION:
            self.close()
            raise LinkError("E103", f"{self.serves} speaks version {version}, this program {PROTOCOL_VERSION}")
        answer: A = self.read(frame)
        if version is not None:
            self._welcome = answer
        return answer

    def _gone(self) -> LinkError:
        self.close()
        return LinkError("E113", f"the connection to {self._path} ended; is {self.serves} running?")


class Client(LinkClient[Answer]):
    """A connection to the daemon."""

    read = staticmethod(decode_answer)
    serves = "ionto-control"

    @property
    def welcome(self) -> Welcome | None:
        """What the daemon said of itself; None until it did."""
        return self._welcome if isinstance(self._welcome, Welcome) else None


def newest_status(answers: Iterable[Answer]) -> tuple[Status | None, list[Answer]]:
    """The last status, if any, and everything else in order: an old status is of no use to anybody."""
    newest: Status | None = None
    others: list[Answer] = []
    for answer in answers:
        if isinstance(answer, Status):
            newest = answer
        else:
            others.append(answer)
    return newest, others
