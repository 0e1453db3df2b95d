"""A board file may be tighter than the hard limits, never looser; what it claims of its protection is checked here.

Pure: the numbers come as arguments, by the names that they have in the file.
"""

from collections.abc import Mapping
from typing import Final

from appliance.errors import ConfigError
from appliance.safety import calibration_limits, hard_limits

# Names as in board.toml. 30 mA is what the hardware may ever do (hardware design, 1): two comparators at 29.5 mA.
MOST: Final[Mapping[str, float]] = {
    "limit.volts": hard_limits.VOLTS,
    "limit.probe_volts": hard_limits.PROBE_VOLTS,
    "limit.full_scale_ma": 30.0,
    "supply.rail_v": hard_limits.VOLTS,
    "protect.trip_ma": 29.5,
    "protect.trip_tolerance_ma": 0.45,
    "watchdog.trip_ms": 31.625,
    "relay.release_ms": 20.0,
    "calibration.max_gain_error": calibration_limits.MAX_GAIN_ERROR,
    "calibration.max_offset_ma": calibration_limits.MAX_OFFSET_MA,
    "calibration.max_residual_ma": calibration_limits.MAX_RESIDUAL_MA,
    "calibration.max_age_days": calibration_limits.MAX_AGE_DAYS,
}


def refuse_looser(numbers: Mapping[str, float]) -> None:
    """Refuse a board whose limits or protection are looser than the daemon is built on.

    Raises:
        ConfigError: E502, naming the key, its value and the limit.
    """
    for name, most in MOST.items():
        if not numbers[name] <= most:
            raise ConfigError("E502", f"{name} = {numbers[name]:g} is looser than the hard limit {most:g}; lower it")
