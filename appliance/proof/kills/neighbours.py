"""Real-time programs of others on our processors: they make a daemon late that the stall watch, above them, finds well.

Looked for twice a second by their scheduling class and by the time that they took, as /proc tells it. What was seen is
a measured fact about the machine, as a stall is; nothing is concluded from what was not.
"""

import os
import threading
import time
from pathlib import Path
from typing import Final, NamedTuple

EVERY_S: Final = 0.5
AS_HIGH: Final = 50  # the daemon's priority: what is below cannot disturb it
LEAST_S: Final = 0.02  # of a processor's time between two looks: a watch takes less, a bench or a daemon more
KERNEL: Final = (0, 2)  # parents of kernel threads
TICK_S: Final = 1.0 / os.sysconf("SC_CLK_TCK")


class Seen(NamedTuple):
    """One real-time program, as /proc/PID/stat says it."""

    pid: int
    name: str
    parent: int
    used_s: float
    cpu: int
    priority: int


class Neighbour(NamedTuple):
    """One of others that took time."""

    t_mono_ns: int
    cpu: int
    name: str

    def __str__(self) -> str:
        return f"another real-time program ({self.name}) used processor {self.cpu}"


class Neighbours:
    """Looks until `stop`."""

    def __init__(self) -> None:
        self.found: list[Neighbour] = []
        self._used_s: dict[int, float] = {}
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._look_on, daemon=True)

    def start(self) -> None:
        """Begin to look."""
        self._thread.start()

    def stop(self) -> None:
        """Look no more."""
        self._ending.set()
        self._thread.join(4 * EVERY_S)

    def since(self, t_mono_ns: int, cpus: set[int]) -> Neighbour | None:
        """The first that was seen since then on one of these processors."""
        return next((each for each in self.found if each.t_mono_ns >= t_mono_ns and each.cpu in cpus), None)

    def _look_on(self) -> None:
        while not self._ending.wait(EVERY_S):
            self.look(time.monotonic_ns(), real_time_programs())

    def look(self, now_ns: int, programs: list[Seen]) -> None:
        """Take one look: whose parent we are is ours."""
        for each in programs:
            took_s = each.used_s - self._used_s.get(each.pid, 0.0)
            if each.parent != os.getpid() and took_s >= LEAST_S:
                self.found.append(Neighbour(now_ns, each.cpu, each.name))
        self._used_s = {each.pid: each.used_s for each in programs}


def real_time_programs() -> list[Seen]:
    """Every user's program of at least the daemon's priority."""
    seen = (_seen(entry) for entry in Path("/proc").iterdir() if entry.name.isdecimal())
    return [each for each in seen if each is not None and each.priority >= AS_HIGH and each.parent not in KERNEL]


def _seen(entry: Path) -> Seen | None:
    """None: it is gone already, or hidden."""
    try:
        head, _, tail = (entry / "stat").read_text().rpartition(")")
    except OSError:
        return None
    rest = tail.split()  # from field 3 on: man 5 proc
    used_s = (int(rest[11]) + int(rest[12])) * TICK_S
    return Seen(int(entry.name), head.partition("(")[2], int(rest[1]), used_s, int(rest[36]), int(rest[37]))
