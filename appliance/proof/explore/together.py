"""One walk for each plan, each in a process of its own, and their progress.

A walk that was asked for named violations ends when all walks together have found them. A process that dies is an
error, never a walk that found nothing.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from multiprocessing import get_context
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import Final

import msgspec

from appliance.control.daemon import Daemon
from appliance.errors import ConfigError
from appliance.proof.explore.found import Found, Story, Walked, unite, walked
from appliance.proof.explore.walk import Progress, Scope, Walk, tell
from appliance.proof.hazards import DEFAULT_HAZARDS_FILE, load_hazards
from appliance.proof.without import without as take_out

EVERY_S: Final = 1.0  # between two reports of progress
WAIT_S: Final = 5.0  # for a report, before the processes are looked at
QUICK: Final = Scope(("hands",), depth=23, each_hazard=1)


class Report(msgspec.Struct, frozen=True):
    """What a walk says on its way; `end` at its end."""

    states: int = 0
    transitions: int = 0
    waiting: int = 0
    end: Walked | None = None


def walk_one(scope: Scope, removed: str | None, until: Callable[[Progress, Walk], bool]) -> Walked:
    """One walk and its stories."""
    prepare: Callable[[Daemon], None] | None = partial(take_out, name=removed) if removed is not None else None
    ended = False

    def stop(progress: Progress, walk: Walk) -> bool:
        nonlocal ended
        ended = until(progress, walk)
        return ended

    explored = Walk(prepare, scope).run(stop)
    stories = [
        Story(each.invariant, each.found, tell(each, prepare, scope.plans)) for each in explored.violations.values()
    ]
    return walked(scope.plans, explored, stories, whole=not ended and scope.depth is None and scope.each_hazard is None)


def _process(scope: Scope, removed: str | None, wanted: frozenset[str], writer: Connection) -> None:
    said_s = time.monotonic()
    last = Progress(0, 0, 0)

    def until(progress: Progress, walk: Walk) -> bool:
        nonlocal said_s, last
        last = progress
        if time.monotonic() - said_s >= EVERY_S:
            said_s = time.monotonic()
            writer.send_bytes(msgspec.json.encode(Report(*progress)))
        return bool(wanted) and wanted <= walk.violations.keys()

    end = walk_one(scope, removed, until)
    writer.send_bytes(msgspec.json.encode(Report(*last, end=end)))
    writer.close()


def explore(
    scopes: Sequence[Scope],
    *,
    version: str,
    removed: str | None = None,
    wanted: frozenset[str] = frozenset(),
    quick: bool = False,
    on_progress: Callable[[Sequence[Report]], None] | None = None,
) -> Found:
    """Walk all `scopes` at once.

    Args:
        scopes: a process each.
        version: of the sources, for the result.
        removed: a control to be taken out of the daemon first.
        wanted: invariants; when each has been violated the walk may end, because that is what was asked.
        quick: said in the result.
        on_progress: is given the last report of each walk.

    Raises:
        ConfigError: E509, a walk's process died.
    """
    begun = time.perf_counter()
    ends: list[Walked] = []
    stopped = False
    for reports in _reports(scopes, removed, wanted):
        if on_progress is not None:
            on_progress(reports)
        ends = [report.end for report in reports if report.end is not None]
        if wanted and any(wanted <= {story.invariant for story in end.stories} for end in ends):
            stopped = len(ends) < len(scopes)
            break
    seconds = time.perf_counter() - begun
    return unite(ends, version=version, quick=quick, without=removed, whole=not stopped, seconds=seconds)


def wanted_of(control: str | None, path: Path = DEFAULT_HAZARDS_FILE) -> frozenset[str]:
    """The invariants that the risk file names for a control: when they have failed, it is missed."""
    known = load_hazards(path).control.get(control) if control is not None else None
    return frozenset(known.invariants if known is not None else ())


def _reports(scopes: Sequence[Scope], removed: str | None, wanted: frozenset[str]) -> Iterator[list[Report]]:
    context = get_context("fork")
    last = [Report() for _ in scopes]
    running: dict[Connection, int] = {}
    processes = []
    for number, scope in enumerate(scopes):
        reader, writer = context.Pipe(duplex=False)
        process = context.Process(target=_process, args=(scope, removed, wanted, writer), daemon=True)
        process.start()
        writer.close()
        running[reader] = number
        processes.append(process)
    try:
        while running:
            for ready in wait(list(running), timeout=WAIT_S):
                if not isinstance(ready, Connection):
                    continue
                number = running[ready]
                try:
                    last[number] = msgspec.json.decode(ready.recv_bytes(), type=Report)
                except EOFError:
                    raise ConfigError("E509", f"the walk of {', '.join(scopes[number].plans)} died") from None
                if last[number].end is not None:
                    del running[ready]
            yield last
    finally:
        for process in processes:
            process.terminate()
            process.join(WAIT_S)
