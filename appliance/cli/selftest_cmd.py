"""`ionto selftest`: the daemon's own self-test, once, without clients. It tests nothing itself."""

import argparse
import json
import logging
import sys
from contextlib import suppress
from pathlib import Path
from typing import Final, NamedTuple

from rich.table import Table
from rich.text import Text

from appliance.cli.nobody import NoClients, NoTreatment
from appliance.cli.places import CALIBRATION_FILE
from appliance.cli.technician import Ending, Hardware, hardware, page, say
from appliance.config import DEFAULT_BOARD_FILE, Board, load_board
from appliance.control.commands import Commands
from appliance.control.daemon import Daemon
from appliance.control.proved import load_proved
from appliance.control.self_test.trial import Check
from appliance.errors import CATALOGUE, ConfigError, IontoError, OutputError, SensingError
from appliance.hal.calibration import Calibration, utc_today
from appliance.hal.scales import Scales
from appliance.records.stamp import clock_is_set
from appliance.safety import hard_limits

LIMIT_TICKS: Final = 6000  # 30 s; the test takes under 5
NEEDS: Final = (
    "Takes about 5 seconds on the dummy load; no patient lead plugged in. The daemon must be stopped: "
    "`systemctl stop ionto-control`. Exit status: 0 passed, 1 failed, 2 could not be run."
)


class Report(NamedTuple):
    """One self-test. `code` is the first failure's, None when all passed."""

    simulated: bool
    passed: bool
    code: str | None
    to_do: str | None
    checks: tuple[Check, ...]
    late_ticks: int = 0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What is tested."""
    parser.epilog = NEEDS
    parser.add_argument("--bench", type=Path, metavar="SOCKET", help="test the SIMULATED board served there")
    parser.add_argument("--board", type=Path, default=DEFAULT_BOARD_FILE, metavar="FILE", help="board file")
    parser.add_argument(
        "--calibration", type=Path, metavar="FILE", help=f"default: {CALIBRATION_FILE}; simulated: none"
    )
    parser.add_argument("--json", action="store_true", help="the report as JSON, for scripts")


def run(args: argparse.Namespace) -> int:
    """Test the board and print the report. Raises ConfigError as `technician.hardware`."""
    logging.basicConfig(level=logging.WARNING, format="ionto selftest: %(message)s", stream=sys.stderr)
    numbers = load_board(args.board)
    calibration = _calibration(args, numbers)
    if args.bench is not None:
        say(f"SIMULATED board at {args.bench}: this says nothing about a real one\n")
    with Ending() as ending, hardware(numbers, args.bench) as hw:
        say("self-test on the dummy load, about 5 s\n")
        report = self_test(hw, numbers, calibration, ending)
    if args.json:
        print(json.dumps({**report._asdict(), "checks": [check._asdict() for check in report.checks]}, indent=2))
    else:
        show(report)
    return 0 if report.passed else 1


def _calibration(args: argparse.Namespace, numbers: Board) -> Calibration:
    """The daemon's; a board may also be tested before it was ever calibrated."""
    simulated = args.bench is not None
    today = utc_today(trusted=simulated or clock_is_set())
    if args.calibration is not None:
        return load_proved(args.calibration, numbers, today, simulated=simulated).calibration
    if not simulated:
        try:
            return load_proved(CALIBRATION_FILE, numbers, today, simulated=simulated).calibration
        except ConfigError as error:
            say(f"nominal factors are used: {error.message}\n")
    return Calibration.identity(numbers, simulated=simulated)


def self_test(hw: Hardware, numbers: Board, calibration: Calibration, ending: Ending) -> Report:
    """Run a daemon until its self-test has passed or ended in FAULT."""
    simulated = hw.board.simulated
    commands = Commands(NoTreatment(), hard_limits.CURRENT_MA, simulated=simulated)
    daemon = Daemon(hw.board, hw.clock, numbers, Scales(numbers, calibration), NoClients(), commands, rested=False)
    test = daemon.self_test
    checks = [] if test is None else test.report  # the daemon lets go of its test when it has ended
    try:
        hw.board.open_chips()
    except (SensingError, OutputError) as error:
        return _report([_unopened(hw, error)], simulated=simulated)
    daemon.start()
    try:
        for _ in range(LIMIT_TICKS):
            daemon.step()
            ending.look()
            if daemon.session.state != "SELF_TEST":
                break
    finally:
        daemon.gate.cut(hw.clock.now_ns())
        with suppress(IontoError):  # a chip that is silent is in the report
            daemon.gate.zero(hw.clock.now_ns())
    codes = daemon.session.codes or ([] if daemon.session.state == "IDLE" else ["E410"])
    told = {check.code for check in checks if not check.passed}
    cut = [Check("the daemon itself", False, CATALOGUE[code].title, code) for code in codes if code not in told]
    return _report([*checks, *cut], simulated=simulated, late_ticks=daemon.late_count)


def _unopened(hw: Hardware, error: SensingError | OutputError) -> Check:
    """The chips did not open; the red switch takes their supply away."""
    if hw.board.read_inputs().e_stop:
        return Check("red switch", False, "pushed or its wire open", "E401")
    return Check("chips answer", False, error.message, error.code)


def _report(checks: list[Check], *, simulated: bool, late_ticks: int = 0) -> Report:
    code = next((check.code for check in checks if not check.passed), None)
    to_do = None if code is None else CATALOGUE[code].technician
    return Report(simulated, code is None, code, to_do, tuple(checks), late_ticks)


def show(report: Report) -> None:
    """The table, and what to do."""
    out = page()
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="bold")
    table.add_column("check", no_wrap=True)
    table.add_column("found")
    table.add_column("result", no_wrap=True)
    for check in report.checks:
        result = Text("passed", "green") if check.passed else Text(f"FAILED {check.code}", "bold red")
        table.add_row(check.name, Text(check.found), result)
    out.print(table)
    out.print()
    which = "SIMULATED board" if report.simulated else "board"
    if report.code is None:
        out.print(f"{which}: all {len(report.checks)} checks passed", style="bold green")
        return
    out.print(f"{which}: {report.code} {CATALOGUE[report.code].title}; nothing after it was tested", style="bold red")
    out.print(f"What to do: {report.to_do}")
    if report.late_ticks:
        ticks = "1 tick" if report.late_ticks == 1 else f"{report.late_ticks} ticks"
        out.print(f"This program was late in {ticks}: a busy machine, not the board, may be the cause. Run it again.")
