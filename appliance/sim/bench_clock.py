"""The bench's clock in a file that two processes map: real time less the bench's own stalls.

A stall of the bench (it was not scheduled in time) is no fault of the daemon, so bench time stands still over it and
the stall is counted. A late daemon stays late: its own stalls never slip the clock. Never used on a real device.
"""

import fcntl
import mmap
import os
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Final

from appliance.errors import ConfigError, LinkError
from appliance.sim.wire import REPLY_TIMEOUT_S
from appliance.units import NS_PER_MS, NS_PER_S, ns_from_s

BEAT_NS: Final = NS_PER_MS  # the bench promises to live at least this often
STALL_NS: Final = 2 * NS_PER_MS  # later than this past the promise is a stall of the bench
RUN_AHEAD_NS: Final = BEAT_NS + STALL_NS  # bench time never leads the bench's last sign of life by more

# Aligned native 64-bit words; one word is one store, so a reader never sees half of it.
_SLIP, _BEAT, _STALLS = range(3)
_WORDS: Final = 3
_LOST_NS: Final = ns_from_s(REPLY_TIMEOUT_S)


class ClockFile:
    """The bench's side: it alone writes."""

    def __init__(self, path: Path) -> None:
        """Create the file; bench time begins equal to CLOCK_MONOTONIC.

        Raises:
            LinkError: E106, another bench lives in this directory.
            ConfigError: E503, it cannot be written.
        """
        with ExitStack() as undo:
            try:
                path.parent.mkdir(parents=True, exist_ok=True)
                self._file = undo.enter_context(path.open("ab"))
                fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                self._file.truncate(8 * _WORDS)
                self._map = _mapped(path, os.O_RDWR, mmap.PROT_READ | mmap.PROT_WRITE)
            except BlockingIOError as error:
                raise LinkError("E106", f"the directory {path.parent} is in use by another bench: stop it") from error
            except OSError as error:
                raise ConfigError("E503", f"cannot write the bench clock {path}: {error.strerror}") from error
            undo.pop_all()
        self._words = memoryview(self._map).cast("q")
        self._words[_SLIP] = self._words[_STALLS] = 0
        self.begin()

    @property
    def slip_ns(self) -> int:
        """How much real time the bench has left out."""
        return self._words[_SLIP]

    @property
    def stalls(self) -> int:
        """How often."""
        return self._words[_STALLS]

    def begin(self) -> None:
        """From now on the beats are promised: the time it took to get here is no stall."""
        self._words[_BEAT] = time.monotonic_ns() - self._words[_SLIP]

    def beat(self) -> int:
        """Bench time now; the bench calls it at least every `BEAT_NS`, and a gap beyond `RUN_AHEAD_NS` is slipped.

        Over a stall bench time advances by exactly `RUN_AHEAD_NS`, which is where a reader's clock waits meanwhile.
        """
        words = self._words
        bench_ns = time.monotonic_ns() - words[_SLIP]
        stalled_ns = bench_ns - words[_BEAT] - RUN_AHEAD_NS
        if stalled_ns > 0:
            words[_SLIP] += stalled_ns  # before the beat: see `BenchClock.now_ns`
            words[_STALLS] += 1
            bench_ns -= stalled_ns
        words[_BEAT] = bench_ns
        return bench_ns

    def close(self) -> None:
        """Unmap."""
        self._words.release()
        self._map.close()
        self._file.close()


class BenchClock:
    """The daemon's side: a `hal.ports.Clock` that keeps the bench's time."""

    def __init__(self, path: Path) -> None:
        """Map the clock of a running bench.

        Raises:
            ConfigError: E508, there is none.
        """
        try:
            self._map = _mapped(path, os.O_RDONLY, mmap.PROT_READ)
        except (OSError, ValueError) as error:
            raise ConfigError("E508", f"no bench clock at {path}: {error}; start `ionto bench` first") from error
        self._words = memoryview(self._map).cast("q")
        self._last_ns = 0
        self._free_slip_ns: int | None = None

    @property
    def lost(self) -> bool:
        """Whether the bench gave no sign of life for so long that this clock runs by itself now, for good."""
        return self._free_slip_ns is not None

    def now_ns(self) -> int:
        """Bench time: never runs backwards, waits while the bench is stalled (at most `REPLY_TIMEOUT_S`)."""
        if self._free_slip_ns is not None:
            return time.monotonic_ns() - self._free_slip_ns
        words = self._words
        beat_ns = words[_BEAT]  # before the slip, so that a stall is never seen without its slip
        real_ns = time.monotonic_ns()
        bench_ns = real_ns - words[_SLIP]
        self._last_ns = max(self._last_ns, min(bench_ns, beat_ns + RUN_AHEAD_NS))
        if bench_ns - beat_ns > _LOST_NS:
            # A tick must go on to find the bench gone and cut: time may not stand still for ever.
            self._free_slip_ns = real_ns - self._last_ns
        return self._last_ns

    def sleep_until_ns(self, t_mono_ns: int) -> None:
        """Return when bench time is `t_mono_ns`, or soon after."""
        while (left_ns := t_mono_ns - self.now_ns()) > 0:
            time.sleep(max(left_ns, 20_000) / NS_PER_S)

    def close(self) -> None:
        """Unmap."""
        self._words.release()
        self._map.close()


def _mapped(path: Path, flags: int, protection: int) -> mmap.mmap:
    descriptor = os.open(path, flags | os.O_CLOEXEC)
    try:
        return mmap.mmap(descriptor, 8 * _WORDS, mmap.MAP_SHARED, protection)
    finally:
        os.close(descriptor)
