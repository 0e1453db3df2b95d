"""One connected socket that never blocks: frames in, frames out, both bounded.

It must never raise for what the other side does: a peer that went away is seen as `ended`.
"""

import socket
from typing import Final

from appliance.link.framing import Frames

OUT_BYTES: Final = 64 * 1024  # of answers that a peer has not taken yet; more and it is too slow
KERNEL_BYTES: Final = 32 * 1024  # so that a peer which stopped reading does not find seconds of old status later


class Stream:
    """A socket with its two buffers."""

    __slots__ = ("_deaf", "_out", "ended", "frames", "sock")

    def __init__(self, sock: socket.socket) -> None:
        """Takes over a connected socket."""
        sock.setblocking(False)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, KERNEL_BYTES)
        self.sock = sock
        self.frames = Frames()
        self.ended = False  # nothing more can come in
        self._out = bytearray()
        self._deaf = False  # the peer takes nothing more, but what it sent before must still be read

    @property
    def waiting(self) -> bool:
        """Whether bytes wait until the peer takes them."""
        return bool(self._out)

    def fileno(self) -> int:
        """For select, poll and epoll; -1 once closed."""
        return self.sock.fileno()

    def read(self, limit_bytes: int) -> int:
        """Receive once, at most `limit_bytes`, into `frames`; how many bytes came."""
        if self.ended:
            return 0
        try:
            data = self.sock.recv(limit_bytes)
        except (BlockingIOError, InterruptedError):
            return 0
        except OSError:
            data = b""
        if data:
            self.frames.feed(data)
        else:
            self.ended = True
        return len(data)

    def put(self, line: bytes) -> bool:
        """Send one frame or keep it until it can be sent; False if the peer left too much untaken."""
        if self._deaf:
            return True
        if len(self._out) + len(line) > OUT_BYTES:
            return False
        self._out += line
        self.flush()
        return True

    def flush(self) -> None:
        """Send what the peer takes now."""
        if not self._out:
            return
        try:
            del self._out[: self.sock.send(self._out)]
        except (BlockingIOError, InterruptedError):
            return
        except OSError:
            self._deaf = True
            self._out.clear()

    def close(self) -> None:
        """Give the socket back; again is harmless."""
        self.ended = True
        self._deaf = True
        self._out.clear()
        self.sock.close()
