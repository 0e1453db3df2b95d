"""A bench in its own process over a toy circuit: 15 mA while ENABLE is high and the kick line moved within 30 ms.

The toy lets the process, its sockets, its clock and its diary be tested apart from the circuit.
Run as: bench_process.py SOCKET RUN_DIR [SCRIPT]
"""

import errno
import sys
from pathlib import Path

from appliance.cli.bench_cmd import PRIORITY
from appliance.config import load_board
from appliance.hal.ports import Pull
from appliance.hal.realtime import set_up_realtime
from appliance.sim.actions import Value
from appliance.sim.script import Patient, Script, load_script
from appliance.sim.server import BenchServer, LiveBench

BOARD = load_board()
ENABLE = BOARD.pin.enable.gpio
KICK = BOARD.pin.watchdog_kick.gpio
RELAY = BOARD.pin.safety_relay_readback.gpio
WATCHDOG_NS = 30_000_000
FULL_MA = 15.0


class ToyFelt:
    """What flows in the toy."""

    current_ma = 0.0
    charge_mc = 0.0
    w_peak_ma = 0.0

    def mark(self, t_ns: int) -> None:
        self.w_peak_ma = self.current_ma

    @property
    def density_ma_per_cm2(self) -> float:
        return self.current_ma / 150

    @property
    def volts(self) -> float:
        return self.current_ma * 2


class ToyBench:
    """Chips that echo, pins that remember, and a watchdog."""

    def __init__(self, start_ns: int) -> None:
        self.now_ns = start_ns
        self.felt = ToyFelt()
        self.levels: dict[int, bool] = {}
        self.kicked_ns = 0
        self.i2c = self
        self.pins = self

    def advance_to(self, t_ns: int) -> None:
        alive = self.levels.get(ENABLE, False) and t_ns - self.kicked_ns < WATCHDOG_NS
        self.felt.charge_mc += self.felt.current_ma * (t_ns - self.now_ns) / 1e9
        self.felt.current_ma = FULL_MA if alive else 0.0
        self.felt.w_peak_ma = max(self.felt.w_peak_ma, self.felt.current_ma)
        self.levels[RELAY] = not alive
        self.now_ns = t_ns

    def act(self, action: str, **params: Value) -> None:
        if action == "estop":
            self.levels[BOARD.pin.e_stop.gpio] = not params["release"]

    def transfer(self, address: int, write: bytes, read_len: int) -> bytes:
        if address == 0x10:
            raise OSError(errno.ENXIO, "nobody")
        if address == 0x11:
            raise OSError(errno.ETIMEDOUT, "hang")
        return (bytes([address]) + write)[:read_len].ljust(read_len, b"\xee")

    def configure_output(self, gpio: int, high: bool) -> None:
        self.write(gpio, high)

    def configure_input(self, gpio: int, pull: Pull) -> None:
        self.levels[gpio] = pull == "up"

    def write(self, gpio: int, high: bool) -> None:
        if gpio == KICK and self.levels.get(KICK) != high:
            self.kicked_ns = self.now_ns
        self.levels[gpio] = high

    def read(self, gpio: int) -> bool:
        return self.levels.get(gpio, False)

    def close(self) -> None:
        self.levels.clear()


def _make(_patient: Patient, start_ns: int) -> LiveBench:
    return ToyBench(start_ns)


def main(socket_path: str, run_dir: str, script: str = "") -> None:
    chosen = load_script(Path(script)) if script else Script("none")
    set_up_realtime(PRIORITY)
    server = BenchServer(BOARD, chosen, Path(socket_path), Path(run_dir), _make)
    try:
        server.run()
    finally:
        server.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
