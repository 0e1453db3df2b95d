"""What this board's calibration proves today: its file, the calendar and the limits of a calibration, together."""

from pathlib import Path
from typing import NamedTuple

from appliance.config import Board
from appliance.hal.calibration import Calibration, Day, load_calibration
from appliance.safety.calibration_limits import UNDATED_MA, Claim, provable_ma


class Proved(NamedTuple):
    """A calibration that may be used, and the most current that it proves."""

    calibration: Calibration
    most_ma: float

    @property
    def undated(self) -> bool:
        """Whether nothing says how old it is, so that it proves less."""
        return self.most_ma <= UNDATED_MA < self.calibration.proved_ma


def load_proved(path: Path, numbers: Board, today: Day, *, simulated: bool) -> Proved:
    """Read a calibration and judge it.

    Raises:
        ConfigError: E511, there is none, or it is damaged, of another board, too old, or left too much wrong.
    """
    found = load_calibration(path, numbers, simulated)
    age_days = float((today.wall_date - found.wall_date).days)
    claim = Claim(found.proved_ma, found.residual_ma, age_days, dated=found.clock_trusted and today.trusted)
    bounds = numbers.calibration
    return Proved(found, provable_ma(claim, bounds.max_age_days, bounds.max_residual_ma))
