"""`ionto calibrate`: the board's own numbers by a meter, on the dummy load. Composition only: `service` does it."""

import argparse
import json
import os
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Final

import msgspec
from rich.table import Table

from appliance.cli.places import CALIBRATION_FILE
from appliance.cli.technician import Ending, hardware, page, say
from appliance.config import DEFAULT_BOARD_FILE, Board, load_board
from appliance.errors import ConfigError
from appliance.hal.calibration import Calibration, load_calibration, utc_today
from appliance.records.stamp import clock_is_set
from appliance.service.calibrate import Calibrator, InstantMeter, Meter, Outcome, Row
from appliance.service.typed_meter import TypedMeter
from appliance.sim.remote import BenchControl

NOMINAL: Final = "nominal factors"
NEEDS: Final = (
    "Needs a meter of 0.1 % or better in series with the dummy load, and no patient lead plugged in; the meter's "
    "reading is asked for at 2 and at 25 mA. With --bench the bench's own meter is read. The daemon must be stopped: "
    "`systemctl stop ionto-control`. Ctrl-C at any time ends with the output at zero and the old file untouched."
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What is calibrated, and where the result goes."""
    parser.epilog = NEEDS
    parser.add_argument("--bench", type=Path, metavar="SOCKET", help="calibrate the SIMULATED board served there")
    parser.add_argument("--board", type=Path, default=DEFAULT_BOARD_FILE, metavar="FILE", help="board file")
    parser.add_argument(
        "--out", type=Path, default=CALIBRATION_FILE, metavar="FILE", help=f"default: {CALIBRATION_FILE}"
    )
    parser.add_argument("--json", action="store_true", help="the result as JSON, for scripts")


def run(args: argparse.Namespace) -> int:
    """Calibrate, save, show.

    Raises:
        ConfigError: E511 beyond the bounds or no reading, E503 not writable, E512 the file is of a real board;
            nothing was saved. Else as `Calibrator.run` and `technician.hardware`.
    """
    numbers = load_board(args.board)
    simulated = args.bench is not None
    _check_out(args.out, simulated=simulated)
    before, of_before = _before(args.out, numbers, simulated=simulated)
    if simulated:
        say(f"SIMULATED board at {args.bench}: this calibrates no real one\n")
    with Ending() as ending, hardware(numbers, args.bench) as hw, _meter(args.bench, ending) as meter:
        calibrator = Calibrator(hw.board, numbers, hw.clock, meter, lambda doing: say(f"  {doing}\n"), ending.look)
        outcome = calibrator.run(utc_today(trusted=simulated or clock_is_set()), before)
    outcome.calibration.save(args.out, numbers)
    if args.json:
        print(json.dumps(_plain(outcome, args.out, of_before), indent=2))
    else:
        show(outcome, args.out, of_before)
    return 0


def _check_out(out: Path, *, simulated: bool) -> None:
    """What would keep the result from being saved is said before anybody reads a meter."""
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ConfigError("E503", f"cannot make {out.parent}: {error.strerror}") from error
    if out.is_dir() or not os.access(out.parent, os.W_OK):
        raise ConfigError("E503", f"cannot write {out}; another --out, or the rights of its directory")
    if simulated and _is_of_a_real_board(out):
        raise ConfigError("E512", f"{out} is of a real board and stays; name another file with --out")


def _is_of_a_real_board(out: Path) -> bool:
    try:
        return not msgspec.json.decode(out.read_bytes(), type=Calibration).simulated
    except (OSError, msgspec.DecodeError, UnicodeDecodeError):
        return False


def _before(out: Path, numbers: Board, *, simulated: bool) -> tuple[Calibration | None, str]:
    """What was in force, and its name in the result; age is not judged."""
    try:
        found = load_calibration(out, numbers, simulated)
    except ConfigError:
        return None, NOMINAL
    return found, f"calibration of {found.wall_date}"


@contextmanager
def _meter(bench_socket: Path | None, ending: Ending) -> Iterator[Meter]:
    """The bench's meter, or the technician, who has put it in place."""
    if bench_socket is not None:
        with closing(BenchControl(bench_socket)) as control:
            yield InstantMeter(control.meter_ma)
        return
    if sys.stdin is None:
        raise ConfigError("E511", "there is no input to type the meter's reading on; run it in a terminal")
    meter = TypedMeter(sys.stdin.fileno(), say)
    meter.place(ending.look)
    yield meter


def show(outcome: Outcome, out: Path, of_before: str) -> None:
    """The result for a person."""
    simulated = outcome.calibration.simulated
    console = page()
    console.print(f"\nErrors in mA, {of_before} -> now:")
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="bold")
    for name in ("asked", "true", "by", "set", "return", "source"):
        table.add_column(name, justify="right", no_wrap=True)
    for row in outcome.rows:
        by = "meter" if row.by_meter else "return"
        errors = [_change(b, a) for b, a in zip(row.before, row.after, strict=True)]
        table.add_row(f"{row.asked_ma:g}", f"{row.true_ma:.3f}", by, *errors)
    console.print(table)
    console.print(f"\nLargest error left: {outcome.calibration.residual_ma:.3f} mA", style="bold")
    console.print(f"Saved: {out}{' (of a SIMULATED board)' if simulated else ''}", soft_wrap=True)
    if not simulated:
        console.print("Take the meter out, close the dummy load's link, then: systemctl start ionto-control")


def _change(before_ma: float | None, after_ma: float | None) -> str:
    return "-" if before_ma is None or after_ma is None else f"{_signed(before_ma)} -> {_signed(after_ma)}"


def _signed(ma: float) -> str:
    return f"{round(ma, 3) + 0.0:+.3f}"  # no minus before a zero


def _plain(outcome: Outcome, out: Path, of_before: str) -> dict[str, object]:
    """The result for scripts."""
    return {
        "simulated": outcome.calibration.simulated,
        "saved": str(out),
        "before": of_before,
        "points": [_plain_row(row) for row in outcome.rows],
        "calibration": msgspec.to_builtins(outcome.calibration),
    }


def _plain_row(row: Row) -> dict[str, object]:
    return {**row._asdict(), "before": row.before._asdict(), "after": row.after._asdict()}
