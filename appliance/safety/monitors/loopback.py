"""Monitors of what the board says of itself: compliance voltage, DAC output, reference, ADC configuration."""

from typing import Final

from appliance.safety.sample import Sample
from appliance.safety.trip import Trip


class ComplianceLoopback:
    """V_COMP differs from what was asked for 40 ms [D]; conversions are 40 ms apart in treatment, 53 ms in CONTACT."""

    MARGIN_V: Final = 0.5
    SHARE: Final = 0.03
    FOR_NS: Final = 35_000_000  # two conversions 40 ms apart, less the jitter of a tick
    TRIP: Final = Trip("E305", "compliance_loopback", "CUT")

    def __init__(self) -> None:
        self._since_ns: int | None = None

    def check(self, s: Sample) -> Trip | None:
        """While energised."""
        if not s.enabled or s.state == "SELF_TEST":
            self._since_ns = None
            return None
        if s.compliance_v is None:
            return None
        if abs(s.compliance_v - s.asked_compliance_v) <= self.MARGIN_V + self.SHARE * s.asked_compliance_v:
            self._since_ns = None
            return None
        if self._since_ns is None:
            self._since_ns = s.t_ns
        return self.TRIP if s.t_ns - self._since_ns >= self.FOR_NS else None


class DacLoopback:
    """DAC1's own output differs from its code in two conversions.

    Two codes, plus the chip's gain (2 %) and offset (0.75 % of full scale) errors [B, hardware design 2], and half a
    per cent for what looks at it: reference 0.2, divider 0.1, converter 0.15.
    """

    CODES: Final = 2.0
    OFFSET_CODES: Final = 0.0075 * 4096
    GAIN: Final = 0.025
    SAMPLES: Final = 2
    TRIP: Final = Trip("E304", "dac_loopback", "CUT")

    def __init__(self) -> None:
        self._count = 0

    def check(self, s: Sample) -> Trip | None:
        """While energised."""
        if not s.enabled or s.state == "SELF_TEST":
            self._count = 0
            return None
        if s.set_volts_code is None:
            return None
        apart = abs(s.set_volts_code - s.set_code)
        self._count = self._count + 1 if apart > self.CODES + self.OFFSET_CODES + self.GAIN * s.set_code else 0
        return self.TRIP if self._count >= self.SAMPLES else None


class Reference:
    """DAC1's output per code moved within this session: the reference drifts under the patient.

    A gain error is there from the start and calibrated away; a change of 1 % within a session is a fault [D]. Offset
    and non-linearity are codes, not a share: they move the ratio as the code moves, and are allowed for. What is
    compared with is therefore the reading at the session's highest current; trim alone (3 %) does not renew it.
    """

    FROM_CODE: Final = 400
    MOVED: Final = 0.01
    CODES: Final = 2.0
    OFFSET_CODES: Final = 18.0  # 0.05 mA at rest, as self-test accepts, and the chip's INL [B, hardware design 2]
    RENEWED_FROM: Final = 1.05
    SAMPLES: Final = 2
    TRIP: Final = Trip("E306", "reference", "CUT")

    def __init__(self) -> None:
        self._code = 0
        self._ratio = 0.0
        self._count = 0

    def check(self, s: Sample) -> Trip | None:
        """While energised, from a code where one code is small."""
        if s.state in ("IDLE", "SELF_TEST", "FAULT"):
            self._code = self._count = 0
            return None
        code = s.set_code
        if not s.enabled or s.set_volts_code is None or code < self.FROM_CODE:
            return None
        ratio = s.set_volts_code / code
        if self._code:
            offset = self.OFFSET_CODES * abs(1.0 / code - 1.0 / self._code)
            moved = abs(ratio - self._ratio) > self.MOVED + self.CODES / code + offset
            self._count = self._count + 1 if moved else 0
        if self._count == 0 and code > self.RENEWED_FROM * self._code:
            self._code, self._ratio = code, ratio
        return self.TRIP if self._count >= self.SAMPLES else None


class AdcIdentity:
    """The return ADC's configuration is not ours: after a brown-out it reads half, or nothing (hardware design, 4)."""

    TRIP: Final = Trip("E205", "adc_identity", "CUT")

    def check(self, s: Sample) -> Trip | None:
        """Every fourth tick, when it was read back, in any state."""
        return self.TRIP if s.config_ok is False else None
