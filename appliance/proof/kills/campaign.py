"""Rounds of all cells, several pairs of bench and daemon at a time, and the honesty of repeating.

A try that fails while the machine was seen to stand still, or another real-time program to use our processor, is
spoiled: counted, told, and run again a bounded number of times. It never counts as passed, and without such a
measurement a failure is a failure. Current that may not be is one in any case.
"""

import threading
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Final, NamedTuple

from appliance.errors import IontoError
from appliance.proof.kills.blows import STRIKES
from appliance.proof.kills.here import not_here
from appliance.proof.kills.journey import go
from appliance.proof.kills.losses import LOSSES
from appliance.proof.kills.model import Cell, Found, Row
from appliance.proof.kills.neighbours import Neighbour, Neighbours
from appliance.proof.kills.peer import UnmetError
from appliance.proof.kills.rig import LateHandError, Places, Rig
from appliance.proof.stall_watch import Stall, StallWatch

REPEATS: Final = 4  # of a try that the machine spoiled, as for the real-time tests
STALL_NS: Final = 4_000_000  # as for the real-time tests
SLOW_FIRST: Final = ("REVERSE", "CONTACT_RESUME")  # so that no lane ends a round alone with a long one

Tell = Callable[[str], None]


class Lane(NamedTuple):
    """One pair of bench and daemon at a time."""

    places: Places
    other_cpu: int  # for a bench that must be elsewhere than its daemon
    alone: bool  # on its daemon's processor


class Job(NamedTuple):
    """A cell in a round."""

    round: int
    cell: Cell


class Campaign:
    """All rounds. `rows` fill up while it runs."""

    def __init__(
        self,
        cells: Sequence[Cell],
        set_ma: float,
        directory: Path,
        watch: StallWatch,
        tell: Tell,
        round_done: Callable[[], None],
    ) -> None:
        """`directory` is for the programs' sockets, logs and diaries; `tell` gets lines, `round_done` is called."""
        self.rows = {cell.id: Row(cell.kind.name, cell.where, not_run=not_here(cell.kind)) for cell in cells}
        self.spoiled: list[str] = []
        self.rounds_done = 0
        self._cells = sorted(cells, key=lambda cell: cell.where not in SLOW_FIRST)
        self._set_ma = set_ma
        self._directory = directory
        self._watch = watch
        self.neighbours = Neighbours()
        self._tell = tell
        self._round_done = round_done
        self._lock = threading.Lock()
        self._waiting: list[Job] = []
        self._left: dict[int, int] = {}
        self._broken: list[BaseException] = []
        self._rounds = 0
        self._rigs = 0

    def run(self, rounds: int, lanes: Sequence[Lane]) -> None:
        """All cells until there were so many rounds, in lanes side by side."""
        cells = [cell for cell in self._cells if self.rows[cell.id].not_run is None]
        numbers = range(self.rounds_done + 1, rounds + 1)
        self._waiting = [Job(n, cell) for n in numbers for cell in cells]
        self._left = {n: len(cells) for n in numbers}
        self._rounds = rounds
        threads = [threading.Thread(target=self._lane, args=(lane,), daemon=True) for lane in lanes]
        self.neighbours.start()
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.neighbours.stop()
        if self._broken:
            raise self._broken[0]

    def _lane(self, lane: Lane) -> None:
        """Cells until none is left for this lane. Its programs end with it: the kernel ties them to this thread."""
        try:
            with _Pair(self, lane) as pair:
                number = 0
                while (job := self._next(lane)) is not None and not self._broken:
                    if job.round != number:  # no board lives so long that its treatment timer is full
                        pair.end()
                        number = job.round
                    self._count(job, self._until_it_counts(pair, job.cell))
        except BaseException as error:  # a defect of the campaign itself: no lane may go on as if all were well
            self._broken.append(error)

    def _next(self, lane: Lane) -> Job | None:
        """The next for this lane; the one that is alone takes first what needs that."""
        with self._lock:
            mine = [job for job in self._waiting if lane.alone or not job.cell.kind.alone]
            if not mine:
                return None
            job = min(mine, key=lambda job: (job.round, not job.cell.kind.alone))
            self._waiting.remove(job)
            return job

    def _until_it_counts(self, pair: "_Pair", cell: Cell) -> Found:
        for _ in range(REPEATS + 1):
            begun_ns = time.monotonic_ns()
            found = pair.attempt(cell, self._set_ma)
            if not found.why:
                return found
            pair.end()
            spoiler: object = None if found.felt else self._spoiler(begun_ns, pair.lane, cell)
            if found.late_hand:
                spoiler = "we stood still ourselves"
            if spoiler is None:
                return found
            self._spoil(cell, spoiler, found)
        return found._replace(why=(*found.why, f"each of {REPEATS + 1} tries was spoiled"))

    def _spoiler(self, begun_ns: int, lane: Lane, cell: Cell) -> Stall | Neighbour | None:
        """What the machine did on the processors of this lane; a hog makes the daemon's stand still by itself."""
        cpus = {lane.other_cpu} if cell.kind.apart else {lane.places.daemon, lane.places.bench}
        seen = [s for s in self._watch.all_since(begun_ns) if s.cpu in cpus and s.late_ns >= STALL_NS]
        worst = max(seen, key=lambda stall: stall.late_ns, default=None)
        used = {lane.places.daemon, *cpus}
        return worst if worst is not None else self.neighbours.since(begun_ns, used)

    def _spoil(self, cell: Cell, spoiler: object, found: Found) -> None:
        with self._lock:
            self.rows[cell.id].spoiled += 1
            self.spoiled.append(f"{cell.id}: {spoiler}: {found.why[0]}")
        self._tell(f"spoiled by the machine, run again: {self.spoiled[-1]}")

    def _count(self, job: Job, found: Found) -> None:
        with self._lock:
            self.rows[job.cell.id].add(found)
            self._left[job.round] -= 1
            self.rounds_done = next((n - 1 for n, left in self._left.items() if left), self._rounds)
            if found.why:
                self._tell(f"FAILED {job.cell.id}: {'; '.join(found.why)}")
            if not self._left[job.round]:
                self._tell(self._told(job.round))
                self._round_done()

    def _told(self, number: int) -> str:
        rows = self.rows.values()
        runs, failed = sum(row.runs for row in rows), sum(row.failed for row in rows)
        return f"round {number} of {self._rounds} done: {runs} runs, {failed} failed, {len(self.spoiled)} spoiled"

    def directory_for_a_pair(self) -> Path:
        """A new one."""
        with self._lock:
            self._rigs += 1
            return self._directory / f"pair{self._rigs}"


class _Pair:
    """The programs of one lane; after a try that failed they are made anew."""

    def __init__(self, campaign: Campaign, lane: Lane) -> None:
        self.lane = lane
        self._campaign = campaign
        self._opened = ExitStack()
        self._rig: Rig | None = None

    def __enter__(self) -> "_Pair":
        return self

    def __exit__(self, *_: object) -> None:
        self.end()

    def end(self) -> None:
        """End the programs."""
        self._rig = None
        self._opened.close()

    def attempt(self, cell: Cell, set_ma: float) -> Found:
        """One try, from IDLE to the verdict."""
        places = self.lane.places
        if cell.kind.apart:
            places = Places(places.daemon, self.lane.other_cpu)
        try:
            rig = self._rig_at(places)
            rig.ready(sick=cell.kind.sick)
            session = go(rig, cell.where, set_ma)
            strike = STRIKES.get(cell.kind.name) or LOSSES[cell.kind.name]
            return strike(rig, session)
        except LateHandError as error:
            return Found(why=(str(error),), late_hand=True)
        except (UnmetError, IontoError, OSError) as error:
            return Found(why=(str(error),))

    def _rig_at(self, places: Places) -> Rig:
        if self._rig is not None and self._rig.places != places:
            self.end()
        if self._rig is None:
            rig = Rig(self._campaign.directory_for_a_pair(), places)
            self._rig = self._opened.enter_context(rig)
        return self._rig


def lanes_for(cpus: Sequence[int], jobs: int) -> tuple[Lane, ...]:
    """One lane has the last processor for itself; the others share the rest."""
    *shared, last = sorted(cpus)
    first = Lane(Places(last, last), (shared or [last])[0], alone=True)
    rest = [shared[n % len(shared)] for n in range(jobs - 1)] if shared else []
    return (first, *(Lane(Places(cpu, cpu), last, alone=False) for cpu in rest))
