"""`ionto hazards`: the risk file on a terminal of 80 columns, and for scripts."""

import json

import pytest

from appliance.cli import main as cli
from appliance.proof.hazards import load_hazards

HAZARDS = load_hazards()


def test_every_hazard_has_its_line_within_80_columns(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["hazards"]) == 0
    said = capsys.readouterr().out
    assert max(map(len, said.splitlines())) <= 80
    for hazard in HAZARDS.hazard:
        assert f" {hazard.id} " in said


@pytest.mark.parametrize("hazard", HAZARDS.hazard, ids=lambda hazard: hazard.id)
def test_one_hazard_is_told_with_its_controls(hazard: object, capsys: pytest.CaptureFixture[str]) -> None:
    whole = next(each for each in HAZARDS.hazard if each is hazard)
    assert cli.main(["hazards", whole.id.lower()]) == 0
    out = capsys.readouterr().out
    assert max(map(len, out.splitlines())) <= 80
    said = " ".join(out.split())
    for text in (whole.name, whole.residual, *(cause.what for cause in whole.cause), *whole.controls, *whole.open):
        assert text in said


def test_scripts_get_causes_and_tests(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["hazards", "H15", "--json"]) == 0
    one = json.loads(capsys.readouterr().out)
    assert one["id"] == "H15"
    assert "session.resume_by_person" in [name for names in one["causes"].values() for name in names]
    assert one["tests"]
    assert cli.main(["hazards", "--json"]) == 0
    assert [each["id"] for each in json.loads(capsys.readouterr().out)] == [each.id for each in HAZARDS.hazard]


def test_an_unknown_hazard_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["hazards", "H99"]) == 2
    assert capsys.readouterr().err.startswith("ionto: E509 H99 is no hazard; there are H1, H2")
