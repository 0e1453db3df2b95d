"""What may be asked of the bench and in which bounds: the types of an action and its parameters, and their check.

It only says what may be asked; how the bench answers is the matter of `happenings`. It never lets a value through
that the bench could not stand.
"""

import math
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final, Literal, NamedTuple

from appliance.errors import ConfigError

Value = float | int | bool | str
Family = Literal["patient", "water", "lead", "sensor", "dac", "bus", "relay", "interlock", "protection", "supply"]
# What must be so for an action to mean anything: "" nothing; "patient" a person and not a mere load; "hands_in" that
# person's hands in the water; "energised" output on and K1 closed; "k1_used" K1 has moved since its mirror was checked.
Needs = Literal["", "patient", "hands_in", "energised", "k1_used"]


class Param(NamedTuple):
    """One parameter. `low` and `high` are inclusive; a parameter without a default must be given."""

    kind: type[float] | type[int] | type[bool] | type[str]
    help: str
    default: Value | None = None
    low: float = -math.inf
    high: float = math.inf
    choices: tuple[str, ...] = ()


_NO_PARAMS: Final[Mapping[str, Param]] = MappingProxyType({})
_NO_VALUES: Final[Mapping[str, Value]] = MappingProxyType({})


class Action(NamedTuple):
    """One action. `do(bench, **params)` is called with every parameter, checked.

    `hidden`: by itself it changes nothing that is felt or read in treatment; it matters together with another fault.
    `cases`: the sets of parameters that are worth trying, for a campaign; every required parameter is in each. None at
    all for what is more than one fault.
    """

    do: Callable[..., None]
    family: Family
    help: str
    params: Mapping[str, Param] = _NO_PARAMS
    hidden: bool = False
    needs: Needs = ""
    cases: tuple[Mapping[str, Value], ...] = (_NO_VALUES,)


RESTORE: Final = Param(bool, "true: end the fault again", default=False)
SIDE: Final = Param(str, "which side", "left", choices=("left", "right"))


def over_s(default: float | None) -> Param:
    """How long a movement takes."""
    return Param(float, "seconds that the movement takes", default, 0.0, 3600.0)


def for_s(default: float, high: float = 3600.0) -> Param:
    """How long something lasts before it ends by itself."""
    return Param(float, "seconds until it ends by itself", default, 0.0001, high)


def level(what: str) -> Param:
    """A logic level."""
    return Param(bool, f"true: {what} high; false: low")


def each(name: str, *values: Value) -> tuple[Mapping[str, Value], ...]:
    """Cases that differ in one parameter."""
    return tuple({name: value} for value in values)


class ActionError(ConfigError):
    """E504 that knows which key of the table was wrong, so that a script can name its line."""

    def __init__(self, message: str, key: str | None = None) -> None:
        """`key` is None when the fault is not one of the keys given (an unknown action, a missing parameter)."""
        super().__init__("E504", message)
        self.key = key


def filled(what: str, params: Mapping[str, Param], given: Mapping[str, object]) -> dict[str, Value]:
    """All of `params`, each as given or its default; `what` names the table in an error.

    Raises:
        ActionError: E504, for an unknown parameter, a missing one, a wrong type or a value out of bounds.
    """
    for key in given:
        if key not in params:
            expected = ", ".join(params) or "no parameter"
            raise ActionError(f"{what} has no parameter {key!r}; expected {expected}", key)
    return {name: _value(what, name, param, given.get(name)) for name, param in params.items()}


def _value(what: str, name: str, param: Param, given: object) -> Value:
    """One parameter's value, its default when it was not given."""
    if given is None:
        if param.default is None:
            raise ActionError(f"{what} needs {name}: {param.help}")
        return param.default
    value = float(given) if param.kind is float and type(given) is int else given
    if not (isinstance(value, param.kind) and _allowed(param, value)):
        raise ActionError(f"{what}: {name} is {given!r}; expected {_expected(param)}", name)
    return value


def _allowed(param: Param, value: Value) -> bool:
    """Whether a value is within the parameter's bounds; a bool never passes for a number, nor does NaN."""
    if isinstance(value, str):
        return value in param.choices
    if isinstance(value, bool):
        return param.kind is bool
    return param.low <= value <= param.high


def _expected(param: Param) -> str:
    """What a value must look like, for a message."""
    if param.choices:
        return f"one of {', '.join(param.choices)}"
    if param.kind is bool:
        return "true or false"
    noun = "a whole number" if param.kind is int else "a number"
    return f"{noun} from {param.low:g} to {param.high:g}"
