"""`ionto lift`: the table of lifted hands against the area budgets. Composition only."""

import argparse
import os
import sys
from pathlib import Path

import msgspec
from rich.console import Console

from appliance.cli import arguments
from appliance.config import DEFAULT_BOARD_FILE, load_board
from appliance.proof.conditions import CURRENTS
from appliance.proof.lift import OVER_S, SITE_OF, LiftCell, lift_cells, lift_table


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Which cells."""
    parser.add_argument("--patient", choices=tuple(SITE_OF), nargs="+", default=list(SITE_OF), help="default: all")
    parser.add_argument(
        "--over", type=arguments.number(0.01, 120.0), nargs="+", default=list(OVER_S), metavar="S", help="seconds"
    )
    parser.add_argument("--current", choices=CURRENTS, nargs="+", default=list(CURRENTS), help="of the site (both)")
    parser.add_argument("--jobs", type=arguments.whole(1, 64), default=os.cpu_count() or 1, help="processes")
    parser.add_argument("--seeds", type=arguments.whole(1, 10_000), default=1, help="seeds 1 to N (default: 1)")
    parser.add_argument("--board", type=Path, default=DEFAULT_BOARD_FILE, help="board file")
    parser.add_argument("--json", action="store_true", help="the cells as JSON")


def run(args: argparse.Namespace) -> int:
    """0 when every cell is within its budget, else 1."""
    cells: list[LiftCell] = []
    total = len(args.patient) * len(args.over) * len(args.current) * args.seeds
    numbers, seeds = load_board(args.board), range(1, args.seeds + 1)
    for cell in lift_cells(numbers, args.patient, args.over, seeds, args.current, args.jobs):
        cells.append(cell)
        arguments.progress(len(cells), total, cell.who)
    if args.json:
        print(msgspec.json.format(msgspec.json.encode([_row(cell) for cell in cells]), indent=2).decode())
    else:
        Console(width=None if sys.stdout.isatty() else 150).print(lift_table(cells))
    return 0 if all(cell.passes for cell in cells) else 1


def _row(cell: LiftCell) -> dict[str, object]:
    return {
        "simulated": True,
        "patient": cell.phenotype,
        "current": cell.current,
        "over_s": cell.over_s,
        "seed": cell.seed,
        **cell.felt._asdict(),
        "passes": cell.passes,
    }
