"""`ionto safety-report`: runs what is not yet shown of this version, and writes it all on one page. Only composes."""

import argparse
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from appliance.errors import ConfigError
from appliance.proof.hazards import Hazards, load_hazards
from appliance.proof.safety_report.evidence import gather, make
from appliance.proof.safety_report.named_tests import make_mutants, make_tests
from appliance.proof.safety_report.page import Report, page
from appliance.proof.safety_report.provisional import provisional
from appliance.proof.safety_report.removal import removals
from appliance.proof.safety_report.stages import Stage, main_stages, removal_stages
from appliance.proof.safety_report.version import EVIDENCE, ROOT, commit, fingerprint

QUICK: Final = ROOT / "build" / "safety-report-quick"
OUT: Final = ROOT / "hardware" / "safety-report.md"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Where to, where from, how much."""
    parser.add_argument("--out", type=Path, default=OUT, help="page to write (default: hardware/safety-report.md)")
    parser.add_argument(
        "--build",
        type=Path,
        metavar="DIR",
        help="where evidence is kept and found again (default: hardware/safety-evidence, build/ with --quick)",
    )
    parser.add_argument(
        "--only", nargs="+", metavar="STAGE", default=[], help="make evidence of these alone, such as kills or without"
    )
    parser.add_argument("--from", dest="source", type=Path, metavar="DIR", help="run nothing: only what is kept there")
    parser.add_argument("--quick", action="store_true", help="fewer cells, seeds, repetitions, no mutants")


def run(args: argparse.Namespace) -> int:
    """0 when every stage was run on these sources and passed, else 1.

    Raises:
        ConfigError: E501, E503 the risk file; E503 the page cannot be written; E509 no stage is called so.
    """
    hazards = load_hazards()
    directory = args.source or args.build or (QUICK if args.quick else EVIDENCE)
    stages, without = main_stages(quick=args.quick), removal_stages(hazards)
    chosen = _chosen((*stages, *without), args.only)
    maker = None if args.source is not None else _Maker(hazards, chosen)
    found = gather(stages, directory, maker)
    missed = gather(without, directory, maker)
    report = Report(
        hazards=hazards,
        stages=found,
        removal_stages=missed,
        removals=removals(hazards, {each.stage.name: each for each in missed}),
        numbers=provisional(),
        version=commit(),
        sources=fingerprint(),
        wall_utc=datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
        quick=args.quick,
    )
    _write(args.out, page(report))
    for line in report.bad:
        print(line.replace("*", ""))
    print(f"{args.out}: {'NOT PASSED' if report.bad else 'passed'}")
    return 1 if report.bad else 0


def _chosen(stages: Sequence[Stage], words: Sequence[str]) -> frozenset[str]:
    """Names of the stages to make: all, or those that are called by a word or begin with it and a dot."""
    found = {word: {each.name for each in stages if f"{each.name}.".startswith(f"{word}.")} for word in words}
    for word, names in found.items():
        if not names:
            known = ", ".join(dict.fromkeys(each.name.partition(".")[0] for each in stages))
            raise ConfigError("E509", f"--only {word}: no such stage; there are {known}")
    return frozenset().union(*found.values()) if words else frozenset(each.name for each in stages)


class _Maker:
    """Makes one stage after the other and says which."""

    def __init__(self, hazards: Hazards, chosen: frozenset[str]) -> None:
        self._hazards = hazards
        self._chosen = chosen
        self._n = 0

    def __call__(self, stage: Stage, directory: Path) -> None:
        if stage.name not in self._chosen:
            return
        self._n += 1
        print(f"{self._n} of at most {len(self._chosen)}: {stage.how}", file=sys.stderr, flush=True)
        if stage.words:
            make(stage, directory)
        elif stage.name == "tests":
            make_tests(stage, directory, self._hazards)
        elif stage.name == "mutants":
            make_mutants(stage, directory)


def _write(path: Path, text: str) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    except OSError as error:
        raise ConfigError("E503", f"cannot write {path}: {error.strerror or error}") from error
