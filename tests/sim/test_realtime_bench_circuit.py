"""The bench's process over the real circuit: the daemon dies with current flowing, and only hardware is left."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import pytest

from appliance.config import load_board
from appliance.sim.bench import Bench
from appliance.sim.felt_log import FILE_NAME, Happened, Header, Sample, read_felt
from appliance.sim.remote import BenchControl, RemoteBench

pytestmark = pytest.mark.realtime
ROOT = Path(__file__).parent.parent.parent
PINNED = ("taskset", "--cpu-list", str(max(os.sched_getaffinity(0))))  # both on one processor, as on the demo's stage
RELAY_OPEN = "safety_relay_readback high"
SERVE = """
import sys
from pathlib import Path
from appliance.cli.bench_cmd import PRIORITY
from appliance.config import load_board
from appliance.hal.realtime import set_up_realtime
from appliance.sim.script import parse_script
from appliance.sim.server import serve
script = parse_script("[[at]]\\nstate='CONTACT'\\ndo='hands_in'\\n", "hands")
set_up_realtime(PRIORITY)
serve(load_board(), script, Path(sys.argv[1]), Path(sys.argv[2]), lambda: None)
"""


@pytest.fixture
def program(tmp_path: Path) -> Iterator[Callable[..., "subprocess.Popen[bytes]"]]:
    with ExitStack() as ending:

        def run(*arguments: str | Path) -> "subprocess.Popen[bytes]":
            command = [*PINNED, sys.executable, *map(str, arguments)]
            process = subprocess.Popen(command, env={**os.environ, "PYTHONPATH": str(ROOT)})
            ending.callback(process.wait)
            ending.callback(process.kill)
            return process

        yield run


def eventually(true: Callable[[], bool], what: str) -> None:
    end_s = time.monotonic() + 30
    while not true():
        assert time.monotonic() < end_s, f"never: {what}"
        time.sleep(0.01)


def test_when_the_daemon_is_killed_under_current_the_board_ends_it_and_the_bench_knows_when(
    program: Callable[..., "subprocess.Popen[bytes]"], tmp_path: Path
) -> None:
    bench = program("-c", SERVE, tmp_path / "bench.sock", tmp_path)
    with closing(BenchControl(tmp_path / "bench.sock", 30)) as control:
        daemon = program(Path(__file__).parent / "daemon_stand_in.py", tmp_path / "bench.sock")
        eventually(lambda: control.felt().charge_mc > 2, "current flows")
        daemon.send_signal(signal.SIGKILL)
        daemon.wait()
        eventually(lambda: "daemon_lost" in (tmp_path / FILE_NAME).read_text(), "the bench sees it")
        eventually(lambda: RELAY_OPEN in (tmp_path / FILE_NAME).read_text().split("daemon_lost")[1], "K1 opens")
    bench.send_signal(signal.SIGTERM)
    assert bench.wait(30) == 0

    header, *entries = read_felt(tmp_path / FILE_NAME)
    events = [entry for entry in entries if isinstance(entry, Happened)]
    lost = next(event for event in events if event.kind == "daemon_lost")
    zero = next(event for event in events if event.kind == "current_zero" and event.t_ns >= lost.t_ns)
    latch = next(event for event in events if event.t_ns >= lost.t_ns and event.detail == "latch_tripped low")
    relay = next(event for event in events if event.t_ns >= lost.t_ns and event.detail == RELAY_OPEN)
    assert isinstance(header, Header)
    assert header.simulated
    assert lost.current_ma == pytest.approx(10, rel=0.1)
    assert zero.t_ns - lost.t_ns < 100_000_000  # bench time: safety.md, budgets
    assert relay.t_ns - lost.t_ns < 120_000_000
    assert latch.t_ns <= relay.t_ns
    assert events[-1].kind == "end"
    assert max(entry.peak_ma for entry in entries if isinstance(entry, Sample)) < 30
    assert not (tmp_path / "bench.sock").exists()


def test_chips_and_pins_answer_over_the_socket_as_they_do_in_process(
    program: Callable[..., "subprocess.Popen[bytes]"], tmp_path: Path
) -> None:
    program("-c", SERVE, tmp_path / "bench.sock", tmp_path)
    board = load_board()
    here = Bench(board, phenotype="typical_palm", seed=1)
    with closing(RemoteBench.connect(tmp_path / "bench.sock", 30)) as remote:
        for address, write, read_len in (
            (board.adc.return_.address, b"\x01", 2),
            (board.adc.return_.address, b"\x01\x06\xe3", 0),
            (board.adc.return_.address, b"\x01", 2),
            (board.dac.set.address, b"", 5),
            (board.dac.set.address, b"\x01\x23", 0),
            (board.dac.set.address, b"", 5),
            (board.dac.compliance.address, b"", 5),
        ):
            assert remote.i2c.transfer(address, write, read_len) == here.i2c.transfer(address, write, read_len)
        for name in board.pin.__struct_fields__:
            pin = getattr(board.pin, name)
            assert remote.pins.read(pin.gpio) == here.pins.read(pin.gpio), name
