"""The lease: the operator's screen must show fresh numbers and say so, or the current fades."""

from appliance.safety import hard_limits
from appliance.units import ns_from_s, s_from_ns


class Lease:
    """Renewed by the kiosk; lost after two seconds of silence."""

    _LEASE_NS = ns_from_s(hard_limits.LEASE_S)

    def __init__(self) -> None:
        self._renewed_ns: int | None = None

    def renew(self, t_ns: int) -> None:
        """The operator's screen is alive."""
        self._renewed_ns = t_ns

    def end(self) -> None:
        """Forget it: a new session needs a new one."""
        self._renewed_ns = None

    def alive(self, t_ns: int) -> bool:
        """Whether it was renewed within its time."""
        return self._renewed_ns is not None and t_ns - self._renewed_ns <= self._LEASE_NS

    def left_s(self, t_ns: int) -> float | None:
        """Seconds left; None when there is no lease."""
        if self._renewed_ns is None:
            return None
        return max(0.0, s_from_ns(self._LEASE_NS - (t_ns - self._renewed_ns)))
