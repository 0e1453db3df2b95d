"""Patients: what lies between the two plates, and how it changes while current flows.

Two sides (`skin`), each plate - bath - skin (R parallel C), with the body between. Numbers are those of clinical.md,
'The load'. A patient never knows what a chip measured.
"""

import math
from random import Random
from typing import Final, NamedTuple

from appliance.errors import ConfigError
from appliance.sim import water
from appliance.sim.history import Skins
from appliance.sim.skin import Phenotype, Side
from appliance.units import NS_PER_MS, NS_PER_S

OPEN_BELOW_CM2: Final = 0.5  # safety.md, budgets: a smaller wet area is no contact
MOTION_STEP_NS: Final = 1 * NS_PER_MS  # a swing of 5 % at 1 Hz is 0.25 % in this time
SOFT_SHARE: Final = 0.63  # of V_b: above it rho falls by more than 0.6 of a rise in volts
ELECTRODE_STEP_S: Final = 4e-3  # electrodes take 1-5 s
AGE_STEP_S: Final = 0.02  # skin takes many seconds
SKINLESS_OHM: Final = 1e-3  # stands for 'no skin' without a special case in the solver
SKINLESS_F: Final = 1e-6


class Load(NamedTuple):
    """Something that is no body: ohms between the leads, and whether there are electrodes in water."""

    ohm: float | None  # None = both plates in one tray of the water given
    polarises: bool


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
        "lead_ohm",
        "left",
        "load",
        "moving_until_ns",
        "onset_to",
        "phenotype",
        "r_inst_ohm",
        "right",
        "touch_ohm",
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
        self.lead_ohm = 0.0  # a fault: a plate that has come loose
        self.touch_ohm = math.inf  # skin of one hand to skin of the other, outside the water
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

    def become(self, phenotype: str) -> None:
        """Someone else sits down, hands out of the water."""
        kind = PHENOTYPES[phenotype]
        self.phenotype = phenotype
        self.load = None
        self.has_skin = True
        self.body_ohm, self.onset_to = kind.body_ohm, kind.onset
        for side in (self.left, self.right):
            side.wear(kind)
        self.moving_until_ns = 0
        self.changed()

    @property
    def conductivity_us_per_cm(self) -> float:
        """Of the water in both trays."""
        return self._conductivity

    @conductivity_us_per_cm.setter
    def conductivity_us_per_cm(self, us_per_cm: float) -> None:
        self._conductivity = us_per_cm
        self.changed()

    def changed(self) -> None:
        """Something that does not move with time changed: the next look computes anew."""
        self._wet_ns = -MOTION_STEP_NS

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
                baths = left.bath_share / left.area_cm2 + right.bath_share / right.area_cm2
                body_ohm = self.body_ohm if self.touch_ohm == math.inf else self._touched_ohm()
                self.r_inst_ohm = body_ohm + self.lead_ohm + water.bath_ohm(self._conductivity, 1.0) * baths
            return
        self.r_inst_ohm = self.lead_ohm + (water.one_tray_ohm(self._conductivity) if load.ohm is None else load.ohm)

    def _touched_ohm(self) -> float:
        """Body with the hands touching each other beside it."""
        return self.body_ohm * self.touch_ohm / (self.body_ohm + self.touch_ohm)

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
            for side in (self.left, self.right):
                if side.spot is not None:
                    side.spot.feel(side.v)

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
        return side.rho_now_ohm_cm2 / (side.area_cm2 * (1.0 + soft * soft) + side.spot_cm2)

    def skin_f(self, side: Side) -> float:
        """Capacitance of one side's skin."""
        return side.c_f if self.has_skin else SKINLESS_F

    def settling(self, loop_a: float, sign: int) -> Skins:
        """How both skins settle at a constant current; volts against the loop's current, whose direction is `sign`.

        Linear around the volts of now: the skin softens within its own settling, so a long step does not swing past
        the end, as it would with the resistance of now (a step of the dither is seen to a hundredth).
        """
        left, right = self.left, self.right
        v1, v2 = sign * left.v, sign * right.v
        if not self.has_skin:
            end_v, tau_ns = loop_a * SKINLESS_OHM, SKINLESS_OHM * SKINLESS_F * NS_PER_S
            return v1, end_v, tau_ns, v2, end_v, tau_ns
        soft_1, soft_2 = v1 / left.soften_v, v2 / right.soften_v
        more_1, more_2 = left.area_cm2 * soft_1 * soft_1, right.area_cm2 * soft_2 * soft_2
        rho_1, rho_2 = left.rho_now_ohm_cm2, right.rho_now_ohm_cm2
        base_1, base_2 = left.area_cm2 + left.spot_cm2 + more_1, right.area_cm2 + right.spot_cm2 + more_2
        slope_1, slope_2 = rho_1 / (base_1 + 2.0 * more_1), rho_2 / (base_2 + 2.0 * more_2)
        end_1 = v1 + (loop_a - v1 * base_1 / rho_1) * slope_1
        end_2 = v2 + (loop_a - v2 * base_2 / rho_2) * slope_2
        return v1, end_1, slope_1 * left.c_f * NS_PER_S, v2, end_2, slope_2 * right.c_f * NS_PER_S
