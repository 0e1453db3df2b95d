"""Frames of the socket: one JSON object a line, at most 16 KiB. Bytes in, frames out; frames in, messages out.

It must never keep more than one frame of an unfinished line, and never raise anything but LinkError for what came in.
"""

from collections import deque
from collections.abc import Callable
from typing import Any, Final, TypeVar

import msgspec

from appliance.errors import IontoError, LinkError
from appliance.link.messages import Answer, Command, Message, Refused

FRAME_BYTES: Final = 16 * 1024  # with its newline (architecture, The link)
SAID_CHARACTERS: Final = 500  # of a refusal: enough for any sentence of ours, six bytes each at most on the wire

T = TypeVar("T")

_encoder: Final = msgspec.json.Encoder()


def encode(message: Message) -> bytes:
    """One frame, newline included.

    Raises:
        LinkError: E102 the message is longer than a frame.
    """
    line = _encoder.encode(message) + b"\n"
    if len(line) > FRAME_BYTES:
        raise LinkError("E102", f"a message of {len(line)} bytes was not sent; a frame has at most {FRAME_BYTES}")
    return line


def refusal(error: IontoError, re: str, id: str = "") -> Refused:
    """What a client is told. It always fits a frame, however much of what the client sent the error quotes."""
    said = error.message
    if len(said) > SAID_CHARACTERS:
        said = f"{said[: SAID_CHARACTERS - 1]}…"
    return Refused(error.code, said, re, id)


def decoder(shape: Any) -> Callable[[bytes], Any]:
    """A function that reads one frame as one of the message types of the union `shape`.

    The function raises LinkError E101, in one sentence that says what is wrong.
    """
    decode = msgspec.json.Decoder(shape).decode

    def read(frame: bytes) -> Any:
        try:
            return decode(frame)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
            raise LinkError("E101", f"a message could not be read: {_sentence(error)}") from error

    return read


decode_command: Final[Callable[[bytes], Command]] = decoder(Command)
decode_answer: Final[Callable[[bytes], Answer]] = decoder(Answer)


def _sentence(error: Exception) -> str:
    """What was wrong, without the traceback's jargon."""
    if isinstance(error, RecursionError):
        return "it is nested too deeply"
    if isinstance(error, UnicodeDecodeError):
        return "it is not UTF-8"
    return str(error)


class _Greeting(msgspec.Struct):
    """The two fields of hello and welcome that every version has."""

    type: str
    version: int


_greeting: Final = msgspec.json.Decoder(_Greeting)


def version_of(frame: bytes, kind: str) -> int | None:
    """The version in a hello or welcome of any version; None if the frame is neither.

    Another version may have other fields, so it is read before the frame is.
    """
    try:
        greeting = _greeting.decode(frame)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None
    return greeting.version if greeting.type == kind else None


class Frames:
    """Cuts a stream of bytes into frames, however it was split on its way."""

    __slots__ = ("_limit", "_part", "_ready", "_skipping")

    def __init__(self, limit: int = FRAME_BYTES) -> None:
        """`limit` is the longest frame in bytes, newline included."""
        self._limit = limit
        self._part = b""
        self._ready: deque[bytes | None] = deque()  # None: here was a frame that was too long
        self._skipping = False  # inside a frame that was already refused

    def __len__(self) -> int:
        """How many frames can be taken, refused ones included."""
        return len(self._ready)

    def feed(self, data: bytes) -> None:
        """Take bytes as they came. What is kept is bounded by these and one frame."""
        *whole, rest = data.split(b"\n")
        for end in whole:
            self._close(end)
        if self._skipping:
            return
        self._part += rest
        if len(self._part) >= self._limit:
            self._ready.append(None)
            self._part = b""
            self._skipping = True

    def take(self) -> bytes | None:
        """The next frame without its newline, or None if none is complete.

        Raises:
            LinkError: E102, once for each frame that was too long, in its place; the frame after it is good again.
        """
        if not self._ready:
            return None
        frame = self._ready.popleft()
        if frame is None:
            raise LinkError("E102", f"a message was longer than {self._limit} bytes; end each with a newline")
        return frame

    def _close(self, end: bytes) -> None:
        """A newline came after `end`."""
        if self._skipping:
            self._skipping = False
            return
        frame = self._part + end
        self._part = b""
        self._ready.append(frame if len(frame) < self._limit else None)
