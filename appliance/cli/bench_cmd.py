"""`ionto bench`: the simulated board and patient as a program of its own. Composition only: the bench is `sim`."""

import argparse
import sys
from pathlib import Path
from typing import Final

from appliance.cli import arguments
from appliance.config import DEFAULT_BOARD_FILE, load_board
from appliance.hal.realtime import set_up_realtime
from appliance.sim.server import serve

PRIORITY: Final = 60  # above the daemon's 50: a bench that is late would make the daemon look late


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Where it listens, who sits at it, what happens."""
    arguments.add_patient(parser)
    parser.add_argument("--socket", type=Path, required=True, help="where `ionto control --bench` will connect")
    parser.add_argument("--run-dir", type=Path, help="for felt.jsonl and the clock; default: the socket's directory")
    parser.add_argument("--board", type=Path, default=DEFAULT_BOARD_FILE, help="board file")


def run(args: argparse.Namespace) -> int:
    """Be the bench until SIGTERM. Raises as `sim.server.serve`."""
    script = arguments.script_from(args)
    board = load_board(args.board)
    print(f"ionto bench: simulated {script.patient.phenotype} at {args.socket}", file=sys.stderr)
    serve(board, script, args.socket, args.run_dir or args.socket.resolve().parent, _real_time)
    return 0


def _real_time() -> None:
    """What the machine allows; without a real-time class the bench's clock slips over its own stalls."""
    for refused in set_up_realtime(PRIORITY).refused:
        print(f"ionto bench: not real-time, its own stalls are left out and counted: {refused}", file=sys.stderr)
