"""`ionto explore`: the real daemon and session machine through every state, event and input. Composition only."""

import argparse
import os
import sys
from collections.abc import Sequence

import msgspec
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from appliance.cli import arguments
from appliance.errors import ConfigError
from appliance.proof.explore.asking import PLANS
from appliance.proof.explore.found import Found
from appliance.proof.explore.table import invariant_table, state_table
from appliance.proof.explore.together import QUICK, Report, explore, wanted_of
from appliance.proof.explore.walk import Scope
from appliance.proof.safety_report.version import commit
from appliance.proof.without import CONTROLS

LINE_EVERY_S = 10.0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """How far, and without what."""
    parser.add_argument("--quick", action="store_true", help="hands alone, and each hazard in two places of each state")
    parser.add_argument("--without", metavar="CONTROL", help="a daemon without one control: an invariant must fail")
    parser.add_argument("--all", action="store_true", help="with --without: to the end, not only until it is missed")
    parser.add_argument("--plan", choices=tuple(PLANS), nargs="+", default=list(PLANS), help="default: all")
    parser.add_argument("--depth", type=arguments.whole(1, 1000), help="so many events from power-on at most")
    parser.add_argument(
        "--witnesses", type=arguments.whole(1, 10), default=1, help="places of each key that must answer alike"
    )
    parser.add_argument("--json", action="store_true", help="the whole result as JSON")


def run(args: argparse.Namespace) -> int:
    """0 when every invariant was checked and holds, else 1.

    Raises:
        ConfigError: E509, there is no such control, or a process died.
    """
    if args.without is not None and args.without not in CONTROLS:
        raise ConfigError("E509", f"--without: no control {args.without!r}; `ionto faults --list` names them")
    scopes = [Scope((name,), args.depth, None, args.witnesses) for name in args.plan]
    if args.quick:
        scopes = [QUICK._replace(depth=args.depth, witnesses=args.witnesses)]
    console = Console(stderr=True)
    with _Shown(console) as shown:
        found = explore(
            scopes,
            version=commit(),
            removed=args.without,
            wanted=frozenset() if args.all else wanted_of(args.without),
            quick=args.quick,
            on_progress=shown.report,
        )
    if args.json:
        print(msgspec.json.format(msgspec.json.encode(found), indent=2).decode())
    else:
        _print(found)
    return 0 if found.passed else 1


class _Shown:
    """Progress on a terminal, else a line now and then."""

    def __init__(self, console: Console) -> None:
        self._console = console
        columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
        self._progress = Progress(*columns, console=console, disable=not console.is_terminal, transient=True)
        self._task = self._progress.add_task("walking", total=None)
        self._said_s = 0.0

    def __enter__(self) -> "_Shown":
        self._progress.start()
        return self

    def __exit__(self, *_args: object) -> None:
        self._progress.stop()

    def report(self, reports: Sequence[Report]) -> None:
        """States and transitions of all walks together."""
        states = sum(report.states for report in reports)
        transitions = sum(report.transitions for report in reports)
        waiting = sum(report.waiting for report in reports)
        text = f"{states:,} states, {transitions:,} transitions, {waiting:,} places to go"
        self._progress.update(self._task, description=text)
        elapsed_s = self._progress.tasks[0].elapsed or 0.0
        if not self._console.is_terminal and elapsed_s - self._said_s >= LINE_EVERY_S:
            self._said_s = elapsed_s
            self._console.print(text, highlight=False)


def _print(found: Found) -> None:
    console = Console(width=None if sys.stdout.isatty() else int(os.environ.get("COLUMNS", "150")))
    for line in found.abstraction:
        console.print(line, highlight=False)
    console.print(state_table(found))
    console.print(invariant_table(found))
    for each in found.violations:
        print(f"\nShortest story to a violation of {each.invariant}:")
        print("\n".join(f"  {number}. {sentence}" for number, sentence in enumerate(each.story, 1)))
    for line in found.unlike:
        print(f"two places of one key answer differently: {line}")
    checks = sum(each.checks for each in found.invariants)
    end = "" if found.whole else ", not walked to the end"
    print(
        f"\n{found.states:,} states, {found.transitions:,} transitions, {len(found.invariants)} invariants,"
        f" {checks:,} checks, {len(found.violations)} violated{end}; {found.seconds:.0f} s"
    )
