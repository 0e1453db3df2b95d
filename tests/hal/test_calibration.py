"""A calibration is kept whole, read back alike, and refused when it is not believable."""

from datetime import date
from pathlib import Path

import msgspec
import pytest
from hal_rig import NUMBERS

from appliance.errors import ConfigError
from appliance.hal.calibration import Calibration, Line, load_calibration

GOOD = msgspec.structs.replace(
    Calibration.identity(NUMBERS),
    wall_date=date(2026, 5, 1),
    clock_trusted=True,
    set=Line(gain=1.013, offset_ma=-0.12),
    return_=Line(gain=0.9991, offset_ma=0.004),
    source=Line(gain=1.0021, offset_ma=0.009),
    patient_volts_gain=1.001,
    compliance_volts_gain=0.999,
    probe_codes=(29, 56, 83),
    residual_ma=0.03,
)


def loaded(path: Path, simulated: bool = False) -> Calibration:
    return load_calibration(path, NUMBERS, simulated)


def test_it_comes_back_as_it_was_saved_and_leaves_no_half_file(tmp_path: Path) -> None:
    path = tmp_path / "new" / "calibration.json"
    GOOD.save(path, NUMBERS)
    GOOD.save(path, NUMBERS)
    assert loaded(path) == GOOD
    assert [p.name for p in path.parent.iterdir()] == ["calibration.json"]


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"set": Line(gain=1.031, offset_ma=0.0)}, "set.gain = 1.0310"),
        ({"return_": Line(gain=0.969, offset_ma=0.0)}, "return.gain"),
        ({"source": Line(gain=1.0, offset_ma=-0.36)}, "source.offset_ma = -0.360"),
        ({"patient_volts_gain": 1.2}, "patient_volts_gain"),
        ({"compliance_volts_gain": 0.5}, "compliance_volts_gain"),
        ({"residual_ma": 0.22}, "residual_ma = 0.220 is beyond 0.21"),
        ({"probe_codes": (41, 14, 68)}, "do not rise"),
        ({"probe_codes": (14, 41, 680)}, "probe code 680 for 0.5 mA"),
        ({"board_name": "ionto-b"}, "board ionto-b revision 1"),
        ({"board_revision": 2}, "board ionto-a revision 2"),
    ],
)
def test_what_is_not_believable_is_refused_on_saving_and_on_loading(
    tmp_path: Path, change: dict[str, object], named: str
) -> None:
    path = tmp_path / "calibration.json"
    bad = msgspec.structs.replace(GOOD, **change)
    with pytest.raises(ConfigError, match="E511") as caught:
        bad.save(path, NUMBERS)
    assert named in caught.value.message
    assert not path.exists()
    path.write_bytes(msgspec.json.encode(bad))
    with pytest.raises(ConfigError, match="E511"):
        loaded(path)


@pytest.mark.parametrize(
    "text", [b"", b"{", b"[]", b"\xff\xfe", b'{"set": 1}', msgspec.json.encode(GOOD)[:-1] + b', "extra": 1}']
)
def test_a_damaged_file_is_refused(tmp_path: Path, text: bytes) -> None:
    path = tmp_path / "calibration.json"
    path.write_bytes(text)
    with pytest.raises(ConfigError, match=r"E511: .*calibration.json is damaged"):
        loaded(path)


def test_a_missing_one_is_refused_with_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"E511: no calibration: .*run `ionto calibrate`"):
        loaded(tmp_path / "calibration.json")


def test_a_simulated_one_is_not_taken_for_a_real_board_nor_the_other_way(tmp_path: Path) -> None:
    path = tmp_path / "calibration.json"
    GOOD.save(path, NUMBERS)
    with pytest.raises(ConfigError, match=r"E511: .*of a real board"):
        loaded(path, simulated=True)
    msgspec.structs.replace(GOOD, simulated=True).save(path, NUMBERS)
    with pytest.raises(ConfigError, match=r"E511: .*of a simulated board"):
        loaded(path)


def test_a_disk_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ConfigError, match="E503: cannot write"):
        GOOD.save(tmp_path / "file" / "calibration.json", NUMBERS)
