"""`ionto hazards`: the risk file as people read it: hazards, risk before and after, controls. It only reads."""

import argparse
import json
import sys
import textwrap
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.table import Table

from appliance.errors import ConfigError
from appliance.proof.hazards import DEFAULT_HAZARDS_FILE, Hazard, Hazards, load_hazards

WIDTH: Final = 80


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Which hazard, and how."""
    parser.add_argument("id", nargs="?", metavar="H", help="as H2: its causes, controls and tests; without it, all")
    parser.add_argument("--file", type=Path, default=DEFAULT_HAZARDS_FILE, help="default: hardware/hazards.toml")
    parser.add_argument("--json", action="store_true", help="for scripts")


def run(args: argparse.Namespace) -> int:
    """Print it.

    Raises:
        ConfigError: E501, E503 the file; E509 no such hazard.
    """
    hazards = load_hazards(args.file)
    chosen = hazards.hazard if args.id is None else (_find(hazards, args.id.upper()),)
    if args.json:
        rows = [_row(hazards, hazard) for hazard in chosen]
        print(json.dumps(rows if args.id is None else rows[0], ensure_ascii=False, indent=2))
    elif args.id is None:
        _all(hazards)
    else:
        _one(hazards, chosen[0])
    return 0


def _find(hazards: Hazards, wanted: str) -> Hazard:
    for hazard in hazards.hazard:
        if hazard.id == wanted:
            return hazard
    raise ConfigError("E509", f"{wanted} is no hazard; there are {', '.join(each.id for each in hazards.hazard)}")


def _row(hazards: Hazards, hazard: Hazard) -> dict[str, object]:
    return {
        "id": hazard.id,
        "name": hazard.name,
        "harm": hazard.harm,
        "before": hazard.before.risk,
        "after": hazard.after.risk,
        "causes": {cause.what: list(cause.controls) for cause in hazard.cause},
        "tests": list(hazards.tests_of(hazard)),
        "residual": hazard.residual,
        "open": list(hazard.open),
    }


def _all(hazards: Hazards) -> None:
    table = Table(title="Hazards: risk before and after control")
    for head in ("", "hazard", "before", "after", "controls", "tests", "open"):
        table.add_column(head, justify="right" if head in ("controls", "tests", "open") else "left")
    for each in hazards.hazard:
        counts = (len(each.controls), len(hazards.tests_of(each)), len(each.open))
        table.add_row(each.id, each.name, each.before.risk, each.after.risk, *map(str, counts))
    Console(width=None if sys.stdout.isatty() else WIDTH).print(table)


def _one(hazards: Hazards, hazard: Hazard) -> None:
    _say(f"{hazard.id}  {hazard.name}: {hazard.harm}")
    for name, rating in (("before", hazard.before), ("after", hazard.after)):
        _say(f"{name}: {rating.severity}, {rating.likelihood}: {rating.risk} risk")
    for cause in hazard.cause:
        print()
        _say(cause.what)
        for control in cause.controls:
            known = hazards.control[control]
            shown = f"tests: {len(known.tests)}" if known.tests else "by reasoning"
            _say(f"{control} ({known.kind}, {shown}): {known.what}", "  ")
    print()
    for text in (f"left: {hazard.residual}", *(f"open: {each}" for each in hazard.open)):
        _say(text)


def _say(text: str, margin: str = "") -> None:
    """One paragraph, what is broken hangs under its beginning."""
    print(textwrap.fill(text, WIDTH, initial_indent=margin, subsequent_indent=f"{margin}    ", break_on_hyphens=False))
