"""The 5 ms loop in real time with the whole tick and a bench in the same process; prints how late it came, as JSON.

A process of its own, because it takes real-time priority and locks its memory.
"""

import sys
from typing import Final

import msgspec

from appliance.config import load_board
from appliance.control.commands import Commands
from appliance.control.core import TICK_NS
from appliance.control.daemon import Daemon
from appliance.hal.board import bench_board
from appliance.hal.calibration import Calibration
from appliance.hal.clock import MonotonicClock
from appliance.hal.realtime import set_up_realtime
from appliance.hal.scales import Scales
from appliance.proof.direct_talk import DirectTalk
from appliance.proof.measure import spread
from appliance.proof.permission import DemoPermission
from appliance.safety import hard_limits
from appliance.sim.bench import Bench

SHORTEST_S: Final = 0.5


def main(words: list[str]) -> int:
    """`python -m appliance.proof.lateness SECONDS`."""
    seconds = max(SHORTEST_S, float(words[0]))
    numbers = load_board()
    clock = MonotonicClock()
    bench = Bench(numbers, phenotype="typical_palm", seed=7, start_ns=clock.now_ns(), real_time=True)
    board = bench_board(numbers, bench.i2c, bench.pins, clock)
    scales = Scales(numbers, Calibration.identity(numbers, simulated=True))
    commands = Commands(DemoPermission(), hard_limits.CURRENT_MA, simulated=True)
    daemon = Daemon(board, clock, numbers, scales, DirectTalk(), commands, rested=True)
    report = set_up_realtime()
    daemon.start()
    late_ns: list[int] = []
    due_ns = clock.now_ns()
    for _ in range(round(seconds * 1e9 / TICK_NS)):
        due_ns += TICK_NS
        clock.sleep_until_ns(due_ns)
        now_ns = clock.now_ns()
        late_ns.append(now_ns - due_ns)
        bench.advance_to(now_ns)
        daemon.tick(now_ns, 0)
    print(msgspec.json.encode((report.complete, spread(late_ns))).decode())
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
