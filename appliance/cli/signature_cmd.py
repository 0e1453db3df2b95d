"""`ionto signature`: false accepts and false refusals of the body signature. Composition only."""

import argparse
import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import msgspec
from rich.console import Console
from rich.table import Table

from appliance.cli import arguments
from appliance.config import DEFAULT_BOARD_FILE, load_board
from appliance.proof.signature_rates import CASES, Judged, Row, row_of, signature_rates


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Which cases, how often."""
    names = [case.name for case in CASES]
    parser.add_argument("--case", choices=names, nargs="+", default=names, metavar="NAME", help="default: all")
    parser.add_argument("--seeds", type=arguments.whole(1, 10_000), default=200, help="seeds 1 to N (default: 200)")
    parser.add_argument("--jobs", type=arguments.whole(1, 64), default=os.cpu_count() or 1, help="processes")
    parser.add_argument("--board", type=Path, default=DEFAULT_BOARD_FILE, help="board file")
    parser.add_argument("--json", action="store_true", help="the rows as JSON")


def run(args: argparse.Namespace) -> int:
    """0 when nobody is refused for good and nothing else is accepted, else 1."""
    cases = [case for case in CASES if case.name in args.case]
    found: dict[str, list[Judged]] = {case.name: [] for case in cases}
    total, begun_s = len(cases) * args.seeds, time.perf_counter()
    judgements = signature_rates(load_board(args.board), cases, range(1, args.seeds + 1), args.jobs)
    for done, (case, judged) in enumerate(judgements, 1):
        found[case.name].append(judged)
        arguments.progress(done, total, case.name)
    rows = [row_of(case, found[case.name]) for case in cases]
    if args.json:
        report = {"simulated": True, "seeds": args.seeds, "rows": rows, "seconds": time.perf_counter() - begun_s}
        print(msgspec.json.format(msgspec.json.encode(report), indent=2).decode())
    else:
        _page(rows, args.seeds)
    return 1 if any(row.wrong for row in rows) else 0


def _page(rows: Sequence[Row], seeds: int) -> None:
    table = Table(title=f"SIMULATED. The body signature over {seeds} seeds")
    for head in ("case", "expected", "accepted", "refused", "delayed", "judgements", "to accept s", "reasons", ""):
        table.add_column(head, justify="right" if head in ("accepted", "refused", "delayed", "judgements") else "left")
    for row in rows:
        took = "-" if row.median_s is None else f"{row.median_s:.1f}, worst {row.worst_s:.1f}"
        reasons = ", ".join(f"{code} {n}" for code, n in sorted(row.reasons.items())) or "-"
        verdict = "pass" if not row.wrong else f"FAIL: {row.wrong} wrong"
        counts = (str(n) for n in (row.accepted, row.refused, row.delayed, row.judgements))
        table.add_row(row.case, row.expected, *counts, took, reasons, verdict)
    console = Console(width=None if sys.stdout.isatty() else 150)
    console.print(table)
    console.print("delayed: refused at first, accepted later. reasons: in how many seeds a judgement gave them")
