"""`ionto demo` as a person or a script runs it: the four real programs in real time, and nothing left behind."""

import json
import os
import pty
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from appliance.kiosk.offscreen import virtual_display
from appliance.sim.felt_log import Happened, read_felt

pytestmark = pytest.mark.realtime
DEMO = [sys.executable, "-m", "appliance.cli.main", "demo"]
PATIENCE_S = 60.0
PROGRAMS = {"bench", "control", "recorder", "kiosk"}


def programs_in(directory: Path) -> dict[str, int]:
    """The programs that run on `directory`, by name."""
    found = {}
    for process in Path("/proc").glob("[0-9]*"):
        try:
            words = (process / "cmdline").read_bytes().decode().split("\0")
        except (FileNotFoundError, ProcessLookupError):
            continue
        if "appliance.cli.main" in words and any(str(directory) in word for word in words):
            found[words[words.index("appliance.cli.main") + 1]] = int(process.name)
    found.pop("demo", None)
    return found


def environment(**more: str) -> dict[str, str]:
    """Ours, without a display."""
    kept = {name: value for name, value in os.environ.items() if name not in {"DISPLAY", "WAYLAND_DISPLAY"}}
    return kept | more


def wait_for_state(directory: Path, state: str, demo: "subprocess.Popen[bytes] | subprocess.Popen[str]") -> None:
    """Until the bench has seen the daemon in `state`."""
    diary = directory / "felt.jsonl"
    until_s = time.monotonic() + PATIENCE_S
    while not (diary.exists() and any(e.kind == "state" and e.detail == state for e in happened(diary))):
        assert demo.poll() is None, "the demo ended"
        assert time.monotonic() < until_s, f"{state} did not come"
        select.select([], [], [], 0.2)


def happened(diary: Path) -> Iterator[Happened]:
    return (entry for entry in read_felt(diary) if isinstance(entry, Happened))


def test_unattended_it_runs_a_treatment_and_leaves_record_picture_and_nothing_else(tmp_path: Path) -> None:
    done = subprocess.run(
        [*DEMO, "--json", "--minutes", "1", "--dir", tmp_path],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=200,
        check=False,
        env=environment(),
    )
    assert done.returncode == 0, done.stdout + done.stderr
    for needed in ("This device is simulated", "unattended", "CONTACT", "RAMP_UP", "REVERSE", "DONE"):
        assert needed in done.stderr
    summary = json.loads(done.stdout)
    assert summary["simulated"] is True
    assert summary["outcome"] == "completed"
    assert summary["felt"]["charge_mc"] == pytest.approx(summary["measured_charge_mc"], rel=0.05)
    assert summary["felt"]["peak_ma"] <= summary["set_ma"] * 1.02 + 0.25
    assert summary["recorded"]["outcome"] == "completed"
    assert summary["recorded"]["charge_mc"] == pytest.approx(summary["measured_charge_mc"], rel=0.01)
    assert summary["recorded"]["samples"] > 60
    assert Path(summary["picture"]).read_bytes().startswith(b"\x89PNG")
    assert programs_in(tmp_path) == {}
    assert not [*tmp_path.glob("*.sock"), *tmp_path.glob("*.sock.control")]


def test_terminated_in_the_middle_no_current_and_no_program_is_left(tmp_path: Path) -> None:
    with subprocess.Popen(
        [*DEMO, "--mode", "unattended", "--dir", tmp_path],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        env=environment(),
    ) as demo:
        wait_for_state(tmp_path, "RAMP_UP", demo)
        assert set(programs_in(tmp_path)) == PROGRAMS
        demo.terminate()
        assert demo.wait(40) == 143
    assert programs_in(tmp_path) == {}
    assert [entry.kind for entry in happened(tmp_path / "felt.jsonl") if entry.kind.startswith("current")][-1] == (
        "current_zero"
    )


def test_a_daemon_that_dies_ends_the_demo_with_one_line(tmp_path: Path) -> None:
    with subprocess.Popen(
        [*DEMO, "--mode", "unattended", "--dir", tmp_path],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        env=environment(),
    ) as demo:
        wait_for_state(tmp_path, "IDLE", demo)
        os.kill(programs_in(tmp_path)["control"], signal.SIGKILL)
        assert demo.wait(40) == 2
        assert demo.stderr is not None
        assert "E513 ionto control ended by itself (signal 9)" in demo.stderr.read().splitlines()[-1]
    assert programs_in(tmp_path) == {}


def test_in_a_terminal_keys_lead_through_contact_and_q_ends_all(tmp_path: Path) -> None:
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        [*DEMO, "--dir", tmp_path],
        stdin=theirs,
        stdout=theirs,
        env=environment(TERM="xterm", COLUMNS="110", LINES="30"),
    ) as demo:
        os.close(theirs)
        screen = Screen(ours)
        screen.wait_for("IDLE")
        screen.press("\n")
        screen.wait_for("ARMED")
        screen.press(" ")
        screen.wait_for("CONTACT")
        screen.press("i")
        screen.wait_for("RAMP_UP")
        screen.press("q")
        screen.wait_for("outcome")
        assert demo.wait(40) == 0
    os.close(ours)
    assert "because there is a terminal and no display" in screen.seen
    assert "SIMULATED DEVICE" in screen.seen
    assert programs_in(tmp_path) == {}


class Screen:
    """The other end of a pseudo-terminal."""

    def __init__(self, file: int) -> None:
        self._file = file
        self.seen = ""

    def press(self, key: str) -> None:
        os.write(self._file, key.encode())

    def wait_for(self, text: str) -> None:
        """Read until `text` was seen."""
        start = len(self.seen)
        until_s = time.monotonic() + PATIENCE_S
        while text not in self.seen[start:]:
            if time.monotonic() > until_s:
                raise AssertionError(f"{text!r} did not come:\n{self.seen[-3000:]}")
            if not select.select([self._file], [], [], 0.5)[0]:
                continue
            try:
                self.seen += os.read(self._file, 65536).decode(errors="replace")
            except OSError as error:  # the other end is closed
                raise AssertionError(f"{text!r} never came:\n{self.seen[-2000:]}") from error


def test_with_a_display_the_kiosk_is_a_window_and_closing_it_ends_all(tmp_path: Path) -> None:
    with (
        virtual_display((1024, 768)) as display,
        subprocess.Popen(
            [*DEMO, "--dir", tmp_path],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            text=True,
            env=environment(DISPLAY=display),
        ) as demo,
    ):
        assert demo.stdout is not None
        wait_for_state(tmp_path, "IDLE", demo)
        kiosk = programs_in(tmp_path)["kiosk"]
        assert b"--offscreen" not in Path(f"/proc/{kiosk}/cmdline").read_bytes()
        os.kill(kiosk, signal.SIGTERM)  # as closing the window does
        said = demo.stdout.read()
        assert demo.wait(40) == 0
    assert "Mode: window, because DISPLAY names a display" in said
    assert "Tap START in the window" in said
    assert programs_in(tmp_path) == {}
