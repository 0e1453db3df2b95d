"""Everything that cuts without software: PERMIT latch, window watchdog, charge pump, supervisor, treatment timer.

FAULT_n is the wired-AND of both comparators, the watchdog's WDO, the pump, the 5 V supervisor and the timer. It clears
PERMIT; only a rising LATCH_RESET sets it, and only while FAULT_n is high. OUT_OK = ENABLE & PERMIT & PUMP_OK. Nothing
here knows the circuit: the bench brings what the comparators say, and asks again at `next_ns`.
"""

from typing import Final

from appliance.sim.tolerances import Parts
from appliance.units import ns_from_ms, ns_from_s

NEVER: Final = 1 << 62


class Protection:
    """State at the time of the last call; every call brings its time."""

    __slots__ = (
        "_kick_high",
        "_last_fall_ns",
        "_low_since_ns",
        "_on_since_ns",
        "_output_ns",
        "_parts",
        "_pump_until_ns",
        "_rearm_ns",
        "_reset_high",
        "_settled_ns",
        "_timer_reset_ns",
        "_wdo_low_until_ns",
        "comparators_over",
        "e_stop",
        "enable",
        "latch_dead",
        "out_ok",
        "out_ok_stuck",
        "permit",
        "powered",
        "pump_stuck",
        "sagging",
        "timer_dead",
        "timer_tripped",
        "wdo_dead",
    )

    def __init__(self, parts: Parts, rearm_ms: float, timer_reset_min: float, t_ns: int) -> None:
        self._parts = parts
        self._rearm_ns = ns_from_ms(rearm_ms)
        self._timer_reset_ns = ns_from_s(timer_reset_min * 60.0)
        self.enable = False  # the Pi's pin, before the E-stop's pole 1
        self.e_stop = False
        self.comparators_over = False
        self.powered = True
        self.sagging = False  # 5 V_ISO below the supervisor's threshold
        # faults
        self.wdo_dead = False  # the TPS3430 says 'good' for ever
        self.pump_stuck: bool | None = None  # what the charge pump's Schmitt trigger says, whatever the pump does
        self.latch_dead = False  # PERMIT is no longer cleared
        self.timer_dead = False
        self.out_ok_stuck = False  # the gate that makes OUT_OK says yes
        self._kick_high = self._reset_high = False
        self._settled_ns = t_ns
        self._output_ns = 0
        self._low_since_ns = t_ns - self._timer_reset_ns
        self.timer_tripped = False
        self.power_up(t_ns)

    def power_up(self, t_ns: int) -> None:
        """5 V_ISO rises: the supervisor clears PERMIT, the watchdog's first window begins."""
        self.permit = False
        self.out_ok = False
        self._on_since_ns = 0
        self._pump_until_ns = t_ns
        self._last_fall_ns: int | None = None
        self._wdo_low_until_ns = t_ns  # the window runs from here

    # ------------------------------------------------------------ what it says

    def wdo(self, t_ns: int) -> bool:
        """The watchdog's output; high = good."""
        return self.wdo_dead or t_ns >= self._wdo_low_until_ns

    def pump_ok(self, t_ns: int) -> bool:
        """The charge pump's output."""
        return t_ns < self._pump_until_ns if self.pump_stuck is None else self.pump_stuck

    def watchdog_ok(self, t_ns: int) -> bool:
        """The read-back: WDO and pump."""
        return self.powered and self.wdo(t_ns) and self.pump_ok(t_ns)

    def fault(self, t_ns: int) -> bool:
        """Whether FAULT_n is low."""
        return not self.watchdog_ok(t_ns) or self.comparators_over or self.timer_tripped or self.sagging

    @property
    def next_ns(self) -> int:
        """When something happens by itself, at the earliest."""
        next_ns = self._timer_ns
        if self.powered:
            seen_ns = self._settled_ns
            for due_ns in (self._watchdog_ns, self._pump_until_ns, self._wdo_low_until_ns):
                if seen_ns < due_ns < next_ns:
                    next_ns = due_ns
        return next_ns

    @property
    def _watchdog_ns(self) -> int:
        """When the watchdog trips unless kicked."""
        since_ns = self._wdo_low_until_ns if self._last_fall_ns is None else self._last_fall_ns
        return since_ns + self._parts.watchdog_late_ns

    @property
    def _timer_ns(self) -> int:
        if not self.out_ok or self.timer_tripped or self.timer_dead:
            return NEVER
        return self._on_since_ns + max(0, self._parts.timer_ns - self._output_ns)

    # ------------------------------------------------------------ what happens to it

    def kick(self, high: bool, t_ns: int) -> bool:
        """An edge of WATCHDOG_KICK; True when `settle` must look at it now."""
        if high == self._kick_high:
            return False
        self._kick_high = high
        if not self.powered:
            return False
        parts = self._parts
        pump_was_down = t_ns >= self._pump_until_ns
        self._pump_until_ns = t_ns + (parts.pump_after_high_ns if high else parts.pump_after_low_ns)
        if high or t_ns < self._wdo_low_until_ns:  # only falling edges count; none while WDO is low
            return pump_was_down
        last_ns = self._last_fall_ns
        if last_ns is not None and t_ns - last_ns < parts.watchdog_early_ns:
            self.bite(t_ns)
            return True
        self._last_fall_ns = t_ns
        return pump_was_down

    def bite(self, t_ns: int) -> None:
        """WDO goes low, and rearms by itself after 200 ms."""
        self._wdo_low_until_ns = t_ns + self._rearm_ns
        self._last_fall_ns = None

    def latch_reset(self, high: bool, t_ns: int) -> None:
        """LATCH_RESET: only its rising edge acts."""
        rising = high and not self._reset_high
        self._reset_high = high
        if not rising or not self.powered:
            return
        if not self.out_ok and t_ns - self._low_since_ns >= self._timer_reset_ns:
            self._output_ns = 0
            self.timer_tripped = False
        if not self.fault(t_ns):
            self.permit = True

    def timer_trips_after(self, output_ns: int, t_ns: int) -> None:
        """A fault: the treatment timer's oscillator is so fast that it trips after that much more output."""
        self._parts.timer_ns = self._output_ns + output_ns + (t_ns - self._on_since_ns if self.out_ok else 0)

    def settle(self, t_ns: int) -> bool:
        """Let everything that is due happen and bring PERMIT and OUT_OK up to `t_ns`; True when OUT_OK changed."""
        self._settled_ns = t_ns
        if self.powered and not self.wdo_dead and t_ns >= self._watchdog_ns:
            self.bite(t_ns)
        if t_ns >= self._timer_ns:
            self.timer_tripped = True
        if self.fault(t_ns) and not self.latch_dead:
            self.permit = False
        if not self.powered:
            self.permit = False
        out_ok = self.powered and (
            self.out_ok_stuck or (self.enable and not self.e_stop and self.permit and self.pump_ok(t_ns))
        )
        if out_ok == self.out_ok:
            return False
        self.out_ok = out_ok
        if out_ok:
            self._on_since_ns = t_ns
        else:
            self._output_ns += t_ns - self._on_since_ns
            self._low_since_ns = t_ns
        return True
