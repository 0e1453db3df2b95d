"""Bounds of numbers on the command line, checked where they are read, and the arguments that commands share."""

import argparse
import math
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Final

from appliance.sim.script import PHENOTYPES, SITES, Patient, Script, load_script

PROGRESS_LINES: Final = 10  # when nobody watches

# Who sits there when only the site was named.
PHENOTYPE_OF_SITE: Final = {
    "hands": "typical_palm",
    "feet": "typical_sole",
    "underarms": "underarm",
    "child_hands": "child_palm",
}


def number(low: float, high: float) -> Callable[[str], float]:
    """A parser of numbers from `low` to `high`, both allowed."""

    def parse(text: str) -> float:
        try:
            value = float(text)
        except ValueError:
            value = math.nan
        if not low <= value <= high:
            raise argparse.ArgumentTypeError(f"{text!r} is not a number from {low:g} to {high:g}")
        return value

    return parse


def numbers(low: float, high: float) -> Callable[[str], tuple[float, ...]]:
    """A parser of numbers separated by commas, each from `low` to `high`."""
    one = number(low, high)

    def parse(text: str) -> tuple[float, ...]:
        return tuple(one(part) for part in text.split(","))

    return parse


def whole(low: int, high: int) -> Callable[[str], int]:
    """A parser of whole numbers from `low` to `high`, both allowed."""

    def parse(text: str) -> int:
        value = int(text) if text.removeprefix("-").isdecimal() else low - 1
        if not low <= value <= high:
            raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from {low} to {high}")
        return value

    return parse


def progress(done: int, total: int, what: str) -> None:
    """One line that is rewritten on a terminal; else a line a tenth. Standard error, so that JSON stays JSON."""
    if sys.stderr.isatty():
        print(f"\r{done} of {total}: {what}    ", end="\n" if done == total else "", file=sys.stderr)
    elif done * PROGRESS_LINES // total > (done - 1) * PROGRESS_LINES // total:
        print(f"{done} of {total}", file=sys.stderr, flush=True)


def add_patient(parser: argparse.ArgumentParser) -> None:
    """Who sits at the simulated device and what happens to them. What is given here wins over the script."""
    parser.add_argument("--script", type=Path, help="bench script: a file, or the name of one that comes with it")
    parser.add_argument("--patient", choices=PHENOTYPES, help="phenotype (default: the typical one of the site)")
    parser.add_argument("--site", choices=SITES, help="part of the body (default: hands)")
    parser.add_argument("--seed", type=whole(0, 2**63 - 1), help="draws every tolerance and noise (default: 1)")
    parser.add_argument(
        "--conductivity", type=number(0.1, 100_000.0), metavar="US_PER_CM", help="of the water (default: 300)"
    )


def script_from(args: argparse.Namespace) -> Script:
    """The script asked for, with the patient asked for.

    Raises:
        ConfigError: E503, E504, as `load_script`.
    """
    script = Script("none") if args.script is None else load_script(args.script)
    written = script.patient
    site = args.site or written.site
    typical = PHENOTYPE_OF_SITE[site] if args.site else written.phenotype
    patient = Patient(
        args.patient or typical,
        site,
        written.seed if args.seed is None else args.seed,
        written.conductivity_us_per_cm if args.conductivity is None else args.conductivity,
    )
    return script._replace(patient=patient)
