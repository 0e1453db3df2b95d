"""What can happen to the bench: every action's name, family, parameters and meaning, in one table.

Scripts, the control channel, the fault campaign and the help text all read `ACTIONS`; `LATER` holds what some of them
make happen by itself afterwards. Each family has its module in `happenings`. Nothing happens here.
"""

from collections import ChainMap
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from appliance.sim.happenings import bus, dacs, interlocks, leads, person, protection, relays, sensors, supply, water
from appliance.sim.parameters import Action, ActionError, Family, Needs, Param, Value, filled

__all__ = ["ACTIONS", "LATER", "Action", "ActionError", "Family", "Needs", "Param", "Value", "checked", "filled"]

_FAMILIES: Final = (person, water, leads, sensors, dacs, bus, relays, interlocks, protection, supply)

ACTIONS: Final[Mapping[str, Action]] = MappingProxyType(
    {name: action for family in _FAMILIES for name, action in family.ACTIONS.items()}
)
LATER: Final[Mapping[str, Callable[..., None]]] = MappingProxyType(
    dict(ChainMap(*(dict(family.LATER) for family in _FAMILIES)))
)


def checked(action: str, given: Mapping[str, object]) -> dict[str, Value]:
    """All parameters of `action`, defaults filled in.

    Raises:
        ActionError: E504, for an unknown action or parameter, a missing one, a wrong type or a value out of bounds.
    """
    known = ACTIONS.get(action)
    if known is None:
        raise ActionError(f"unknown action {action!r}; expected one of {', '.join(ACTIONS)}")
    return filled(action, known.params, given)
