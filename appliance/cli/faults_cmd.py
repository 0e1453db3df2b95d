"""`ionto faults`: every fault, in every state, on every simulated person, against the budgets. Composition only."""

import argparse
import os
import sys
import time
from collections.abc import Container, Iterator
from functools import partial
from pathlib import Path

import msgspec
from rich.console import Console
from rich.progress import Progress

from appliance.cli import arguments, explore_cmd
from appliance.config import DEFAULT_BOARD_FILE, load_board
from appliance.errors import ConfigError
from appliance.proof.faults.campaign import SEED, jobs_of, run_all
from appliance.proof.faults.grid import Grid, all_faults, build
from appliance.proof.faults.model import Row
from appliance.proof.faults.summary import Summary, by_layer, opening, summarise
from appliance.proof.faults.table import failures, fault_table, open_lines, story_lines
from appliance.proof.hazards import load_hazards
from appliance.proof.open_points import load_open_points
from appliance.proof.stories import STORIES, Told, tell
from appliance.proof.without import CONTROLS, NOT_OF_A_DAEMON, without


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Which cells, and without what."""
    parser.add_argument("--only", metavar="F", help="a fault, a cell, or the beginning of cells with a * behind")
    which = parser.add_mutually_exclusive_group()
    which.add_argument("--quick", action="store_true", help="every fault at least once, every state at least once")
    which.add_argument("--all", action="store_true", help="the full product, without the rules that choose")
    parser.add_argument(
        "--without", metavar="CONTROL", help="a daemon without one control: the cells that need it fail"
    )
    parser.add_argument("--list", action="store_true", help="say which faults and controls there are, and stop")
    parser.add_argument("--jobs", type=arguments.whole(1, 64), default=os.cpu_count() or 1, help="default: all cores")
    parser.add_argument("--seed", type=arguments.whole(0, 2**63 - 1), default=SEED, help=f"default: {SEED}")
    parser.add_argument("--board", type=Path, default=DEFAULT_BOARD_FILE, help="board file")
    parser.add_argument("--json", action="store_true", help="the whole result as JSON")


def run(args: argparse.Namespace) -> int:
    """0 when every cell is within its budget or an open point that a full run still needs, else 1."""
    if args.list:
        _list()
        return 0
    if args.without is not None and not (args.only or args.all or args.quick):
        return _run_without(args)
    return _run_grid(args, _grid(args), None)


def _run_without(args: argparse.Namespace) -> int:
    """What the risk file names: cells and a story here, where it has neither what the exploration misses, else all."""
    _refuse_unknown(args.without, (*CONTROLS, *STORIES))
    control, story = load_hazards().control[args.without], STORIES.get(args.without)
    is_named = bool(control.faults) or story is not None
    if control.invariants and not is_named:
        words = ["--without", args.without, *(["--json"] if args.json else [])]
        print(f"no cell needs it; as `ionto explore --without {args.without}`:", file=sys.stderr)
        parser = argparse.ArgumentParser()
        explore_cmd.add_arguments(parser)
        return explore_cmd.run(parser.parse_args(words))
    grid = build(keep=(lambda cell: cell.id in control.faults) if is_named else None)
    return _run_grid(args, grid, None if story is None else tell(story))


def _refuse_unknown(name: str, known: Container[str]) -> None:
    if name not in known:
        raise ConfigError("E509", f"--without: no control {name!r}; `ionto faults --list` names them")


def _run_grid(args: argparse.Namespace, grid: Grid, story: Told | None) -> int:
    points = load_open_points()
    console = Console(stderr=True)
    for line in opening(grid) if grid.cells else ():
        console.print(line, highlight=False)
    remove = partial(without, name=args.without) if args.without else None
    begun = time.perf_counter()
    jobs = jobs_of(load_board(args.board), grid.cells, args.jobs, args.seed, remove)
    rows = _run(grid, run_all(jobs, args.jobs), console)
    spent_s = time.perf_counter() - begun
    full = not args.quick and args.only is None and args.without is None
    summary = summarise(
        grid, rows, points, seconds=spent_s, fast=args.quick, full=full, without=args.without, story=story
    )
    if args.json:
        print(msgspec.json.format(msgspec.json.encode(summary), indent=2).decode())
    else:
        _print(summary, grid)
    return 0 if summary.good else 1


def _grid(args: argparse.Namespace) -> Grid:
    """The cells asked for.

    Raises:
        ConfigError: E509, no such control, or nothing matches.
    """
    if args.without is not None:
        _refuse_unknown(args.without, CONTROLS)
    grid = build(only=args.only, fast=args.quick, everything=args.all)
    if not grid.cells:
        raise ConfigError("E509", f"--only {args.only!r}: no cell begins so; `ionto faults --list` names the faults")
    return grid


def _run(grid: Grid, rows: Iterator[Row], console: Console) -> list[Row]:
    """Collect the rows; progress on a terminal, else a line each tenth."""
    found: list[Row] = []
    total = len(grid.cells)
    with Progress(console=console, disable=not console.is_terminal, transient=True) as progress:
        task = progress.add_task("cells", total=total)
        for row in rows:
            found.append(row)
            progress.advance(task)
            if not console.is_terminal and len(found) * 10 // total > (len(found) - 1) * 10 // total:
                console.print(f"{len(found)} of {total} cells", highlight=False)
    return found


def _list() -> None:
    print("faults:")
    for fault in all_faults():
        print(f"  {fault.name:28} {fault.effect:12} {fault.what}")
    print("controls:")
    for control in CONTROLS.values():
        print(f"  {control.name:28} {control.what}")
    for name, why in NOT_OF_A_DAEMON.items():
        print(f"  {name:28} {why}")


def _print(summary: Summary, grid: Grid) -> None:
    if summary.story is not None:
        print("\n".join(story_lines(summary.story)))
    if not grid.cells:
        return
    console = Console(width=None if sys.stdout.isatty() else 170)
    title = f"{summary.passed} of {summary.cells} cells within budget, {summary.open} open"
    if summary.without is not None:
        title += f", without {summary.without}"
    console.print(fault_table(summary.rows, grid.impossible, title))
    print("\nacted first:")
    print("\n".join(by_layer(summary.rows)))
    print(f"\n{len(summary.hardware_only)} cells hold only thanks to hardware: they fail when latch, watchdog, pump,")
    print("comparators and limiter are taken out of the bench:")
    print("\n".join(f"  {cell}" for cell in summary.hardware_only) or "  none")
    print(f"\nOPEN, beyond budget and not for software on this board to change: {summary.open}")
    print("\n".join(open_lines(summary.rows, summary.open_points)) or "  none")
    if summary.stale:
        print("\nopen points that are stale, which fails this run; take them out of hardware/open-points.toml:")
        print("\n".join(f"  {each}" for each in summary.stale))
    failed = failures(summary.rows)
    print(f"\n{len(failed)} failed:" if failed else "\nnone failed")
    print("\n".join(f"  {line}" for line in failed))
    print(f"{summary.seconds:.0f} s")
