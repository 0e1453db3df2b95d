"""No configuration, argument or environment takes a monitor out of the daemon, or makes one looser."""

import argparse
import ast
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from appliance.cli import control_cmd
from appliance.config import DEFAULT_BOARD_FILE, Board
from appliance.control.commands import Commands
from appliance.control.daemon import RELAY_TRAVEL_FACTOR, Daemon
from appliance.errors import ConfigError
from appliance.proof.stories.bench import Clients, Doorkeeper
from appliance.proof.stories.board import NUMBERS, SCALES, IdealBoard, IdealClock
from appliance.safety.monitors import build_monitors

APPLIANCE = Path(__file__).parent.parent.parent / "appliance"
RAW = tomllib.loads(DEFAULT_BOARD_FILE.read_text())
DESIGNED = build_monitors(round(RELAY_TRAVEL_FACTOR * 25_000_000))


def composed(numbers: Board, *, simulated: bool = True, board_ma: float = 25.0) -> Daemon:
    clock = IdealClock()
    commands = Commands(Doorkeeper(), board_ma, simulated=simulated)
    return Daemon(IdealBoard(clock), clock, numbers, SCALES, Clients(), commands, board_ma=board_ma, rested=True)


def bounds_of(monitor: Any) -> dict[str, Any]:
    """Everything a monitor compares with: its class's constants and what it was built from."""
    constants = {name: value for name, value in vars(type(monitor)).items() if name.isupper()}
    return {**constants, "travel_ns": getattr(monitor, "_travel_ns", None)}


def numbers_of(table: dict[str, Any], path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Where in the board file a number stands."""
    items = enumerate(table) if isinstance(table, list) else table.items()
    for key, value in items:
        if isinstance(value, dict | list):
            yield from numbers_of(value, (*path, key))  # type: ignore[arg-type]
        elif isinstance(value, int | float):
            yield (*path, key)


def changed(path: tuple[str | int, ...], factor: float) -> dict[str, Any]:
    raw: dict[str, Any] = tomllib.loads(DEFAULT_BOARD_FILE.read_text())
    table: Any = raw
    for key in path[:-1]:
        table = table[key]
    was = table[path[-1]]
    table[path[-1]] = type(was)(was * factor)
    return raw


def assert_none_looser(daemon: Daemon, what: object) -> None:
    assert [type(m) for m in daemon.monitors] == [type(m) for m in DESIGNED], what
    for built, designed in zip(daemon.monitors, DESIGNED, strict=True):
        found, wanted = bounds_of(built), bounds_of(designed)
        if wanted["travel_ns"] is not None:
            assert found.pop("travel_ns") <= wanted.pop("travel_ns"), what
        assert found == wanted, what


@pytest.mark.parametrize("factor", [0.1, 0.9, 1.1, 2.0, 1000.0, -1.0])
def test_no_number_of_the_board_file_takes_a_monitor_out_or_makes_it_looser(factor: float) -> None:
    """Every number, one at a time: the file is refused, or every monitor stands as designed."""
    taken = 0
    for path in numbers_of(RAW):
        try:
            numbers = msgspec.convert(changed(path, factor), Board)
            daemon = composed(numbers)
        except (ConfigError, msgspec.ValidationError):
            continue
        taken += 1
        assert_none_looser(daemon, path)
        low, high = numbers.adc.range.return_counts
        assert low >= -800, path
        assert high <= 32766, path
        assert numbers.relay.operate_ms <= 25.0, path
    assert taken > 5  # many numbers are a board's own business


@pytest.mark.parametrize("board_ma", [0.0, 8.0, 25.0, float("nan"), float("inf")])
@pytest.mark.parametrize("simulated", [True, False])
def test_no_argument_of_the_daemon_does(board_ma: float, *, simulated: bool) -> None:
    assert_none_looser(composed(NUMBERS, simulated=simulated, board_ma=board_ma), (board_ma, simulated))


def test_the_tuple_is_made_in_one_place_and_taken_apart_only_by_the_proof() -> None:
    """Whoever assigns `.monitors`, in the whole tree."""
    assigns = set()
    for path in APPLIANCE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            targets = getattr(node, "targets", None) or [getattr(node, "target", None)]
            if any(isinstance(t, ast.Attribute) and t.attr == "monitors" for t in targets):
                assigns.add(str(path.relative_to(APPLIANCE)))
    assert "proof/removals/output.py" in assigns
    assert {path for path in assigns if not path.startswith("proof/")} == {"control/daemon.py"}


def test_safety_treatment_and_control_read_no_environment() -> None:
    reads = [
        str(path)
        for package in ("safety", "treatment", "control")
        for path in (APPLIANCE / package).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Attribute) and node.attr in ("environ", "getenv", "environb")
    ]
    assert reads == []


def test_the_program_has_no_option_for_it_and_cannot_reach_what_takes_controls_out() -> None:
    parser = argparse.ArgumentParser()
    control_cmd.add_arguments(parser)
    options = {action.dest for action in parser._actions} - {"help"}
    assert options == {"socket", "state_dir", "bench", "board", "calibration", "roles"}
    script = "import sys, appliance.cli.control_cmd; print([m for m in sys.modules if m.startswith('appliance.proof')])"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.strip() == "[]"
