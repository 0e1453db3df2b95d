"""A program that takes a processor for itself at SCHED_FIFO 99, as a driver gone wrong would; bounded to half a second.

Run as: python -m appliance.proof.kills.hog PROCESSOR SECONDS. It prints the monotonic time in ns at which it begins.
Exit status 3: it may not take that class here.
"""

import os
import sys
import time
from typing import Final

PRIORITY: Final = 99
LONGEST_S: Final = 0.5
EXIT_REFUSED: Final = 3


def main(words: list[str]) -> int:
    """Take the class, say when, spin, end."""
    cpu, seconds = int(words[0]), min(LONGEST_S, float(words[1]))
    os.sched_setaffinity(0, {cpu})
    try:
        os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(PRIORITY))
    except PermissionError:
        return EXIT_REFUSED
    begin_ns = time.monotonic_ns()
    os.write(1, f"{begin_ns}\n".encode())
    end_ns = begin_ns + round(seconds * 1e9)
    while time.monotonic_ns() < end_ns:
        pass
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
