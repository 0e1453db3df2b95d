"""A board file may be tighter than the hard limits, never looser; what it claims of its protection is checked here.

Pure: the numbers come as arguments, by the names that they have in the file. Whatever a monitor or a wait is built
from is among them: a relay that may take for ever, or a range without an end, would be a monitor that never speaks.
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
    "relay.operate_ms": 25.0,  # hardware design 3: 25 ms, then the probe; the relays' monitors wait a little longer
    "adc.range.return_counts": 32766.0,  # one below the end of the converter
    "adc.range.monitor_counts": 26399.0,  # one below 3.3 V, where its inputs end, of 4.096 V (hardware design, 4)
    "adc.range.volts_counts": 26399.0,
    "calibration.max_gain_error": calibration_limits.MAX_GAIN_ERROR,
    "calibration.max_offset_ma": calibration_limits.MAX_OFFSET_MA,
    "calibration.max_residual_ma": calibration_limits.MAX_RESIDUAL_MA,
    "calibration.max_age_days": calibration_limits.MAX_AGE_DAYS,
}
LEAST: Final[Mapping[str, float]] = {
    "adc.range.return_counts": -800.0,  # -1 mA: beyond every offset
    "adc.range.monitor_counts": -800.0,
    "adc.range.volts_counts": -1650.0,  # -3.3 V: 1.5 V a side held over a reversal (clinical basis, the load) and 10 %
    "timer.reset_low_min": 10.0,  # hardware design 9.1: a shorter rest does not reset the treatment timer
}


def refuse_looser(most: Mapping[str, float], least: Mapping[str, float]) -> None:
    """Refuse a board whose limits or protection are looser than the daemon is built on.

    Args:
        most: what the file allows at most, for each name of `MOST`.
        least: what it allows at least, for each name of `LEAST`.

    Raises:
        ConfigError: E502, naming the key, its value and the limit.
    """
    for name, limit in MOST.items():
        if not most[name] <= limit:
            raise ConfigError("E502", f"{name} = {most[name]:g} is looser than the hard limit {limit:g}; lower it")
    for name, limit in LEAST.items():
        if not least[name] >= limit:
            raise ConfigError("E502", f"{name} = {least[name]:g} is looser than the hard limit {limit:g}; raise it")
