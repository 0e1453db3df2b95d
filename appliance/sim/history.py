"""The last moments of the circuit as segments, so that an ADC can average over its own window afterwards.

Within a segment every quantity runs straight from one end to the other, and the skins' volts settle exponentially.
It never changes the circuit.
"""

import math
from collections import deque
from typing import Final

from appliance.units import NS_PER_S

KEPT: Final = 4096  # segments: 20 s in regulation, and every 5 us step between an edge and the next look
MAINS_HZ: Final = 50.0

# Indices of a segment. FLOW, SOURCE, BASE and SUPPLY are pairs: value at the start, value at the end.
T0, T1, FLOW, SOURCE, BASE, SUPPLY, SET = 0, 1, 2, 4, 6, 8, 10
SKIN_1, SKIN_2 = 11, 14  # triples: volts at the start, volts at the end of time, tau in ns (0 = none)

# How both skins settle, as in a segment: volts at the start, volts at the end of time, tau in ns (0 = none).
Skins = tuple[float, float, float, float, float, float]
NO_SKINS: Final[Skins] = (0.0, 0.0, 0.0, 0.0, 0.0, 0.0)

Segment = tuple[
    int, int, float, float, float, float, float, float, float, float, float, float, float, float, float, float, float
]


class History:
    """Segments in order of time, the newest last, without gaps."""

    __slots__ = ("_mains_rad_per_ns", "hum_phase", "segments")

    def __init__(self, hum_phase: float) -> None:
        self.segments: deque[Segment] = deque(maxlen=KEPT)
        self.hum_phase = hum_phase
        self.hum_at(MAINS_HZ)

    def hum_at(self, mains_hz: float) -> None:
        """The mains of this country: 50 or 60 Hz."""
        self._mains_rad_per_ns = 2.0 * math.pi * mains_hz / NS_PER_S

    def mean(self, field: int, t0_ns: int, t1_ns: int, since: float) -> float:
        """Mean of a pair over a window; `since` has been there since the last segment ended."""
        segments = self.segments
        if not segments:
            return since
        last_ns = segments[-1][1]
        if t0_ns >= last_ns:
            return since
        end_ns = t1_ns
        total = 0.0
        if t1_ns > last_ns:
            total = since * (t1_ns - last_ns)
            end_ns = last_ns
        begun_ns = end_ns
        for segment in reversed(segments):
            s0_ns = segment[0]
            if s0_ns >= end_ns:
                continue
            begun_ns = t0_ns if s0_ns < t0_ns else s0_ns
            start, end = segment[field], segment[field + 1]
            if start == end:
                total += start * (end_ns - begun_ns)
            else:
                middle = ((begun_ns + end_ns) * 0.5 - s0_ns) / (segment[1] - s0_ns)
                total += (start + (end - start) * middle) * (end_ns - begun_ns)
            end_ns = begun_ns
            if s0_ns <= t0_ns:
                break
        if begun_ns >= t1_ns:  # before all that is kept
            return segments[0][field]
        return total / (t1_ns - begun_ns)

    def skin_mean(self, t0_ns: int, t1_ns: int, since: Skins) -> float:
        """Mean of both skins' volts over a window; they have settled as `since` since the last segment ended."""
        last_ns = self.segments[-1][1] if self.segments else 0
        total = 0.0
        end_ns = begun_ns = t1_ns
        if t1_ns > last_ns:
            end_ns = begun_ns = max(t0_ns, last_ns)
            total = _skins_volts(since, begun_ns - last_ns, t1_ns - last_ns)
            if t0_ns >= last_ns:
                return total / (t1_ns - t0_ns)
        for segment in reversed(self.segments):
            s0_ns = segment[0]
            if s0_ns >= end_ns:
                continue
            begun_ns = t0_ns if s0_ns < t0_ns else s0_ns
            total += _skins_volts(segment[11:], begun_ns - s0_ns, min(end_ns, segment[1]) - s0_ns)
            end_ns = begun_ns
            if s0_ns <= t0_ns:
                break
        return total / (t1_ns - begun_ns) if t1_ns > begun_ns else 0.0

    def at_set(self, t_ns: int) -> float:
        """DAC1's volts at an instant."""
        for segment in reversed(self.segments):
            if segment[0] <= t_ns:
                return segment[SET]
        return 0.0

    def hum_mean(self, t0_ns: int, t1_ns: int) -> float:
        """Mean of a mains hum of amplitude one over a window."""
        rad_per_ns = self._mains_rad_per_ns
        span = (t1_ns - t0_ns) * rad_per_ns
        start = t0_ns * rad_per_ns + self.hum_phase
        return (math.cos(start) - math.cos(start + span)) / span


def _skins_volts(skins: Skins, from_ns: int, to_ns: int) -> float:
    """Integral over ns of both skins' `end + (start - end) exp(-t / tau)`."""
    v1, end_1, tau_1, v2, end_2, tau_2 = skins
    if not tau_1:
        return 0.0
    fall_1 = math.exp(-from_ns / tau_1) - math.exp(-to_ns / tau_1)
    fall_2 = math.exp(-from_ns / tau_2) - math.exp(-to_ns / tau_2)
    return (end_1 + end_2) * (to_ns - from_ns) + (v1 - end_1) * tau_1 * fall_1 + (v2 - end_2) * tau_2 * fall_2
