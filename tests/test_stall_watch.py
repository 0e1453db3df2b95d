"""A real-time test that fails is repeated when the machine stood still, and only then; each repeat is told."""

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from appliance.proof.stall_watch import StallWatch

HERE = Path(__file__).parent
INI = "[pytest]\nmarkers = realtime: as ours\naddopts = --strict-markers -p no:cacheprovider\n"
NO_REAL_STALLS = "\nStallWatch.start = lambda self: None\n"
TESTS = """
import time
import pytest
from conftest import WATCH

attempts = []
homes = []

@pytest.fixture(scope="session")
def home():
    homes.append("made")
    yield
    homes.append("ended")

@pytest.mark.realtime
def test_shaky(home, request):
    attempts.append(1)
    for stall_ms in {stalls_ms}:
        with request.config.stash[WATCH].log.open("a") as log:
            log.write(f"1 {{time.monotonic_ns()}} {{stall_ms * 1000000}}\\n")
        time.sleep(0.06)  # else they add up
    assert len(attempts) > {fails}, "the daemon cut"

def test_that_comes_after(home):
    print("attempts:", len(attempts), homes)
    assert len(attempts) > 99
"""


def run(folder: Path, *, fails: int, stalls_ms: tuple[int, ...]) -> str:
    """What is printed of a test that fails so often, while the machine stands still so long in each attempt."""
    (folder / "conftest.py").write_text((HERE / "conftest.py").read_text() + NO_REAL_STALLS)
    (folder / "pytest.ini").write_text(INI)
    (folder / "test_it.py").write_text(TESTS.format(fails=fails, stalls_ms=stalls_ms))
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "."],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(HERE)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return done.stdout + done.stderr


@pytest.mark.parametrize(
    ("stalls_ms", "saw"),
    [((), "the machine did not stand still"), ((3, 2), "processor 1 stood still for 3 ms")],
)
def test_without_a_stall_a_failure_fails_at_once(tmp_path: Path, stalls_ms: tuple[int, ...], saw: str) -> None:
    said = run(tmp_path, fails=1, stalls_ms=stalls_ms)
    assert "FAILED test_it.py::test_shaky" in said
    assert "attempts: 1 ['made']" in said
    assert re.search(f"stall watch, attempt 1 -+\n{saw}", said)
    assert "repeated" not in said


def test_with_a_stall_it_is_repeated_from_the_beginning_and_told(tmp_path: Path) -> None:
    said = run(tmp_path, fails=2, stalls_ms=(3, 25, 5))
    assert "FAILED test_it.py::test_shaky" not in said
    assert "attempts: 3 ['made', 'ended', 'made', 'ended', 'made']" in said
    assert "repeated, because the machine stood still meanwhile" in said
    told = "test_it.py::test_shaky: processor 1 stood still for 25 ms: AssertionError: the daemon cut"
    assert said.count(told) == 2


def test_stalls_that_come_close_add_up_on_one_processor() -> None:
    watch = StallWatch()
    seen_ms = [(0, 100, 9), (0, 200, 2), (1, 205, 4), (0, 249, 3)]
    watch.log.write_text("".join(f"{cpu} {end}000000 {late}000000\n" for cpu, end, late in seen_ms))
    assert str(watch.worst_since(150_000_000)) == "processor 0 stood still for 5 ms"
    assert watch.worst_since(300_000_000) is None
    watch.stop()


def test_a_defect_is_not_hidden_by_stalls(tmp_path: Path) -> None:
    said = run(tmp_path, fails=99, stalls_ms=(25,))
    assert "FAILED test_it.py::test_shaky" in said
    assert "attempts: 5 " in said
    assert said.count("test_shaky: processor 1 stood still for 25 ms") == 4


def test_each_processor_has_a_watch_that_sees_it_stand_still() -> None:
    """The watch itself is stopped: for it that is the same."""
    watch = StallWatch()
    watch.start()
    try:
        assert len(watch._running) == len(os.sched_getaffinity(0))
        for process in watch._running:
            began_ns = time.monotonic_ns()
            while (seen := watch.worst_since(began_ns)) is None or seen.late_ns < 40_000_000:  # it may not beat yet
                process.send_signal(signal.SIGSTOP)
                time.sleep(0.05)
                process.send_signal(signal.SIGCONT)
            later = watch.worst_since(time.monotonic_ns())
            assert later is None or later.end_ns > seen.end_ns
    finally:
        watch.stop()
    assert all(process.returncode is not None for process in watch._running)
    assert not watch.log.exists()
