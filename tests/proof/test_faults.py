"""The fault campaign judges honestly: every cell has a place or a rule; what dies fails; what is missed is seen."""

import json
import os
from functools import partial

import pytest

from appliance.cli.main import main
from appliance.config import load_board
from appliance.proof.faults.campaign import jobs_of, run_all
from appliance.proof.faults.grid import Grid, all_faults, build, why_impossible
from appliance.proof.faults.model import ENERGISED, STATES, Cell, Fault, Row
from appliance.proof.faults.rig import Rig
from appliance.proof.without import without

NUMBERS = load_board()


def run(grid: Grid | tuple[Cell, ...], name: str | None = None) -> dict[str, Row]:
    cells = grid.cells if isinstance(grid, Grid) else grid
    remove = None if name is None else partial(without, name=name)
    return {row.cell: row for row in run_all(jobs_of(NUMBERS, cells, 2, remove=remove), 2)}


def test_there_are_at_least_forty_faults_and_none_twice() -> None:
    names = [fault.name for fault in all_faults()]
    assert len(names) >= 40
    assert len(set(names)) == len(names)


def test_every_fault_meets_every_state_or_a_rule_says_why_it_cannot() -> None:
    grid = build()
    met = {(cell.fault_name, cell.where) for cell in grid.cells if cell.first is None}
    for fault in all_faults():
        for where in STATES:
            cell = Cell(fault, where, "typical_palm")
            assert ((fault.name, where) in met) != (why_impossible(cell) is not None), (fault.name, where)


def test_every_person_is_met_in_every_state_in_which_current_flows() -> None:
    grid = build()
    people = {cell.phenotype for cell in grid.cells if cell.where == "HOLD"}
    assert people >= {"very_sweaty_palm", "typical_palm", "dry_palm", "child_palm", "typical_sole", "underarm"}
    for where in ENERGISED:
        met = {cell.phenotype for cell in grid.cells if cell.where == where and cell.fault.family == "patient"}
        assert met >= people, where


def test_each_hidden_fault_is_followed_by_acute_ones() -> None:
    pairs = {(cell.first.name, cell.fault.name) for cell in build().cells if cell.first is not None}
    hidden = {fault.name for fault in all_faults() if fault.hidden}
    assert {first for first, _ in pairs} == hidden
    assert ("latch_dead", "dac_stuck_4095") in pairs  # latch dead, then over-current
    assert ("wdo_dead", "daemon_killed") in pairs  # watchdog dead, then the daemon killed


def test_the_quick_grid_has_every_fault_and_every_state() -> None:
    grid = build(fast=True)
    assert {cell.fault_name for cell in grid.cells} == {fault.name for fault in all_faults()}
    assert {cell.where for cell in grid.cells} == set(STATES)


def _dies(_rig: Rig) -> None:
    os._exit(3)


def _errs(_rig: Rig) -> None:
    raise RuntimeError("a bug of the campaign")


def _doubles_the_current(rig: Rig) -> None:
    """In the circuit itself, where no code can see it."""
    rig.bench.act("dac_stuck", code=4095)
    rig.daemon.monitors = ()


@pytest.mark.parametrize(
    ("inject", "why"),
    [(_dies, "process ended"), (_errs, "a bug of the campaign"), (_doubles_the_current, "more than set")],
)
def test_what_dies_errs_or_hurts_is_a_failed_cell_and_never_a_missing_one(inject: object, why: str) -> None:
    fault = Fault("bad", "over", "for this test", inject)  # type: ignore[arg-type]
    rows = run((Cell(fault, "RAMP_UP", "typical_palm"),))
    assert list(rows) == ["bad/RAMP_UP/typical_palm"]
    row = rows["bad/RAMP_UP/typical_palm"]
    assert not row.passed
    assert any(why in each for each in row.why), row.why


def test_a_state_that_the_session_never_reaches_fails_its_cells() -> None:
    fault = next(f for f in all_faults() if f.name == "stop")
    row = run((Cell(fault, "HOLD", "distilled"),))["stop/HOLD/distilled"]
    assert not row.passed
    assert "never came to HOLD" in row.why[0]


def test_the_same_cell_gives_the_same_numbers() -> None:
    cells = build(only="hands_out/RAMP_UP/typical_palm")
    first, again = (run(cells)["hands_out/RAMP_UP/typical_palm"] for _ in range(2))
    assert (first.peak_ma, first.ms_to_zero, first.charge_mc) == (again.peak_ma, again.ms_to_zero, again.charge_mc)
    assert first.passed
    assert first.ms_to_off is not None
    assert first.peak_ma > 5.0


@pytest.mark.parametrize("fault", ["screen_gone", "screen_back", "sockets_closed"])
def test_a_lost_screen_that_changes_nothing_is_no_pass(fault: str) -> None:
    cells = build(only=f"{fault}/HOLD/typical_palm")
    assert all(row.passed for row in run(cells).values())
    (row,) = run(cells, "lease").values()
    assert not row.passed
    assert any("ended in HOLD" in why for why in row.why), row.why


def test_a_control_that_is_taken_out_is_missed_and_only_there() -> None:
    cells = build(only="wild_order/CONTACT/typical_palm")
    assert all(row.passed for row in run(cells).values())
    assert not any(row.passed for row in run(cells, "gate.bounds").values())


def test_only_hardware_holds_a_killed_daemon_and_the_table_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["faults", "--only", "daemon_killed/RAMP_UP/typical_palm", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["hardware_only"] == ["daemon_killed/RAMP_UP/typical_palm"]
    row = found["rows"][0]
    assert row["first"] == "hardware: watchdog"
    assert row["without_hardware"]


@pytest.mark.parametrize("words", [["--only", "no_such_fault"], ["--without", "no_such_control"]])
def test_a_name_that_is_none_is_said_with_what_to_do(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["faults", *words]) == 2
    said = capsys.readouterr().err
    assert "E509" in said
    assert "ionto faults --list" in said
