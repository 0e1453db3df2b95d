"""Open points: what no software can find is said, owned and still true; nothing else hides behind it."""

import json
from pathlib import Path

import pytest

from appliance.cli.main import main
from appliance.errors import ConfigError
from appliance.proof.faults.grid import Grid, all_faults, build
from appliance.proof.faults.model import Cell, Row
from appliance.proof.faults.summary import Summary, summarise
from appliance.proof.faults.table import failures, fault_table, open_lines
from appliance.proof.open_points import OpenPoint, covering, load_open_points, stale

POINTS = load_open_points()
CLAMP = {"clamp_open": POINTS["clamp_open"]}
FAULT = next(fault for fault in all_faults() if fault.name == "clamp_open")
SMALL = """
[a_part]
cells = ["a_part/*/*"]
breach = ["not found"]
why = "nothing shows it"
missed = "never"
hardware = "a wire"
person = "a technician"
mark = "D"
"""


def row(cell: str, *why: str) -> Row:
    fault, state, person = cell.split("/")
    return Row(cell, fault, state, person, "mute", "hidden: next self-test", not why, why)


def summary(*rows: Row, full: bool = True) -> Summary:
    cells = tuple(Cell(FAULT, "HOLD", "typical_palm") for _ in rows)
    return summarise(Grid(cells, (), ()), rows, CLAMP, seconds=1.0, fast=False, full=full)


UNFOUND = row("clamp_open/HOLD/typical_palm", "not found: self-test: IDLE")
FOUND = row("clamp_open/HOLD/typical_palm")


def test_a_cell_that_an_open_point_covers_is_neither_passed_nor_failed() -> None:
    found = summary(UNFOUND, row("hands_out/HOLD/typical_palm"))
    assert (found.cells, found.passed, found.open, found.failed) == (2, 1, 1, 0)
    assert found.good
    assert [each.open_point for each in found.rows] == ["clamp_open", None]
    assert found.open_points == CLAMP


@pytest.mark.parametrize(
    "bad",
    [
        row("hands_out/HOLD/typical_palm", "not found: self-test: IDLE"),
        row("clamp_open/HOLD/typical_palm", "31.00 mA felt, allowed 25.00"),
        row("clamp_open/HOLD/typical_palm", "not found: self-test: IDLE", "31.00 mA felt, allowed 25.00"),
        row("clamp_open+stop/HOLD/typical_palm", "not found: self-test: IDLE"),
    ],
    ids=["another cell", "another breach", "a second breach", "a pair"],
)
def test_what_fails_in_another_cell_or_in_another_way_still_fails(bad: Row) -> None:
    found = summary(UNFOUND, bad)
    assert (found.open, found.failed, found.good) == (1, 1, False)
    assert [line.partition(":")[0] for line in failures(found.rows)] == [bad.cell]


def test_a_cell_that_never_ran_is_no_open_point() -> None:
    lost = row("clamp_open/HOLD/typical_palm", "the cell's process ended with status 3")
    assert summary(lost).failed == 1


def test_an_open_point_that_no_cell_needs_fails_a_full_run_and_is_named() -> None:
    found = summary(FOUND)
    assert (found.failed, found.stale, found.good) == (0, ("clamp_open: clamp_open/*/*",), False)


def test_a_part_of_the_grid_says_nothing_about_stale_points() -> None:
    assert summary(row("hands_out/HOLD/typical_palm"), full=False).good


def test_each_pattern_of_a_point_must_be_needed() -> None:
    cells = ("clamp_open/HOLD/*", "clamp_open/IDLE/*")
    fields = {name: getattr(CLAMP["clamp_open"], name) for name in ("breach", "why", "missed", "hardware", "person")}
    two = {"two": OpenPoint(cells=cells, mark="D", **fields)}
    assert stale(two, [UNFOUND]) == ("two: clamp_open/IDLE/*",)


def test_the_table_says_open_in_words_and_the_list_says_what_would_be_needed() -> None:
    from rich.console import Console  # noqa: PLC0415 - only to look at a table

    found = summary(UNFOUND)
    console = Console(width=170)
    with console.capture() as said:
        console.print(fault_table(found.rows, (), "test"))
    assert "OPEN" in said.get()
    assert "FAIL" not in said.get()
    told = " ".join(" ".join(open_lines(found.rows, found.open_points)).split())
    point = CLAMP["clamp_open"]
    for text in ("clamp_open, cells: 1", point.why, point.missed, point.hardware, point.person):
        assert text in told


@pytest.mark.parametrize("name", POINTS)
def test_every_pattern_of_the_file_stands_for_cells_that_can_be(name: str) -> None:
    fails = [row(cell.id, POINTS[name].breach[0]) for cell in build().cells]
    point = POINTS[name]
    for pattern in point.cells:
        assert any(covering({name: msg_with(point, pattern)}, each) for each in fails), pattern


def msg_with(point: OpenPoint, pattern: str) -> OpenPoint:
    """The same point with one pattern."""
    return OpenPoint((pattern,), point.breach, point.why, point.missed, point.hardware, point.person, point.mark)


def test_a_small_file_is_read(tmp_path: Path) -> None:
    file = tmp_path / "open.toml"
    file.write_text(SMALL)
    assert load_open_points(file)["a_part"].hardware == "a wire"


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('mark = "D"', "", "mark"),
        ('mark = "D"', 'mark = "S"', "mark"),
        ('hardware = "a wire"\n', "", "hardware"),
        ('cells = ["a_part/*/*"]', "cells = []", "cells"),
        ('cells = ["a_part/*/*"]', 'cells = ["a_part"]', "cells"),
        ('breach = ["not found"]', "breach = []", "breach"),
        ('mark = "D"', 'mark = "D"\nnote = "more"', "note"),
        ("[a_part]", "[a_part", "open.toml"),
    ],
)
def test_a_gap_in_the_file_is_refused_and_named(tmp_path: Path, old: str, new: str, said: str) -> None:
    file = tmp_path / "open.toml"
    file.write_text(SMALL.replace(old, new))
    with pytest.raises(ConfigError, match=said) as refused:
        load_open_points(file)
    assert refused.value.code == "E501"


def test_a_file_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as refused:
        load_open_points(tmp_path / "none.toml")
    assert refused.value.code == "E503"


def test_a_run_of_an_open_cell_ends_well_says_what_is_needed_and_carries_it_in_json(
    capsys: pytest.CaptureFixture[str],
) -> None:
    words = ["faults", "--only", "clamp_open/HOLD/typical_palm", "--jobs", "1"]
    assert main(words) == 0
    said = " ".join(capsys.readouterr().out.split())
    assert "0 of 1 cells within budget, 1 open" in said
    assert "clamp_open, cells: 1" in said
    assert "none failed" in said
    assert main([*words, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["passed"], found["open"], found["failed"], found["stale"]) == (0, 1, 0, [])
    assert found["rows"][0]["open_point"] == "clamp_open"
    assert found["open_points"]["clamp_open"]["hardware"] == POINTS["clamp_open"].hardware
