"""A reading that stands still. Equal codes in a row are normal for this ADC, so equality is never a fault.

The set carries a pseudo-random dither of +-4 DAC codes. A living measurement moves with it; a frozen one cannot.
"""

from typing import Final

from appliance.safety.sample import Sample
from appliance.safety.trip import Trip

# Notch of 50 and 60 Hz and of anything constant at 200 readings a second: [1 0 1] * [1 0.618 1] * [1 -1]. The six taps
# are antisymmetric: 1, _TAP_1, _TAP_2, -_TAP_2, -_TAP_1, -1.
_TAPS: Final = 6
_TAP_1: Final = -0.381966
_TAP_2: Final = 1.381966


class Stale:
    """Two questions to one reading: has it moved at all, and does it follow the dither?

    Over 64 ticks the set moves by 8 codes; a reading whose whole range is less than half of that stands still.
    A reading that moves, by hum too, is correlated with the dither over 1024: the ADC converts on its own clock,
    so hum of 2 % is sampled up to 1.2 ms off and passes the notch; over 64 ticks alone its response to the dither
    was seen from -0.3 to 2.3 of what it must be, over 1024 from 0.73 [D: numeric, tests/safety].
    The fast check of a lying ADC is its configuration read-back; this one finds a conversion that no longer runs.
    """

    BLOCK: Final = 64
    BLOCKS: Final = 16
    LEAST_RESPONSE: Final = 0.5
    TRIP: Final = Trip("E204", "stale", "CUT")

    def __init__(self) -> None:
        self._reading = [0.0] * _TAPS
        self._dither = [0.0] * _TAPS
        self._restart()

    def _restart(self) -> None:
        self._warm = 0  # ticks until the notch has seen only this run
        self._at = self._blocks = 0
        self._cross = self._power = 0.0
        self._lowest_ma = self._highest_ma = 0.0

    def check(self, s: Sample) -> Trip | None:
        """In regulation, wherever the set is dithered: from 2 mA on, which are 1.999 of the DAC; on the 5 ms tick."""
        if s.dither_ma == 0.0 or s.state not in ("RAMP_UP", "HOLD", "RAMP_DOWN"):
            self._restart()
            return None
        return_ma = s.return_ma
        if self._at == 0:
            self._lowest_ma = self._highest_ma = return_ma
        elif return_ma < self._lowest_ma:
            self._lowest_ma = return_ma
        elif return_ma > self._highest_ma:
            self._highest_ma = return_ma
        self._at += 1
        self._correlate(return_ma - s.ramp_base_ma, s.dither_ma)
        if self._at < self.BLOCK:
            return None
        self._at = 0
        return self.TRIP if self._highest_ma - self._lowest_ma < abs(s.dither_ma) or self._lost() else None

    def _correlate(self, reading_ma: float, dither_ma: float) -> None:
        reading, dither = self._reading, self._dither
        del reading[0]
        del dither[0]
        reading.append(reading_ma)
        dither.append(dither_ma)
        if self._warm < _TAPS:
            self._warm += 1
            return
        r5, r4, r3, r2, r1, r0 = reading  # the newest is 0
        d5, d4, d3, d2, d1, d0 = dither
        r = r0 - r5 + _TAP_1 * (r1 - r4) + _TAP_2 * (r2 - r3)
        d = d0 - d5 + _TAP_1 * (d1 - d4) + _TAP_2 * (d2 - d3)
        self._cross += r * d
        self._power += d * d

    def _lost(self) -> bool:
        """After enough blocks: whether the reading moved without following."""
        self._blocks += 1
        if self._blocks < self.BLOCKS:
            return False
        lost = self._cross < self.LEAST_RESPONSE * self._power
        self._blocks = 0
        self._cross = self._power = 0.0
        return lost
