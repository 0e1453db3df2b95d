"""Runs the tests against one mutant in a forked process, where the changed file is compiled in memory.

No file of the tree is touched. The tests are those that `make test` runs; only Hypothesis is told to make the same
examples every time and not to look for smaller ones.
"""

import gc
import json
import os
import resource
import sys
from collections.abc import Callable
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import CodeType
from typing import Final

import coverage
import hypothesis
import hypothesis.strategies  # imported once, before the forks
import msgspec  # noqa: F401 - as above
import pytest
from mutation.mutants import PACKAGES, ROOT, Mutant

HOW: Final = (
    "-x", "-q", "-p", "no:cacheprovider", "-p", "no:faulthandler",
    "-W", "ignore::pytest.PytestAssertRewriteWarning",  # hypothesis is there before pytest begins
)  # fmt: skip
ALLOWED: Final = (4.0, 2.0)  # s of processor time, and times what these tests take by the clock, coverage measured
MEMORY_BYTES: Final = 2 << 30
# No test of the core loads these, so no result depends on them; measured with every file of tests.
APART: Final = ("cli", "kiosk", "proof", "records", "service")
# What the tests' own conftest, clients and permission are.
NOT_APART: Final = ("proof/__init__.py", "proof/direct_talk.py", "proof/permission.py", "proof/stall_watch.py")
KILLED, TIMEOUT, SURVIVED, UNTESTED, BROKEN = "killed", "timeout", "survived", "untested", "broken"


def is_apart(path: Path) -> bool:
    """Whether a file of the appliance decides nothing here."""
    inside = path.relative_to(ROOT / "appliance") if path.is_relative_to(ROOT / "appliance") else Path()
    return bool(inside.parts) and inside.parts[0] in APART and str(inside) not in NOT_APART


def prepare() -> None:
    """In the parent, once: what every child inherits."""
    # The same examples every time, and none made smaller: that some test fails is all that is asked.
    hypothesis.settings.register_profile(
        "mutants",
        derandomize=True,
        database=None,
        deadline=None,
        phases=(hypothesis.Phase.explicit, hypothesis.Phase.generate),
        report_multiple_bugs=False,
        suppress_health_check=list(hypothesis.HealthCheck),
    )
    hypothesis.settings.load_profile("mutants")
    sys.dont_write_bytecode = False
    sys.pycache_prefix = str(ROOT / "mutants" / "pycache")
    os.chdir(ROOT)
    gc.freeze()


class Chosen:
    """Runs these tests in this order, and remembers the first that fails."""

    def __init__(self, order: list[str]) -> None:
        self.rank = {name: at for at, name in enumerate(order)}
        self.failed: str | None = None

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        items[:] = sorted((i for i in items if i.nodeid in self.rank), key=lambda item: self.rank[item.nodeid])

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed and self.failed is None:
            self.failed = report.nodeid

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed and self.failed is None:
            self.failed = report.nodeid or "collection"


def compile_instead(mutant: Mutant) -> None:
    """From now on the mutant's module is compiled from the changed text."""
    target, normal = str(ROOT / mutant.path), SourceFileLoader.get_code

    def get_code(loader: SourceFileLoader, fullname: str) -> CodeType | None:
        if loader.path == target:
            return compile(mutant.text, target, "exec", dont_inherit=True)
        return normal(loader, fullname)

    SourceFileLoader.get_code = get_code  # type: ignore[method-assign, assignment]


def test_mutant(mutant: Mutant, order: list[str], expected_s: float) -> tuple[str, str | None]:
    """In the child: how it ended, and the test that noticed."""
    compile_instead(mutant)
    limit_s = int(ALLOWED[0] + ALLOWED[1] * expected_s)
    resource.setrlimit(resource.RLIMIT_CPU, (limit_s, limit_s + 1))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    chosen = Chosen(order)
    ended = pytest.main([*HOW, *dict.fromkeys(name.partition("::")[0] for name in order)], plugins=[chosen])
    if chosen.failed is not None or ended not in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED):
        return KILLED, chosen.failed or f"pytest ended with {ended}"
    return (SURVIVED, None) if ended == pytest.ExitCode.OK else (BROKEN, str(ended))


class Reach:
    """Which test runs which line, and how long each takes."""

    def __init__(self, tool: coverage.Coverage) -> None:
        self.tool = tool
        self.seconds: dict[str, float] = {}
        self.failed: list[str] = []

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        self.tool.switch_context(nodeid)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self.seconds[report.nodeid] = self.seconds.get(report.nodeid, 0.0) + report.duration
        if report.failed:
            self.failed.append(report.nodeid)


def measure_reach(files: list[str]) -> dict[str, object]:
    """In the child: the tests of these files once, on the tree as it is."""
    tool = coverage.Coverage(data_file=None, source=[f"appliance/{package}" for package in PACKAGES], config_file=False)
    reach = Reach(tool)
    tool.start()
    ended = pytest.main([*HOW, *files], plugins=[reach])
    tool.stop()
    loaded = [Path(module.__file__) for module in sys.modules.values() if getattr(module, "__file__", None)]
    if apart := [str(path) for path in loaded if is_apart(path)]:
        raise SystemExit(f"the tests load what no result was to depend on: {', '.join(apart)}")
    data, lines = tool.get_data(), {}
    for path in data.measured_files():
        by_line = data.contexts_by_lineno(path)
        lines[str(Path(path).relative_to(ROOT))] = {str(line): sorted(filter(None, by_line[line])) for line in by_line}
    if ended != pytest.ExitCode.OK:
        raise SystemExit(f"the tests fail without a mutant: {reach.failed or ended}")
    return {"seconds": reach.seconds, "lines": lines}


def fork(work: Callable[[], object]) -> tuple[int, int]:
    """Do work in a child; its id and the pipe on which the result comes as JSON."""
    read_end, write_end = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.close(read_end)
            silent = os.open(os.devnull, os.O_RDWR)
            for stream in (0, 1, 2):
                os.dup2(silent, stream)
            answer = json.dumps(work()).encode()
        except BaseException as error:
            answer = json.dumps({"error": repr(error)}).encode()
        with os.fdopen(write_end, "wb") as pipe:
            pipe.write(answer)
        os._exit(0)
    os.close(write_end)
    return child, read_end
