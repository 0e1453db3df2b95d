"""`ionto measure`: cost and lateness of the tick, speed of the simulation. Composition only."""

import argparse
import sys

import msgspec
from rich.console import Console
from rich.table import Table

from appliance.cli import arguments
from appliance.config import load_board
from appliance.proof.measure import Measured, Spread, measure_lateness, measure_speed, measure_ticks


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """How long."""
    parser.add_argument(
        "--seconds", type=arguments.number(1.0, 3600.0), default=10.0, help="of the real-time loop (default: 10)"
    )
    parser.add_argument(
        "--minutes", type=arguments.number(1.0, 30.0), default=5.0, help="of the simulated session (default: 5)"
    )
    parser.add_argument("--json", action="store_true", help="the figures as JSON")


def run(args: argparse.Namespace) -> int:
    """Measure and print."""
    numbers = load_board()
    _say("the tick")
    hold, contact = measure_ticks(numbers)
    _say(f"lateness, {args.seconds:g} s")
    lateness = measure_lateness(args.seconds)
    _say(f"the simulation, {args.minutes:g} simulated minutes")
    factor = measure_speed(numbers, args.minutes)
    found = Measured(True, hold, contact, lateness, round(factor, 1))
    if args.json:
        print(msgspec.json.format(msgspec.json.encode(found), indent=2).decode())
    else:
        _page(found)
    return 0


def _say(what: str) -> None:
    print(f"ionto measure: {what}", file=sys.stderr)


def _page(found: Measured) -> None:
    table = Table(title="SIMULATED device, times in us")
    for head in ("what", "n", "median", "p99", "p99.9", "worst"):
        table.add_column(head, justify="left" if head == "what" else "right")
    granted = "real-time" if found.lateness.real_time else "no real-time priority"
    for name, row in (
        ("tick in HOLD, with chips and circuit", found.tick_hold),
        ("sub-tick in CONTACT, the same", found.tick_contact),
        (f"lateness of a 5 ms loop ({granted})", found.lateness.loop),
    ):
        table.add_row(name, *_cells(row))
    worst = found.lateness.cyclictest_worst_us
    table.add_row("cyclictest in the same run", "", "", "", "", "not here" if worst is None else f"{worst:.0f}")
    console = Console()
    console.print(table)
    console.print(f"a session runs at {found.realtime_factor:.0f} times real time")


def _cells(row: Spread) -> tuple[str, ...]:
    return (str(row.n), *(f"{value:.0f}" for value in (row.median_us, row.p99_us, row.p99_9_us, row.worst_us)))
