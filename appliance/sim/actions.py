"""What can happen to the bench: every action's name, parameters, bounds and meaning, in one table.

Scripts, the control channel and the help text all read this table. It only says what may be asked; how the circuit
answers is the bench's matter. It never lets a value through that the bench could not stand.
"""

import math
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, Literal, NamedTuple

from appliance.errors import ConfigError

Value = float | int | bool | str
Family = Literal["patient", "water", "lead", "sensor", "dac", "bus", "relay", "interlock", "protection", "supply"]
# What must be so for an action to mean anything: "" nothing; "patient" a person and not a mere load; "hands_in" that
# person's hands in the water; "energised" output on and K1 closed.
Needs = Literal["", "patient", "hands_in", "energised"]


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
    """One action.

    `hidden`: by itself it changes nothing that is felt or read in treatment; it matters together with another fault.
    `cases`: the sets of parameters that are worth trying, for a campaign; every required parameter is in each.
    """

    help: str
    family: Family
    params: Mapping[str, Param] = _NO_PARAMS
    hidden: bool = False
    needs: Needs = ""
    cases: tuple[Mapping[str, Value], ...] = (_NO_VALUES,)


def _over_s(default: float | None) -> Param:
    return Param(float, "seconds that the movement takes", default, 0.0, 3600.0)


_RESTORE: Final = Param(bool, "true: end the fault again", default=False)

ACTIONS: Final[Mapping[str, Action]] = MappingProxyType(
    {
        # -- the person
        "hands_in": Action("both hands go into the water, flat", "patient", needs="patient"),
        "hands_out": Action("both hands leave the water", "patient", {"over_s": _over_s(0.3)}, needs="hands_in"),
        "lift": Action(
            "a hand leaves the water, or comes back, up to an area",
            "patient",
            {
                "to_area_cm2": Param(float, "wet area that stays, square centimetres", None, 0.0, 1000.0),
                "over_s": _over_s(None),
                "hand": Param(str, "which hand", "left", choices=("left", "right", "both")),
            },
            needs="hands_in",
            cases=({"to_area_cm2": 10.0, "over_s": 0.2}, {"to_area_cm2": 10.0, "over_s": 30.0}),
        ),
        "salt": Action(
            "salt or baking soda goes into each tray",
            "water",
            {"teaspoons": Param(float, "level teaspoons a tray", 1.0, 0.0, 20.0)},
        ),
        "pedal": Action(
            "the pedal is pressed and released",
            "interlock",
            {"hold_s": Param(float, "seconds pressed", 0.2, 0.0, 60.0)},
        ),
        "estop": Action(
            "the red switch is pushed", "interlock", {"release": Param(bool, "true: pulled out again", default=False)}
        ),
        "tray_out": Action(
            "a tray is pulled out of its seat",
            "interlock",
            {
                "side": Param(str, "which tray", "left", choices=("left", "right")),
                "back": Param(bool, "true: pushed in again", default=False),
            },
        ),
        # -- leads and loads
        "lead_break": Action("a patient lead breaks", "lead", {"restore": _RESTORE}),
        "lead_flicker": Action(
            "a patient lead opens and closes again",
            "lead",
            {
                "ms": Param(float, "milliseconds open each time", 20.0, 0.01, 10_000.0),
                "count": Param(int, "how often, with pauses of the same length", 1, 1, 1000),
            },
            needs="energised",
        ),
        "short": Action("a cable joins both electrodes", "lead"),
        "one_tray": Action("both plates lie in one tray", "lead"),
        # -- chips
        "dac_stuck": Action(
            "DAC1 stays at a code, whatever is written",
            "dac",
            {"code": Param(int, "the code", None, 0, 4095)},
            cases=({"code": 4095}, {"code": 2048}, {"code": 0}),
        ),
        "dac_midscale": Action("both DACs wake at mid-scale, as from the factory", "dac"),
        "adc_freeze": Action("the return ADC repeats its last result", "sensor"),
        "adc_reset": Action("the return ADC browns out and wakes with its reset configuration", "sensor"),
        "adc_swap": Action("the two ADCs answer to each other's address", "sensor"),
        "sense_open": Action("the return sense resistor R_M opens", "sensor"),
        "sense_short": Action("the return sense resistor R_M shorts", "sensor"),
        "i2c_nack": Action(
            "a chip does not acknowledge",
            "bus",
            {"address": Param(int, "its 7-bit address", None, 0x08, 0x77), "restore": _RESTORE},
            cases=({"address": 0x48}, {"address": 0x49}, {"address": 0x62}, {"address": 0x63}),
        ),
        "i2c_hang": Action("the bus hangs: every transfer times out", "bus", {"restore": _RESTORE}),
        # -- power, relays, protection
        "supply_drop": Action(
            "the supply drops out", "supply", {"for_s": Param(float, "seconds without", 0.05, 0.0001, 60.0)}
        ),
        "relay_weld": Action("K1's contacts weld closed", "relay", hidden=True, needs="energised"),
        "polarity_weld": Action("K2 stays where it is", "relay", hidden=True),
        "watchdog_dead": Action("the watchdog chip no longer trips", "protection", hidden=True),
        "latch_dead": Action("the over-current latch no longer trips", "protection", hidden=True),
    }
)


class ActionError(ConfigError):
    """E504 that knows which key of the table was wrong, so that a script can name its line."""

    def __init__(self, message: str, key: str | None = None) -> None:
        """`key` is None when the fault is not one of the keys given (an unknown action, a missing parameter)."""
        super().__init__("E504", message)
        self.key = key


def checked(action: str, given: Mapping[str, object]) -> dict[str, Value]:
    """All parameters of `action`, defaults filled in.

    Raises:
        ActionError: E504, for an unknown action or parameter, a missing one, a wrong type or a value out of bounds.
    """
    known = ACTIONS.get(action)
    if known is None:
        raise ActionError(f"unknown action {action!r}; expected one of {', '.join(ACTIONS)}")
    return filled(action, known.params, given)


def filled(what: str, params: Mapping[str, Param], given: Mapping[str, object]) -> dict[str, Value]:
    """All of `params`, each as given or its default; `what` names the table in an error. Raises as `checked`."""
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
