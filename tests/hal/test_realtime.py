"""Real-time set-up says what it got, and real hardware is refused without it; the clock sleeps to a point in time."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from appliance.errors import ConfigError
from appliance.hal.clock import MonotonicClock
from appliance.hal.realtime import RealtimeReport

ROOT = Path(__file__).parent.parent.parent
WHOLE = RealtimeReport(50, True, True, None, ())


def by_itself(script: str) -> "subprocess.CompletedProcess[str]":
    """In a process of its own: what is set up there stays changed."""
    return subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=False, cwd=ROOT
    )


def test_everything_or_an_error_that_names_what_was_refused() -> None:
    WHOLE.require()
    for lacking in (
        WHOLE._replace(fifo_priority=None, refused=("SCHED_FIFO 50: Operation not permitted",)),
        WHOLE._replace(memory_locked=False, refused=("mlockall: Cannot allocate memory",)),
    ):
        with pytest.raises(ConfigError, match=f"E507: .*{lacking.refused[0]}"):
            lacking.require()


def test_the_report_is_what_the_kernel_says_of_the_process() -> None:
    script = (
        "import gc, os\n"
        "from pathlib import Path\n"
        "from appliance.hal.realtime import set_up_realtime\n"
        "cpu = min(os.sched_getaffinity(0))\n"
        "report = set_up_realtime(10, cpu)\n"
        "fifo = os.sched_getscheduler(0) & ~os.SCHED_RESET_ON_FORK == os.SCHED_FIFO\n"
        "assert fifo == (report.fifo_priority is not None), report\n"
        "assert not fifo or os.sched_getparam(0).sched_priority == 10 == report.fifo_priority\n"
        "locked = 'VmLck:\\t       0 kB' not in Path('/proc/self/status').read_text()\n"
        "assert locked == report.memory_locked, report\n"
        "assert not gc.isenabled() and gc.get_freeze_count() > 0 and report.gc_frozen\n"
        "assert report.cpu == cpu and os.sched_getaffinity(0) == {cpu}\n"
        "assert report.complete != bool(report.refused), report\n"
    )
    done = by_itself(script)
    assert (done.returncode, done.stderr) == (0, "")


def test_it_takes_its_class_last_so_that_nobody_waits_for_its_memory_to_be_locked() -> None:
    """Locking reads in every page: at real-time priority, a program that starts would starve a daemon that treats."""
    script = (
        "import gc, os\n"
        "from pathlib import Path\n"
        "from appliance.hal.realtime import set_up_realtime\n"
        "seen = []\n"
        "take = os.sched_setscheduler\n"
        "def look(*words):\n"
        "    locked = 'VmLck:\\t       0 kB' not in Path('/proc/self/status').read_text()\n"
        "    seen.append((locked, gc.isenabled()))\n"
        "    take(*words)\n"
        "os.sched_setscheduler = look\n"
        "report = set_up_realtime(10)\n"
        "assert seen == [(report.memory_locked, False)], seen\n"
    )
    done = by_itself(script)
    assert (done.returncode, done.stderr) == (0, "")


def test_a_program_that_spins_in_real_time_is_ended_by_the_kernel() -> None:
    """In the normal class it may: there it takes nothing from anybody."""
    script = (
        "import time\n"
        "from appliance.hal.realtime import end_runaways, set_up_realtime\n"
        "print(set_up_realtime(10).fifo_priority, flush=True)\n"
        "end_runaways()\n"
        "until_s = time.process_time() + 1.0\n"
        "while time.process_time() < until_s: pass\n"
    )
    done = by_itself(script)
    in_real_time = done.stdout.strip() != "None"
    assert done.returncode == (-signal.SIGXCPU if in_real_time else 0)


def test_a_program_that_waits_in_between_may_go_on_for_ever() -> None:
    script = (
        "import time\n"
        "from appliance.hal.realtime import end_runaways, set_up_realtime\n"
        "set_up_realtime(10)\n"
        "end_runaways()\n"
        "for _ in range(10):\n"
        "    until_s = time.process_time() + 0.05\n"
        "    while time.process_time() < until_s: pass\n"
        "    time.sleep(0.001)\n"
    )
    assert by_itself(script).returncode == 0


def test_the_clock_never_returns_early_and_at_once_for_the_past() -> None:
    clock = MonotonicClock()
    until_ns = clock.now_ns() + 3_000_000
    clock.sleep_until_ns(until_ns)
    assert clock.now_ns() >= until_ns
    clock.sleep_until_ns(until_ns - 10_000_000_000)
