"""`ionto explore`: what people and programs get from it."""

import json

import pytest

from appliance.cli.main import main
from appliance.proof.explore.invariants import INVARIANTS
from appliance.proof.hazards import load_hazards


def test_the_json_has_counts_states_and_what_is_merged(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explore", "--quick", "--depth", "3", "--json"]) == 1  # so short a walk asks not every invariant
    found = json.loads(capsys.readouterr().out)
    assert found["simulated"] is True
    assert found["states"] == sum(state["places"] for state in found["per_state"])
    assert found["transitions"] == sum(state["transitions"] for state in found["per_state"])
    assert [each["name"] for each in found["invariants"]] == list(INVARIANTS)
    assert found["counterexample"] is None
    assert not found["whole"]
    assert any(line.startswith("contact:") for line in found["abstraction"])


def test_a_control_that_is_taken_out_is_missed_and_the_story_is_numbered(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explore", "--quick", "--depth", "3", "--without", "e_stop"]) == 1
    shown = capsys.readouterr().out
    assert "Shortest story to a violation of every_hazard_is_answered:" in shown
    assert "  1. the red switch is pushed. → " in shown or "  2. the red switch is pushed. → " in shown
    assert "VIOLATED" in shown
    assert "NEVER CHECKED" in shown


def test_an_unknown_control_is_one_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explore", "--without", "hope"]) == 2
    assert "no control 'hope'" in capsys.readouterr().err


def test_every_invariant_that_the_risk_file_names_is_explored() -> None:
    named = {name for control in load_hazards().control.values() for name in control.invariants}
    assert named
    assert named - set(INVARIANTS) == set()
