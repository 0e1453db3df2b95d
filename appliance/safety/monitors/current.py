"""Monitors of the current: too much, two sensors that differ, a set that is not followed, an open loop.

Each compares a reading with the set, dither included, that was in force when that conversion ran. In SELF_TEST the
output goes to the dummy load, the patient is cut off by a relay, and the self-test makes its own comparisons.
"""

from typing import Final

from appliance.safety.sample import Sample
from appliance.safety.trip import Trip

RUNNING: Final = frozenset(("RAMP_UP", "HOLD", "RAMP_DOWN"))


class OverSite:
    """Either sensor above the site's ceiling. One tick: nothing legitimate comes here [D]."""

    MARGIN_MA: Final = 0.3
    TRIP: Final = Trip("E301", "over_site", "CUT")

    def check(self, s: Sample) -> Trip | None:
        """Any state but SELF_TEST; without a session the ceiling is zero."""
        if s.state == "SELF_TEST":
            return None
        ceiling_ma = s.site_ceiling_ma + self.MARGIN_MA
        if s.return_ma > ceiling_ma or (s.source_ma is not None and s.source_ma > ceiling_ma):
            return self.TRIP
        return None


class OverSet:
    """Above the set for two readings: covers one conversion that straddled a step [D]."""

    MARGIN_MA: Final = 0.5
    SHARE: Final = 0.05
    READINGS: Final = 2
    TRIP: Final = Trip("E302", "over_set", "CUT")

    def __init__(self) -> None:
        self._return_count = 0
        self._source_count = 0

    def check(self, s: Sample) -> Trip | None:
        """Any state but SELF_TEST, each sensor by itself."""
        if s.state == "SELF_TEST":
            return None
        share_ma = self.SHARE * s.set_ma
        bound_ma = s.set_ma + (share_ma if share_ma > self.MARGIN_MA else self.MARGIN_MA)
        self._return_count = self._return_count + 1 if s.return_ma > bound_ma else 0
        if s.source_ma is not None:
            self._source_count = self._source_count + 1 if s.source_ma > bound_ma else 0
        if self._return_count >= self.READINGS or self._source_count >= self.READINGS:
            return self.TRIP
        return None


class Disagreement:
    """Source and return differ: current that leaves elsewhere, or a sensor that lies [D].

    The volts tap takes up to 32 uA of the source current (hardware design, 2): inside the margin.
    """

    MARGIN_MA: Final = 0.5
    SHARE: Final = 0.05
    SAMPLES: Final = 2
    TRIP: Final = Trip("E203", "disagreement", "CUT")

    def __init__(self) -> None:
        self._count = 0

    def check(self, s: Sample) -> Trip | None:
        """Whenever the source current was converted, in any state but SELF_TEST."""
        if s.source_ma is None or s.state == "SELF_TEST":
            return None
        apart_ma = abs(s.source_ma - s.return_ma)
        self._count = self._count + 1 if apart_ma > max(self.MARGIN_MA, self.SHARE * s.set_ma) else 0
        return self.TRIP if self._count >= self.SAMPLES else None


class Mismatch:
    """The measured current does not follow the set for 100 ms, although the source has room to regulate [D].

    While the voltage limits the source (headroom used up), a current below the set is physics, not a fault: the open
    and area monitors and the voltage limit deal with it.
    """

    MARGIN_MA: Final = 0.4
    SHARE: Final = 0.04
    FOR_NS: Final = 100_000_000
    HEADROOM_V: Final = 0.4
    DROP_KOHM: Final = 0.075  # R_LIM 20.5 + R_HS 4.02 + R_M 24.9 + R_S 21.0 + switches, hardware design 1
    TRIP: Final = Trip("E303", "mismatch", "CUT")

    def __init__(self) -> None:
        self._since_ns: int | None = None
        self._patient_v = 0.0

    def check(self, s: Sample) -> Trip | None:
        """RAMP_UP, HOLD and RAMP_DOWN."""
        if s.patient_v is not None:
            self._patient_v = s.patient_v
        if s.state not in RUNNING or not s.output_closed:
            self._since_ns = None
            return None
        apart_ma = s.return_ma - s.set_ma
        share_ma = self.SHARE * s.set_ma
        bound_ma = share_ma if share_ma > self.MARGIN_MA else self.MARGIN_MA
        if -bound_ma <= apart_ma <= bound_ma or (apart_ma < 0 and self._limited(s)):
            self._since_ns = None
            return None
        if self._since_ns is None:
            self._since_ns = s.t_ns
        return self.TRIP if s.t_ns - self._since_ns >= self.FOR_NS else None

    def _limited(self, s: Sample) -> bool:
        return s.asked_compliance_v - self._patient_v - self.DROP_KOHM * s.return_ma < self.HEADROOM_V


class OpenCircuit:
    """Both sensors below half of the set: a hand is out, or a lead is off. The output opens at once [D].

    The least plan is 1 mA. A trim of 3 %, and the DAC's steps of 0.0073 mA make 0.95 mA of it at least.
    """

    SHARE: Final = 0.5
    FROM_SET_MA: Final = 0.95
    READINGS: Final = 2
    TRIP: Final = Trip("E210", "open", "PAUSE", "hands_out", 0.0)

    def __init__(self) -> None:
        self._count = 0
        self._source_low = False

    def check(self, s: Sample) -> Trip | None:
        """RAMP_UP, HOLD and RAMP_DOWN, from the least set of a plan."""
        low_ma = self.SHARE * s.set_ma
        if s.state not in RUNNING or s.set_ma < self.FROM_SET_MA or s.return_ma >= low_ma:
            self._count = 0
            self._source_low = False
            return None
        self._count += 1
        if s.source_ma is not None:
            self._source_low = s.source_ma < low_ma
        return self.TRIP if self._count >= self.READINGS and self._source_low else None
