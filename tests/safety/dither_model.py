"""A small patient for the monitor of capacitance: what the volts answer to each step of the dithered set.

Two skins, each a resistance that softens with its own volts beside a capacitance, body and baths between them, slow
electrodes, mains hum, an ADC that averages 1/860 s and has its noise. The set steps at each tick; the volts are
converted right after each second step, as the daemon does.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from math import exp, pi, sin
from random import Random

from healthy import healthy

from appliance.safety.hard_limits import SITES
from appliance.safety.monitors.capacitance import CONVERSION_S, TICK_S, AreaCapacitance
from appliance.safety.trip import Trip

MA_PER_CODE = 0.007326
COUNT_V = 0.002
STEP_TO_WINDOW_S = 0.1e-3


@dataclass
class Body:
    """Ohm, ohm cm2, farad per cm2. `area` is the share of the left hand that is in the water at a time."""

    cm2: float
    r_inst_ohm: float
    rho_ohm_cm2: float
    onset_to: float
    soften_v: float = 20.0
    f_per_cm2: float = 30e-9
    onset_tau_s: float = 20.0
    hum: float = 0.015
    hum_hz: float = 50.0
    jitter_s: float = 0.0  # of a conversion's beginning, one sigma
    motion: Callable[[float], float] = field(default=lambda _t: 1.0)  # of both hands
    area: Callable[[float], float] = field(default=lambda _t: 1.0)
    seed: int = 1

    def __post_init__(self) -> None:
        self._v = [0.0, 0.0]
        self._electrodes_v = 0.0
        self._random = Random(self.seed)

    @property
    def contact_f(self) -> float:
        """C_s of both whole hands in series."""
        return 0.5 * self.f_per_cm2 * self.cm2

    def tick(self, ma: float, t_s: float) -> float:
        """One tick at `ma` from `t_s` on; the conversion that begins with it."""
        rho = self.rho_ohm_cm2 * (self.onset_to + (1 - self.onset_to) * exp(-max(0.0, t_s) / self.onset_tau_s))
        start_s = STEP_TO_WINDOW_S + abs(self._random.gauss(0.0, self.jitter_s))
        mean_v = 0.0
        for side, share in enumerate((self.area(t_s), 1.0)):
            cm2 = self.cm2 * share * self.motion(t_s)
            self._settle(side, ma, rho, cm2, start_s)
            mean_v += self._settle(side, ma, rho, cm2, CONVERSION_S)
            self._settle(side, ma, rho, cm2, TICK_S - start_s - CONVERSION_S)
        self._electrodes_v += (2.5 * ma / (ma + 0.05) - self._electrodes_v) * TICK_S / 2.0
        volts = mean_v + ma * self.r_inst_ohm / 1000 + self._electrodes_v
        volts *= 1 + self.hum * sin(2 * pi * self.hum_hz * (t_s + start_s) + 1.0)
        return round((volts + self._random.gauss(0.0, COUNT_V)) / COUNT_V) * COUNT_V

    def _settle(self, side: int, ma: float, rho: float, cm2: float, dt_s: float) -> float:
        """One skin over a part of a tick, linear around its volts; the mean of its volts meanwhile."""
        v = self._v[side]
        soft = (v / self.soften_v) ** 2
        r_ohm = rho / cm2 / (1 + 3 * soft)
        end_v = v + (ma / 1000 - v * cm2 * (1 + soft) / rho) * r_ohm
        tau_s = r_ohm * self.f_per_cm2 * cm2
        left = exp(-dt_s / tau_s)
        self._v[side] = end_v + (v - end_v) * left
        return end_v + (v - end_v) * (1 - left) * tau_s / dt_s


BODIES: dict[str, tuple[str, Body]] = {
    "very_sweaty_palm": ("hands", Body(150.0, 543.0, 63e3, 0.45)),
    "typical_palm": ("hands", Body(150.0, 688.0, 200e3, 0.50)),
    "dry_palm": ("hands", Body(150.0, 688.0, 605e3, 0.60, 30.0)),
    "child_palm": ("child_hands", Body(90.0, 740.0, 170e3, 0.50)),
    "typical_sole": ("feet", Body(200.0, 466.0, 397e3, 0.50)),
    "callused_sole": ("feet", Body(200.0, 466.0, 905e3, 0.60, 25.0, 24e-9)),
    "underarm": ("underarms", Body(70.0, 540.0, 77e3, 0.50)),
}
MOST_MA = {"dry_palm": 8.0, "callused_sole": 8.0}  # as much as 44 V drive through them


class Ramp:
    """The monitor over one RAMP_UP and HOLD with the dither of the daemon."""

    def __init__(self, name: str, ramp_ma_per_s: float = 1.0, **changes: object) -> None:
        site, body = BODIES[name]
        fields = {key: value for key, value in vars(body).items() if not key.startswith("_")}
        self.body = Body(**{**fields, **changes})  # type: ignore[arg-type]
        self.limits = SITES[site]
        self.set_ma = min(self.limits.default_ma, MOST_MA.get(name, 25.0))
        self.ramp_ma_per_s = ramp_ma_per_s
        self.monitor = AreaCapacitance()
        self.s = healthy("RAMP_UP", set_ma=0.0)
        self.s.area_cm2 = self.limits.nominal_area_cm2
        self.s.density_ceiling_ma_per_cm2 = self.limits.density_ma_per_cm2
        self.s.r_inst_ohm = self.body.r_inst_ohm
        self.s.contact_c_f = self.body.contact_f
        self.dithers = True
        self._random = Random(self.body.seed + 100)
        self._tick = 0
        self._volts = 0.0

    @property
    def t_s(self) -> float:
        """Since the ramp began."""
        return self._tick * TICK_S

    @property
    def density(self) -> float:
        """Of the left hand, as a share of the site's ceiling."""
        cm2 = self.body.cm2 * self.body.area(self.t_s)
        return self.s.ramp_base_ma / cm2 / self.limits.density_ma_per_cm2

    def run(self, seconds: float) -> Trip | None:
        """Up to `seconds` more; stops at the first trip."""
        for _ in range(round(seconds / TICK_S)):
            trip = self.tick()
            if trip is not None:
                return trip
        return None

    def tick(self) -> Trip | None:
        """Judge what was measured since the last step, then step anew."""
        s = self.s
        s.patient_v = self._volts if self._tick % 2 else None
        s.volts_age_s = STEP_TO_WINDOW_S + CONVERSION_S / 2 if self._tick % 2 else None
        trip = self.monitor.check(s)
        s.t_ns += round(TICK_S * 1e9)
        s.ramp_base_ma = min(self.set_ma, s.ramp_base_ma + self.ramp_ma_per_s * TICK_S)
        s.state = "HOLD" if s.ramp_base_ma >= self.set_ma else "RAMP_UP"
        dither = self._random.choice((-4, 4)) if self.dithers and s.ramp_base_ma >= 2.0 else 0
        s.return_ma = s.set_ma = (round(s.ramp_base_ma / MA_PER_CODE) + dither) * MA_PER_CODE
        self._volts = self.body.tick(s.set_ma, self.t_s)
        self._tick += 1
        return trip
