"""The voltage that the source may use: what this patient needs and a little more, never what is there.

V_COMP = min(48 V, 1.2 R I + 2.5 V + V_op), R a 2 s average of the loop. It rises slowly, falls at once, and stands
still while the resistance rises, because more voltage through a shrinking hand is the hazard itself. A plain 1.2 V
would be positive feedback: limited, it runs from 38 to 48 V in two updates [D].
"""

from typing import Final

from appliance.safety import hard_limits
from appliance.safety.monitors.area import ELECTRODES_V
from appliance.safety.monitors.current import Mismatch

GAIN: Final = 1.2  # [D]
HEADROOM_V: Final = 2.5  # board.toml limit.headroom_volts; the chain of resistors at 25 mA takes 1.9 V
RISE_V_PER_S: Final[dict[str, float]] = {"RAMP_UP": 10.0, "HOLD": 0.5, "RAMP_DOWN": 0.0}  # by state
FROZEN_ABOVE: Final = 1.08
AVERAGE_S: Final = 2.0
OBSERVE_FROM_MA: Final = 2.0  # below it the electrodes' error hides the loop; what CONTACT found stands
RESERVE_V: Final = 0.9  # kept between V_COMP and what the loop needs, so that the source stays in regulation [D]


class Compliance:
    """Running loop resistance, the voltage asked for, and the current that this voltage and the patient allow."""

    __slots__ = ("_loop_fast_ohm", "asked_v", "loop_ohm", "most_v", "probe_v")

    def __init__(self, most_v: float = hard_limits.VOLTS, probe_v: float = hard_limits.PROBE_VOLTS) -> None:
        """`most_v`, `probe_v`: the board's own limits; they can only tighten."""
        self.most_v = min(most_v, hard_limits.VOLTS)
        self.probe_v = min(probe_v, hard_limits.PROBE_VOLTS)
        self.loop_ohm = 0.0  # 2 s average, electrodes' overpotential taken off
        self._loop_fast_ohm = 0.0
        self.asked_v = 0.0

    def restart(self, loop_ohm: float) -> None:
        """Begin from what CONTACT found, at the probe's voltage."""
        self.loop_ohm = self._loop_fast_ohm = loop_ohm
        self.asked_v = self.probe_v

    def observe(self, patient_v: float, return_ma: float, dt_s: float) -> None:
        """Take one conversion of the patient's volts; `dt_s` since the last one."""
        if return_ma < OBSERVE_FROM_MA:
            return
        ohm = max(0.0, patient_v - ELECTRODES_V) / return_ma * 1000.0
        self.loop_ohm += (ohm - self.loop_ohm) * min(1.0, dt_s / AVERAGE_S)
        self._loop_fast_ohm += (ohm - self._loop_fast_ohm) * min(1.0, dt_s / 0.05)

    def update(self, set_ma: float, rise_v_per_s: float, dt_s: float) -> float:
        """Volts to ask for at `set_ma`."""
        wanted_v = min(self.most_v, GAIN * self.loop_ohm * set_ma / 1000.0 + HEADROOM_V + ELECTRODES_V)
        wanted_v = max(wanted_v, self.probe_v)
        if wanted_v <= self.asked_v:
            self.asked_v = wanted_v
        elif self._loop_fast_ohm <= FROZEN_ABOVE * self.loop_ohm:
            self.asked_v = min(wanted_v, self.asked_v + rise_v_per_s * dt_s)
        return self.asked_v

    def current_cap_ma(self) -> float:
        """The most that keeps the patient below 44 V, at the loop's resistance of now."""
        ohm = max(self.loop_ohm, self._loop_fast_ohm, 1.0)
        return (hard_limits.PATIENT_VOLTS - ELECTRODES_V) / ohm * 1000.0

    def regulation_cap_ma(self) -> float:
        """The most that the voltage asked for can drive in regulation, at the loop's resistance of now."""
        room_v = self.asked_v - ELECTRODES_V - RESERVE_V
        return max(0.0, room_v) / (max(self._loop_fast_ohm, 1.0) / 1000.0 + Mismatch.DROP_KOHM)
