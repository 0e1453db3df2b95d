"""Real-time set-up of the daemon's process, in one visible place: scheduler, memory, garbage collection, processor.

It does what the machine permits and says what it got; whether that is enough is `require`'s question, and on real
hardware nothing is armed without it. It never fails because something was refused.
"""

import ctypes
import errno
import gc
import os
import resource
from typing import Final, NamedTuple

from appliance.errors import ConfigError

DEFAULT_PRIORITY: Final = 50
RUNAWAY_US: Final = 200_000  # [D] forty ticks
_MCL_CURRENT: Final = 1
_MCL_FUTURE: Final = 2


class RealtimeReport(NamedTuple):
    """What the process got; `refused` says why it did not get the rest."""

    fifo_priority: int | None
    memory_locked: bool
    gc_frozen: bool
    cpu: int | None
    refused: tuple[str, ...]

    @property
    def complete(self) -> bool:
        """Everything that a tick on real hardware needs."""
        return self.fifo_priority is not None and self.memory_locked and self.gc_frozen

    def require(self) -> None:
        """Refuse to go on without it.

        Raises:
            ConfigError: E507, naming what was refused.
        """
        if not self.complete:
            raise ConfigError("E507", f"no real-time set-up: {'; '.join(self.refused)}")


def set_up_realtime(priority: int = DEFAULT_PRIORITY, cpu: int | None = None) -> RealtimeReport:
    """SCHED_FIFO at `priority`, memory locked, garbage collector frozen and off; with `cpu`, on that processor only.

    Call it when everything is imported and allocated, before the first tick.
    """
    refused: list[str] = []
    locked = _lock_memory(refused)
    gc.collect()
    gc.freeze()
    gc.disable()
    if cpu is not None:
        try:
            os.sched_setaffinity(0, {cpu})
        except OSError as error:
            refused.append(f"processor {cpu}: {error.strerror}")
            cpu = None
    return RealtimeReport(_take_class(priority, refused), locked, True, cpu, tuple(refused))


def end_runaways() -> None:
    """Have the kernel end this process when it spins in its real-time class and takes the machine with it.

    The limit is on processor time without ever waiting (setrlimit(2), RLIMIT_RTTIME); a tick waits every 5 ms. Imports
    need more than that: call it last.
    """
    resource.setrlimit(resource.RLIMIT_RTTIME, (RUNAWAY_US, 2 * RUNAWAY_US))


def _take_class(priority: int, refused: list[str]) -> int | None:
    """Last: until here everything may wait for others, and others wait for nothing of it."""
    try:
        # Children (there should be none) fall back to the normal scheduler.
        os.sched_setscheduler(0, os.SCHED_FIFO | os.SCHED_RESET_ON_FORK, os.sched_param(priority))
        return priority
    except OSError as error:
        refused.append(f"SCHED_FIFO {priority}: {error.strerror}")
        return None


def _lock_memory(refused: list[str]) -> bool:
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.mlockall(_MCL_CURRENT | _MCL_FUTURE) == 0:
        return True
    refused.append(f"mlockall: {os.strerror(ctypes.get_errno() or errno.EPERM)}")
    return False
