"""The safety report: its figures are those of the evidence, nothing is left out, and what failed stands on top."""

import json
import re
from pathlib import Path

import msgspec
import pytest

from appliance.cli import main as cli
from appliance.cli import safety_report_cmd
from appliance.errors import CATALOGUE
from appliance.proof.hazards import load_hazards
from appliance.proof.safety_report import evidence
from appliance.proof.safety_report.evidence import gather, keep, make, path_of, read
from appliance.proof.safety_report.provisional import provisional
from appliance.proof.safety_report.removal import removals
from appliance.proof.safety_report.shapes_faults import Explore, Faults
from appliance.proof.safety_report.stages import Stage, cells_of, main_stages, removal_stages
from appliance.proof.safety_report.version import fingerprint

SOURCES = "fedcba9876543210"
HAZARDS = load_hazards()
STAGES = {stage.name: stage for stage in main_stages(quick=False)}
CELL = {
    "cell": "dac_stuck/HOLD/typical_palm",
    "fault": "dac_stuck",
    "state": "HOLD",
    "phenotype": "typical_palm",
    "passed": True,
    "why": [],
    "peak_ma": 29.4,
    "peak_density_ma_per_cm2": 0.196,
    "charge_mc": 0.61,
    "first": "latch",
    "ms_to_zero": 18.5,
    "codes": ["E302"],
    "hardware_only": True,
    "without_hardware": ["29.4 mA still flow"],
    "a field of tomorrow": 1,
}
OPEN = {**CELL, "cell": "hands_out/HOLD/typical_palm", "fault": "hands_out", "peak_ma": 15.1, "ms_to_zero": 31.0,
        "first": "open", "codes": ["E210"], "hardware_only": False, "without_hardware": []}  # fmt: skip
RECORDED: dict[str, object] = {
    "explore": {
        "states": 41234,
        "transitions": 987654,
        "invariants": [
            {"name": "stop_reaches_zero", "what": "STOP reaches zero", "checks": 1000, "violations": 0},
            {"name": "closes_at_zero", "what": "ENABLE closes at zero", "checks": 234, "violations": 0},
        ],
        "counterexample": None,
        "seconds": 61.5,
        "without": None,
    },
    "faults": {
        "cells": 2, "passed": 2, "failed": 0, "open": 0, "impossible": 7, "faults": 2, "phenotypes": ["typical_palm"],
        "rows": [CELL, OPEN], "hardware_only": [CELL["cell"]], "seconds": 12.0, "quick": False, "without": None,
    },
    "kills": {
        "rounds": 50, "set_ma": 2.0,
        "rows": [
            {"how": "SIGKILL", "state": "HOLD", "runs": 50, "worst_ms_to_zero": 34.5, "worst_ms_to_open": 52.0,
             "worst_peak_ma": 15.2, "passed": True},
        ],
    },
    "lift": [
        {"simulated": True, "patient": "typical_palm", "current": "default", "over_s": 0.3, "seed": 2,
         "peak_density_ma_per_cm2": 0.23,
         "density_ceiling_ma_per_cm2": 0.2, "ms_over_density": 4.0, "excess_uc_per_cm2": 0.2, "passes": True},
    ],
    "signature": {
        "simulated": True, "seeds": 200, "seconds": 900.0,
        "rows": [
            {"case": "unused hands", "expected": "accept", "accepted": 200, "refused": 0, "reasons": {"E216": 3}},
            {"case": "dummy load", "expected": "refuse", "accepted": 0, "refused": 200, "reasons": {"E213": 200}},
        ],
    },
    "phenotypes": [
        {"phenotype": "typical_palm", "seed": 1, "outcome": "completed", "trips": [], "over_set_ma": 0.12},
        {"phenotype": "dummy_load", "seed": 1, "outcome": "not_started", "trips": [], "over_set_ma": -15.0},
    ],
    "tests": {"tests": 312, "failed": []},
    "mutants": {
        "mutants": 1000, "killed": 929, "timeouts": 2, "seconds": 3000, "stale": [],
        "modules": [{"path": "appliance/safety/trip.py", "mutants": 9, "killed": 7, "timeout": 1, "survived": 1}],
        "survivors": [{"where": "safety/trip.py::strongest", "change": "a < b  =>  a <= b", "reason": "equals"}],
    },
}  # fmt: skip
PRINTS = Stage("lift", "Hands lifted", STAGES["lift"].words, STAGES["lift"].shape, "`ionto lift`")
FIGURES = [
    "41,234 states, 987,654 transitions, 2 invariants, 1,234 checks, 0 violated",
    "2 faults, 2 cells run, 0 beyond budget, 0 open, 7 impossible by rule, 1 held by hardware alone",
    "1 ways, 50 runs, 0 rows not passed, 0 spoiled and run again, slowest zero 34.5 ms",
    "1 lifts, 0 beyond budget, worst peak 1.15 x the density ceiling",
    "2 cases x 200 seeds: 0 false refusals, 0 false accepts",
    "2 sessions, 0 not as expected, false trips: none",
    "312 tests that the risk file names, 0 failed",
    "1,000 mutants of safety/ and treatment/, 93.1 % killed (2 by timeout), 1 survivors",
]


def record(directory: Path, name: str, result: object, code: int = 0) -> None:
    keep(STAGES[name], directory, code, "", json.dumps(result).encode(), 12.0)


def without(directory: Path) -> None:
    """What is true of a device whose controls are all missed."""
    for stage in removal_stages(HAZARDS):
        control = HAZARDS.control[stage.title]
        rows = [{**CELL, "cell": cell, "passed": False, "why": ["too much"]} for cell in control.faults]
        broken = [{"name": name, "what": "", "checks": 1, "violations": 1} for name in control.invariants]
        counts = {"cells": len(rows), "passed": 0, "failed": len(rows)}
        story = {"what": "too much", "with_all": False, "without": not control.redundant_of, "without_others": True}
        faults = {
            **dict(RECORDED["faults"]),  # type: ignore[call-overload]
            **counts,
            "rows": rows,
            "hardware_only": [],
            "story": story if control.story else None,
        }
        explore = {**dict(RECORDED["explore"]), "invariants": broken}  # type: ignore[call-overload]
        found = faults if stage.shape is Faults else explore
        keep(stage, directory, 1, "", json.dumps(found).encode(), 1.0)


@pytest.fixture(autouse=True)
def sources_stand_still(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(evidence, "fingerprint", lambda *, with_tests=False: f"{SOURCES}{with_tests}")


@pytest.fixture
def whole(tmp_path: Path) -> Path:
    """Evidence of everything."""
    for name, result in RECORDED.items():
        record(tmp_path, name, result)
    without(tmp_path)
    return tmp_path


def report(directory: Path) -> tuple[int, str]:
    out = directory / "page.md"
    code = cli.main(["safety-report", "--from", str(directory), "--out", str(out)])
    return code, out.read_text()


def verdict(text: str) -> str:
    return text.partition("## What was asked")[0]


def test_its_figures_are_those_of_the_evidence(whole: Path) -> None:
    code, text = report(whole)
    for figure in FIGURES:
        assert text.count(figure) == 2, figure  # in the overview and in its chapter
    assert "| `dac_stuck` | 1 | 0 | 29.40 | 0.196 | 0.61 | 18.5 | latch | E302 |" in text
    assert "| `dac_stuck` | 1 | HOLD | 29.4 mA still flow |" in text
    assert "| SIGKILL | HOLD | 50 | 0 | 34.5 | 52.0 | 15.20 | yes |" in text
    assert "| `safety/trip.py::strongest` | `a < b => a <= b` | equals |" in text
    unproved = [each for each in removals(HAZARDS, {}) if each.verdict == "not shown" and not each.named]
    assert code == (1 if unproved else 0)


def test_it_says_what_it_was_made_from_and_that_it_is_simulated(whole: Path) -> None:
    _, text = report(whole)
    head = verdict(text)
    assert head.startswith("# Safety report\n\nSIMULATED.")
    assert fingerprint() in head
    assert re.search(r"Made \d{4}-\d\d-\d\d \d\d:\d\d UTC", head)


def test_every_hazard_and_every_open_point_is_on_the_page(whole: Path) -> None:
    _, text = report(whole)
    for hazard in HAZARDS.hazard:
        assert f"| {hazard.id} | {hazard.name} |" in text
        assert hazard.residual in text
        for each in hazard.open:
            assert each in text
    for name in HAZARDS.removable:
        assert f"| `{name}` |" in text


@pytest.mark.parametrize("name", RECORDED)
def test_a_missing_stage_is_named_as_missing(name: str, whole: Path) -> None:
    path_of(STAGES[name], whole).unlink()
    code, text = report(whole)
    assert code == 1
    assert "## NOT PASSED" in text
    assert f"**MISSING** {STAGES[name].title}: not made" in verdict(text)
    assert f"## {STAGES[name].title}\n\nMISSING: not made" in text


FAILURES: dict[str, object] = {
    "explore": {
        **dict(RECORDED["explore"]),  # type: ignore[call-overload]
        "counterexample": {"invariant": "closes_at_zero", "story": ["start", "pedal", "a | b"]},
    },
    "faults": {
        **dict(RECORDED["faults"]),  # type: ignore[call-overload]
        "passed": 1,
        "failed": 1,
        "rows": [CELL, {**OPEN, "passed": False, "why": ["zero after 61.0 ms, allowed 50"]}],
    },
    "lift": [{**RECORDED["lift"][0], "passes": False}],  # type: ignore[index]
    "tests": {"tests": 312, "failed": ["tests.safety::test_over"]},
    "mutants": {
        **dict(RECORDED["mutants"]),  # type: ignore[call-overload]
        "survivors": [{"where": "safety/trip.py::strongest", "change": "a < b  =>  a <= b", "reason": None}],
    },
    "phenotypes": [
        {"phenotype": "typical_palm", "seed": 1, "outcome": "completed", "over_set_ma": 0.1,
         "trips": [{"monitor": "area_level", "code": "E211", "set_ma": 15.0}]},
    ],
}  # fmt: skip


@pytest.mark.parametrize("name", FAILURES)
def test_a_failed_stage_stands_on_top_and_is_exit_1(name: str, whole: Path) -> None:
    record(whole, name, FAILURES[name], code=1)
    path_of(STAGES["kills"], whole).unlink()
    code, text = report(whole)
    assert code == 1
    bullets = [line for line in verdict(text).splitlines() if line.startswith("- ")]
    assert bullets[0].startswith(f"- **FAILED** {STAGES[name].title}")
    assert bullets[1].startswith("- **MISSING** Programs killed")


def test_what_failed_is_told(whole: Path) -> None:
    for name, result in FAILURES.items():
        record(whole, name, result, code=1)
    _, text = report(whole)
    assert "- `hands_out/HOLD/typical_palm`: zero after 61.0 ms, allowed 50" in text
    assert "Shortest story to a violation of `closes_at_zero`:\n\n1. start\n1. pedal\n1. a | b" in text
    assert "- `tests.safety::test_over`" in text
    assert "E211 area_level" in text
    assert "NO REASON" in text
    assert "| NO: seeds 2 |" in text


def test_figures_that_look_good_do_not_hide_a_failed_command(whole: Path) -> None:
    record(whole, "lift", RECORDED["lift"], code=1)
    code, text = report(whole)
    assert code == 1
    assert "**FAILED** Hands lifted" in verdict(text)


@pytest.mark.parametrize("empty", [b"[]", b'{"cells": 0}', b"null"])
def test_nothing_is_never_a_pass(empty: bytes, whole: Path) -> None:
    for name in ("lift", "faults", "phenotypes"):
        keep(STAGES[name], whole, 0, "", empty, 1.0)
    _, text = report(whole)
    for title in ("Hands lifted", "Single and double faults", "False trips"):
        assert re.search(rf"\*\*(FAILED|BROKEN)\*\* {title}", verdict(text))


def test_a_field_that_a_command_did_not_give_is_named(whole: Path) -> None:
    record(whole, "kills", {"rounds": 50, "set_ma": 2.0, "rows": [{"how": "SIGKILL", "state": "HOLD", "runs": 50}]})
    found = read(STAGES["kills"], whole)
    assert found.status == "broken"
    assert "kills: Object missing required field `worst_ms_to_zero`" in found.why


def test_evidence_of_other_sources_does_not_count(whole: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(evidence, "fingerprint", lambda *, with_tests=False: "0123456789abcdef")
    code, text = report(whole)
    assert code == 1
    assert "**OTHER VERSION** Single and double faults: made from" in verdict(text)


def test_the_fingerprint_is_of_sources_and_board_alone(tmp_path: Path) -> None:
    names = (
        "appliance/safety/a.py",
        "appliance/kiosk/b.py",
        "hardware/board.toml",
        "tests/c.py",
        "hardware/hazards.toml",
        "hardware/open-points.toml",
    )
    for name in names:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("x = 1")
    before, of_tests = fingerprint(tmp_path), fingerprint(tmp_path, with_tests=True)
    moved = {}
    for name in names:
        (tmp_path / name).write_text("x = 2")
        moved[name] = (fingerprint(tmp_path) != before, fingerprint(tmp_path, with_tests=True) != of_tests)
        (tmp_path / name).write_text("x = 1")
    assert {name for name in names if moved[name][0]} == {names[0], "hardware/board.toml", "hardware/open-points.toml"}
    assert all(of_tests for _, of_tests in moved.values())


def test_sources_that_change_under_a_stage_spoil_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = iter(["a", "b", "b", "b"])
    monkeypatch.setattr(evidence, "fingerprint", lambda *, with_tests=False: next(seen))
    make(PRINTS, tmp_path, ("/usr/bin/env", "python3", "-c", f"print('''{json.dumps(RECORDED['lift'])}''')"))
    found = read(PRINTS, tmp_path)
    assert (found.status, found.why) == ("broken", "could not be run: the sources changed while it ran; run it again")


def test_a_control_that_is_not_missed_is_told(whole: Path) -> None:
    stages = [stage for stage in removal_stages(HAZARDS) if stage.shape is Faults]
    for stage in [each for each in stages if HAZARDS.control[each.title].faults][:1]:
        rows = [{**CELL, "cell": cell} for cell in HAZARDS.control[stage.title].faults]
        found = {**dict(RECORDED["faults"]), "rows": rows, "cells": len(rows)}  # type: ignore[call-overload]
        keep(stage, whole, 0, "", json.dumps(found).encode(), 1.0)
        code, text = report(whole)
        assert code == 1
        assert f"`{stage.title}`" in verdict(text).partition("**NOT MISSED**")[2].splitlines()[0]


def test_a_control_is_not_missed_when_one_of_several_still_holds(whole: Path) -> None:
    """A cell fails without it; the invariant that is named, too, does not."""
    control = next(name for name in HAZARDS.removable if cells_of(HAZARDS.control[name]) and invariants_of(name))
    (stage,) = [each for each in removal_stages(HAZARDS) if each.title == control and each.shape is Explore]
    holds = [{"name": name, "what": "", "checks": 1, "violations": 0} for name in invariants_of(control)]
    found = {**dict(RECORDED["explore"]), "invariants": holds}  # type: ignore[call-overload]
    keep(stage, whole, 0, "", json.dumps(found).encode(), 1.0)
    code, text = report(whole)
    assert code == 1
    assert f"`{control}`" in verdict(text).partition("**NOT MISSED**")[2].splitlines()[0]


def invariants_of(name: str) -> tuple[str, ...]:
    return HAZARDS.control[name].invariants


def test_evidence_is_made_once_and_kept(tmp_path: Path) -> None:
    count = tmp_path / "runs"
    script = f"open({str(count)!r}, 'a').write('x'); print('''{json.dumps(RECORDED['lift'])}''')"

    def maker(stage: Stage, directory: Path) -> None:
        make(stage, directory, ("/usr/bin/env", "python3", "-c", script))

    for _ in range(2):
        (found,) = gather((PRINTS,), tmp_path, maker)
        assert found.status == "passed"
    assert count.read_text() == "x"
    path = path_of(PRINTS, tmp_path)
    kept = msgspec.json.decode(path.read_bytes(), type=evidence.Kept)
    path.write_bytes(msgspec.json.encode(msgspec.structs.replace(kept, fingerprint="of yesterday")))
    assert gather((PRINTS,), tmp_path, maker)[0].status == "passed"
    assert count.read_text() == "xx"


@pytest.mark.parametrize(
    ("script", "said"),
    [
        ("import sys; sys.exit('ionto: E508 nobody there')", "no JSON came ionto: E508 nobody there"),
        ("import sys; print('ionto: E509 no such option', file=sys.stderr); sys.exit(2)", "ionto: E509 no such option"),
        ("print('half of a {')", "no JSON came"),
    ],
)
def test_a_command_that_could_not_run_is_no_result(script: str, said: str, tmp_path: Path) -> None:
    make(PRINTS, tmp_path, ("/usr/bin/env", "python3", "-c", script))
    found = read(PRINTS, tmp_path)
    assert (found.status, found.why) == ("broken", f"could not be run: {said}")


def test_a_damaged_file_is_named(tmp_path: Path) -> None:
    path_of(PRINTS, tmp_path).write_text("{")
    assert read(PRINTS, tmp_path).status == "broken"


def test_a_page_that_cannot_be_written_is_one_line(whole: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["safety-report", "--from", str(whole), "--out", str(whole)]) == 2
    assert capsys.readouterr().err.startswith("ionto: E503 cannot write")


def test_stages_can_be_made_alone_for_the_whole_takes_hours(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    made: list[str] = []
    monkeypatch.setattr(safety_report_cmd, "make", lambda stage, _directory: made.append(stage.name))
    words = ["safety-report", "--build", str(tmp_path), "--out", str(tmp_path / "page.md"), "--only"]
    assert cli.main([*words, "lift", "explore"]) == 1
    assert made == ["explore", "lift"]
    made.clear()
    assert cli.main([*words, "without"]) == 1
    assert made
    assert all(name.startswith("without.") for name in made)
    assert "1 of at most 2: `ionto explore`" in capsys.readouterr().err


def test_a_stage_that_does_not_exist_is_named_beside_those_that_do(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["safety-report", "--build", str(tmp_path), "--only", "life"]) == 2
    said = capsys.readouterr().err
    assert said.startswith("ionto: E509 --only life: no such stage; there are explore, faults, kills, lift")
    assert not list(tmp_path.iterdir())


def test_numbers_that_wait_for_a_signature_are_read_from_the_sources() -> None:
    found = {each.name: each for each in provisional()}
    assert found["CHARGE_C_PER_CM2"].value == "0.2"
    assert found["OverSite.MARGIN_MA"].value == "0.3"
    assert "25 mA" in found["SITES: hands"].value
    assert "CURRENT_MA" not in found  # published, not derived here


def test_codes_on_the_page_exist(whole: Path) -> None:
    _, text = report(whole)
    assert set(re.findall(r"\bE\d{3}\b", text)) <= set(CATALOGUE)
