"""The bench as its own process: it outlives the daemon, knows what was felt, and its stalls are nobody's fault."""

import errno
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import pytest

from appliance.config import load_board
from appliance.errors import ConfigError, IontoError, LinkError
from appliance.sim.bench_clock import RUN_AHEAD_NS, BenchClock, ClockFile
from appliance.sim.felt_log import FILE_NAME, Happened, Header, Sample, read_felt
from appliance.sim.remote import BenchControl, RemoteBench
from appliance.sim.script import Script
from appliance.sim.server import CLOCK_FILE_NAME, BenchServer
from appliance.sim.wire import control_path
from tests.sim.bench_process import BOARD, ToyBench

pytestmark = pytest.mark.realtime
HERE = Path(__file__).parent
PINNED = ("taskset", "--cpu-list", str(max(os.sched_getaffinity(0))))  # both on one processor, as on the demo's stage
PIN = load_board().pin


class Bench:
    """The bench's process and whoever talks to it; all is ended with the test."""

    def __init__(self, folder: Path, ending: ExitStack) -> None:
        self.socket_path = folder / "bench.sock"
        self.folder = folder
        self._ending = ending

    def program(self, name: str, *arguments: str | Path) -> "subprocess.Popen[bytes]":
        command = [*PINNED, sys.executable, str(HERE / name), str(self.socket_path), *map(str, arguments)]
        process = subprocess.Popen(command, env={**os.environ, "PYTHONPATH": str(HERE.parent.parent)})
        self._ending.callback(process.wait)
        self._ending.callback(process.kill)
        return process

    def start(self, *script: Path) -> "subprocess.Popen[bytes]":
        return self.program("bench_process.py", self.folder, *script)

    def daemon(self) -> "subprocess.Popen[bytes]":
        return self.program("daemon_stand_in.py")

    def control(self) -> BenchControl:
        return self._ending.enter_context(closing(BenchControl(self.socket_path, 30)))

    def remote(self) -> RemoteBench:
        return self._ending.enter_context(closing(RemoteBench.connect(self.socket_path, 30)))

    def events(self) -> list[Happened]:
        return [entry for entry in read_felt(self.folder / FILE_NAME) if isinstance(entry, Happened)]

    def kinds(self) -> list[str]:
        return [event.kind for event in self.events()]


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    with ExitStack() as ending:
        yield Bench(tmp_path, ending)


def eventually(true: Callable[[], bool], what: str) -> None:
    end_s = time.monotonic() + 30
    while not true():
        assert time.monotonic() < end_s, f"never: {what}"
        time.sleep(0.01)


def test_when_the_daemon_is_killed_the_current_ends_and_the_bench_has_it_in_its_diary(bench: Bench) -> None:
    bench.start()
    control = bench.control()
    daemon = bench.daemon()
    eventually(lambda: control.felt().current_ma > 14, "current flows")
    daemon.send_signal(signal.SIGKILL)
    daemon.wait()
    eventually(lambda: control.felt().current_ma == 0, "the current ends")
    eventually(lambda: "current_zero" in bench.kinds(), "the end of the current is written")
    charge_mc = control.felt().charge_mc
    diary = bench.events()
    lost = next(event for event in diary if event.kind == "daemon_lost")
    zero = next(event for event in diary if event.kind == "current_zero" and event.t_ns >= lost.t_ns)
    assert lost.current_ma > 14, "the lines keep their levels when the daemon dies"
    assert 0 < zero.t_ns - lost.t_ns < 100_000_000  # bench time, not wall clock
    assert "state" in bench.kinds()
    assert any(event.kind == "level" and event.detail == "safety_relay_readback high" for event in diary)

    entries = read_felt(bench.folder / FILE_NAME)
    assert isinstance(entries[0], Header)
    assert entries[0].simulated
    assert any(isinstance(entry, Sample) and entry.peak_ma > 14 for entry in entries)

    bench.daemon()
    eventually(lambda: control.felt().charge_mc > charge_mc, "the next daemon is served")
    control.shutdown()
    eventually(lambda: bench.kinds()[-1] == "end", "the diary is closed")


def test_a_stall_of_the_bench_stops_the_daemons_clock_and_is_counted(bench: Bench) -> None:
    process = bench.start()
    control = bench.control()
    remote = bench.remote()
    before = control.felt()
    process.send_signal(signal.SIGSTOP)
    os.waitid(os.P_PID, process.pid, os.WSTOPPED | os.WNOWAIT)
    stopped_ns = remote.clock.now_ns()
    time.sleep(0.3)
    while_stopped_ns = remote.clock.now_ns()
    process.send_signal(signal.SIGCONT)
    remote.i2c.transfer(0x48, b"", 1)
    after = control.felt()
    assert while_stopped_ns - stopped_ns <= RUN_AHEAD_NS
    assert not remote.clock.lost
    assert after.stalls > before.stalls
    assert after.slip_ns - before.slip_ns >= 290_000_000
    assert remote.clock.now_ns() >= while_stopped_ns
    eventually(lambda: "stall" in bench.kinds(), "the stall is in the diary")


def test_a_daemon_that_is_late_by_itself_stays_late(bench: Bench) -> None:
    bench.start()
    remote = bench.remote()
    control = bench.control()
    slip_ns = control.felt().slip_ns
    began_ns, real_began_ns = remote.clock.now_ns(), time.monotonic_ns()
    time.sleep(0.2)
    late_ns, real_late_ns = remote.clock.now_ns() - began_ns, time.monotonic_ns() - real_began_ns
    slipped_ns = control.felt().slip_ns - slip_ns
    assert late_ns >= real_late_ns - slipped_ns - 2 * RUN_AHEAD_NS


def test_a_round_trip_gives_what_a_call_in_process_gives(bench: Bench) -> None:
    bench.start()
    remote = bench.remote()
    here = ToyBench(0)
    for address, write, read_len in [(0x48, b"", 2), (0x62, b"\x01\x02", 0), (0x49, b"\x00", 9), (0x7F, b"", 0)]:
        assert remote.i2c.transfer(address, write, read_len) == here.transfer(address, write, read_len)
    for address, code in [(0x10, errno.ENXIO), (0x11, errno.ETIMEDOUT)]:
        with pytest.raises(OSError) as caught:
            remote.i2c.transfer(address, b"\x00", 2)
        assert caught.value.errno == code
    remote.pins.configure_input(PIN.e_stop.gpio, "up")
    assert remote.pins.read(PIN.e_stop.gpio)
    remote.pins.configure_output(PIN.enable.gpio, True)
    assert remote.pins.read(PIN.enable.gpio)
    remote.pins.write(PIN.enable.gpio, False)
    assert not remote.pins.read(PIN.enable.gpio)


def test_an_old_level_is_asked_for_again(bench: Bench) -> None:
    bench.start()
    remote = bench.remote()
    assert not remote.pins.read(PIN.e_stop.gpio)
    control = bench.control()
    control.act("estop")
    time.sleep(0.002)
    assert remote.pins.read(PIN.e_stop.gpio)


def test_the_script_runs_on_real_time_and_on_the_daemons_state(bench: Bench) -> None:
    script = bench.folder / "script.toml"
    script.write_text("[[at]]\nt_s = 0.05\ndo = 'salt'\n[[at]]\nstate = 'HOLD'\nafter_s = 0.05\ndo = 'estop'\n")
    bench.start(script)
    control = bench.control()
    eventually(lambda: "action" in bench.kinds(), "salt")
    control.observe_state("HOLD")
    eventually(lambda: any(event.detail.startswith("estop") for event in bench.events()), "estop")
    salt, estop = (event for event in bench.events() if event.kind == "action")
    entered = next(event for event in bench.events() if event.kind == "state")
    assert "line 1" in salt.detail
    assert estop.t_ns - entered.t_ns >= 50_000_000


def test_a_dead_bench_is_a_missing_chip_and_time_goes_on(bench: Bench) -> None:
    process = bench.start()
    remote = bench.remote()
    process.kill()
    process.wait()
    with pytest.raises(OSError) as caught:
        remote.i2c.transfer(0x48, b"", 2)
    assert caught.value.errno == errno.ENXIO
    remote.pins.close()
    before_ns = remote.clock.now_ns()
    remote.clock.sleep_until_ns(before_ns + 10_000_000)
    assert remote.clock.lost
    assert remote.clock.now_ns() >= before_ns + 10_000_000


def test_only_one_daemon_is_served(bench: Bench) -> None:
    bench.start()
    first = bench.remote()
    with pytest.raises(ConfigError, match=r"E508.*another daemon \(process \d+\)"):
        bench.remote()
    first.i2c.transfer(0x48, b"", 1)


def test_a_socket_or_directory_in_use_is_refused_and_the_first_bench_lives_on(bench: Bench) -> None:
    bench.start()
    control = bench.control()
    for path, folder in [(bench.socket_path, bench.folder / "b"), (bench.folder / "other.sock", bench.folder)]:
        with pytest.raises(LinkError, match=r"E106.*in use"):
            BenchServer(BOARD, Script("none"), path, folder, lambda _, start_ns: ToyBench(start_ns))
    assert control.felt().simulated


def test_a_socket_left_by_a_dead_bench_is_taken_over(bench: Bench) -> None:
    dead = bench.start()
    bench.control()
    dead.kill()
    dead.wait()
    bench.start()
    eventually(lambda: _connects(bench), "the next bench answers")


def _connects(bench: Bench) -> bool:
    try:
        BenchControl(bench.socket_path, 0).close()
    except ConfigError:
        return False
    return True


def test_a_file_that_is_no_socket_is_never_removed(bench: Bench) -> None:
    bench.socket_path.write_text("precious")
    with pytest.raises(ConfigError, match="E503"):
        BenchServer(BOARD, Script("none"), bench.socket_path, bench.folder, lambda _, start_ns: ToyBench(start_ns))
    assert bench.socket_path.read_text() == "precious"


def test_no_bench_is_said_in_one_sentence(bench: Bench) -> None:
    with pytest.raises(ConfigError, match=r"E508: no bench at .*ionto bench"):
        RemoteBench.connect(bench.socket_path, 0)


def test_nonsense_on_either_socket_harms_nobody(bench: Bench) -> None:
    bench.start()
    control = bench.control()
    for wrong in (lambda: control.act("explode"), lambda: control.act("salt", teaspoons=99)):
        with pytest.raises(IontoError, match="E504"):
            wrong()
    with pytest.raises(ConfigError, match=r"E504.*HOLDING"):
        control.observe_state("HOLDING")
    with socket.socket(socket.AF_UNIX) as raw:
        raw.connect(str(control_path(bench.socket_path)))
        raw.settimeout(30)
        raw.sendall(b'{"type":"explode"}\n\xff\n')
        assert b"refused" in raw.recv(4096)
        raw.sendall(b"x" * 20_000)
        while raw.recv(4096):
            pass
    for packet in (b"\x01", b"\xff\x00\x00", b"\x03\x05\x09", b"\x07\x00\x00\xff"):
        with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as raw:
            raw.connect(str(bench.socket_path))
            raw.settimeout(30)
            raw.recv(4096)
            raw.send(packet)
            assert raw.recv(4096) == b""
    assert control.felt().simulated
    assert bench.kinds().count("daemon_lost") == 4


def test_bench_time_stands_still_over_a_stall_by_the_same_amount_for_both(tmp_path: Path) -> None:
    ours = ClockFile(tmp_path / CLOCK_FILE_NAME)
    theirs = BenchClock(tmp_path / CLOCK_FILE_NAME)
    beat_ns = ours.beat()
    time.sleep(0.05)
    seen_ns = theirs.now_ns()
    assert seen_ns == beat_ns + RUN_AHEAD_NS
    assert ours.beat() == seen_ns
    assert ours.stalls == 1
    assert theirs.now_ns() >= seen_ns
    theirs.close()
    ours.close()
