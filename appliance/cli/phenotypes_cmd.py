"""`ionto phenotypes`: every simulated person over many seeds. Composition only."""

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import msgspec
from rich.console import Console
from rich.table import Table

from appliance.cli import arguments
from appliance.config import DEFAULT_BOARD_FILE, load_board
from appliance.proof.conditions import CURRENTS, grid
from appliance.proof.phenotypes import EVERYONE, Ended, run_all, trips_by_monitor

SHOWN: Final = 6  # trips a phenotype


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Who, how often, how long, under which conditions."""
    tau, volts, hz = arguments.numbers(1.0, 5.0), arguments.numbers(1.0, 1.5), arguments.numbers(0.2, 1.0)
    parser.add_argument("--patient", choices=EVERYONE, nargs="+", default=list(EVERYONE), help="default: all")
    parser.add_argument("--seeds", type=arguments.whole(1, 1000), default=20, help="seeds 1 to N (default: 20)")
    parser.add_argument("--minutes", type=arguments.number(1.0, 30.0), default=4.0, help="of treatment (default: 4)")
    parser.add_argument("--polarisation-s", type=tau, default=(), metavar="S,S", help="electrodes' time constants")
    parser.add_argument("--electrode-v", type=volts, default=(), metavar="V,V", help="overpotentials a side")
    parser.add_argument("--motion-hz", type=hz, default=(), metavar="HZ,HZ", help="both hands, +-5 %% of the area")
    parser.add_argument("--hum-hz", type=arguments.numbers(50.0, 60.0), default=(), metavar="HZ,HZ", help="mains, 2 %%")
    parser.add_argument("--current", choices=CURRENTS, nargs="+", default=["default"], help="of the site")
    parser.add_argument("--spread", action="store_true", help="each seed under the next combination, not under all")
    parser.add_argument("--jobs", type=arguments.whole(1, 64), default=os.cpu_count() or 1, help="processes")
    parser.add_argument("--board", type=Path, default=DEFAULT_BOARD_FILE, help="board file")
    parser.add_argument("--json", action="store_true", help="one object a session")


def run(args: argparse.Namespace) -> int:
    """0 when everyone ended as expected, else 1."""
    found: list[Ended] = []
    chosen = grid(args.polarisation_s, args.electrode_v, args.motion_hz, args.hum_hz, tuple(args.current))
    seeds = range(1, args.seeds + 1)
    total = len(args.patient) * args.seeds * (1 if args.spread else len(chosen))
    numbers, length_s = load_board(args.board), args.minutes * 60.0
    for ended in run_all(numbers, args.patient, seeds, length_s, args.jobs, chosen, spread=args.spread):
        found.append(ended)
        arguments.progress(len(found), total, ended.phenotype)
    if args.json:
        print(msgspec.json.format(msgspec.json.encode(found), indent=2).decode())
    else:
        _page(found, args.minutes, len(chosen))
    return 0 if all(ended.as_expected for ended in found) else 1


def _page(found: Sequence[Ended], minutes: float, combinations: int) -> None:
    table = Table(
        title=f"SIMULATED. {minutes:g} minutes, {combinations} combinations of conditions, calibrated on the dummy load"
    )
    for head in ("patient", "as expected", "ended", "trips", "tries", "limited", "hold %", "charge %", "over set mA"):
        table.add_column(head, justify="left" if head in ("patient", "ended", "trips") else "right")
    for phenotype in dict.fromkeys(ended.phenotype for ended in found):
        rows = [ended for ended in found if ended.phenotype == phenotype]
        ends = sorted({f"{r.outcome} {r.reason or ''}".strip() for r in rows})
        table.add_row(
            phenotype,
            f"{sum(r.as_expected for r in rows)} of {len(rows)}",
            "\n".join(ends),
            "\n".join(_trips(rows)) or "none",
            str(sum(r.tries for r in rows)),
            str(sum(r.limited_by is not None for r in rows)),
            _worst([r.hold_error for r in rows]),
            _worst([r.charge_error for r in rows]),
            f"{max(r.over_set_ma for r in rows):.2f}",
        )
    console = Console(width=None if sys.stdout.isatty() else 150)
    console.print(table)
    console.print("hold, charge: largest difference of what was felt from the set, and from what was measured")
    console.print("tries: of contact, more than one at the start and one after the reversal")
    counts = ", ".join(f"{name} {n}" for name, n in sorted(trips_by_monitor(found).items()))
    console.print(f"trips by monitor: {counts or 'none'}, in {len(found)} sessions")


def _trips(rows: Sequence[Ended]) -> list[str]:
    """The first few, so that they can be repeated."""
    said = [
        f"{trip.monitor} at {trip.set_ma:.1f} mA (seed {row.seed}; {row.conditions})"
        for row in rows
        for trip in row.trips
    ]
    more = [f"and {len(said) - SHOWN} more"] if len(said) > SHOWN else []
    return said[:SHOWN] + more


def _worst(errors: Sequence[float | None]) -> str:
    known = [error for error in errors if error is not None]
    return f"{100.0 * max(known, key=abs):+.2f}" if known else "-"
