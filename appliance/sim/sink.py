"""The sink's op-amp and transistor as one lumped integrator, calibrated on the design's `02_reconnect` deck.

In regulation the current is what is set. When the loop is open or cannot carry the set, the op-amp drives the gate to
its rail ('windup'); after a make the sink then passes whatever the loop gives until the gate has come back. It never
makes current by itself: it is only a ceiling.
"""

import math
from typing import Final

from appliance.config import Board
from appliance.sim.tolerances import Parts

GATE_MAX_V: Final = 2.9  # op-amp's rail less Q3's threshold: 63 mA over 45.9 ohm [M deck 02, peak without limiter]
RECOVERY_SHARE: Final = 0.91  # deck 02: 16 V of overload, 100 us at 0.16 V/us, last 91 us [M]
REFERENCE_MA: Final = (15.0, 30.0)  # board.toml's slew_us: from fully on to 30 mA at a set of 15 mA
SETTLED_SHARE: Final = 0.002
SETTLED_A: Final = 2e-6


class Sink:
    """Gate volts above threshold. Amperes and seconds inside."""

    __slots__ = ("_parts", "_rc_s", "_recovery_left_s", "_recovery_s", "gate_v", "set_v", "shorted")

    def __init__(self, board: Board, parts: Parts) -> None:
        self._parts = parts
        over_ohm = board.adc.return_.ohm + board.dac.set.r_sense_ohm
        set_ma, edge_ma = REFERENCE_MA
        full_ma = GATE_MAX_V / over_ohm * 1000.0
        tau_s = board.sink.slew_us * 1e-6 / math.log((full_ma - set_ma) / (edge_ma - set_ma))
        self._rc_s = tau_s * board.dac.set.r_sense_ohm / over_ohm
        self._recovery_s = parts.op_amp_recovery_us * 1e-6 * RECOVERY_SHARE
        self._recovery_left_s = 0.0
        self.set_v = 0.0  # at the op-amp's input
        self.gate_v = 0.0
        self.shorted = False  # a fault: Q3 drain to source

    @property
    def set_a(self) -> float:
        """What regulation gives."""
        return self.set_v / self._parts.r_sense_ohm

    @property
    def ceiling_a(self) -> float:
        """What the transistor would pass now."""
        if self.shorted:
            return math.inf
        return self.gate_v / (self._parts.r_measure_ohm + self._parts.r_sense_ohm)

    @property
    def tau_s(self) -> float:
        """Time constant of the closed loop."""
        return self._rc_s * (self._parts.r_measure_ohm + self._parts.r_sense_ohm) / self._parts.r_sense_ohm

    @property
    def saturated(self) -> bool:
        """Whether the op-amp is at its rail."""
        return self.gate_v >= GATE_MAX_V

    def settled(self, current_a: float) -> bool:
        """Whether `current_a` is the set as near as makes no difference."""
        return abs(current_a - self.set_a) <= max(SETTLED_A, SETTLED_SHARE * self.set_a)

    def clamp(self) -> None:
        """OUT_OK is off: the gate is held at 0 V."""
        self.gate_v = self._recovery_left_s = 0.0

    def follow(self, current_a: float) -> None:
        """In regulation the gate is where the current needs it."""
        self.gate_v = current_a * (self._parts.r_measure_ohm + self._parts.r_sense_ohm)
        self._recovery_left_s = 0.0

    def until_below(self, current_a: float) -> float:
        """Seconds until the falling ceiling comes down to `current_a`, which flows meanwhile; inf = never."""
        error_v = current_a * self._parts.r_sense_ohm - self.set_v
        if error_v <= 0.0 or self.shorted:
            return math.inf
        above_v = self.gate_v - current_a * (self._parts.r_measure_ohm + self._parts.r_sense_ohm)
        return self._recovery_left_s + max(0.0, above_v) * self._rc_s / error_v

    def integrate(self, current_a: float, dt_s: float) -> None:
        """The op-amp's output over `dt_s` of a current that something else imposes."""
        error_v = self.set_v - current_a * self._parts.r_sense_ohm
        if error_v < 0.0:
            waited_s = min(dt_s, self._recovery_left_s)
            self._recovery_left_s -= waited_s
            dt_s -= waited_s
        gate_v = self.gate_v + error_v * dt_s / self._rc_s
        if error_v > 0.0 and gate_v >= GATE_MAX_V:
            self._recovery_left_s = self._recovery_s
        self.gate_v = max(0.0, min(GATE_MAX_V, gate_v))

    def regulate(self, dt_s: float) -> float:
        """The loop closes on the set for `dt_s`, once the op-amp has recovered; returns the mean current."""
        set_a = self.set_a
        start_a = self.ceiling_a
        if self._recovery_left_s > 0.0 and start_a > set_a:
            self._recovery_left_s -= dt_s
            return start_a
        left = math.exp(-dt_s / self.tau_s)
        self.follow(set_a + (start_a - set_a) * left)
        return set_a + (start_a - set_a) * (1.0 - left) * self.tau_s / dt_s
