"""`ionto recorder`: takes what the daemon says and keeps it. Composition only: the recorder is `records`."""

import argparse
import logging
import signal
import sys
from pathlib import Path
from typing import Final

from appliance.cli.places import ROLES_FILE
from appliance.control.roles import demo_roles, load_roles
from appliance.errors import ConfigError
from appliance.records.recorder import run as record

DB_NAME: Final = "records.db"
SOCKET_NAME: Final = "recorder.sock"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Whom it listens to, where it keeps what it heard."""
    parser.add_argument("--socket", type=Path, required=True, help="the daemon's socket")
    parser.add_argument("--state-dir", type=Path, required=True, help=f"for {DB_NAME}")
    parser.add_argument("--serve", type=Path, metavar="SOCKET", help=f"own socket; default: {SOCKET_NAME} beside it")
    parser.add_argument("--roles", type=Path, default=ROLES_FILE, help=f"default: {ROLES_FILE}")
    parser.add_argument("--demo", action="store_true", help="SIMULATED device: our own user has every role")


def run(args: argparse.Namespace) -> int:
    """Record until SIGTERM or SIGINT. Raises as `records.recorder.run`."""
    logging.basicConfig(level=logging.INFO, format="ionto recorder: %(message)s", stream=sys.stderr)
    roles = demo_roles(simulated=True) if args.demo else load_roles(args.roles)
    try:
        args.state_dir.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ConfigError("E503", f"cannot make {args.state_dir}: {error.strerror}") from error
    stopping: list[int] = []
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda received, _frame: stopping.append(received))
    serve = args.serve or args.socket.with_name(SOCKET_NAME)
    record(args.socket, serve, args.state_dir / DB_NAME, lambda: bool(stopping), roles=roles)
    return 0
