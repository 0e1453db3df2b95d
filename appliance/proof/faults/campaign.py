"""Runs a grid: one process per share of a person's cells walks a session and forks in each state, once per cell.

A forked child is the snapshot: it has the whole device as it stood, runs one cell, sends one row through a pipe and is
gone. It never outlives its bound of CPU time, and a child that dies is a failed cell, never a missing one.
"""

import gc
import logging
import os
import resource
import time
from collections.abc import Callable, Iterator, Sequence
from multiprocessing import get_context
from multiprocessing.connection import Connection, wait
from typing import Final, NamedTuple

import msgspec

from appliance.config import Board
from appliance.control.daemon import Daemon
from appliance.proof.faults.afterwards import afterwards
from appliance.proof.faults.budgets import budget_for
from appliance.proof.faults.judge import judge, unfit
from appliance.proof.faults.model import Cell, Row, Where
from appliance.proof.faults.protection_off import take_protection
from appliance.proof.faults.rig import Rig
from appliance.proof.faults.walk import walk
from appliance.proof.faults.watch import happen

CELL_CPU_S: Final = 60  # no cell needs a tenth of it
SEED: Final = 7
LEAST_SHARE: Final = 24  # cells: fewer are not worth a walk of their own

Remove = Callable[[Daemon], None]


class Job(NamedTuple):
    """What one process does."""

    numbers: Board
    phenotype: str
    cells: tuple[Cell, ...]
    seed: int = SEED
    remove: Remove | None = None


class Found(NamedTuple):
    """What a child sends: the row, and whether hardware had a part in it."""

    row: Row
    hardware: bool


def run_cell(rig: Rig, cell: Cell) -> Found:
    """One cell on a rig that stands in its state; the rig is used up."""
    budget = budget_for(cell, rig)
    watch = happen(rig, cell, budget)
    end, still_ma = (rig.state if rig.alive else "dead"), abs(rig.bench.true_ma)
    later = afterwards(rig, budget)
    row = judge(rig, cell, budget, watch, later, end, still_ma)
    return Found(row, watch.hardware_acted or watch.limited)


def _forked(rig: Rig, cell: Cell, *, bare: bool) -> Found:
    """The cell in a child, this process unspoilt. `bare`: no hardware protects."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reader)
        _child(rig, cell, bare, writer)
    os.close(writer)
    with os.fdopen(reader, "rb") as pipe:
        sent = pipe.read()
    _, status = os.waitpid(child, 0)
    if status != 0 or not sent:
        return Found(unfit(cell, f"the cell's process ended with status {status}"), False)
    return msgspec.json.decode(sent, type=Found)


def _child(rig: Rig, cell: Cell, bare: bool, writer: int) -> None:
    """Never returns."""
    resource.setrlimit(resource.RLIMIT_CPU, (CELL_CPU_S, CELL_CPU_S))
    status = 1
    try:
        if bare:
            take_protection(rig.bench)
        found = run_cell(rig, cell)
        with os.fdopen(writer, "wb") as pipe:
            pipe.write(msgspec.json.encode(found))
        status = 0
    except Exception as error:  # a bug of the campaign or the bench: the cell fails and says so
        os.write(writer, msgspec.json.encode(Found(unfit(cell, f"{type(error).__name__}: {error}"), False)))
        status = 0
    finally:
        os._exit(status)


def _cell(rig: Rig, cell: Cell) -> Row:
    """The cell; and where hardware had a part and it passed, once more without hardware."""
    begun = time.perf_counter()
    row, hardware = _forked(rig, cell, bare=False)
    bare: tuple[str, ...] = ()
    if row.passed and hardware:
        bare = _forked(rig, cell, bare=True).row.why
    spent_s = round(time.perf_counter() - begun, 3)
    return msgspec.structs.replace(row, hardware_only=bool(bare), without_hardware=bare, seconds=spent_s)


def run_job(job: Job) -> Iterator[Row]:
    """Walk one person's session and run the cells of each state there."""
    logging.getLogger("ionto").setLevel(logging.CRITICAL)
    by_state: dict[Where, list[Cell]] = {}
    for cell in job.cells:
        by_state.setdefault(cell.where, []).append(cell)
    rig = Rig(job.numbers, job.phenotype, job.seed, job.remove)
    for where, reached in walk(rig, frozenset(by_state)):
        gc.collect()
        gc.freeze()  # a child that collects would copy every page
        for cell in by_state[where]:
            yield _cell(rig, cell) if reached else unfit(cell, f"the session never came to {where}: {_stuck(rig)}")


def _stuck(rig: Rig) -> str:
    session = rig.daemon.session
    return " ".join([session.state, session.reason or "", *session.codes]).strip()


def _process(job: Job, writer: Connection) -> None:
    for row in run_job(job):
        writer.send_bytes(msgspec.json.encode(row))
    writer.close()


def jobs_of(
    numbers: Board, cells: Sequence[Cell], workers: int, seed: int = SEED, remove: Remove | None = None
) -> list[Job]:
    """Shares of about equal size, each of one person; the largest first."""
    by_person: dict[str, list[Cell]] = {}
    for cell in cells:
        by_person.setdefault(cell.phenotype, []).append(cell)
    fair = max(LEAST_SHARE, len(cells) // (2 * workers) + 1)
    jobs = []
    for phenotype, own in by_person.items():
        shares = max(1, round(len(own) / fair))
        jobs += [Job(numbers, phenotype, tuple(own[k::shares]), seed, remove) for k in range(shares)]
    return sorted(jobs, key=lambda job: len(job.cells), reverse=True)


def run_all(jobs: Sequence[Job], workers: int) -> Iterator[Row]:
    """All of them on `workers` processes, rows as they come."""
    context = get_context("fork")
    waiting = list(jobs)
    running: dict[Connection, Job] = {}
    sent: dict[Connection, set[str]] = {}
    while waiting or running:
        while waiting and len(running) < workers:
            reader, writer = context.Pipe(duplex=False)
            job = waiting.pop(0)
            process = context.Process(target=_process, args=(job, writer), daemon=False)
            process.start()
            writer.close()
            running[reader], sent[reader] = job, set()
        for ready in wait(list(running)):
            if not isinstance(ready, Connection):
                continue
            try:
                row = msgspec.json.decode(ready.recv_bytes(), type=Row)
            except EOFError:
                job = running.pop(ready)
                yield from (unfit(c, "the walk's process died") for c in job.cells if c.id not in sent[ready])
                continue
            sent[ready].add(row.cell)
            yield row
