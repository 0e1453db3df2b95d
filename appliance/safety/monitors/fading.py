"""A hand that is pulled out while the current falls: the volts rise, although they must fall.

At constant skin the volts fall with the current, and electrodes give theirs back; so volts that rise in RAMP_DOWN say
that skin is leaving. Resistance cannot be asked there: it rises by itself as the current falls. Never asked elsewhere.
"""

from typing import Final

from appliance.safety.sample import Sample
from appliance.safety.trip import Trip


class AreaFading:
    """The patient's volts against those 100 ms before, whole periods of 50 and 60 Hz. The output opens at once [D].

    Restless hands (5 % at 1 Hz), hum and slow electrodes raised them by 1.5 % at most, at the very begin of a fade
    (measured: every phenotype, every fade).
    """

    BACK: Final = 10  # conversions, 10 ms apart
    SHARE: Final = 1.05
    FLOOR_V: Final = 0.05  # 25 counts of the ADC
    FROM_MA: Final = 0.5  # the probe's current: as little as anyone may feel at any contact
    TRIP: Final = Trip("E218", "area_fading", "PAUSE", "area", 0.0)

    def __init__(self) -> None:
        self._volts = [0.0] * self.BACK
        self._ma = [0.0] * self.BACK
        self._n = 0

    def check(self, s: Sample) -> Trip | None:
        """RAMP_DOWN; what is compared with may lie in HOLD or in RAMP_UP, where less current needed fewer volts."""
        if s.state not in ("RAMP_UP", "HOLD", "RAMP_DOWN"):
            self._n = 0
            return None
        if s.patient_v is None:
            return None
        at = self._n % self.BACK
        before_v, self._volts[at] = self._volts[at], s.patient_v
        before_ma, self._ma[at] = self._ma[at], s.ramp_base_ma
        self._n += 1
        if s.state != "RAMP_DOWN" or self._n <= self.BACK or s.ramp_base_ma < self.FROM_MA:
            return None
        if 0.0 < before_ma < s.ramp_base_ma:
            before_v *= s.ramp_base_ma / before_ma
        return self.TRIP if s.patient_v > self.SHARE * before_v + self.FLOOR_V else None
