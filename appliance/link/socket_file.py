"""The socket's file: made, guarded against a second server, and removed. It must never remove a socket that lives."""

import errno
import fcntl
import os
import socket
import stat
from pathlib import Path
from typing import Final

from appliance.errors import ConfigError, LinkError

MODE: Final = 0o660  # owner and group (architecture, The link)
PATH_BYTES: Final = 107  # sun_path of struct sockaddr_un, less its terminating zero
_WAITING: Final = 8  # connections that the kernel holds until they are accepted
_PROBE_S: Final = 0.5


class SocketFile:
    """A listening AF_UNIX socket and its lock file; `sock` is non-blocking."""

    def __init__(self, path: Path) -> None:
        """Bind and listen.

        Raises:
            LinkError: E106 a live program serves this path, or something else than a socket is there.
            ConfigError: E509 the path is too long for a socket; E503 it cannot be made.
        """
        if len(os.fsencode(path)) > PATH_BYTES:
            raise ConfigError("E509", f"the socket's path {path} is longer than {PATH_BYTES} bytes; use a shorter one")
        self._path = path
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._lock = -1
        try:
            self._lock = take_lock(path)
            _remove_dead(path)
            self.sock.bind(os.fspath(path))
            path.chmod(MODE)  # nobody can connect before listen()
            self._inode = path.stat().st_ino
            self.sock.listen(_WAITING)
            self.sock.setblocking(False)
        except OSError as error:
            self._release()
            raise ConfigError("E503", f"cannot make the socket {path}: {error.strerror or error}") from error
        except LinkError:
            self._release()
            raise

    def close(self) -> None:
        """Stop listening; remove the file if it is still ours."""
        try:
            if self._path.stat().st_ino == self._inode:
                self._path.unlink()
        except OSError:  # somebody removed it before us, or the directory is gone: either way it is not there
            pass
        self._release()

    def _release(self) -> None:
        self.sock.close()
        if self._lock >= 0:
            os.close(self._lock)
            self._lock = -1


def lock_file(path: Path) -> Path:
    """Beside the socket at `path`. It outlives its server: until a boot empties the directory, it tells of one."""
    return path.with_name(f"{path.name}.lock")


def take_lock(path: Path) -> int:
    """A lock that ends with this process. Without it two servers could both find a dead socket and both remove it.

    No other user may even open it; one that root makes belongs to whose directory it is in.

    Raises:
        LinkError: E106 a live program has it.
        OSError: it cannot be made.
    """
    lock = os.open(lock_file(path), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        owner = path.parent.stat()
        if os.geteuid() == 0:
            os.fchown(lock, owner.st_uid, owner.st_gid)
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        os.close(lock)
        if error.errno in (errno.EWOULDBLOCK, errno.EACCES):
            raise _in_use(path) from error
        raise
    return lock


def _remove_dead(path: Path) -> None:
    """Remove a socket that nobody serves."""
    try:
        mode = path.lstat().st_mode
    except FileNotFoundError:
        return
    if not stat.S_ISSOCK(mode):
        raise LinkError("E106", f"{path} exists and is no socket; remove it, or choose another path")
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        probe.settimeout(_PROBE_S)
        try:
            probe.connect(os.fspath(path))
        except ConnectionRefusedError:
            path.unlink(missing_ok=True)
            return
        except TimeoutError:
            pass  # it listens, and is busy: it lives
    raise _in_use(path)


def _in_use(path: Path) -> LinkError:
    return LinkError("E106", f"another program serves {path}; stop it first, or choose another path")
