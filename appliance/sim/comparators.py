"""The two over-current comparators behind their 100 us filters: A over R_M + R_S, B behind the source's amplifier.

They only say 'over'; the latch that they clear is in `protection`.
"""

import math

from appliance.sim.tolerances import Parts

_JUST_PAST_S = 2e-9  # a step that is cut at a crossing ends behind it


class Comparators:
    """Filtered volts and thresholds of both."""

    __slots__ = ("_return_v", "_source_v", "_tau_s", "return_over", "return_trip_v", "source_over", "source_trip_v")

    def __init__(self, parts: Parts, tau_s: float) -> None:
        self._tau_s = tau_s
        self._return_v = self._source_v = 0.0
        self.return_trip_v = parts.trip_return_v
        self.source_trip_v = parts.trip_source_v
        self.return_over = self.source_over = False

    @property
    def over(self) -> bool:
        """Whether one of them pulls FAULT_n."""
        return self.return_over or self.source_over

    def cut(self, return_v: float, source_v: float, dt_s: float) -> float:
        """Seconds of a step at these volts, cut where a filter would cross its threshold."""
        if return_v > self.return_trip_v and not self.return_over:
            dt_s = min(dt_s, self._crossing_s(return_v, self._return_v, self.return_trip_v))
        if source_v > self.source_trip_v and not self.source_over:
            dt_s = min(dt_s, self._crossing_s(source_v, self._source_v, self.source_trip_v))
        return dt_s

    def _crossing_s(self, to_v: float, from_v: float, trip_v: float) -> float:
        return max(0.0, self._tau_s * math.log((to_v - from_v) / (to_v - trip_v))) + _JUST_PAST_S

    def move(self, return_v: float, source_v: float, dt_s: float) -> None:
        """Move both filters on."""
        left = math.exp(-dt_s / self._tau_s) if dt_s < 20.0 * self._tau_s else 0.0
        self._return_v = return_v + (self._return_v - return_v) * left
        self._source_v = source_v + (self._source_v - source_v) * left

    def hold(self, return_v: float, source_v: float) -> None:
        """Currents that have long been steady, far below both thresholds."""
        self._return_v, self._source_v = return_v, source_v

    def newly_over(self) -> bool:
        """Compare; True when one of them has just gone over."""
        return_over = self._return_v > self.return_trip_v
        source_over = self._source_v > self.source_trip_v
        newly = (return_over and not self.return_over) or (source_over and not self.source_over)
        self.return_over, self.source_over = return_over, source_over
        return newly
