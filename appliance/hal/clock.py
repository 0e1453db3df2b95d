"""The machine's monotonic clock. Wall time has no place here."""

import time

from appliance.units import NS_PER_S


class MonotonicClock:
    """`hal.ports.Clock` on CLOCK_MONOTONIC."""

    __slots__ = ()

    def now_ns(self) -> int:
        """Monotonic nanoseconds."""
        return time.monotonic_ns()

    def sleep_until_ns(self, t_mono_ns: int) -> None:
        """Return at `t_mono_ns` or as soon after it as the machine allows; at once when it has passed.

        `time.sleep` waits on an absolute monotonic time itself, so a signal in between does not lengthen it.
        """
        left_ns = t_mono_ns - time.monotonic_ns()
        if left_ns > 0:
            time.sleep(left_ns / NS_PER_S)
