"""What a demo shows and does: which mode and why, lines, the terminal view, the simulated body, the summary."""

import json
from dataclasses import replace
from datetime import datetime
from io import StringIO
from pathlib import Path

import msgspec
import pytest
from rich.console import Console

from appliance.cli import demo_cmd
from appliance.cli.demo.body import REACTION_S, Body
from appliance.cli.demo.lines import Lines
from appliance.cli.demo.stage import Stage
from appliance.cli.demo.summary import as_json, as_text, read_summary
from appliance.cli.demo.terminal import picture, sparkline
from appliance.kiosk.recorded import IDLE, INTERLOCKS
from appliance.kiosk.shown import Shown
from appliance.link.messages import Paused, Plan, Status, Trip
from appliance.records.writer import Writer
from appliance.sim.felt_log import FeltLog, Header
from appliance.sim.wire import FeltNow

PLAN = Plan(site="hands", set_ma=15.0, max_ma=20.0, duration_s=120.0)
HOLD = msgspec.structs.replace(
    IDLE,
    simulated=True,
    state="HOLD",
    session="s",
    site="hands",
    plan=PLAN,
    set_ma=15.0,
    target_ma=15.0,
    return_ma=14.98,
    source_ma=14.99,
    patient_v=21.3,
    compliance_v=28.0,
    resistance_ohm=1420.0,
    charge_mc=450.0,
    elapsed_s=45.0,
    remaining_s=75.0,
    no_current=False,
    can_weaken=True,
    can_strengthen=True,
    interlocks=msgspec.structs.replace(INTERLOCKS, relay_open=False),
    lease_left_s=1.9,
)


def shown(status: Status | None, age_s: float = 0.05, **more: object) -> Shown:
    known = Shown(status, age_s, 10.0, datetime(2026, 1, 1, 12, 0), PLAN)
    return replace(known, **more)


def at(**changes: object) -> Status:
    return msgspec.structs.replace(HOLD, **changes)


class Moves:
    """A bench that only remembers what the body did."""

    def __init__(self) -> None:
        self.done: list[str] = []

    def act(self, action: str, **params: object) -> None:
        self.done.append(action)


@pytest.mark.parametrize(
    ("environment", "terminal", "json_asked", "mode", "because"),
    [
        ({"DISPLAY": ":0"}, True, False, "window", "DISPLAY"),
        ({"WAYLAND_DISPLAY": "wayland-0"}, False, False, "window", "WAYLAND_DISPLAY"),
        ({}, True, False, "terminal", "no display"),
        ({}, False, False, "unattended", "neither a display nor a terminal"),
        ({"DISPLAY": ":0"}, True, True, "unattended", "script"),
    ],
)
def test_the_mode_is_what_this_place_allows_and_says_why(
    environment: dict[str, str],
    terminal: bool,
    json_asked: bool,
    mode: str,
    because: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr("sys.stdin.isatty", lambda: terminal, raising=False)
    monkeypatch.setattr("sys.stdout.isatty", lambda: terminal, raising=False)
    chosen, why = demo_cmd.choose(None, json=json_asked)
    assert chosen == mode
    assert because in why


def test_a_mode_that_was_asked_for_is_taken() -> None:
    assert demo_cmd.choose("terminal", json=False) == ("terminal", "it was asked for")


def test_the_directory_of_a_demo_is_private(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    (tmp_path / "open").mkdir(mode=0o755)
    for stage in (Stage.make(None), Stage.make(tmp_path / "new"), Stage.make(tmp_path / "open")):
        assert stage.directory.is_dir()
        assert stage.directory.stat().st_mode & 0o777 == 0o700
        assert stage.directory.parent == tmp_path


def test_lines_say_each_state_once_and_the_flowing_ones_every_ten_seconds() -> None:
    said: list[str] = []
    lines = Lines(said.append)
    for second in range(25):
        lines.draw(shown(HOLD), float(second))
    lines.draw(shown(at(state="DONE", outcome="completed")), 30.0)
    lines.draw(shown(at(state="DONE", outcome="completed")), 50.0)
    lines.draw(shown(None), 51.0)
    assert [line[:16].split() for line in said] == [
        ["0:00", "HOLD"],
        ["0:10", "HOLD"],
        ["0:20", "HOLD"],
        ["0:30", "DONE"],
    ]
    assert "set 15.00 mA, measured 14.98 mA, 1.42 kΩ, 0.45 C, 1:15 left" in said[0]
    assert said[-1].endswith("completed")


def test_a_line_never_shows_a_number_that_was_not_measured() -> None:
    said: list[str] = []
    Lines(said.append).draw(shown(at(return_ma=None, resistance_ohm=None)), 0.0)
    assert "0.00 mA" not in said[0]


def test_a_refused_start_is_a_line() -> None:
    said: list[str] = []
    lines = Lines(said.append)
    for _ in range(3):
        lines.draw(shown(None, refused="E114"), 0.0)
    assert said == ["  0:00  refused    E114 no record could be kept"]


def test_a_fault_is_a_line_with_its_code_and_title() -> None:
    said: list[str] = []
    trip = Trip(code="E301", monitor="over_site", reaction="CUT", t_session_s=3.0)
    Lines(said.append).draw(shown(at(state="FAULT", trips=(trip,))), 0.0)
    assert "E301 the current was above its limit" in said[0]


def drawn(known: Shown) -> str:
    console = Console(width=110, record=True, file=StringIO())
    console.print(picture(known, 14.95))
    return console.export_text()


def test_the_terminal_shows_three_numbers_and_that_it_is_simulated() -> None:
    text = drawn(shown(HOLD, trace=(1500.0, 1450.0, 1420.0)))
    for needed in ("SIMULATED DEVICE", "15.00 mA", "14.98 mA", "14.95 mA", "21.3 V", "1.42 kΩ", "1:15 left", "STOP"):
        assert needed in text


def test_the_terminal_survives_a_daemon_that_says_nothing() -> None:
    assert "Waiting for the device" in drawn(shown(None, age_s=9.0))


def test_a_refused_start_is_said_in_the_terminal() -> None:
    assert "E114: no record could be kept" in drawn(shown(at(state="IDLE", session=None), refused="E114"))


def test_a_sparkline_spans_its_own_values() -> None:
    assert sparkline((1000.0,)) == ""
    assert sparkline((1000.0, 2000.0)).startswith("▁█  1.00 kΩ to 2.00 kΩ")
    assert sparkline((1000.0, 1000.0)).startswith("▁▁")


@pytest.mark.parametrize(
    ("status", "does"),
    [
        (at(state="ARMED"), ["pedal"]),
        (at(state="CONTACT"), ["hands_in"]),
        (HOLD, []),
        (at(state="PAUSED", paused=Paused(reason="area", ends_in_s=90.0, by_person=False)), ["hands_in"]),
        (at(state="PAUSED", paused=Paused(reason="stings", ends_in_s=90.0, by_person=True)), []),
        (at(state="DONE"), ["hands_out"]),
        (at(state="FAULT", paused=Paused(reason="area", ends_in_s=9.0, by_person=False)), ["hands_out"]),
    ],
)
def test_the_body_does_what_the_screen_asks_once_and_not_at_once(status: Status, does: list[str]) -> None:
    bench = Moves()
    body = Body(bench)
    body.follow(shown(status, state_age_s=REACTION_S / 2))
    assert bench.done == []
    for _ in range(3):
        body.follow(shown(status, state_age_s=REACTION_S))
    assert bench.done == does


def test_the_summary_tells_set_measured_and_felt(tmp_path: Path) -> None:
    stage = Stage(tmp_path)
    log = FeltLog(tmp_path, Header(1, "typical_palm", "hands", 300.0, "none", 0))
    for step, ma in enumerate((0.0, 15.2, 15.0, 0.0)):
        log.see(FeltNow(step * 1_000_000_000, ma, ma / 110, 15.0 * step, 20.0), ma)
    log.close()
    stage.records.mkdir()
    writer = Writer(stage.records / "records.db")
    writer.add_sample("boot", HOLD)
    writer.close()
    end = shown(at(state="DONE", outcome="completed"))
    summary = read_summary(stage, "unattended", end)
    text = as_text(summary)
    for needed in ("completed", "simulated", "15.00 mA", "0.450 C", "0.045 C", "15.20 mA", "records.db", str(tmp_path)):
        assert needed in text
    whole = json.loads(as_json(summary))
    assert whole["simulated"] is True
    assert whole["outcome"] == "completed"
    assert whole["felt"] == {"peak_ma": 15.2, "charge_mc": 45.0, "bench_stalls": 0}
    assert whole["record"] == str(stage.records / "records.db")
    assert whole["picture"] is None
    assert whole["recorded"]["samples"] == 1


def test_a_demo_that_came_to_nothing_says_so(tmp_path: Path) -> None:
    text = as_text(read_summary(Stage(tmp_path), "unattended", None))
    assert "no session" in text
    assert "not known" in text
