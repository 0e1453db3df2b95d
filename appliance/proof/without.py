"""A daemon without one of its software controls: what must make a fault cell or an invariant fail.

This is the only place that takes a control out, and it does so from outside, to a composed daemon. No program of the
appliance imports it; no configuration, environment or argument of the daemon does the same.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from appliance.control.daemon import Daemon
from appliance.errors import ConfigError
from appliance.proof.removals.control import Control
from appliance.proof.removals.entry import ENTRY
from appliance.proof.removals.limits import LIMITS
from appliance.proof.removals.output import OUTPUT, monitors, name_of
from appliance.proof.removals.session import SESSION
from appliance.safety.monitors import build_monitors

_ALL: Final = (*monitors(tuple(name_of(m) for m in build_monitors(0))), *LIMITS, *OUTPUT, *SESSION, *ENTRY)
CONTROLS: Final[Mapping[str, Control]] = MappingProxyType({control.name: control for control in _ALL})

# Controls that a composed daemon does not hold: what composes it does. Tests of their own remove them.
NOT_OF_A_DAEMON: Final[Mapping[str, str]] = MappingProxyType(
    {
        "commands.roles": "the socket's listener refuses a role before the daemon sees the command",
        "permission.demo_refused": "decided when permits and roles are made, before the daemon exists",
        "calibration.age": "a calibration is refused when it is read, before the daemon exists",
        "calibration.residual": "a calibration is refused when it is read, before the daemon exists",
        "calibration.undated": "what a calibration proves is decided when it is read, before the daemon exists",
    }
)


def without(daemon: Daemon, name: str) -> None:
    """Take the control `name` out of this daemon, before it runs.

    Raises:
        ConfigError: E509, there is no such control, or a daemon does not hold it.
    """
    control = CONTROLS.get(name)
    if control is None:
        why = NOT_OF_A_DAEMON.get(name, f"expected one of {', '.join(CONTROLS)}")
        raise ConfigError("E509", f"no control {name!r} can be taken out of a daemon: {why}")
    control.remove(daemon)


__all__ = ["CONTROLS", "NOT_OF_A_DAEMON", "Control", "without"]
