"""Independent evidence that the machine stood still: one small process a processor sees how late it wakes.

It must never judge a program of ours: it runs before all of them (SCHED_FIFO 70; the bench has 60, the daemon 50), so
that a slow daemon does not look like a stalled machine. Without the right to that class it is an ordinary process, as
ours are then too.

The real-time tests and `ionto kills` repeat what failed only when it saw a stall. Run as: stall_watch.py PROCESSOR LOG
"""

import os
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from typing import Final, NamedTuple

PRIORITY: Final = 70
BEAT_NS: Final = 1_000_000
LOGGED_NS: Final = 1_000_000
WINDOW_NS: Final = 50_000_000  # stalls so close add up: the bench's clock leaves out each but its first 3 ms
SETTLE_S: Final = 0.1  # a watch that was stalled itself has written by then


class Stall(NamedTuple):
    """A processor that nobody was given."""

    cpu: int
    end_ns: int
    late_ns: int

    def __str__(self) -> str:
        return f"processor {self.cpu} stood still for {self.late_ns / 1e6:.0f} ms"


class StallWatch:
    """The watches of all processors that we may use, and their log: a line a stall."""

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="stall-watch-")
        self.log = Path(self._folder.name) / "log"
        self.log.touch()
        self._running: list[subprocess.Popen[bytes]] = []

    def start(self) -> None:
        """Watch until `stop`, or until this process is gone."""
        for cpu in os.sched_getaffinity(0):
            command = [sys.executable, "-I", "-S", __file__, str(cpu), str(self.log)]
            self._running.append(subprocess.Popen(command, start_new_session=True))  # noqa: S603 - this file

    def stop(self) -> None:
        """End all."""
        for process in self._running:
            process.terminate()
            process.wait()
        self._folder.cleanup()

    def worst_since(self, t_mono_ns: int) -> Stall | None:
        """The worst that ended after `t_mono_ns`; None: nobody saw any of 1 ms."""
        return max(self.all_since(t_mono_ns), key=lambda stall: stall.late_ns, default=None)

    def all_since(self, t_mono_ns: int) -> list[Stall]:
        """All that ended after `t_mono_ns`, each with those just before it on the same processor."""
        time.sleep(SETTLE_S)
        stalls = [Stall(*map(int, line.split())) for line in self.log.read_text().splitlines()]
        return [_with_those_before(stall, stalls) for stall in stalls if stall.end_ns >= t_mono_ns]


def _with_those_before(last: Stall, stalls: list[Stall]) -> Stall:
    """The sum of a processor's stalls that ended in one window."""
    near = [s for s in stalls if s.cpu == last.cpu and last.end_ns - WINDOW_NS < s.end_ns <= last.end_ns]
    return last._replace(late_ns=sum(s.late_ns for s in near))


def watch(cpu: int, log: Path) -> None:
    """Sleep from beat to beat and write down each that came late."""
    os.sched_setaffinity(0, {cpu})
    with suppress(PermissionError):
        os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(PRIORITY))
    parent = os.getppid()
    with log.open("a", buffering=1) as stalls:
        due_ns = time.monotonic_ns()
        while os.getppid() == parent:
            due_ns += BEAT_NS
            time.sleep(max(0, due_ns - time.monotonic_ns()) / 1e9)
            now_ns = time.monotonic_ns()
            if now_ns - due_ns >= LOGGED_NS:
                stalls.write(f"{cpu} {now_ns} {now_ns - due_ns}\n")
                due_ns = now_ns


if __name__ == "__main__":
    watch(int(sys.argv[1]), Path(sys.argv[2]))
