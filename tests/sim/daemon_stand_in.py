"""A daemon reduced to what gets current to flow: chips set, latch reset, ENABLE, a kick every 5 ms; until it is killed.

Run as: daemon_stand_in.py SOCKET
"""

import sys
from pathlib import Path

from appliance.config import load_board
from appliance.hal.realtime import set_up_realtime
from appliance.sim.remote import RemoteBench

TICK_NS = 5_000_000
SET_CODE = 1365  # 10 mA
COMPLIANCE_CODE = 3000  # 35 V
READY_TICKS = 80  # the watchdog rearms 200 ms after the first good kick


def main(socket_path: str) -> None:
    board = load_board()
    pin = board.pin
    bench = RemoteBench.connect(Path(socket_path))
    for line in (pin.enable, pin.watchdog_kick, pin.latch_reset):
        bench.pins.configure_output(line.gpio, False)
    bench.observe_state("CONTACT")
    set_up_realtime()
    start_ns = bench.clock.now_ns()
    for tick in range(sys.maxsize):
        bench.clock.sleep_until_ns(start_ns + tick * TICK_NS)
        if tick == READY_TICKS:
            bench.pins.write(pin.latch_reset.gpio, True)
        if tick == READY_TICKS + 1:
            bench.pins.write(pin.enable.gpio, True)
        if tick == READY_TICKS + 10:
            _fast_write(bench, board.dac.compliance.address, COMPLIANCE_CODE)
            _fast_write(bench, board.dac.set.address, SET_CODE)
            bench.observe_state("HOLD")
        bench.pins.write(pin.watchdog_kick.gpio, tick % 2 == 0)


def _fast_write(bench: RemoteBench, address: int, code: int) -> None:
    bench.i2c.transfer(address, code.to_bytes(2, "big"), 0)


if __name__ == "__main__":
    main(*sys.argv[1:])
