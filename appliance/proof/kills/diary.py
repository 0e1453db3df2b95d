"""The bench's diary, read as it grows: the only witness of what the patient felt. Times are bench time."""

from itertools import pairwise
from pathlib import Path
from typing import Final, NamedTuple

import msgspec

from appliance.sim.felt_log import Entry, Happened, Sample

NEVER_NS: Final = 1 << 62
RELAY_OPEN: Final = "safety_relay_readback high"
RELAY_CLOSED: Final = "safety_relay_readback low"

_decoder: Final = msgspec.json.Decoder(Entry)


class Diary:
    """What the bench has written so far; `read` takes what is new."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._read_bytes = 0
        self.events: list[Happened] = []
        self.samples: list[Sample] = []

    def read(self) -> "Diary":
        """Take every whole line that is new. Raises OSError, msgspec.DecodeError: it is no diary."""
        with self._path.open("rb") as file:
            file.seek(self._read_bytes)
            new = file.read()
        new = new[: new.rfind(b"\n") + 1]
        self._read_bytes += len(new)
        for line in new.splitlines():
            entry = _decoder.decode(line)
            if isinstance(entry, Happened):
                self.events.append(entry)
            elif isinstance(entry, Sample):
                self.samples.append(entry)
        return self

    def forget(self) -> None:
        """A new cell begins: output open, no current, and what was is of no use."""
        self.events.clear()
        self.samples.clear()

    def all(self, kind: str, detail: str = "", since_ns: int = 0) -> list[Happened]:
        """Events of a kind whose detail begins so."""
        return [e for e in self.events if e.t_ns >= since_ns and e.kind == kind and e.detail.startswith(detail)]

    def first(self, kind: str, detail: str = "", since_ns: int = 0) -> Happened | None:
        """The first of them."""
        found = self.all(kind, detail, since_ns)
        return found[0] if found else None

    def states(self, since_ns: int) -> list[str]:
        """The daemon's states in order."""
        return [event.detail for event in self.all("state", since_ns=since_ns)]

    def between(self, from_ns: int, to_ns: int = NEVER_NS) -> list[Sample]:
        """Samples whose whole window lies between."""
        return [b for a, b in pairwise(self.samples) if a.t_ns >= from_ns and b.t_ns <= to_ns]

    def peak_ma(self, from_ns: int, to_ns: int = NEVER_NS) -> float:
        """The most that was felt in any window that reaches into the time between, without sign."""
        windows = [b.peak_ma for a, b in pairwise(self.samples) if b.t_ns >= from_ns and a.t_ns <= to_ns]
        return max(windows, default=0.0)

    def inner_peak_ma(self, from_ns: int, to_ns: int = NEVER_NS) -> float:
        """The most that was felt in windows that lie wholly between."""
        return max((sample.peak_ma for sample in self.between(from_ns, to_ns)), default=0.0)

    def charge_mc(self, t_ns: int) -> float:
        """What had flowed by then since the bench's start; at most a sample, 20 ms, too little."""
        before = [s for s in self.samples if s.t_ns <= t_ns]
        first = self.samples[0].charge_mc if self.samples else 0.0
        return before[-1].charge_mc if before else first

    def flowed_at(self, t_ns: int) -> bool:
        """Whether current flowed then."""
        return self._last_at(t_ns, {"current_on": True, "current_zero": False})

    def closed_at(self, t_ns: int) -> bool:
        """Whether K1 was closed then."""
        before = [e for e in self.all("level", "safety_relay_readback") if e.t_ns <= t_ns]
        return bool(before) and before[-1].detail == RELAY_CLOSED

    def _last_at(self, t_ns: int, meanings: dict[str, bool]) -> bool:
        before = [e for e in self.events if e.t_ns <= t_ns and e.kind in meanings]
        return bool(before) and meanings[before[-1].kind]


class Blow(NamedTuple):
    """The moment of the blow, and what was so just before."""

    t_ns: int
    felt_ma: float  # the most in the 50 ms before
    charge_mc: float
    flows: bool
    closed: bool  # K1
