"""What a control forbids happens without it and only then; the risk file and the stories say the same."""

import json

import pytest

from appliance.cli.main import main
from appliance.proof.hazards import load_hazards
from appliance.proof.stories import STORIES, tell

HAZARDS = load_hazards()


@pytest.mark.parametrize("control", STORIES)
def test_what_a_control_forbids_happens_without_it_and_only_then(control: str) -> None:
    told = tell(STORIES[control])
    assert told.is_as_named, told


def test_the_risk_file_names_each_story_and_what_it_is_redundant_of() -> None:
    assert {name for name, control in HAZARDS.control.items() if control.story} == set(STORIES)
    for name, story in STORIES.items():
        assert HAZARDS.control[name].redundant_of == story.others


def test_no_control_of_the_daemon_is_left_unproved() -> None:
    assert [name for name in HAZARDS.removable if not HAZARDS.control[name].proved] == []


def test_a_missing_control_fails_the_run_and_says_what_happens(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["faults", "--without", "limit.time"]) == 1
    shown = capsys.readouterr().out
    assert "with every control: does not happen" in shown
    assert "without limit.time: HAPPENS" in shown


def test_a_redundant_control_names_those_that_hold_alone(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["faults", "--without", "limit.lease"]) == 0
    assert "redundant: held by lease" in capsys.readouterr().out


def test_a_control_that_no_daemon_holds_is_told_all_the_same(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["faults", "--json", "--without", "calibration.age"]) == 1
    found = json.loads(capsys.readouterr().out)
    assert found["story"]["without"] is True
    assert found["story"]["with_all"] is False
    assert main(["faults", "--quick", "--without", "calibration.age"]) == 2
    assert "E509" in capsys.readouterr().err
