"""A reading that stands still. Equal codes in a row are normal for this ADC, so equality is never a fault.

The set carries a pseudo-random dither of +-4 DAC codes. A living measurement follows it; a frozen one cannot know it.
"""

from typing import Final

from appliance.safety.sample import Sample
from appliance.safety.trip import Trip

# Notch of 50 and 60 Hz and of anything constant at 200 readings a second: [1 0 1] * [1 0.618 1] * [1 -1].
_TAPS: Final = (1.0, -0.381966, 1.381966, -1.381966, 0.381966, -1.0)


class Stale:
    """Response of the reading to the dither over 64 ticks below half of what it must be [D].

    The fast check of a lying ADC is its configuration read-back; this one finds a conversion that no longer runs.
    """

    BLOCK: Final = 64
    LEAST_RESPONSE: Final = 0.5
    FROM_SET_MA: Final = 2.0
    TRIP: Final = Trip("E204", "stale", "CUT")

    def __init__(self) -> None:
        self._reading = [0.0] * 6
        self._dither = [0.0] * 6
        self._at = 0
        self._cross = 0.0
        self._power = 0.0

    def check(self, s: Sample) -> Trip | None:
        """In regulation at 2 mA and above, on the 5 ms tick."""
        if s.state not in ("RAMP_UP", "HOLD", "RAMP_DOWN") or s.ramp_base_ma < self.FROM_SET_MA:
            self._at = 0
            self._cross = self._power = 0.0
            return None
        reading, dither = self._reading, self._dither
        del reading[0]
        del dither[0]
        reading.append(s.return_ma - s.ramp_base_ma)
        dither.append(s.dither_ma)
        self._at += 1
        if self._at <= len(_TAPS):
            return None
        a0, a1, a2, a3, a4, a5 = _TAPS
        r = a0 * reading[5] + a1 * reading[4] + a2 * reading[3] + a3 * reading[2] + a4 * reading[1] + a5 * reading[0]
        d = a0 * dither[5] + a1 * dither[4] + a2 * dither[3] + a3 * dither[2] + a4 * dither[1] + a5 * dither[0]
        self._cross += r * d
        self._power += d * d
        if self._at < self.BLOCK + len(_TAPS):
            return None
        lost = self._cross < self.LEAST_RESPONSE * self._power
        self._at = len(_TAPS)
        self._cross = self._power = 0.0
        return self.TRIP if lost else None
