"""Circumstances of a simulated session that its seed would else draw: slow electrodes, restless hands, mains hum.

They are put on the bench's patient before anything flows. They never change a part of the board, or what software sees.
"""

import math
from itertools import product
from typing import Final, NamedTuple

from appliance.sim.bench import Bench
from appliance.sim.skin import MOTION_SHARE
from appliance.units import NS_PER_S

HUM_SHARE: Final = 0.02  # clinical basis, the load: 1-2 % mains hum
CURRENTS: Final = ("default", "prescriber")


class Conditions(NamedTuple):
    """None = as the seed draws it, within the same bounds."""

    polarise_s: float | None = None  # time constant of both electrodes, 1-5 s
    electrode_v: float | None = None  # overpotential of each, 1.0-1.5 V
    motion_hz: float | None = None  # both hands, +-5 % of the area, 0.2-1 Hz
    hum_hz: float | None = None  # 50 or 60, at 2 %
    current: str = "default"  # the site's default, or the most that a prescriber may set

    def apply(self, bench: Bench) -> None:
        """Make it so, while the hands are still out of the water."""
        patient = bench.patient
        for side in (patient.left, patient.right):
            if self.polarise_s is not None:
                side.polarise_s = self.polarise_s
            if self.electrode_v is not None:
                side.e_end_v = self.electrode_v
            if self.motion_hz is not None:
                side.motion = MOTION_SHARE
                side.motion_rad_per_ns = 2.0 * math.pi * self.motion_hz / NS_PER_S
        if self.hum_hz is not None:
            patient.hum_share = HUM_SHARE
            bench.circuit.history.hum_at(self.hum_hz)

    def __str__(self) -> str:
        """For a table: only what was chosen."""
        named = (
            ("tau {:g} s", self.polarise_s),
            ("{:g} V", self.electrode_v),
            ("motion {:g} Hz", self.motion_hz),
            ("hum {:g} Hz", self.hum_hz),
        )
        chosen = [text.format(value) for text, value in named if value is not None]
        return ", ".join([*chosen, "most"] if self.current == "prescriber" else chosen) or "as drawn"


def grid(
    polarise_s: tuple[float, ...] = (),
    electrode_v: tuple[float, ...] = (),
    motion_hz: tuple[float, ...] = (),
    hum_hz: tuple[float, ...] = (),
    currents: tuple[str, ...] = ("default",),
) -> tuple[Conditions, ...]:
    """Every combination; a list that is empty leaves it to the seed."""
    return tuple(
        Conditions(tau_s, volts, moves_hz, hums_hz, current)
        for tau_s, volts, moves_hz, hums_hz, current in product(
            polarise_s or (None,), electrode_v or (None,), motion_hz or (None,), hum_hz or (None,), currents
        )
    )
