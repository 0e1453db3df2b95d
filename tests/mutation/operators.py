"""What is changed: Cosmic Ray's operators that suit this code, and three of our own that it lacks.

Left out of Cosmic Ray's: operators that only break types (`a << b` of floats, `int & None`), and its number replacer,
which makes 1.3 of 0.3; ours changes a threshold by a fifth, because a test that notices only + 1 mA protects nobody.
"""

from collections.abc import Iterator
from typing import Any, Final

from cosmic_ray.operators.operator import Operator
from cosmic_ray.operators.provider import OperatorProvider
from parso.python.tree import Function, Name, Number, PythonNode

Position = tuple[tuple[int, int], tuple[int, int]]

OPPOSITE: Final = {"Add": "Sub", "Sub": "Add", "Mul": "Div", "Div": "Mul", "FloorDiv": "Div", "Mod": "Mul"}
COMPARED: Final = {
    "Lt": ("LtE", "GtE"),
    "LtE": ("Lt", "Gt"),
    "Gt": ("GtE", "LtE"),
    "GtE": ("Gt", "Lt"),
    "Eq": ("NotEq",),
    "NotEq": ("Eq",),
    "Is": ("IsNot",),
    "IsNot": ("Is",),
}
FROM_COSMIC_RAY: Final = (
    *(f"ReplaceBinaryOperator_{was}_{now}" for was, now in OPPOSITE.items()),
    *(f"ReplaceComparisonOperator_{was}_{now}" for was, these in COMPARED.items() for now in these),
    "ReplaceUnaryOperator_Delete_Not",
    "ReplaceUnaryOperator_Delete_USub",
    "ReplaceTrueWithFalse",
    "ReplaceFalseWithTrue",
    "ReplaceAndWithOr",
    "ReplaceOrWithAnd",
    "ReplaceBreakWithContinue",
    "ReplaceContinueWithBreak",
    "AddNot",
    "RemoveDecorator",
    "ZeroIterationForLoop",
)


def others(value: float) -> tuple[float, ...]:
    """What a number becomes: a fifth more and less; a small whole number one more and less."""
    if value == 0:
        return (1,) if isinstance(value, int) else (0.1,)
    if isinstance(value, int):
        step = max(1, round(abs(value) * 0.2))
        return (value + step, value - step)
    return (value * 1.2, value * 0.8)


class NumberByAFifth(Operator):
    """Every literal number, in functions, classes and modules alike."""

    def mutation_positions(self, node: Any) -> Iterator[Position]:
        if isinstance(node, Number):
            for _ in others(self.value(node)):
                yield (node.start_pos, node.end_pos)

    def mutate(self, node: Any, index: int) -> Any:
        new = others(self.value(node))[index]
        return Number(repr(new) if len(repr(new)) < 12 else f"{new:.6g}", node.start_pos, node.prefix)

    @staticmethod
    def value(node: Any) -> float:
        text = node.value.replace("_", "").lower()
        return int(text, 0) if text.startswith("0x") or text.isdecimal() else float(text)

    @classmethod
    def examples(cls) -> tuple[()]:
        return ()


def in_function(node: Any) -> bool:
    """Whether a statement belongs to a function, not to a class or module."""
    owner = node.parent
    while owner is not None and not isinstance(owner, Function):
        if owner.type in ("classdef", "file_input"):
            return False
        owner = owner.parent
    return owner is not None


class RemoveStatement(Operator):
    """An assignment or a call that stands alone in a function becomes `pass`."""

    def mutation_positions(self, node: Any) -> Iterator[Position]:
        alone = (
            node.parent is not None and node.parent.type == "simple_stmt" and node.type in ("expr_stmt", "atom_expr")
        )
        declared_only = node.type == "expr_stmt" and "=" not in node.get_code()
        if alone and not declared_only and in_function(node):
            yield (node.start_pos, node.end_pos)

    def mutate(self, node: Any, index: int) -> Any:
        return Name("pass", node.start_pos, node.get_first_leaf().prefix)

    @classmethod
    def examples(cls) -> tuple[()]:
        return ()


class ReturnNothing(Operator):
    """`return what` becomes `return None`; `return False` stays, for None is as false."""

    def mutation_positions(self, node: Any) -> Iterator[Position]:
        if node.type == "return_stmt" and node.children[1].get_code().strip() not in ("None", "False"):
            yield (node.start_pos, node.end_pos)

    def mutate(self, node: Any, index: int) -> Any:
        children = [node.children[0], Name("None", node.children[1].start_pos, " ")]
        return PythonNode("return_stmt", children)

    @classmethod
    def examples(cls) -> tuple[()]:
        return ()


def chosen() -> dict[str, Operator]:
    """By name."""
    provider = OperatorProvider()
    ours = (NumberByAFifth, RemoveStatement, ReturnNothing)
    return {name: provider[name]() for name in FROM_COSMIC_RAY} | {each.__name__: each() for each in ours}
