"""Which tests could notice a mutant, the quickest first."""

import ast
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Final, NamedTuple

from mutation.mutants import PACKAGES, ROOT, Mutant

TEST_FILES: Final = tuple(
    path for package in PACKAGES for path in sorted((ROOT / "tests" / package).glob("test_*.py"))
)


class Reach(NamedTuple):
    """Which test runs which line of which file, and how long each takes."""

    seconds: dict[str, float]
    lines: dict[str, dict[str, list[str]]]

    def tests_on(self, path: str, lines: Iterable[int]) -> set[str]:
        """Those that run one of the lines while they run."""
        by_line = self.lines.get(path, {})
        return {test for line in lines for test in by_line.get(str(line), ())}


class Selection:
    """Of the tests that one run has measured."""

    def __init__(self, reach: Reach) -> None:
        self.reach = reach
        self.sources = {path: (ROOT / path).read_text() for path in reach.lines}
        self.tests_of_file: dict[str, list[str]] = {}
        for name in reach.seconds:
            self.tests_of_file.setdefault(name.partition("::")[0], []).append(name)
        self.test_texts = {str(path.relative_to(ROOT)): path.read_text() for path in TEST_FILES}

    def order(self, mutant: Mutant, hint: str | None) -> list[str]:
        """The one that noticed last time, then the quickest first; those that name a constant before the others."""
        naming = self.naming(mutant.names)
        found = self.reach.tests_on(mutant.path, mutant.lines) | naming | self.using(mutant)
        return sorted(found, key=lambda name: (name != hint, self.reach.seconds[name]))

    def naming(self, names: tuple[str, ...]) -> set[str]:
        """Tests of a file that names what is bound."""
        if not names:
            return set()
        word = re.compile(rf"\b({'|'.join(map(re.escape, names))})\b")
        files = (file for file, text in self.test_texts.items() if word.search(text))
        return {name for file in files for name in self.tests_of_file.get(file, ())}

    def using(self, mutant: Mutant) -> set[str]:
        """Tests that run a line which reads what is bound, directly or through another constant."""
        found: set[str] = set()
        todo, known = list(mutant.names), set(mutant.names)
        while todo:
            word = re.compile(rf"\b{re.escape(todo.pop())}\b")
            for path, text in self.sources.items():
                lines = [number for number, line in enumerate(text.splitlines(), 1) if word.search(line)]
                found |= self.reach.tests_on(path, lines)
                through = {name for name in bound_on(text, lines)} - known
                known |= through
                todo += through
        return found


def bound_on(text: str, lines: list[int]) -> set[str]:
    """Constants of modules and classes whose value stands on one of the lines."""
    found: set[str] = set()
    bodies = [ast.parse(text).body]
    while bodies:
        for node in bodies.pop():
            if isinstance(node, ast.ClassDef):
                bodies.append(node.body)
            elif isinstance(node, ast.Assign | ast.AnnAssign) and any(
                node.lineno <= line <= (node.end_lineno or node.lineno) for line in lines
            ):
                targets = node.targets if isinstance(node, ast.Assign) else [node.target]
                found |= {target.id for target in targets if isinstance(target, ast.Name)}
    return found
