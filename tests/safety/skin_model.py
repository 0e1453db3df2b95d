"""A small patient for the area monitors: skin whose area moves, dries, softens with voltage, and electrodes.

Two equal skins in series with the body and the baths. Only what the monitors can see is modelled: the volts at the
patient and the current, averaged over a conversion each, every 10 and 5 ms.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from math import exp, pi, sin

from healthy import healthy

from appliance.safety.hard_limits import SITES
from appliance.safety.monitors.area import AreaLevel, AreaTrend, SkinResistance
from appliance.safety.sample import Sample
from appliance.safety.trip import Trip

TICK_S = 0.005
CONTACT_S = 3.5
POLARISES_MA = 0.05


@dataclass
class Skin:
    """Ohm, volts, seconds. `area` is the share of the nominal area of one of the two skins that is in the water."""

    r_body_ohm: float = 690.0
    r_skin_ohm: float = 800.0  # of one skin at small voltage
    softening_v: float = 20.0
    c_uf: float = 4.0  # of one skin
    electrode_tau_s: float = 3.0
    electrode_v: float = 2.5  # both, polarised: 2.0 to 3.0
    direction: int = 1  # -1: K2 reversed; the electrodes remember which way they were polarised
    hum: float = 0.02
    hum_hz: float = 50.0
    drying_per_s: float = 0.0
    onset_to: float = 1.0  # resistance falls to this share...
    onset_tau_s: float = 30.0
    area: Callable[[float], float] = field(default=lambda _t: 1.0)

    def __post_init__(self) -> None:
        self.polarised_v = 0.0  # as with K2 at rest
        self._v = [0.0, 0.0]

    def volts(self, ma: float, t_s: float) -> float:
        """One tick further at `ma`; the volts between the electrodes at its end."""
        base_ohm = self.r_skin_ohm * (1 + self.drying_per_s * t_s)
        base_ohm *= self.onset_to + (1 - self.onset_to) * exp(-t_s / self.onset_tau_s)
        for i, area in enumerate((self.area(t_s), 1.0)):
            r_ohm = base_ohm / area / (1 + (self._v[i] / self.softening_v) ** 2)
            tau_s = r_ohm * self.c_uf * area * 1e-6
            goal_v = ma * r_ohm / 1000
            self._v[i] = goal_v + (self._v[i] - goal_v) * exp(-TICK_S / tau_s)
        goal_v = self.direction * self.electrode_v * ma / (ma + POLARISES_MA)
        self.polarised_v += (goal_v - self.polarised_v) * TICK_S / self.electrode_tau_s
        volts = sum(self._v) + ma * self.r_body_ohm / 1000 + self.direction * self.polarised_v
        return volts * (1 + self.hum * sin(2 * pi * self.hum_hz * t_s + 1.0))


class Watch:
    """Both area monitors over one RAMP_UP and HOLD."""

    def __init__(self, skin: Skin, site: str = "hands", set_ma: float = 15.0, ramp_ma_per_s: float = 0.5) -> None:
        estimate = SkinResistance()
        self.monitors = (AreaLevel(estimate), AreaTrend(estimate))
        self.skin = skin
        self.set_ma = set_ma
        self.ramp_ma_per_s = ramp_ma_per_s
        self.s: Sample = healthy("CONTACT", set_ma=0.0)
        self.s.r_inst_ohm = skin.r_body_ohm
        self.s.area_cm2 = SITES[site].nominal_area_cm2
        self.s.density_ceiling_ma_per_cm2 = SITES[site].density_ma_per_cm2
        self.t_s = -CONTACT_S
        self._tick = 0
        self.contact()

    def contact(self) -> None:
        """The probe, 0.1 and 0.3 mA in turn; then the ramp begins at zero."""
        self.s.state = "CONTACT"
        for _ in range(round(CONTACT_S / TICK_S)):
            self._live(0.3 if self._tick // 20 % 2 else 0.1)
        self.s.state = "RAMP_UP"
        self.s.ramp_base_ma = 0.0

    def reverse(self) -> None:
        """Down to zero, a second open, K2, contact again; the skin and the electrodes are those of before."""
        self.s.state = "RAMP_DOWN"
        while self.s.ramp_base_ma > 0.0:
            self.s.ramp_base_ma = max(0.0, self.s.ramp_base_ma - 3 * TICK_S)
            self._live(self.s.ramp_base_ma)
        self.s.state = "REVERSE"
        for n in range(200):
            if n == 10:
                self.skin.direction = -self.skin.direction
                self.s.reversed = not self.s.reversed
            self._live(0.0)
        self.contact()

    def _live(self, ma: float) -> Trip | None:
        """One tick at `ma`."""
        s = self.s
        self._tick += 1
        self.t_s += TICK_S
        s.t_ns += 5_000_000
        s.return_ma = s.set_ma = ma
        volts = self.skin.volts(ma, self.t_s)
        s.patient_v = volts if self._tick % 2 else None
        for monitor in self.monitors:
            trip = monitor.check(s)
            if trip is not None:
                return trip
        return None

    def run(self, seconds: float) -> Trip | None:
        """Up to `seconds` more; stops at the first trip."""
        for _ in range(round(seconds / TICK_S)):
            s = self.s
            step_ma = self.ramp_ma_per_s * TICK_S
            s.ramp_base_ma += max(-3 * TICK_S, min(step_ma, self.set_ma - s.ramp_base_ma))
            if s.ramp_base_ma >= self.set_ma:
                s.state = "HOLD"
            trip = self._live(s.ramp_base_ma)
            if trip is not None:
                return trip
        return None

    def until_hold(self) -> None:
        trip = self.run(1.2 * self.set_ma / self.ramp_ma_per_s + 5.0)
        assert trip is None, (trip, self.t_s)
