"""A daemon reduced to ENABLE and the kick, every 5 ms of bench time, until it is killed. Run as: ... SOCKET"""

import sys
from pathlib import Path

from appliance.config import load_board
from appliance.sim.remote import RemoteBench


def main(socket_path: str) -> None:
    pin = load_board().pin
    bench = RemoteBench.connect(Path(socket_path))
    bench.pins.configure_output(pin.watchdog_kick.gpio, False)
    bench.pins.configure_output(pin.enable.gpio, True)
    bench.observe_state("HOLD")
    high = False
    while True:
        high = not high
        bench.pins.write(pin.watchdog_kick.gpio, high)
        bench.clock.sleep_until_ns(bench.clock.now_ns() + 5_000_000)


if __name__ == "__main__":
    main(*sys.argv[1:])
