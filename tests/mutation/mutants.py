"""All mutants of safety/ and treatment/, each with a key that outlives edits elsewhere."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import parso
from cosmic_ray.ast import ast_nodes
from cosmic_ray.operators.operator import Operator
from mutation.operators import chosen

ROOT: Final = Path(__file__).resolve().parents[2]
PACKAGES: Final = ("safety", "treatment")


@dataclass(frozen=True)
class Mutant:
    """One change of one file."""

    path: str  # of the repository
    where: str  # path::Class.function
    change: str  # the changed lines: was => now
    lines: range  # of the statement that is changed
    names: tuple[str, ...]  # what is bound by a statement outside functions; who reads them notices
    text: str  # the whole file, changed

    @property
    def key(self) -> str:
        """Stays the same while this function's line does."""
        return f"{self.where}  {self.change}"


def all_mutants() -> list[Mutant]:
    """Of both packages. A change that stands in a function more than once is counted: `#2`."""
    found, seen = [], Counter[str]()
    for package in PACKAGES:
        for path in sorted((ROOT / "appliance" / package).rglob("*.py")):
            for mutant in mutants_of(str(path.relative_to(ROOT)), path.read_text()):
                seen[mutant.key] += 1
                again = seen[mutant.key]
                named = f"{mutant.change} #{again}" if again > 1 else mutant.change
                found.append(replace(mutant, change=named))
    return found


def mutants_of(path: str, text: str) -> Iterator[Mutant]:
    """Of one file."""
    tree = parso.parse(text)
    for operator in chosen().values():
        for node in [each for each in ast_nodes(tree) if not is_star(each)]:
            for index, _ in enumerate(list(operator.mutation_positions(node))):
                new = changed(text, node, operator, index)
                statement = statement_of(node)
                yield Mutant(
                    path, f"{path}::{owner(node)}", told(text, new), lines_of(statement), bound_by(statement), new
                )


def is_star(node: Any) -> bool:
    """Of parameters and arguments: no operator, though Cosmic Ray multiplies with it."""
    return node.type == "operator" and node.parent.type in ("parameters", "param", "argument")


def changed(text: str, node: Any, operator: Operator, index: int) -> str:
    """The file with this node changed. Operators change nodes in place: what they were is put back."""
    start, end = offset(text, node.get_start_pos_of_prefix()), offset(text, node.end_pos)
    kept = [(each, dict(values_of(each))) for each in (node, *getattr(node, "children", ()))]
    now = operator.mutate(node, index)
    code = "" if now is None else now.get_code()
    for each, values in kept:
        for name, value in values.items():
            setattr(each, name, value)
    return text[:start] + code + text[end:]


def values_of(node: Any) -> Iterator[tuple[str, Any]]:
    """What an operator may change."""
    if hasattr(node, "children"):
        yield "children", list(node.children)
    else:
        yield "value", node.value


def offset(text: str, position: tuple[int, int]) -> int:
    """Of a line and a column."""
    line, column = position
    return sum(len(each) for each in text.splitlines(keepends=True)[: line - 1]) + column


def owner(node: Any) -> str:
    """'Session.start'; 'module' for what stands outside."""
    names = []
    while node is not None:
        if node.type in ("funcdef", "classdef"):
            names.append(node.name.value)
        node = node.parent
    return ".".join(reversed(names)) or "module"


def statement_of(node: Any) -> Any:
    """The innermost statement around a node: a whole simple one, or a compound one."""
    while node.parent is not None and node.parent.type not in ("suite", "file_input"):
        node = node.parent
    return node


def lines_of(statement: Any) -> range:
    """Of a compound statement only its head."""
    suite = next((each for each in getattr(statement, "children", ()) if each.type == "suite"), None)
    return range(statement.start_pos[0], (suite.start_pos if suite is not None else statement.end_pos)[0] + 1)


def bound_by(statement: Any) -> tuple[str, ...]:
    """The names that a statement of a class or a module binds; none within functions."""
    outer = statement.parent
    while outer is not None:
        if outer.type == "funcdef":
            return ()
        outer = outer.parent
    definition = statement.children[-1] if statement.type == "decorated" else statement
    if definition.type in ("funcdef", "classdef"):
        return (definition.name.value,)
    first = definition.children[0]
    return tuple(name.value for name in first.get_defined_names()) if first.type == "expr_stmt" else ()


def told(old: str, new: str) -> str:
    """The lines that differ, before and after."""
    was, now = old.splitlines(), new.splitlines()
    while was and now and was[0] == now[0]:
        del was[0], now[0]
    while was and now and was[-1] == now[-1]:
        del was[-1], now[-1]
    return f"{one_line(was)}  =>  {one_line(now)}"


def one_line(lines: list[str]) -> str:
    """Without what comments and layout add."""
    return " ".join(" ".join(re.sub(r"  # .*$", "", line) for line in lines).split())
