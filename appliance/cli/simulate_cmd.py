"""`ionto simulate`: one session on the virtual clock, from START to the summary. Composition only."""

import argparse
import sys
from pathlib import Path
from typing import Final

import msgspec

from appliance.cli import arguments
from appliance.config import DEFAULT_BOARD_FILE, load_board
from appliance.link.messages import Plan, Status
from appliance.proof.simulate import Simulation, timed
from appliance.proof.summary import page, summarise
from appliance.safety.hard_limits import SITES

_PROGRESS_EVERY: Final = 2000  # ticks


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Who, where, how long."""
    arguments.add_patient(parser)
    parser.add_argument("--minutes", type=arguments.number(1.0, 60.0), help="of treatment; default: the site's")
    parser.add_argument("--ma", type=arguments.number(1.0, 40.0), help="current to hold; default: the site's")
    parser.add_argument("--no-calibration", action="store_true", help="leave the drawn tolerances uncorrected")
    parser.add_argument("--board", type=Path, default=DEFAULT_BOARD_FILE, help="board file")
    parser.add_argument("--json", action="store_true", help="the summary as JSON")
    parser.add_argument("--plot", type=Path, metavar="FILE.png", help="draw the session")


def run(args: argparse.Namespace) -> int:
    """Run it; 0 also for a session that did not start: the outcome says which."""
    numbers = load_board(args.board)
    script = arguments.script_from(args)
    patient = script.patient
    site = SITES[patient.site]
    plan = Plan(
        site=patient.site,
        set_ma=args.ma or site.default_ma,
        max_ma=max(site.prescriber_ma, args.ma or 0.0),
        duration_s=args.minutes * 60.0 if args.minutes else site.default_s,
    )
    simulation = Simulation(
        numbers,
        plan,
        phenotype=patient.phenotype,
        seed=patient.seed,
        conductivity_us_per_cm=patient.conductivity_us_per_cm,
        calibrate=not args.no_calibration,
        script=script,
    )
    factor = timed(simulation, _progress if sys.stderr.isatty() else None)
    summary = summarise(simulation, patient=patient.phenotype, seed=patient.seed, realtime_factor=factor)
    if args.plot:
        from appliance.proof.plot import draw  # noqa: PLC0415 - matplotlib takes a second to import

        draw(simulation, f"{patient.phenotype}, {patient.site}, seed {patient.seed}: {summary.outcome}", args.plot)
    if args.json:
        print(msgspec.json.format(msgspec.json.encode(summary), indent=2).decode())
    else:
        print(page(summary))
    return 0


def _progress(status: Status) -> None:
    """One line that rewrites itself."""
    if status.tick % _PROGRESS_EVERY == 0:
        print(
            f"\r{status.state:<9} {status.elapsed_s / 60:5.1f} min  set {status.set_ma:5.2f} mA   ",
            end="",
            file=sys.stderr,
        )
