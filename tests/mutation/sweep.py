"""All mutants, as many at a time as asked; what is known and still true is not run again."""

import json
import os
import time
from dataclasses import asdict, dataclass
from functools import partial
from hashlib import sha256
from pathlib import Path
from random import Random
from typing import Any, Final

from mutation.mutants import PACKAGES, ROOT, Mutant
from mutation.runner import (
    BROKEN,
    KILLED,
    SURVIVED,
    TIMEOUT,
    UNTESTED,
    fork,
    is_apart,
    measure_reach,
    prepare,
    test_mutant,
)
from mutation.selection import TEST_FILES, Reach, Selection

FOUND: Final = ROOT / "mutants"
RESULTS: Final = FOUND / "results.json"
REACH: Final = FOUND / "reach.json"
TOLD_EVERY_S: Final = 30.0
LISTED_S: Final = 10.0  # of the quickest tests, for a mutant that is known to survive


@dataclass(frozen=True)
class Result:
    """How one mutant ended."""

    status: str
    by: str | None  # the test that noticed
    tree: str  # of what decided it: all, or, for a kill, the appliance and the file of the test that noticed


class Tree:
    """Fingerprints: a kill stands while the appliance and the test that noticed do; a survivor while nothing moves."""

    def __init__(self) -> None:
        self.appliance = digest(*(path for path in sorted((ROOT / "appliance").rglob("*.py")) if not is_apart(path)))
        self.core = digest(*(path for package in PACKAGES for path in core_files(package)))
        tests = [path for package in PACKAGES for path in sorted((ROOT / "tests" / package).glob("*.py"))]
        self.helpers = digest(*(path for path in tests if not path.name.startswith("test_")))
        self.all = self.appliance + digest(*tests)

    def of(self, status: str, by: str | None) -> str:
        """What such a result depends on."""
        file = ROOT / (by or "").partition("::")[0]
        killed = status == KILLED and file.is_file()
        return self.appliance + self.helpers + digest(file) if killed else self.all


def core_files(package: str) -> list[Path]:
    """What is mutated."""
    return sorted((ROOT / "appliance" / package).rglob("*.py"))


def digest(*paths: Path) -> str:
    """Of files."""
    return sha256(b"".join(path.read_bytes() for path in paths)).hexdigest()[:16]


def known_results() -> dict[str, Result]:
    """What earlier runs found, of whatever tree."""
    if not RESULTS.exists():
        return {}
    return {key: Result(**values) for key, values in json.loads(RESULTS.read_text()).items()}


def still_true(known: dict[str, Result], tree: Tree) -> set[str]:
    """The keys that need no new run."""
    return {key for key, result in known.items() if result.tree == tree.of(result.status, result.by)}


def reach_of(tree: Tree, jobs: int) -> Reach:
    """Measured once for a test file and the code that it may reach."""
    kept = json.loads(REACH.read_text()) if REACH.exists() else {}
    wanted = {str(file.relative_to(ROOT)): tree.core + tree.helpers + digest(file) for file in TEST_FILES}
    new = [file for file, of in wanted.items() if kept.get(file, {}).get("tree") != of]
    if new:
        print(f"which test runs which line: {len(new)} files of tests once, without a mutant", flush=True)
        shares = [new[at::jobs] for at in range(min(jobs, len(new)))]
        children = [(share, *fork(partial(measure_reach, share))) for share in shares]
        for share, child, pipe in children:
            with os.fdopen(pipe, "rb") as stream:
                measured = json.loads(stream.read())
            os.waitpid(child, 0)
            if "error" in measured:
                raise SystemExit(measured["error"])
            kept |= {file: {"tree": wanted[file], **part_of(measured, file)} for file in share}
        REACH.write_text(json.dumps({file: kept[file] for file in wanted}))
    whole = Reach({}, {})
    for file in wanted:
        whole.add(Reach(kept[file]["seconds"], kept[file]["lines"]))
    return whole


def part_of(measured: dict[str, Any], file: str) -> dict[str, Any]:
    """What one test file reached."""
    own = f"{file}::"
    lines = {
        path: {line: mine for line, tests in by_line.items() if (mine := [t for t in tests if t.startswith(own)])}
        for path, by_line in measured["lines"].items()
    }
    return {"seconds": {t: s for t, s in measured["seconds"].items() if t.startswith(own)}, "lines": lines}


def within(budget_s: float, order: list[str], seconds: dict[str, float]) -> list[str]:
    """The first tests that together take no longer, and one at least."""
    total_s, taken = 0.0, []
    for name in order:
        total_s += seconds[name]
        if taken and total_s > budget_s:
            break
        taken.append(name)
    return taken


class Sweep:
    """Runs mutants in children."""

    def __init__(self, jobs: int, listed: frozenset[str]) -> None:
        prepare()
        FOUND.mkdir(exist_ok=True)
        self.jobs = jobs
        self.listed = listed
        self.tree = Tree()
        self.results = known_results()
        self.running: dict[int, tuple[Mutant, int]] = {}
        self.told_s = 0.0

    def run(self, mutants: list[Mutant]) -> dict[str, Result]:
        """Every mutant's result; an interrupted sweep goes on where it was."""
        done = still_true(self.results, self.tree)
        waiting = [mutant for mutant in mutants if mutant.key not in done]
        if waiting:
            selection = Selection(reach_of(self.tree, self.jobs))
            Random(0).shuffle(waiting)  # what is known on the way is a fair sample of the whole
            for at, mutant in enumerate(waiting):
                ended = [self.results[each.key].status for each in waiting[:at] if each.key in self.results]
                lived = ended.count(SURVIVED) + ended.count(UNTESTED)
                self.tell(f"{at} of {len(waiting)} begun, {lived} of {len(ended)} lived")
                self.start(mutant, selection)
            while self.running:
                self.finish()
            self.save()
        return {mutant.key: self.results[mutant.key] for mutant in mutants}

    def start(self, mutant: Mutant, selection: Selection) -> None:
        """In a child, as soon as one of the places is free."""
        before = self.results.get(mutant.key)
        order = selection.order(mutant, before.by if before else None)
        if mutant.key in self.listed:
            order = within(LISTED_S, order, selection.reach.seconds)
        if not order:
            self.keep(mutant, UNTESTED, None)
            return
        while len(self.running) >= self.jobs:
            self.finish()
        expected_s = sum(selection.reach.seconds[name] for name in order)
        child, pipe = fork(partial(test_mutant, mutant, order, expected_s))
        self.running[child] = (mutant, pipe)

    def finish(self) -> None:
        """Wait for one child."""
        child, ended = os.wait()
        mutant, pipe = self.running.pop(child)
        with os.fdopen(pipe, "rb") as stream:
            answer = stream.read()
        found = json.loads(answer) if answer and not os.WIFSIGNALED(ended) else (TIMEOUT, None)
        if isinstance(found, dict) or found[0] == BROKEN:
            raise SystemExit(f"the tests cannot be run: {mutant.key}: {found}")
        self.keep(mutant, found[0], found[1])

    def keep(self, mutant: Mutant, status: str, by: str | None) -> None:
        """Result, and now and then the file."""
        self.results[mutant.key] = Result(status, by, self.tree.of(status, by))

    def tell(self, text: str) -> None:
        """Now and then; and what is known then is saved."""
        now_s = time.monotonic()
        if now_s - self.told_s >= TOLD_EVERY_S:
            self.told_s = now_s
            self.save()
            print(text, flush=True)

    def save(self) -> None:
        """Replaced whole, so that an interrupted run leaves a file that can be read."""
        new = RESULTS.with_suffix(".new")
        new.write_text(json.dumps({key: asdict(result) for key, result in self.results.items()}, indent=0))
        new.replace(RESULTS)
