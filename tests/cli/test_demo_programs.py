"""The demo's programs: none outlives the demo, whatever happens, and the one that dies says why."""

import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

from appliance.errors import ConfigError
from appliance.proof.programs import Programs

pytestmark = pytest.mark.realtime


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().split()[2] != "Z"
    except FileNotFoundError:
        return False


def wait_until_gone(pid: int) -> None:
    while alive(pid):  # pytest-timeout bounds it
        time.sleep(0.01)


def pid_of(programs: Programs, name: str) -> int:
    return programs._running[name].pid


@pytest.fixture
def bench(tmp_path: Path) -> tuple[str, ...]:
    return ("--socket", str(tmp_path / "bench.sock"))


def test_a_program_runs_and_ends_with_the_block(tmp_path: Path, bench: tuple[str, ...]) -> None:
    with Programs(tmp_path) as programs:
        programs.start("bench", *bench)
        programs.wait_for(tmp_path / "bench.sock.control", 30.0)
        pid = pid_of(programs, "bench")
        assert alive(pid)
    assert not alive(pid)
    assert not (tmp_path / "bench.sock").exists()


def test_a_program_that_ignores_sigterm_is_killed(
    tmp_path: Path, bench: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("appliance.proof.programs.TERM_S", 0.1)
    with Programs(tmp_path) as programs:
        programs.start("bench", *bench)
        programs.wait_for(tmp_path / "bench.sock.control", 30.0)
        pid = pid_of(programs, "bench")
        os.kill(pid, signal.SIGSTOP)
    assert not alive(pid)


def test_a_program_that_cannot_start_is_told_with_its_last_words(tmp_path: Path) -> None:
    with Programs(tmp_path) as programs:
        programs.start("bench", "--socket", tmp_path / "bench.sock", "--script", "/nowhere.toml")
        with pytest.raises(ConfigError, match=r"ionto bench ended .*exit status 2.*E503 cannot read .*/nowhere"):
            programs.wait_for(tmp_path / "bench.sock.control", 30.0)


def test_a_program_that_dies_later_is_noticed(tmp_path: Path, bench: tuple[str, ...]) -> None:
    with Programs(tmp_path) as programs:
        programs.start("bench", *bench)
        programs.wait_for(tmp_path / "bench.sock.control", 30.0)
        programs.check()
        pid = pid_of(programs, "bench")
        os.kill(pid, signal.SIGKILL)
        wait_until_gone(pid)
        assert programs.ended("bench")
        with pytest.raises(ConfigError, match="signal 9"):
            programs.check()


def test_programs_end_when_the_demo_is_killed(tmp_path: Path) -> None:
    script = textwrap.dedent(f"""
        import signal
        from pathlib import Path
        from appliance.proof.programs import Programs
        programs = Programs(Path({str(tmp_path)!r}))
        programs.start("bench", "--socket", "{tmp_path}/bench.sock")
        programs.wait_for(Path("{tmp_path}/bench.sock.control"), 30.0)
        print(programs._running["bench"].pid, flush=True)
        signal.pause()
    """)
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True) as demo:
        assert demo.stdout is not None
        pid = int(demo.stdout.readline())
        assert alive(pid)
        demo.kill()
    wait_until_gone(pid)
    assert not (tmp_path / "bench.sock").exists()
