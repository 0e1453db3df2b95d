"""One hand, sole or armpit in its tray: skin, wet area, plate. Numbers are those of clinical.md, 'The load'.

The skin's resistivity falls with current (onset) and with its own voltage (softening), rises as it dries; the plate's
electrode polarises; area moves continuously. It never knows what a chip measured.
"""

import math
from collections.abc import Callable
from random import Random
from typing import Final, NamedTuple

from appliance.units import NS_PER_S

ONSET_MA_PER_CM2: Final = 0.083  # 12.5 mA over a palm of 150 cm2, at which the onset takes its table time
ONSET_TAU_S: Final = 20.0  # three of them are the 60 s of the table
RECOVERY_TAU_S: Final = 1500.0  # after the current stops: exponential, 25 min [S: Curdy 2000]
DRYING_S: Final = 1200.0  # the table's 20 min
ANODE_SHARE: Final = 1.3  # the anode dries faster, the cathode slower
CATHODE_SHARE: Final = 0.7
DRIES_ABOVE_MA: Final = 1.0
POLARISES_MA: Final = 0.05  # [D] current at which an electrode reaches half of its overpotential
MOTION_SHARE: Final = 0.05  # area +-5 % at 0.2-1 Hz
C_NF_PER_CM2: Final = 30.0


class Phenotype(NamedTuple):
    """One row of clinical.md's load table, at its defaults. [D] where the table gives a range."""

    area_cm2: float
    body_ohm: float
    rho_kohm_cm2: float  # at 5 V, just immersed
    onset: float  # rho falls to this share
    soften_v: float  # V_b
    drying: float  # rho rises by this share in 20 min
    share_of_c: float = 1.0  # of 30 nF/cm2
    conductivity_us_per_cm: float | None = None  # None = as given


class Spot:
    """A small place where the skin does not resist: the spreading resistance of a disc in water."""

    __slots__ = ("_note", "area_cm2", "ohm")

    def __init__(self, area_cm2: float, conductivity_us_per_cm: float, note: Callable[[float], None]) -> None:
        """`note` is told the density there, mA/cm2, again and again."""
        self.area_cm2 = area_cm2
        self.ohm = 1e6 / conductivity_us_per_cm / (4.0 * math.sqrt(area_cm2 / math.pi))
        self._note = note

    def feel(self, side_v: float) -> None:
        """It lies beside the skin of its side."""
        self._note(abs(side_v) / self.ohm * 1000.0 / self.area_cm2)


class Side:
    """One hand, sole or armpit with its plate. Volts and current are signed in the patient's own direction."""

    __slots__ = (
        "age_share",
        "area_cm2",
        "base_cm2",
        "bath_share",
        "c_f",
        "c_f_per_cm2",
        "dryness",
        "e_end_v",
        "e_v",
        "from_cm2",
        "from_ns",
        "motion",
        "motion_phase",
        "motion_rad_per_ns",
        "nominal_cm2",
        "onset",
        "polarise_s",
        "rho_now_ohm_cm2",
        "rho_ohm_cm2",
        "soften_v",
        "spot",
        "spot_cm2",
        "to_cm2",
        "to_ns",
        "v",
    )

    def __init__(self, kind: Phenotype, rng: Random) -> None:
        """Out of the water, unpolarised."""
        self.bath_share = 1.0  # 0 = the skin lies on the bare plate
        self.spot: Spot | None = None
        self.spot_cm2 = 0.0  # skin that would conduct as much as the spot does
        self.nominal_cm2 = kind.area_cm2
        self.base_cm2 = self.area_cm2 = self.from_cm2 = self.to_cm2 = 0.0
        self.from_ns = self.to_ns = 0
        self.rho_ohm_cm2 = self.rho_now_ohm_cm2 = kind.rho_kohm_cm2 * 1000.0 * rng.uniform(0.97, 1.03)
        self.soften_v = kind.soften_v
        self.c_f_per_cm2 = C_NF_PER_CM2 * kind.share_of_c * 1e-9 * rng.uniform(0.85, 1.15)
        self.c_f = 0.0
        self.onset = self.dryness = 0.0
        self.age_share = kind.drying
        self.e_end_v = rng.uniform(1.0, 1.5)
        self.polarise_s = rng.uniform(1.0, 5.0)
        self.motion = MOTION_SHARE * rng.uniform(0.5, 1.0)
        self.motion_rad_per_ns = 2.0 * math.pi * rng.uniform(0.2, 1.0) / NS_PER_S
        self.motion_phase = rng.uniform(0.0, 2.0 * math.pi)
        self.v = self.e_v = 0.0

    def move(self, to_cm2: float, t_ns: int, over_ns: int) -> None:
        """Begin to move to a wet area, linearly in time."""
        self.from_cm2, self.to_cm2 = self.base_cm2, to_cm2
        self.from_ns, self.to_ns = t_ns, t_ns + over_ns

    def wet(self, t_ns: int) -> None:
        """Bring the area to `t_ns`. Charge stays on the skin that stays wet; fresh skin brings none."""
        if t_ns >= self.to_ns:
            base = self.to_cm2
        else:
            share = (t_ns - self.from_ns) / (self.to_ns - self.from_ns)
            base = self.from_cm2 + (self.to_cm2 - self.from_cm2) * share
        self.base_cm2 = base
        if base <= 0.0:
            self.area_cm2 = self.c_f = 0.0
            return
        swing = self.motion * base / self.nominal_cm2
        area = base * (1.0 + swing * math.sin(self.motion_rad_per_ns * t_ns + self.motion_phase))
        if area > self.area_cm2:
            self.v *= self.area_cm2 / area
        self.area_cm2 = area
        self.c_f = self.c_f_per_cm2 * area

    def age(self, dt_s: float, current_ma: float, onset_to: float) -> None:
        """Onset and drying over `dt_s` of `current_ma`, or recovery without it. Positive current enters here."""
        if not self.area_cm2:
            return
        density = abs(current_ma) / self.area_cm2
        if density:
            self.onset += (1.0 - self.onset) * -math.expm1(-dt_s * density / (ONSET_MA_PER_CM2 * ONSET_TAU_S))
        recovered = math.exp(-dt_s / RECOVERY_TAU_S) if abs(current_ma) < DRIES_ABOVE_MA else 1.0
        self.onset *= recovered
        if recovered == 1.0:
            share = ANODE_SHARE if current_ma > 0.0 else CATHODE_SHARE
            self.dryness += self.age_share * share * dt_s / DRYING_S
        self.rho_now_ohm_cm2 = self.rho_ohm_cm2 * (1.0 - (1.0 - onset_to) * self.onset) * (1.0 + self.dryness)
        if self.spot is not None:
            self.spot_cm2 = self.rho_now_ohm_cm2 / self.spot.ohm

    def wear(self, kind: Phenotype) -> None:
        """Another person's skin, fresh and out of the water."""
        self.nominal_cm2 = kind.area_cm2
        self.base_cm2 = self.area_cm2 = self.from_cm2 = self.to_cm2 = self.c_f = self.v = 0.0
        self.rho_ohm_cm2 = self.rho_now_ohm_cm2 = kind.rho_kohm_cm2 * 1000.0
        self.soften_v, self.age_share = kind.soften_v, kind.drying
        self.c_f_per_cm2 = C_NF_PER_CM2 * kind.share_of_c * 1e-9
        self.onset = self.dryness = 0.0
        self.hurt(None)

    def hurt(self, spot: Spot | None) -> None:
        """A spot opens, or is covered."""
        self.spot = spot
        self.spot_cm2 = self.rho_now_ohm_cm2 / spot.ohm if spot is not None else 0.0

    def trade(self, other: "Side") -> None:
        """The hands change trays: skins change sides, plates do not."""
        for name in _SKIN:
            mine, its = getattr(self, name), getattr(other, name)
            setattr(self, name, its)
            setattr(other, name, mine)

    def polarise(self, dt_s: float, current_ma: float) -> None:
        """The electrode's overpotential over `dt_s`: towards 1.0-1.5 V while current flows, back without."""
        step = dt_s / self.polarise_s
        target = self.e_end_v * current_ma / (abs(current_ma) + POLARISES_MA)
        self.e_v += (target - self.e_v) * (step if step < 0.01 else -math.expm1(-step))


_SKIN: Final = (
    "rho_ohm_cm2",
    "rho_now_ohm_cm2",
    "soften_v",
    "c_f_per_cm2",
    "onset",
    "dryness",
    "age_share",
    "spot",
    "spot_cm2",
)
