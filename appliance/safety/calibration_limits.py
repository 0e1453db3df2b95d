"""How far a calibration may be believed: its age, what it left wrong, and the most current that it proves.

Pure: dates are compared by whoever has a calendar. A board file may be tighter than the numbers here, never looser.
"""

from typing import Final, NamedTuple, NoReturn

from appliance.errors import ConfigError
from appliance.safety import hard_limits

MAX_AGE_DAYS: Final = 400.0  # a yearly service, and a month for it to come late [D]
MAX_RESIDUAL_MA: Final = 0.21  # hardware design 2: the most that a two-point calibration leaves of the set's errors [D]
# Beyond these it is a broken board or a wrong meter, no correction (hardware design 7); self-test holds them each day.
MAX_GAIN_ERROR: Final = 0.03
MAX_OFFSET_MA: Final = 0.35
# Whose age nobody knows is worth what self-test alone proves: the true current stays below the device's ceiling even
# with the largest errors that pass it.
UNDATED_MA: Final = (hard_limits.CURRENT_MA - MAX_OFFSET_MA) / (1.0 + MAX_GAIN_ERROR)


class Claim(NamedTuple):
    """What a calibration says of itself, and how old it is today."""

    proved_ma: float  # the highest current at which a meter was read
    residual_ma: float  # largest difference from the meter that was left
    age_days: float  # by the dates; negative when the calendar went back
    dated: bool  # both clocks, of then and of now, had been set


def provable_ma(claim: Claim, max_age_days: float = MAX_AGE_DAYS, max_residual_ma: float = MAX_RESIDUAL_MA) -> float:
    """The most that this calibration proves, mA. The bounds are the board file's where it has tighter ones.

    A clock that nobody has set never makes an old calibration young: what is too old by it is refused all the same,
    and what looks young by it proves less.

    Raises:
        ConfigError: E511, too old, or it left too much wrong.
    """
    if not claim.residual_ma <= max_residual_ma:
        _refuse(f"it left {claim.residual_ma:.3f} mA wrong, more than {max_residual_ma:g}")
    if not claim.age_days <= max_age_days:
        _refuse(f"it is {claim.age_days:.0f} days old, more than {max_age_days:g}")
    known = claim.dated and claim.age_days >= 0.0
    return min(claim.proved_ma, hard_limits.CURRENT_MA if known else UNDATED_MA)


def _refuse(why: str) -> NoReturn:
    raise ConfigError("E511", f"the calibration is refused: {why}; calibrate again")
