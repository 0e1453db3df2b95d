"""`ionto kills`: real programs killed, stopped, hung and starved in every energising state. Composition only."""

import argparse
import os
import signal
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Final

from appliance.cli import arguments
from appliance.errors import ConfigError
from appliance.proof.kills.campaign import Campaign, lanes_for
from appliance.proof.kills.model import KINDS, STATES, Cell, cells
from appliance.proof.kills.summary import Asked, Summary, read, summarise, write
from appliance.proof.kills.table import failures, kills_table
from appliance.proof.safety_report.version import EVIDENCE, fingerprint
from appliance.proof.stall_watch import StallWatch

KEPT: Final = EVIDENCE / "kills-rounds.json"
EXIT_TERMINATED: Final = 143  # 128 + SIGTERM, as shells report it
SHARED: Final = 2  # pairs on one processor: a third would leave too little when all are in CONTACT


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """How often, how many at a time, which."""
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.epilog = "\n".join(
        [
            "Each cell is one way to hurt the programs in one state; a round is every cell once, about 5 minutes.",
            "Bench and daemon run as programs in real time; what was felt is read from the bench's own diary.",
            "A try that fails while the machine is seen to stand still, or another real-time program on our",
            "processor, is told as spoiled and run again, five times at most. It is never counted as passed.",
            "",
            "ways:",
            *(f"  {kind.name:15} {kind.what}" for kind in KINDS),
            "states:",
            f"  {' '.join(STATES)}",
        ]
    )
    cpus = len(os.sched_getaffinity(0))
    jobs = 1 + SHARED * (cpus - 1)
    parser.add_argument("--rounds", type=arguments.whole(1, 10_000), default=1, help="of all cells (default: 1)")
    parser.add_argument(
        "--jobs", type=arguments.whole(1, 64), default=jobs, help=f"pairs of bench and daemon at a time (here: {jobs})"
    )
    parser.add_argument("--quick", action="store_true", help="each way once and each state once, about 70 s")
    parser.add_argument("--only", metavar="NAME", help="a way, a state, or one cell: sigkill, HOLD, sigkill/HOLD")
    parser.add_argument(
        "--set-ma",
        type=arguments.number(2.0, 25.0),
        default=2.0,
        help="current in HOLD; more takes longer (default: 2)",
    )
    parser.add_argument("--dir", type=Path, help="keep the programs' logs and the benches' diaries there")
    parser.add_argument("--out", type=Path, help="write the result there as JSON, again after each round")
    parser.add_argument(
        "--resume", action="store_true", help="as --out, and go on from what was kept of these sources (safety report)"
    )
    parser.add_argument("--json", action="store_true", help="the whole result as JSON")


def run(args: argparse.Namespace) -> int:
    """0 when every cell was run in every round and passed, else 1.

    Raises:
        ConfigError: E509, nothing is called so.
    """
    chosen = cells(args.only, quick=args.quick)
    if not chosen:
        raise ConfigError("E509", f"--only {args.only!r}: no such way, state or cell; see `ionto kills --help`")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(EXIT_TERMINATED))  # unwinds, so that every program is ended
    summary = _summary(args, chosen)
    if args.json:
        print(summary.as_json().decode())
    else:
        kills_table(summary)
        print("\n".join(failures(summary)))
    return 0 if summary.passed else 1


def _summary(args: argparse.Namespace, chosen: tuple[Cell, ...]) -> Summary:
    """Run it, and keep it round by round if that was asked."""
    asked = Asked(fingerprint(), args.set_ma, args.rounds)
    path: Path | None = KEPT if args.resume else args.out
    kept = read(path, asked, chosen) if args.resume and path is not None else None
    if kept is not None and kept.rounds_done >= args.rounds:
        return kept
    begun_s = time.monotonic() - (0.0 if kept is None else kept.seconds)
    with ExitStack() as opened:
        directory = args.dir or Path(opened.enter_context(tempfile.TemporaryDirectory(prefix="ionto-kills-")))
        watch = StallWatch()
        opened.callback(watch.stop)
        watch.start()

        def tell(line: str) -> None:
            print(f"{time.monotonic() - begun_s:6.0f} s  {line}", file=sys.stderr, flush=True)

        def round_done() -> None:
            if path is not None:
                write(summarise(campaign, _still(asked), time.monotonic() - begun_s), path)

        campaign = Campaign(chosen, args.set_ma, directory.resolve(), watch, tell, round_done)
        if kept is not None:
            kept.give_back(campaign)
        lanes = lanes_for(sorted(os.sched_getaffinity(0)), args.jobs)
        tell(f"{len(chosen)} cells a round, {args.rounds} rounds, {len(lanes)} pairs at a time")
        campaign.run(args.rounds, lanes)
        summary = summarise(campaign, _still(asked), time.monotonic() - begun_s)
        if path is not None:
            write(summary, path)
        return summary


def _still(asked: Asked) -> Asked:
    """Programs are started again and again: a result of sources that changed meanwhile is of no version."""
    return asked if fingerprint() == asked.sources else asked._replace(sources="changed while it ran")
