"""What the service manager is told: that the daemon is ready, that it lives, that it ends.

The protocol is one datagram of text (sd_notify(3), which calls it stable and asks for its being written anew). The
libraries for it wait for the socket; this runs in the tick, and must never wait or fail because of who listens.
"""

import os
import socket
from collections.abc import Mapping
from contextlib import suppress


class ServiceManager:
    """systemd, if it started us and asked to be told; else nobody."""

    def __init__(self, environment: Mapping[str, str] = os.environ) -> None:
        """`environment`: with NOTIFY_SOCKET, a path or, after `@`, a name of the abstract space."""
        address = environment.get("NOTIFY_SOCKET", "")
        self._address = f"\0{address[1:]}" if address.startswith("@") else address
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.setblocking(False)

    def ready(self) -> None:
        """The service runs: what was ordered after it may start."""
        self._tell(b"READY=1")

    def alive(self) -> None:
        """To be said well within WatchdogSec, or the service is killed and started again."""
        self._tell(b"WATCHDOG=1")

    def stopping(self) -> None:
        """A planned end has begun."""
        self._tell(b"STOPPING=1")

    def close(self) -> None:
        """Say no more."""
        self._socket.close()

    def _tell(self, state: bytes) -> None:
        if self._address:
            with suppress(OSError):  # it is busy or gone: the next word may reach it, and nothing here depends on it
                self._socket.sendto(state, self._address)
