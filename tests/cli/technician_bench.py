"""A real `ionto bench` in its own process, and the technician's commands run against it.

They share a processor, as on the demo's stage: when that stands still, both do, and the bench's clock leaves it out.
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import NamedTuple

from appliance.sim.remote import BenchControl

CPU = min(os.sched_getaffinity(0))
PROGRAM = ["taskset", "--cpu-list", str(CPU), sys.executable, "-m", "appliance.cli.main"]
START_S = 30.0


class LiveBench(NamedTuple):
    socket: Path
    control: BenchControl

    def ionto(self, *words: str | Path) -> "subprocess.CompletedProcess[str]":
        """A command on this bench, as a person runs it over SSH."""
        command = [*PROGRAM, words[0], "--bench", self.socket, *words[1:]]
        return subprocess.run(command, capture_output=True, text=True, timeout=90, check=False)


def said(done: "subprocess.CompletedProcess[str]") -> str:
    """All of it, for the message of an assertion."""
    return f"exit status {done.returncode}\n{done.stdout}\n{done.stderr}"


@contextmanager
def live_bench(directory: Path, seed: int = 5) -> Iterator[LiveBench]:
    socket = directory / "bench.sock"
    with subprocess.Popen([*PROGRAM, "bench", "--socket", socket, "--seed", str(seed)]) as process:
        try:
            with closing(BenchControl(socket, START_S)) as control:
                yield LiveBench(socket, control)
        finally:
            process.terminate()
            process.wait(30)
