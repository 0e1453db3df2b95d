"""Counts, codes, milliamperes and volts: the hardware design's own figures, and a calibration on top."""

import pytest
from hal_rig import NUMBERS
from hypothesis import given
from hypothesis import strategies as st

from appliance.hal.calibration import Calibration, Line
from appliance.hal.scales import Scales

IDENTITY = Calibration.identity(NUMBERS)
NOMINAL = Scales(NUMBERS, IDENTITY)

GAINS = st.floats(0.97, 1.03)
OFFSETS = st.floats(-0.35, 0.35)


def calibrated(gain: float, offset_ma: float) -> Scales:
    line = Line(gain=gain, offset_ma=offset_ma)
    return Scales(
        NUMBERS,
        Calibration(
            board_name="x",
            board_revision=1,
            simulated=True,
            wall_date=IDENTITY.wall_date,
            clock_trusted=True,
            proved_ma=25.0,
            set=line,
            return_=line,
            source=line,
            patient_volts_gain=gain,
            compliance_volts_gain=gain,
            probe_codes=(14, 41, 68),
            residual_ma=0.0,
        ),
    )


def test_nominal_factors_are_the_hardware_designs() -> None:
    assert NOMINAL.ma_per_code == pytest.approx(7.326e-3, rel=1e-4)
    assert NOMINAL.return_ma(1) == pytest.approx(1.2550e-3, rel=1e-4)
    assert NOMINAL.source_ma(1) == pytest.approx(1.5547e-3, rel=1e-4)
    assert NOMINAL.patient_v(1) == NOMINAL.compliance_v(1) == pytest.approx(2.0e-3)
    assert NOMINAL.set_volts(1) == pytest.approx(0.25e-3)
    assert NOMINAL.compliance_set_v(1) == pytest.approx(11.70e-3)
    assert NOMINAL.set_ma(4095) == pytest.approx(30.0, abs=1e-3)
    assert NOMINAL.set_code(25.0) == pytest.approx(3413, abs=1)
    assert NOMINAL.set_code(0.5) == 68


@given(GAINS, OFFSETS, st.floats(0.4, 25.0))
def test_the_code_for_a_current_is_the_nearest_one(gain: float, offset_ma: float, current_ma: float) -> None:
    scales = calibrated(gain, offset_ma)
    code = scales.set_code(current_ma)
    assert abs(scales.set_ma(code) - current_ma) <= scales.ma_per_code / 2 + 1e-9


@given(GAINS, OFFSETS, st.floats(-1000, 1000))
def test_no_current_makes_a_code_that_a_dac_cannot_hold(gain: float, offset_ma: float, current_ma: float) -> None:
    assert 0 <= calibrated(gain, offset_ma).set_code(current_ma) <= 4095
    assert 0 <= calibrated(gain, offset_ma).compliance_code(current_ma) <= 4095


@pytest.mark.parametrize("bad", [float("nan"), float("inf")])
def test_what_is_no_number_becomes_no_code(bad: float) -> None:
    with pytest.raises((ValueError, OverflowError)):
        NOMINAL.set_code(bad)
    with pytest.raises((ValueError, OverflowError)):
        NOMINAL.compliance_code(bad)


@given(GAINS, OFFSETS, st.integers(-32768, 32767))
def test_measurements_follow_the_calibration(gain: float, offset_ma: float, counts: int) -> None:
    scales = calibrated(gain, offset_ma)
    assert scales.return_ma(counts) == pytest.approx(NOMINAL.return_ma(counts) * gain + offset_ma)
    assert scales.source_ma(counts) == pytest.approx(NOMINAL.source_ma(counts) * gain + offset_ma)
    assert scales.patient_v(counts) == pytest.approx(NOMINAL.patient_v(counts) * gain)
    assert scales.compliance_v(counts) == pytest.approx(NOMINAL.compliance_v(counts) * gain)
    assert scales.set_volts(counts) == NOMINAL.set_volts(counts)


@given(st.floats(0, 47.9))
def test_the_compliance_code_is_the_nearest_one(volts: float) -> None:
    asked_v = NOMINAL.compliance_set_v(NOMINAL.compliance_code(volts))
    assert abs(asked_v - volts) <= 0.0117 / 2 + 1e-9
