"""The risk file holds together: every control is tested, stands in the code, and answers a cause."""

import ast
import re
from functools import cache
from pathlib import Path
from typing import get_args

import pytest

from appliance.errors import ConfigError
from appliance.proof.hazards import DEFAULT_HAZARDS_FILE, Hazard, Likelihood, Rating, Severity, load_hazards
from appliance.proof.without import CONTROLS, NOT_OF_A_DAEMON
from appliance.safety.monitors import build_monitors

ROOT = Path(__file__).parent.parent.parent
HAZARDS = load_hazards()
DESIGNED = {f"H{n}" for n in range(1, 16)}  # of the safety design; the rest was found later
RANKS = {"low": 0, "medium": 1, "high": 2}
LIMIT = re.compile(r"limit\.[a-z_]+")

SMALL = """
[[hazard]]
id = "H1"
name = "too much current"
harm = "pain"
before = { severity = "serious", likelihood = "probable" }
after = { severity = "minor", likelihood = "remote" }
residual = "Little is left."
[[hazard.cause]]
what = "a part fails"
controls = ["over_set"]
[control.over_set]
kind = "software"
what = "it cuts"
tests = ["tests/test_errors.py::test_an_explanation_has_three_audiences"]
"""


@cache
def functions_of(path: str) -> frozenset[str]:
    """Names of the test functions of one file; parameters make several tests of one name."""
    file = ROOT / path
    tree = ast.parse(file.read_text()) if file.is_file() else ast.Module([], [])
    return frozenset(node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))


def limits_in_force() -> set[str]:
    """Every reason key that a link of the constraint chain or of the plan gives."""
    files = [ROOT / "appliance/safety/limits.py", *(ROOT / "appliance/treatment").glob("*.py")]
    nodes = [node for file in files for node in ast.walk(ast.parse(file.read_text()))]
    texts = {node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)}
    return {text for text in texts if LIMIT.fullmatch(text)}


@pytest.mark.parametrize("name", HAZARDS.control)
def test_every_control_names_tests_that_exist(name: str) -> None:
    control = HAZARDS.control[name]
    for node_id in control.tests:
        path, _, function = node_id.partition("::")
        assert function in functions_of(path), f"{name}: {node_id} does not exist"


def test_every_monitor_has_its_line() -> None:
    built = {getattr(monitor, "TRIP").monitor for monitor in build_monitors(40_000_000)}  # noqa: B009 - no port has it
    assert built - set(HAZARDS.control) == set()


def test_every_limit_has_its_line_and_no_line_is_of_a_limit_that_is_gone() -> None:
    in_force = limits_in_force()
    assert {"limit.device", "limit.charge", "limit.lease"} <= in_force
    named = {name for name in HAZARDS.control if LIMIT.fullmatch(name)}
    assert in_force - named == set()
    assert named - in_force <= {"limit.probe"}  # CONTACT's own bound: it has no reason key, nothing is lowered by it


def test_every_control_of_the_daemon_can_be_taken_out_and_each_that_can_has_its_line() -> None:
    assert set(HAZARDS.removable) - set(CONTROLS) - set(NOT_OF_A_DAEMON) == set()
    assert set(CONTROLS) - set(HAZARDS.removable) == set()
    assert set(CONTROLS) & set(NOT_OF_A_DAEMON) == set()


def test_the_hazards_of_the_design_are_all_there() -> None:
    assert {hazard.id for hazard in HAZARDS.hazard} >= DESIGNED


@pytest.mark.parametrize("hazard", HAZARDS.hazard, ids=lambda hazard: hazard.id)
def test_controls_lower_the_risk_and_none_is_left_unacceptable(hazard: Hazard) -> None:
    assert RANKS[hazard.after.risk] <= RANKS[hazard.before.risk]
    assert hazard.after != hazard.before
    assert hazard.after.risk != "high"


def test_what_is_worse_or_more_likely_is_never_a_lower_risk() -> None:
    ranks = [[RANKS[Rating(s, p).risk] for s in get_args(Severity)] for p in get_args(Likelihood)]
    assert all(row == sorted(row) for row in ranks)
    assert all(list(column) == sorted(column) for column in zip(*ranks, strict=True))


@pytest.mark.parametrize(
    ("was", "becomes", "said"),
    [
        ('name = "too much current"', 'nmae = "too much current"', "nmae"),
        ('kind = "software"', 'kind = "firmware"', "control 'over_set': Invalid enum value 'firmware' - at `$.kind`"),
        ('likelihood = "probable"', 'likelihood = "often"', "$.hazard[0].before.likelihood"),
        ('id = "H1"', 'id = "one"', "$.hazard[0].id"),
        ('controls = ["over_set"]', "controls = []", "$.hazard[0].cause[0].controls"),
        ('controls = ["over_set"]', 'controls = ["under_set"]', "'under_set' is unknown"),
        ("::test_an", "/test_an", "control 'over_set'"),
        ("Little is left.", "Little is left. Much was there.", "one sentence"),
        ("[control.over_set]", '[control.x]\nkind = "human"\nwhat = "no one"\n[control.over_set]', "'x': no cause"),
        ('tests = ["tests/test_errors.py::test_an_explanation_has_three_audiences"]', "", "at least one test"),
        ('what = "it cuts"', 'what = "it cuts"\nredundant_of = ["over_set"]', "no other control"),
        ('kind = "software"', 'kind = "human"\nredundant_of = ["over_set"]', "only software is removed"),
        ("[control.over_set]", "[control.over_set", "line"),
    ],
)
def test_a_mistake_in_the_file_is_one_sentence_that_names_it(was: str, becomes: str, said: str, tmp_path: Path) -> None:
    file = tmp_path / "hazards.toml"
    file.write_text(SMALL)
    assert load_hazards(file).hazard[0].controls == ("over_set",)
    assert SMALL.count(was) == 1
    file.write_text(SMALL.replace(was, becomes))
    with pytest.raises(ConfigError) as refused:
        load_hazards(file)
    assert refused.value.code == "E501"
    assert "hazards.toml" in refused.value.message
    assert said in refused.value.message


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"E503: cannot read .*gone\.toml"):
        load_hazards(tmp_path / "gone.toml")


def test_an_id_is_used_once(tmp_path: Path) -> None:
    file = tmp_path / "hazards.toml"
    head, _, rest = SMALL.partition("[control")
    file.write_text(f"{head}{head}[control{rest}")
    with pytest.raises(ConfigError, match="hazard H1: the id is used twice"):
        load_hazards(file)


def test_the_file_is_part_of_the_hardware() -> None:
    assert DEFAULT_HAZARDS_FILE == ROOT / "hardware/hazards.toml"
