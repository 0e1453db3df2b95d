"""Patients: what lies between the two plates, and how it changes while current flows.

Two sides, each plate - bath - skin (R parallel C), with the body between. The skin's resistivity falls with current
(onset) and with its own voltage (softening), rises as it dries; the electrodes polarise; area is a variable that moves
continuously. Numbers are those of clinical.md, 'The load'. A patient never knows what a chip measured.
"""

import math
from random import Random
from typing import Final, NamedTuple

from appliance.errors import ConfigError
from appliance.sim import water
from appliance.sim.history import Skins
from appliance.units import NS_PER_MS, NS_PER_S

OPEN_BELOW_CM2: Final = 0.5  # safety.md, budgets: a smaller wet area is no contact
ONSET_MA_PER_CM2: Final = 0.083  # 12.5 mA over a palm of 150 cm2, at which the onset takes its table time
ONSET_TAU_S: Final = 20.0  # three of them are the 60 s of the table
RECOVERY_TAU_S: Final = 1500.0  # after the current stops: exponential, 25 min [S: Curdy 2000]
DRYING_S: Final = 1200.0  # the table's 20 min
ANODE_SHARE: Final = 1.3  # the anode dries faster, the cathode slower
CATHODE_SHARE: Final = 0.7
DRIES_ABOVE_MA: Final = 1.0
POLARISES_MA: Final = 0.05  # [D] current at which an electrode reaches half of its overpotential
MOTION_SHARE: Final = 0.05  # area +-5 % at 0.2-1 Hz
MOTION_STEP_NS: Final = 8 * NS_PER_MS  # a swing of 5 % at 1 Hz is 0.25 % in this time
SOFT_SHARE: Final = 0.63  # of V_b: above it rho falls by more than 0.6 of a rise in volts
ELECTRODE_STEP_S: Final = 4e-3  # electrodes take 1-5 s
AGE_STEP_S: Final = 0.02  # skin takes many seconds
SKINLESS_OHM: Final = 1e-3  # stands for 'no skin' without a special case in the solver
SKINLESS_F: Final = 1e-6


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


class Load(NamedTuple):
    """Something that is no body: ohms between the leads, and whether there are electrodes in water."""

    ohm: float | None  # None = both plates in one tray of the water given
    polarises: bool


_C_NF_PER_CM2: Final = 30.0

# Loop ohms after onset, overpotential included: 1070, 1990, 4700 (at 44 V), 2750, 1950, 4500 (at 44 V), 2120.
# Dry, treated and callused skin are the table's 400 kohm cm2 raised by sessions or callus (cap x 3).
PHENOTYPES: Final[dict[str, Phenotype]] = {
    "very_sweaty_palm": Phenotype(150.0, 455.0, 63.0, 0.45, 20.0, 0.05),
    "typical_palm": Phenotype(150.0, 600.0, 200.0, 0.50, 20.0, 0.20),
    "dry_palm": Phenotype(150.0, 600.0, 605.0, 0.60, 30.0, 0.30),
    "child_palm": Phenotype(90.0, 600.0, 170.0, 0.50, 20.0, 0.20),
    "typical_sole": Phenotype(200.0, 400.0, 397.0, 0.50, 20.0, 0.20),
    "callused_sole": Phenotype(200.0, 400.0, 905.0, 0.60, 25.0, 0.20, 0.8),
    "underarm": Phenotype(70.0, 350.0, 77.0, 0.50, 20.0, 0.10),
    "distilled": Phenotype(150.0, 600.0, 200.0, 0.50, 20.0, 0.20, conductivity_us_per_cm=water.DISTILLED_US_PER_CM),
}
LOADS: Final[dict[str, Load]] = {
    "cable_short": Load(0.2, polarises=False),
    "one_tray": Load(None, polarises=True),
    "dummy_load": Load(1000.0, polarises=False),
}


class Side:
    """One hand, sole or armpit with its plate. Volts and current are signed in the patient's own direction."""

    __slots__ = (
        "age_share",
        "area_cm2",
        "base_cm2",
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
        "to_cm2",
        "to_ns",
        "v",
    )

    def __init__(self, kind: Phenotype, rng: Random) -> None:
        """Out of the water, unpolarised."""
        self.nominal_cm2 = kind.area_cm2
        self.base_cm2 = self.area_cm2 = self.from_cm2 = self.to_cm2 = 0.0
        self.from_ns = self.to_ns = 0
        self.rho_ohm_cm2 = self.rho_now_ohm_cm2 = kind.rho_kohm_cm2 * 1000.0 * rng.uniform(0.97, 1.03)
        self.soften_v = kind.soften_v
        self.c_f_per_cm2 = _C_NF_PER_CM2 * kind.share_of_c * 1e-9 * rng.uniform(0.85, 1.15)
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

    def polarise(self, dt_s: float, current_ma: float) -> None:
        """The electrode's overpotential over `dt_s`: towards 1.0-1.5 V while current flows, back without."""
        step = dt_s / self.polarise_s
        target = self.e_end_v * current_ma / (abs(current_ma) + POLARISES_MA)
        self.e_v += (target - self.e_v) * (step if step < 0.01 else -math.expm1(-step))


class Patient:
    """What the leads end in. Side 0 is the left."""

    __slots__ = (
        "_aged_s",
        "_conductivity",
        "_electrode_s",
        "_wet_ns",
        "area_cm2",
        "body_ohm",
        "has_skin",
        "hum_share",
        "left",
        "load",
        "moving_until_ns",
        "onset_to",
        "phenotype",
        "r_inst_ohm",
        "right",
    )

    def __init__(self, phenotype: str, conductivity_us_per_cm: float, rng: Random) -> None:
        """Hands out of the water.

        Raises:
            ConfigError: E504, no such phenotype or load.
        """
        if phenotype not in PHENOTYPES and phenotype not in LOADS:
            known = ", ".join([*PHENOTYPES, *LOADS])
            raise ConfigError("E504", f"unknown phenotype {phenotype!r}; expected one of {known}")
        self.phenotype = phenotype
        kind = PHENOTYPES.get(phenotype, PHENOTYPES["typical_palm"])
        self._conductivity = conductivity_us_per_cm
        if kind.conductivity_us_per_cm is not None:
            self._conductivity = kind.conductivity_us_per_cm
        self.body_ohm = kind.body_ohm * rng.uniform(0.96, 1.04)
        self.onset_to = kind.onset
        kind = kind._replace(rho_kohm_cm2=kind.rho_kohm_cm2 * rng.uniform(0.95, 1.05))
        self.left = Side(kind, rng)
        self.right = Side(kind, rng)
        self.hum_share = rng.uniform(0.01, 0.02)  # 1-2 % mains hum
        self._aged_s = self._electrode_s = 0.0
        self._wet_ns = 0
        self.moving_until_ns = 0  # no hand moves after this
        self.load = LOADS.get(phenotype)
        self.has_skin = self.load is None
        self.r_inst_ohm = 0.0
        self.area_cm2 = self.left.nominal_cm2  # the smaller wet area; the nominal one of a load that has no skin
        self.update(0)

    # ------------------------------------------------------------ what happens to it

    def move(self, side: Side, to_cm2: float, t_ns: int, over_ns: int) -> None:
        """A hand begins to move to `to_cm2` of wet area (at most its whole)."""
        side.move(min(to_cm2, side.nominal_cm2), t_ns, over_ns)
        self.moving_until_ns = max(self.left.to_ns, self.right.to_ns)

    def hands_in(self, t_ns: int, over_ns: int) -> None:
        """Both hands flat in the water."""
        for side in (self.left, self.right):
            self.move(side, side.nominal_cm2, t_ns, over_ns)

    def salt(self, teaspoons: float) -> None:
        """Baking soda goes into both trays."""
        self._conductivity = water.salted(self._conductivity, teaspoons)

    def replace(self, load: str) -> None:
        """A cable, or both plates in one tray, instead of the patient."""
        self.load = LOADS[load]
        self.has_skin = False
        self.area_cm2 = self.left.nominal_cm2

    # ------------------------------------------------------------ what it is now

    @property
    def connected(self) -> bool:
        """Whether the loop is closed through it."""
        if not self.has_skin:
            return True
        return self.left.area_cm2 >= OPEN_BELOW_CM2 and self.right.area_cm2 >= OPEN_BELOW_CM2

    def update(self, t_ns: int) -> None:
        """Areas, baths and body at `t_ns`."""
        if self._wet_ns <= t_ns < self._wet_ns + MOTION_STEP_NS and t_ns > self.moving_until_ns + MOTION_STEP_NS:
            return
        left, right = self.left, self.right
        self._wet_ns = t_ns
        left.wet(t_ns)
        right.wet(t_ns)
        load = self.load
        if load is None:
            self.area_cm2 = min(left.area_cm2, right.area_cm2)
            if self.connected:
                baths = 1.0 / left.area_cm2 + 1.0 / right.area_cm2
                self.r_inst_ohm = self.body_ohm + water.bath_ohm(self._conductivity, 1.0) * baths
            return
        self.r_inst_ohm = water.one_tray_ohm(self._conductivity) if load.ohm is None else load.ohm

    def live(self, dt_s: float, current_ma: float) -> None:
        """Electrodes and skin over `dt_s` of a signed current (positive: enters on the left)."""
        self._electrode_s += dt_s
        if self._electrode_s < ELECTRODE_STEP_S:
            return
        dt_s, self._electrode_s = self._electrode_s, 0.0
        load = self.load
        if load is None or load.polarises:
            self.left.polarise(dt_s, current_ma)
            self.right.polarise(dt_s, current_ma)
        else:
            self.left.e_v = self.right.e_v = 0.0
        self._aged_s += dt_s
        if load is None and self._aged_s >= AGE_STEP_S:
            self.left.age(self._aged_s, current_ma, self.onset_to)
            self.right.age(self._aged_s, -current_ma, self.onset_to)
            self._aged_s = 0.0

    @property
    def softened(self) -> bool:
        """Whether a skin's resistance now hangs on its own voltage so much that long steps would overshoot."""
        left, right = self.left, self.right
        calm = (
            -SOFT_SHARE <= left.v / left.soften_v <= SOFT_SHARE
            and -SOFT_SHARE <= right.v / right.soften_v <= SOFT_SHARE
        )
        return self.has_skin and not calm

    def skin_ohm(self, side: Side) -> float:
        """Resistance of one side's skin at its voltage now: rho / A, softened by 1 + (v / V_b)^2."""
        if not self.has_skin:
            return SKINLESS_OHM
        soft = side.v / side.soften_v
        return side.rho_now_ohm_cm2 / (side.area_cm2 * (1.0 + soft * soft))

    def skin_f(self, side: Side) -> float:
        """Capacitance of one side's skin."""
        return side.c_f if self.has_skin else SKINLESS_F

    def settling(self, loop_a: float, sign: int) -> Skins:
        """How both skins settle at a constant current; volts against the loop's current, whose direction is `sign`."""
        left, right = self.left, self.right
        v1, v2 = left.v, right.v
        if not self.has_skin:
            end_v, tau_ns = loop_a * SKINLESS_OHM, SKINLESS_OHM * SKINLESS_F * NS_PER_S
            return sign * v1, end_v, tau_ns, sign * v2, end_v, tau_ns
        soft_1, soft_2 = v1 / left.soften_v, v2 / right.soften_v
        ohm_1 = left.rho_now_ohm_cm2 / (left.area_cm2 * (1.0 + soft_1 * soft_1))
        ohm_2 = right.rho_now_ohm_cm2 / (right.area_cm2 * (1.0 + soft_2 * soft_2))
        tau_1_ns, tau_2_ns = ohm_1 * left.c_f * NS_PER_S, ohm_2 * right.c_f * NS_PER_S
        return sign * v1, loop_a * ohm_1, tau_1_ns, sign * v2, loop_a * ohm_2, tau_2_ns
