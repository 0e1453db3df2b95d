"""Sockets that one process alone may serve: refused while another lives, taken over when it is dead."""

import fcntl
import os
import socket
from pathlib import Path
from typing import Final

from appliance.errors import ConfigError, LinkError

_SOCKET_MODE: Final = 0o660


class Claims:
    """Listening sockets that are ours alone: a lock beside each tells a living owner from a file left behind."""

    def __init__(self) -> None:
        """Nothing is claimed yet."""
        self._held: list[tuple[Path, socket.socket, int]] = []

    def listen(self, path: Path, kind: socket.SocketKind) -> socket.socket:
        """Listen at `path`.

        Raises:
            LinkError: E106, another bench serves it.
            ConfigError: E503, nothing can be made there.
        """
        lock = -1
        try:
            lock = os.open(f"{path}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            listener = _listening(path, kind)
        except BlockingIOError as error:
            os.close(lock)
            raise LinkError("E106", f"the socket {path} is in use by another bench: stop it first") from error
        except OSError as error:
            if lock >= 0:
                os.close(lock)
            raise ConfigError("E503", f"cannot make the socket {path}: {error.strerror or error}") from error
        self._held.append((path, listener, lock))
        return listener

    def close(self) -> None:
        """Remove the sockets and let another have their names."""
        for path, listener, lock in self._held:
            listener.close()
            path.unlink(missing_ok=True)
            os.close(lock)
        self._held.clear()


def _listening(path: Path, kind: socket.SocketKind) -> socket.socket:
    """Bind, over a socket that a dead owner left; anything else at `path` stays untouched."""
    if path.is_socket():
        path.unlink()
    listener = socket.socket(socket.AF_UNIX, kind)
    try:
        listener.bind(str(path))
        path.chmod(_SOCKET_MODE)
        listener.listen(4)
        listener.setblocking(False)
    except OSError:
        listener.close()
        raise
    return listener
