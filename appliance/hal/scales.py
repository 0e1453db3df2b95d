"""From counts to milliamperes and volts, and from these to codes: the board's factors and this unit's calibration.

Pure arithmetic. It never decides how much is allowed: codes are clamped to what a DAC can hold and nothing else.
"""

from appliance.config import Board
from appliance.hal.calibration import Calibration

CODE_MAX = 4095


class Scales:
    """All conversions of one board. true = gain x nominal + offset, gain and offset from the calibration."""

    __slots__ = (
        "_compliance_v_per_code",
        "_compliance_v_per_count",
        "_patient_v_per_count",
        "_return_ma_per_count",
        "_return_offset_ma",
        "_set_offset_ma",
        "_set_v_per_count",
        "_source_ma_per_count",
        "_source_offset_ma",
        "calibration",
        "ma_per_code",
    )

    def __init__(self, board: Board, calibration: Calibration) -> None:
        """`ma_per_code`: calibrated milliamperes of one code of the set DAC."""
        adc = board.adc
        self.calibration = calibration
        self.ma_per_code = board.dac.set.ma_per_code * calibration.set.gain
        self._set_offset_ma = calibration.set.offset_ma
        self._return_ma_per_count = adc.return_.ma_per_lsb * calibration.return_.gain
        self._return_offset_ma = calibration.return_.offset_ma
        self._source_ma_per_count = adc.source.ma_per_lsb * calibration.source.gain
        self._source_offset_ma = calibration.source.offset_ma
        self._patient_v_per_count = adc.patient_volts.v_per_count * calibration.patient_volts_gain
        self._compliance_v_per_count = adc.compliance_volts.v_per_count * calibration.compliance_volts_gain
        self._set_v_per_count = adc.set_volts.v_per_count
        self._compliance_v_per_code = board.dac.compliance.v_per_code

    def return_ma(self, counts: int) -> float:
        """Patient current by the return ADC, mA."""
        return counts * self._return_ma_per_count + self._return_offset_ma

    def source_ma(self, counts: int) -> float:
        """Patient current by the source sense, mA."""
        return counts * self._source_ma_per_count + self._source_offset_ma

    def patient_v(self, counts: int) -> float:
        """Volts across the patient."""
        return counts * self._patient_v_per_count

    def compliance_v(self, counts: int) -> float:
        """V_COMP as measured, volts."""
        return counts * self._compliance_v_per_count

    def set_volts(self, counts: int) -> float:
        """Output of the set DAC as measured, volts."""
        return counts * self._set_v_per_count

    def set_code(self, current_ma: float) -> int:
        """Nearest code of the set DAC for a current, 0..4095."""
        return _clamped((current_ma - self._set_offset_ma) / self.ma_per_code)

    def set_ma(self, code: int) -> float:
        """Current that a code of the set DAC makes, mA."""
        return code * self.ma_per_code + self._set_offset_ma

    def compliance_code(self, compliance_v: float) -> int:
        """Nearest code of the compliance DAC for a voltage, 0..4095."""
        return _clamped(compliance_v / self._compliance_v_per_code)

    def compliance_set_v(self, code: int) -> float:
        """V_COMP that a code of the compliance DAC asks for, volts."""
        return code * self._compliance_v_per_code


def _clamped(code: float) -> int:
    """Nearest whole code; raises ValueError or OverflowError for what is no number, so nothing is put out."""
    return max(0, min(CODE_MAX, round(code)))
