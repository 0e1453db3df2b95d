"""`ionto control` with two illnesses that a signal brings: SIGUSR1 a tick that spins, SIGUSR2 one that eats all memory.

For `ionto kills` alone, which starts it as `python -m appliance.cli.sick_control`. It is no command of `ionto`, no
configuration leads here, and it refuses a real board: only what is simulated may be made ill.
"""

import argparse
import os
import signal
import sys
import time
from typing import ClassVar, Final

from appliance.cli import control_cmd
from appliance.control.daemon import Daemon
from appliance.errors import IontoError

HANG_S: Final = 0.4  # longer than watchdog, pump and relay need
SIZES: Final = (1 << 20, 1 << 16, 1 << 12, 1 << 9, 1 << 6, 1)
EXIT_ERROR: Final = 2


class SickDaemon(Daemon):
    """A daemon whose next tick hangs, or has no memory, when it was told so. Else it is the daemon."""

    illness: ClassVar[int] = 0  # the signal that came; there is one daemon in a process
    eaten: object = None

    def tick(self, now_ns: int, late_ns: int) -> None:
        """As the daemon's, once the illness has been suffered inside it."""
        illness, SickDaemon.illness = SickDaemon.illness, 0
        if illness == signal.SIGUSR1:
            spin()
        elif illness == signal.SIGUSR2:
            self.eat()
        super().tick(now_ns, late_ns)

    def eat(self) -> None:
        """Take what memory the process may still have, down to the smallest object, and keep it."""
        for size in SIZES:
            try:
                while True:
                    self.eaten = (bytes(size), self.eaten)
            except MemoryError:
                continue


def spin() -> None:
    """Busy, and nothing else. It gives up its real-time class meanwhile: others' daemons shall not starve with it."""
    policy, priority = os.sched_getscheduler(0), os.sched_getparam(0)
    os.sched_setscheduler(0, os.SCHED_OTHER | policy & os.SCHED_RESET_ON_FORK, os.sched_param(0))
    end_s = time.monotonic() + HANG_S
    while time.monotonic() < end_s:
        pass
    os.sched_setscheduler(0, policy, priority)


def main(words: list[str]) -> int:
    """`python -m appliance.cli.sick_control WORDS`, which are those of `ionto control` and must name a bench."""
    parser = argparse.ArgumentParser(prog="sick_control")
    control_cmd.add_arguments(parser)
    args = parser.parse_args(words)
    if args.bench is None:
        parser.error("--bench is needed: no real board is ever driven from here")
    for number in (signal.SIGUSR1, signal.SIGUSR2):
        signal.signal(number, _fall_ill)
    try:
        return control_cmd.compose(args, SickDaemon)
    except IontoError as error:
        print(f"sick_control: {error.code} {error.message}", file=sys.stderr)
        return EXIT_ERROR


def _fall_ill(number: int, _frame: object) -> None:
    """With the next tick."""
    SickDaemon.illness = number


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
