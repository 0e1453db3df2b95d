"""`ionto phenotypes`: every simulated person over many seeds. Composition only."""

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

import msgspec
from rich.console import Console
from rich.table import Table

from appliance.cli import arguments
from appliance.config import DEFAULT_BOARD_FILE, load_board
from appliance.proof.phenotypes import EVERYONE, Ended, run_all


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Who, how often, how long."""
    parser.add_argument("--patient", choices=EVERYONE, nargs="+", default=list(EVERYONE), help="default: all")
    parser.add_argument("--seeds", type=arguments.whole(1, 1000), default=20, help="seeds 1 to N (default: 20)")
    parser.add_argument("--minutes", type=arguments.number(1.0, 30.0), default=4.0, help="of treatment (default: 4)")
    parser.add_argument("--jobs", type=arguments.whole(1, 64), default=os.cpu_count() or 1, help="processes")
    parser.add_argument("--board", type=Path, default=DEFAULT_BOARD_FILE, help="board file")
    parser.add_argument("--json", action="store_true", help="one object a session")


def run(args: argparse.Namespace) -> int:
    """0 when everyone ended as expected, else 1."""
    found: list[Ended] = []
    total = len(args.patient) * args.seeds
    seeds = range(1, args.seeds + 1)
    for ended in run_all(load_board(args.board), args.patient, seeds, args.minutes * 60.0, args.jobs):
        found.append(ended)
        if sys.stderr.isatty():
            print(f"\r{len(found)} of {total}: {ended.phenotype}    ", end="", file=sys.stderr)
    if args.json:
        print(msgspec.json.format(msgspec.json.encode(found), indent=2).decode())
    else:
        _page(found, args.minutes)
    return 0 if all(ended.as_expected for ended in found) else 1


def _page(found: Sequence[Ended], minutes: float) -> None:
    table = Table(title=f"SIMULATED. {minutes:g} minutes, calibrated on the dummy load")
    for head in ("patient", "as expected", "ended", "trips", "limited", "hold %", "charge %", "over set mA"):
        table.add_column(head, justify="left" if head in ("patient", "ended", "trips") else "right")
    for phenotype in dict.fromkeys(ended.phenotype for ended in found):
        rows = [ended for ended in found if ended.phenotype == phenotype]
        ends = sorted({f"{r.outcome} {r.reason or ''}".strip() for r in rows})
        trips = sorted({f"{code} (seed {r.seed})" for r in rows for code in r.trips})
        table.add_row(
            phenotype,
            f"{sum(r.as_expected for r in rows)} of {len(rows)}",
            "\n".join(ends),
            "\n".join(trips) or "none",
            str(sum(r.limited_by is not None for r in rows)),
            _worst([r.hold_error for r in rows]),
            _worst([r.charge_error for r in rows]),
            f"{max(r.over_set_ma for r in rows):.2f}",
        )
    console = Console(width=None if sys.stdout.isatty() else 110)
    console.print(table)
    console.print("hold, charge: largest difference of what was felt from the set, and from what was measured")


def _worst(errors: Sequence[float | None]) -> str:
    known = [error for error in errors if error is not None]
    return f"{100.0 * max(known, key=abs):+.2f}" if known else "-"
