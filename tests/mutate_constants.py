"""Changes every number at class and module level of safety/ and treatment/ by a fifth: does a test notice?

mutmut changes what functions do, never a threshold, a limit or a row of SITES: this does. `make mutants` runs both.
Each mutant lives in a forked process, which compiles the one changed file in memory: no file of the tree is touched.
"""

import argparse
import ast
import json
import os
import resource
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import CodeType
from typing import NamedTuple

import hypothesis.strategies  # noqa: F401 - imported once, before the forks
import msgspec  # noqa: F401 - as above
import pytest

ROOT = Path(__file__).resolve().parent.parent
TESTS = (Path("tests/safety"), Path("tests/treatment"))
CACHE = Path("mutants/constants.json")
HOW = (
    "-x",
    "-p",
    "no:cacheprovider",
    "--hypothesis-seed=0",
    "-W",
    "ignore::pytest.PytestAssertRewriteWarning",  # hypothesis is there before pytest begins
)
CPU_LIMIT_S = 600  # one fresh run of all these tests takes about 70; a mutant that never ends is noticed
NOTHING_FAILED, NEVER_ENDED, NOT_RUN = "", "never ended", "could not be run"


class Mutant(NamedTuple):
    """One number of one file, where it stands and what takes its place."""

    path: Path
    owner: str  # 'OverSite.MARGIN_MA', 'SITES'
    line: int
    column: int
    end_line: int
    end_column: int
    old: str
    new: str

    def key(self, among: list["Mutant"]) -> str:
        """Owner and change; a number that stands there more than once is counted from 1."""
        same = [m for m in among if (m.path, m.owner, m.old, m.new) == (self.path, self.owner, self.old, self.new)]
        return f"{self.path}::{self.owner} {self.old} -> {self.new}" + (
            f" #{same.index(self) + 1}" if len(same) > 1 else ""
        )


@dataclass
class Running:
    """A mutant under test in a child."""

    key: str
    report: int  # read end of the pipe with the test that failed


# ------------------------------------------------------------ what is changed


def owned(body: list[ast.stmt], prefix: str = "") -> Iterator[tuple[str, ast.expr]]:
    """Every value that is assigned outside functions, with its dotted name."""
    for statement in body:
        if isinstance(statement, ast.ClassDef):
            yield from owned(statement.body, f"{prefix}{statement.name}.")
        elif isinstance(statement, ast.Assign):
            yield prefix + ast.unparse(statement.targets[0]), statement.value
        elif isinstance(statement, ast.AnnAssign) and statement.value:
            yield prefix + ast.unparse(statement.target), statement.value


def is_number(node: ast.expr) -> bool:
    """A literal, or arithmetic of literals such as 36.5 * 60."""
    match node:
        case ast.Constant(value=bool() | int() | float()):
            return True
        case ast.UnaryOp(operand=operand):
            return is_number(operand)
        case ast.BinOp(left=left, right=right):
            return is_number(left) and is_number(right)
    return False


def numbers(node: ast.expr) -> Iterator[ast.expr]:
    """The outermost numbers within an expression."""
    if is_number(node):
        yield node
        return
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.expr):
            yield from numbers(child)
        elif isinstance(child, ast.keyword):
            yield from numbers(child.value)


def others(value: float) -> tuple[float, ...]:
    """What a number becomes: a fifth more and less; a small whole number one more and less; a switch the other."""
    if isinstance(value, bool):
        return (not value,)
    if value == 0:
        return (1,) if isinstance(value, int) else (0.1,)
    if isinstance(value, int):
        step = max(1, round(abs(value) * 0.2))
        return (value + step, value - step)
    return (value * 1.2, value * 0.8)


def mutants_of(path: Path) -> Iterator[Mutant]:
    """All changes of one file."""
    text = (ROOT / path).read_text()
    for owner, value in owned(ast.parse(text).body):
        for node in numbers(value):
            old = ast.unparse(node)
            for new in others(eval(compile(ast.Expression(node), "<number>", "eval"))):  # literals only
                assert node.end_lineno is not None and node.end_col_offset is not None
                place = (node.lineno, node.col_offset, node.end_lineno, node.end_col_offset)
                yield Mutant(path, owner, *place, old, repr(new) if len(repr(new)) < 9 else f"{new:.6g}")


def changed(mutant: Mutant) -> str:
    """The file's text with the number replaced."""
    lines = (ROOT / mutant.path).read_text().splitlines(keepends=True)
    head = lines[mutant.line - 1].encode()[: mutant.column].decode()
    tail = lines[mutant.end_line - 1].encode()[mutant.end_column :].decode()
    lines[mutant.line - 1 : mutant.end_line] = [f"{head}({mutant.new}){tail}"]
    return "".join(lines)


# ------------------------------------------------------------ one mutant under test


class FirstFailure:
    """Runs the test that noticed last time first, and remembers the test that failed or the file that broke."""

    def __init__(self, hint: str) -> None:
        self.hint = hint
        self.name = NOTHING_FAILED

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        items.sort(key=lambda item: item.nodeid != self.hint)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed and not self.name:
            self.name = report.nodeid

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed and not self.name:
            self.name = report.nodeid


def compile_instead(mutant: Mutant) -> None:
    """From now on the mutant's module is compiled from the changed text."""
    target, text, normal = str(ROOT / mutant.path), changed(mutant), SourceFileLoader.get_code

    def get_code(loader: SourceFileLoader, fullname: str) -> CodeType | None:
        if loader.path == target:
            return compile(text, target, "exec", dont_inherit=True)
        return normal(loader, fullname)

    SourceFileLoader.get_code = get_code  # type: ignore[method-assign, assignment]


def run_tests(mutant: Mutant | None, hint: str) -> str:
    """In the child: the first test that fails, or nothing. No mutant: the tree as it is."""
    files = test_files(mutant)
    if mutant is not None:
        compile_instead(mutant)
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_LIMIT_S, CPU_LIMIT_S + 1))
    silent = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silent, 1)
    os.dup2(silent, 2)
    seen = FirstFailure(hint)
    hinted = [file for file in files if hint.startswith(f"{file}::")]
    for chosen in (hinted, files[:2], files[2:]):
        if chosen and not seen.name:
            ended = pytest.main([*HOW, *chosen], plugins=[seen])
            if ended not in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED) and not seen.name:
                return NOT_RUN
    return seen.name


def test_files(mutant: Mutant | None) -> list[str]:
    """All of them; those that name the constant, its class or its module come first."""
    words = (mutant.path.stem, *mutant.owner.split(".")) if mutant else ()
    texts = {
        str(path.relative_to(ROOT)): path.name + path.read_text()
        for folder in TESTS
        for path in sorted((ROOT / folder).glob("test_*.py"))
    }
    return sorted(texts, key=lambda name: (-sum(word in texts[name] for word in words), len(texts[name])))


def start(mutant: Mutant | None, key: str, hint: str) -> tuple[int, Running]:
    """Fork a child that tests one mutant."""
    read_end, write_end = os.pipe()
    child = os.fork()
    if child == 0:
        failed = NOT_RUN
        try:
            failed = run_tests(mutant, hint)
        finally:
            os.write(write_end, failed.encode()[:4000])
            os._exit(0)
    os.close(write_end)
    return child, Running(key, read_end)


def finish(running: dict[int, Running]) -> tuple[str, str]:
    """Wait for one child; its mutant and the test that failed."""
    child, status = os.wait()
    done = running.pop(child)
    with os.fdopen(done.report, "rb") as pipe:
        failed = pipe.read().decode()
    failed = NEVER_ENDED if os.WIFSIGNALED(status) or os.waitstatus_to_exitcode(status) else failed
    if failed == NOT_RUN or (failed and not done.key):
        raise SystemExit(f"the tests cannot be run, or fail by themselves: {done.key or 'no mutant'}: {failed}")
    return done.key, failed


# ------------------------------------------------------------ all of them


def fingerprint() -> str:
    """Of everything that decides a result."""
    files = (p for folder in ("appliance", "tests", "hardware") for p in sorted((ROOT / folder).rglob("*.[pt]*")))
    return sha256(b"".join(p.read_bytes() for p in files if p.suffix in (".py", ".toml"))).hexdigest()


def all_mutants() -> dict[str, Mutant]:
    """Of both packages, by what is changed where."""
    files = sorted(p.relative_to(ROOT) for d in ("safety", "treatment") for p in (ROOT / "appliance" / d).rglob("*.py"))
    every = [mutant for path in files for mutant in mutants_of(path)]
    return {mutant.key(every): mutant for mutant in every}


def already_known() -> dict[str, str]:
    """What the last sweep found, of whatever tree."""
    known: dict[str, str] = json.loads(CACHE.read_text())["noticed"]
    return {key: known[key] for key in all_mutants() if key in known}


def sweep(mutants: dict[str, Mutant], jobs: int) -> dict[str, str]:
    """The test that noticed each mutant; '' when none did. What an interrupted run found is kept."""
    tree = fingerprint()
    known = json.loads(CACHE.read_text()) if CACHE.exists() else {}
    hints: dict[str, str] = known.get("noticed", {})
    valid: set[str] = set(known.get("of_this_tree", ())) if known.get("tree") == tree else set()
    running: dict[int, Running] = {}
    if not valid:
        child, about = start(None, "", "")
        finish({child: about})
    waiting = [key for key in mutants if key not in valid]
    while waiting or running:
        while waiting and len(running) < jobs:
            key = waiting.pop(0)
            child, about = start(mutants[key], key, hints.get(key, ""))
            running[child] = about
        key, failed = finish(running)
        valid.add(key)
        hints[key] = failed
        CACHE.parent.mkdir(exist_ok=True)
        CACHE.write_text(json.dumps({"tree": tree, "of_this_tree": sorted(valid), "noticed": hints}, indent=1))
        print(f"{'noticed ' if failed else 'SURVIVED'} {key}  {failed}", flush=True)
    return {key: hints[key] for key in mutants}


def main() -> int:
    """All constants, or those of the files that contain one of the given names."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("only", nargs="*", help="parts of paths or constants, such as monitors/current or SITES")
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--list", action="store_true", help="print the mutants and stop")
    asked = parser.parse_args()
    os.chdir(ROOT)
    sys.path.insert(0, str(ROOT))
    began_s = time.monotonic()
    chosen = {k: m for k, m in all_mutants().items() if not asked.only or any(part in k for part in asked.only)}
    if asked.list:
        print(*chosen, sep="\n")
        return 0
    noticed = sweep(chosen, asked.jobs)
    survivors = [key for key, failed in noticed.items() if not failed]
    print(f"{len(noticed) - len(survivors)} of {len(noticed)} noticed, {time.monotonic() - began_s:.0f} s")
    print(*survivors, sep="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
