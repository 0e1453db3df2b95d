"""A calibration file beside the calendar: what a daemon may put out by it, and what keeps it from starting."""

from datetime import date, timedelta
from pathlib import Path

import msgspec
import pytest

from appliance.control.proved import load_proved
from appliance.errors import ConfigError
from appliance.hal.calibration import Calibration, Day
from appliance.proof.stories.board import NUMBERS

TODAY = Day(date(2026, 5, 1), True)
GOOD = msgspec.structs.replace(
    Calibration.identity(NUMBERS), wall_date=TODAY.wall_date, clock_trusted=True, residual_ma=0.05
)


def saved(tmp_path: Path, **changes: object) -> Path:
    path = tmp_path / "calibration.json"
    path.write_bytes(msgspec.json.encode(msgspec.structs.replace(GOOD, **changes)))
    return path


def after(days: int, *, trusted: bool = True) -> Day:
    return Day(TODAY.wall_date + timedelta(days=days), trusted)


def test_a_good_one_proves_25_ma_for_400_days(tmp_path: Path) -> None:
    path = saved(tmp_path)
    for days in (0, 400):
        proved = load_proved(path, NUMBERS, after(days), simulated=False)
        assert (proved.calibration, proved.most_ma, proved.undated) == (GOOD, 25.0, False)
    with pytest.raises(ConfigError, match=r"E511: .*401 days old, more than 400; calibrate again"):
        load_proved(path, NUMBERS, after(401), simulated=False)


def test_an_unset_clock_neither_hides_an_old_one_nor_proves_a_young_one(tmp_path: Path) -> None:
    path = saved(tmp_path)
    proved = load_proved(path, NUMBERS, after(3, trusted=False), simulated=False)
    assert proved.undated
    assert proved.most_ma < 24.0
    assert load_proved(path, NUMBERS, Day(date(1970, 1, 1), False), simulated=False).undated
    with pytest.raises(ConfigError, match="E511"):
        load_proved(path, NUMBERS, after(401, trusted=False), simulated=False)
    dated_by_nobody = saved(tmp_path, clock_trusted=False)
    assert load_proved(dated_by_nobody, NUMBERS, after(3), simulated=False).undated


def test_it_proves_no_more_than_its_meter_saw(tmp_path: Path) -> None:
    assert load_proved(saved(tmp_path, proved_ma=12.0), NUMBERS, TODAY, simulated=False).most_ma == 12.0


def test_one_that_left_too_much_wrong_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"E511: .*0\.22"):
        load_proved(saved(tmp_path, residual_ma=0.22), NUMBERS, TODAY, simulated=False)


def test_nominal_factors_are_no_calibration(tmp_path: Path) -> None:
    path = tmp_path / "nominal.json"
    path.write_bytes(msgspec.json.encode(Calibration.identity(NUMBERS)))
    with pytest.raises(ConfigError, match="E511"):
        load_proved(path, NUMBERS, TODAY, simulated=False)
