"""`ionto control`: the daemon that drives the board. Composition only; the bench is reached by `--bench` alone."""

import argparse
import gc
import logging
import signal
import sys
import time
import uuid
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Final, NamedTuple

from appliance.cli.places import CALIBRATION_FILE, ROLES_FILE
from appliance.config import DEFAULT_BOARD_FILE, Board, load_board
from appliance.control.commands import Commands
from appliance.control.daemon import Daemon
from appliance.control.ledger import Ledger
from appliance.control.moment import Moment
from appliance.control.output_timer import has_rested
from appliance.control.permission import LedgerPermission
from appliance.control.permits import Permits
from appliance.control.proved import Proved, load_proved
from appliance.control.roles import demo_roles, load_roles
from appliance.control.server import Server
from appliance.errors import IontoError
from appliance.hal.board import HardwareBoard, bench_board, open_board
from appliance.hal.calibration import Calibration, utc_today
from appliance.hal.clock import MonotonicClock
from appliance.hal.ports import Clock
from appliance.hal.realtime import end_runaways, set_up_realtime
from appliance.hal.scales import Scales
from appliance.hal.service_manager import ServiceManager
from appliance.link.socket_file import lock_file
from appliance.records.stamp import clock_is_set
from appliance.sim.remote import RemoteBench

log = logging.getLogger("ionto.control")

COLLECT_EVERY: Final = 2000  # ticks: 10 s
ALIVE_EVERY: Final = 100  # ticks: 0.5 s, a quarter of the unit's WatchdogSec
BOOT_ID: Final = Path("/proc/sys/kernel/random/boot_id")


class Hardware(NamedTuple):
    """A board, its clock, and the bench behind it if there is one."""

    board: HardwareBoard
    clock: Clock
    bench: RemoteBench | None


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Where it listens and keeps its ledger; what it drives."""
    parser.add_argument("--socket", type=Path, required=True, help="where clients connect")
    parser.add_argument("--state-dir", type=Path, required=True, help="for the dose ledger")
    parser.add_argument("--bench", type=Path, metavar="SOCKET", help="drive the SIMULATED board served there")
    parser.add_argument("--board", type=Path, default=DEFAULT_BOARD_FILE, help="board file")
    parser.add_argument("--calibration", type=Path, help=f"default: {CALIBRATION_FILE}; simulated: none")
    parser.add_argument("--roles", type=Path, help=f"default: {ROLES_FILE}; simulated: our own user is everything")


def run(args: argparse.Namespace) -> int:
    """Be the daemon until SIGTERM or SIGINT. Nothing is opened on a patient before the self-test has passed.

    Raises:
        IontoError: whatever keeps it from starting; no current can flow then.
    """
    return compose(args, Daemon)


def compose(args: argparse.Namespace, make: type[Daemon]) -> int:
    """The one composition of the daemon; `make` is `Daemon` for everybody but `ionto kills`. Raises as `run`."""
    logging.basicConfig(level=logging.INFO, format="ionto control: %(message)s", stream=sys.stderr)
    simulated = args.bench is not None
    numbers = load_board(args.board)
    proved = _calibration(args, numbers, simulated=simulated)
    roles = demo_roles(simulated=True) if simulated and args.roles is None else load_roles(args.roles or ROLES_FILE)
    boot = uuid.uuid4().hex
    now = partial(moment, BOOT_ID.read_text().strip(), clock_trusted=simulated)
    first = not lock_file(args.socket).exists()  # since power-up: no daemon, and so no technician's command, before it
    args.state_dir.mkdir(parents=True, exist_ok=True)
    server = Server(args.socket, roles, boot=boot, simulated=simulated)  # first: only one daemon touches the ledger
    try:
        ledger = Ledger(args.state_dir / "doses.jsonl", now(), simulated=simulated)
    except IontoError:
        server.close()
        raise
    damaged = ledger.damage_lately(now())
    if damaged is not None:
        log.error("E603 a part of the dose ledger could not be read and is in %s", damaged.aside)
    permission = LedgerPermission(Permits(simulated=simulated), ledger, now)
    try:
        hardware = _hardware(args, numbers)
        commands = Commands(permission, proved.most_ma, simulated=simulated)
        scales = Scales(numbers, proved.calibration)
        daemon = make(
            hardware.board,
            hardware.clock,
            numbers,
            scales,
            server,
            commands,
            board_ma=proved.most_ma,
            boot=boot,
            rested=first and has_rested(ledger.newest, now()),
        )
        _serve(daemon, hardware.bench, simulated=simulated)
    finally:
        server.close()
        permission.close()
    return 0


def moment(boot: str, *, clock_trusted: bool) -> Moment:
    """Now, by every clock, in the kernel's run `boot`; a simulated device trusts its machine's."""
    return Moment(datetime.now(UTC), clock_trusted or clock_is_set(), boot, time.clock_gettime(time.CLOCK_BOOTTIME))


def _calibration(args: argparse.Namespace, numbers: Board, *, simulated: bool) -> Proved:
    """A real device without one is refused; a simulated one may run on nominal factors, and trusts its machine's clock.

    Raises:
        ConfigError: E511, as `load_proved`.
    """
    if simulated and args.calibration is None:
        nominal = Calibration.identity(numbers, simulated=True)
        return Proved(nominal, nominal.proved_ma)
    today = utc_today(trusted=simulated or clock_is_set())
    proved = load_proved(args.calibration or CALIBRATION_FILE, numbers, today, simulated=simulated)
    if proved.undated:
        log.warning("nothing says how old the calibration is (clock never set): %.1f mA at most", proved.most_ma)
    return proved


def _hardware(args: argparse.Namespace, numbers: Board) -> Hardware:
    if args.bench is None:
        return Hardware(open_board(numbers, args.socket.parent), MonotonicClock(), None)
    bench = RemoteBench.connect(args.bench)
    return Hardware(bench_board(numbers, bench.i2c, bench.pins, bench.clock), bench.clock, bench)


def _serve(daemon: Daemon, bench: RemoteBench | None, *, simulated: bool) -> None:
    """Tick until asked to stop. Real hardware is not even opened without real-time priority."""
    stopping: list[int] = []
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda received, _frame: stopping.append(received))
    report = set_up_realtime()
    if not simulated:
        report.require()
    for refused in report.refused:
        log.warning("not real-time: %s", refused)
    end_runaways()
    log.info("%s device, self-test begins", "SIMULATED" if simulated else "real")
    told: str | None = None
    manager = ServiceManager()

    def hurry() -> bool:
        _live(daemon, manager)
        return len(stopping) > 1

    daemon.start()
    manager.ready()
    try:
        while not stopping:
            daemon.step()
            if bench is not None and daemon.session.state != told:
                told = daemon.session.state
                _tell(bench, told)
            _live(daemon, manager)
        manager.stopping()
        daemon.end(hurry)
    finally:
        daemon.close()
        manager.close()
    log.info("stopped; %d late ticks, worst %.1f ms", daemon.late_count, daemon.worst_late_ns / 1e6)


def _live(daemon: Daemon, manager: ServiceManager) -> None:
    """What is done now and then, beside the tick."""
    if daemon.tick_count % ALIVE_EVERY == 0:
        manager.alive()
    if daemon.tick_count % COLLECT_EVERY == 0:
        collect_at_rest(daemon)


def collect_at_rest(daemon: Daemon) -> None:
    """The collector is off: what a rare error left in a cycle is taken by hand, and never while anyone is treated.

    In FAULT too, where a bus may be silent for days, and no kick can come late.
    """
    if daemon.session.state in ("IDLE", "FAULT") and not daemon.gate.enabled:
        gc.collect()


def _tell(bench: RemoteBench, state: str) -> None:
    """For bench scripts that wait for a state; a bench that is gone is the tick's business, not ours."""
    try:
        bench.observe_state(state)
    except (OSError, IontoError) as error:
        log.warning("the bench did not hear of %s: %s", state, error)
