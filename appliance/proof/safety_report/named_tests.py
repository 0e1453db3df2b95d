"""Evidence that tests give: those that the risk file names, run once, and the mutants of `make mutants`."""

import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Final
from xml.etree import ElementTree

import msgspec

from appliance.proof.hazards import Hazards
from appliance.proof.safety_report.evidence import CANNOT_RUN, LAST_WORDS, LONGEST_S, keep
from appliance.proof.safety_report.shapes import Tests
from appliance.proof.safety_report.stages import Stage
from appliance.proof.safety_report.version import ROOT

SUMMARY: Final = ROOT / "mutants" / "summary.json"  # written by tests/mutants.py at its end
RAN: Final = (0, 1)  # pytest's exit status when tests were run


def named_in(hazards: Hazards) -> tuple[str, ...]:
    """Every node id of the risk file, each once, in order."""
    return tuple(sorted({test for hazard in hazards.hazard for test in hazards.tests_of(hazard)}))


def make_tests(stage: Stage, directory: Path, hazards: Hazards) -> None:
    """Run them in a process of their own and keep the result.

    Raises:
        ConfigError: E503, the directory cannot be written.
    """
    begun_s = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="ionto-tests-") as here:
        report = Path(here) / "junit.xml"
        words = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", f"--junitxml={report}"]
        try:
            done = subprocess.run(  # noqa: S603 - our own tests
                [*words, *named_in(hazards)], cwd=ROOT, capture_output=True, text=True, timeout=LONGEST_S, check=False
            )
            code, said = done.returncode, f"{done.stdout}{done.stderr}".strip()
        except subprocess.TimeoutExpired:
            code, said = CANNOT_RUN, f"not done after {LONGEST_S / 3600:g} h"
        result = msgspec.json.encode(_read(report)) if code in RAN and report.exists() else b"null"
    ran = code if result != b"null" else CANNOT_RUN
    keep(stage, directory, ran, said[-LAST_WORDS:], result, time.monotonic() - begun_s)


def _read(report: Path) -> Tests:
    """Of pytest's own report."""
    cases = list(ElementTree.parse(report).iter("testcase"))  # noqa: S314 - written by our own process
    bad = [
        f"{case.get('classname')}::{case.get('name')}"
        for case in cases
        if case.find("failure") is not None or case.find("error") is not None or case.find("skipped") is not None
    ]
    return Tests(len(cases), tuple(sorted(bad)))


def make_mutants(stage: Stage, directory: Path) -> None:
    """Run `make mutants`, which goes on where it was, and keep its summary.

    Raises:
        ConfigError: E503, the directory cannot be written.
    """
    begun_s = time.monotonic()
    SUMMARY.unlink(missing_ok=True)
    try:
        done = subprocess.run(
            ["make", "mutants"],  # noqa: S607 - as a person does; it adds what it needs to .venv
            cwd=ROOT,
            stdout=sys.stderr,
            timeout=LONGEST_S,
            check=False,
        )
        code, said = done.returncode, ""
    except subprocess.TimeoutExpired:
        code, said = CANNOT_RUN, f"not done after {LONGEST_S / 3600:g} h; what it found is kept, run it again"
    result = SUMMARY.read_bytes() if SUMMARY.exists() else b"null"
    keep(stage, directory, code if result != b"null" else CANNOT_RUN, said, result, time.monotonic() - begun_s)
