"""Which tests could notice a mutant, the quickest first."""

import ast
import re
from collections.abc import Iterable
from typing import Final, NamedTuple

from mutation.mutants import PACKAGES, ROOT, Mutant

TEST_FILES: Final = tuple(path for package in PACKAGES for path in sorted((ROOT / "tests" / package).glob("test_*.py")))


class Reach(NamedTuple):
    """Which test runs which line of which file, and how long each takes."""

    seconds: dict[str, float]
    lines: dict[str, dict[str, list[str]]]

    def add(self, other: "Reach") -> None:
        """Take in what another file of tests reaches."""
        self.seconds.update(other.seconds)
        for path, by_line in other.lines.items():
            mine = self.lines.setdefault(path, {})
            for line, tests in by_line.items():
                mine[line] = mine.get(line, []) + tests

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
                readers = [number for number, line in enumerate(text.splitlines(), 1) if word.search(line)]
                lines, through = spread(text, readers)
                found |= self.reach.tests_on(path, lines)
                todo += through - known
                known |= through
        return found


def spread(text: str, readers: list[int]) -> tuple[set[int], set[str]]:
    """From lines that read a name: all lines on which it shows, and the constants that are made of it.

    A default or an annotation shows in the whole function; a value of a class or module in whoever reads that.
    """
    lines, constants = set(readers), set[str]()
    bodies = [ast.parse(text).body]
    while bodies:
        for node in bodies.pop():
            end = node.end_lineno or node.lineno
            if isinstance(node, ast.ClassDef):
                bodies.append(node.body)
            elif isinstance(node, ast.FunctionDef):
                if any(node.lineno <= line < node.body[0].lineno for line in readers):
                    lines |= set(range(node.lineno, end + 1))
            elif isinstance(node, ast.Assign | ast.AnnAssign) and any(node.lineno <= at <= end for at in readers):
                targets = node.targets if isinstance(node, ast.Assign) else [node.target]
                constants |= {target.id for target in targets if isinstance(target, ast.Name)}
    return lines, constants
