"""Timing of the tick: its cost, how late it comes in real time beside cyclictest, and the speed of the simulation.

Figures are for comparing runs and machines. Tests assert none of them.
"""

import re
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from typing import Final

import msgspec

from appliance.config import Board
from appliance.link.messages import Plan
from appliance.proof.simulate import Simulation, timed
from appliance.safety.hard_limits import SITES

TICKS: Final = 4000
CYCLICTEST_PRIORITY: Final = 80
INTERVAL_US: Final = 5000


class Spread(msgspec.Struct, frozen=True):
    """Percentiles of a sample, microseconds."""

    n: int
    median_us: float
    p99_us: float
    p99_9_us: float
    worst_us: float


class Lateness(msgspec.Struct, frozen=True):
    """How late a 5 ms loop with the whole tick came, and cyclictest in the same run."""

    real_time: bool  # SCHED_FIFO and locked memory were granted
    loop: Spread
    cyclictest_worst_us: float | None  # None = not installed, or refused


class Measured(msgspec.Struct, frozen=True):
    """Everything `ionto measure` prints."""

    simulated: bool
    tick_hold: Spread
    tick_contact: Spread
    lateness: Lateness
    realtime_factor: float


def spread(sample_ns: Sequence[int]) -> Spread:
    """Percentiles of times in ns."""
    ordered = sorted(sample_ns)
    last = len(ordered) - 1

    def at(share: float) -> float:
        return round(ordered[round(share * last)] / 1000.0, 1)

    return Spread(len(ordered), at(0.5), at(0.99), at(0.999), at(1.0))


def measure_ticks(numbers: Board) -> tuple[Spread, Spread]:
    """Cost of one tick in HOLD and one sub-tick in CONTACT, chips and circuit of the bench included."""
    simulation = _hands(numbers, 300.0)
    simulation.begin()
    contact = _sample(simulation, "CONTACT", TICKS)
    return _sample(simulation, "HOLD", TICKS), contact


def _sample(simulation: Simulation, state: str, most: int) -> Spread:
    while simulation.daemon.session.state != state and simulation.t_s < 120.0:
        simulation.step()
    costs: list[int] = []
    while simulation.daemon.session.state == state and len(costs) < most:
        begun_ns = time.perf_counter_ns()
        simulation.step()
        costs.append(time.perf_counter_ns() - begun_ns)
    return spread(costs)


def measure_lateness(seconds: float) -> Lateness:
    """Run the loop in a process of its own, cyclictest beside it, both for `seconds`."""
    loop = subprocess.Popen(  # noqa: S603 - our own module
        [sys.executable, "-m", "appliance.proof.lateness", str(seconds)], stdout=subprocess.PIPE
    )
    worst_us = _cyclictest(seconds)
    out, _ = loop.communicate(timeout=seconds + 60.0)
    found = msgspec.json.decode(out, type=tuple[bool, Spread])
    return Lateness(found[0], found[1], worst_us)


def _cyclictest(seconds: float) -> float | None:
    program = shutil.which("cyclictest")
    if program is None:
        return None
    words = [
        program,
        "-q",
        "-m",
        "-p",
        str(CYCLICTEST_PRIORITY),
        "-i",
        str(INTERVAL_US),
        "-D",
        f"{seconds:.0f}",
        "-t",
        "1",
    ]
    done = subprocess.run(words, capture_output=True, text=True, timeout=seconds + 30.0, check=False)  # noqa: S603
    worst = re.findall(r"Max:\s*(\d+)", done.stdout)
    return float(worst[-1]) if worst else None


def measure_speed(numbers: Board, minutes: float) -> float:
    """Simulated seconds per second for one session of `minutes`."""
    return timed(_hands(numbers, minutes * 60.0))


def _hands(numbers: Board, duration_s: float) -> Simulation:
    site = SITES["hands"]
    plan = Plan(site="hands", set_ma=site.default_ma, max_ma=site.prescriber_ma, duration_s=duration_s)
    return Simulation(numbers, plan, phenotype="typical_palm", seed=7)
