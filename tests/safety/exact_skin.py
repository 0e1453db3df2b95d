"""A skin that can be computed on paper: one resistance beside one capacitance, a bath before it, nothing else.

The set stands still between ticks; the volts are the mean of a conversion, integrated from the exponential itself.
"""

from collections.abc import Callable
from math import exp
from random import Random

from healthy import healthy

from appliance.safety.sample import Sample

TICK_S = 5e-3
TICK_NS = 5_000_000
CONVERSION_S = 1 / 860


class ExactSkin:
    """Ohm, farad; `constant_v` are electrodes that stand still."""

    def __init__(self, inst_ohm: float, skin_ohm: float, skin_f: float, constant_v: float = 2.5) -> None:
        self.inst_ohm, self.skin_ohm, self.skin_f, self.constant_v = inst_ohm, skin_ohm, skin_f, constant_v
        self._skin_v = 0.0

    def tick(self, ma: float, begins_s: float) -> float:
        """A tick at `ma`: the mean volts of a conversion that begins so long after the step."""
        amp, tau_s = ma / 1000.0, self.skin_ohm * self.skin_f
        end_v, begin_v = amp * self.skin_ohm, self._skin_v
        ends_s = begins_s + CONVERSION_S
        area = (exp(-begins_s / tau_s) - exp(-ends_s / tau_s)) * tau_s / CONVERSION_S
        self._skin_v = end_v + (begin_v - end_v) * exp(-TICK_S / tau_s)
        return amp * self.inst_ohm + end_v + (begin_v - end_v) * area + self.constant_v


class Ticks:
    """Samples of a skin under a set of random steps of +-`step_ma` around `base_ma`, volts after every second step."""

    def __init__(self, skin: ExactSkin, *, base_ma: float = 10.0, step_ma: float = 0.3, seed: int = 1) -> None:
        self.skin, self.step_ma, self.seed = skin, step_ma, seed
        self.s: Sample = healthy(set_ma=base_ma)
        self.s.r_inst_ohm = skin.inst_ohm
        self.s.patient_v = None
        self.age_s = 0.7e-3  # from a step to the middle of its conversion
        self.noise_v = 0.0
        self.n = 0
        self.random = Random(seed)
        self.pattern: Callable[[int], float] | None = None  # steps by tick, where random ones will not do

    def next(self) -> Sample:
        """The next tick's sample: the volts of the step before it, at the set of that step."""
        s = self.s
        s.t_ns += TICK_NS
        self.n += 1
        step = self.random.choice((-1.0, 1.0)) if self.pattern is None else self.pattern(self.n)
        s.set_ma = s.return_ma = s.ramp_base_ma + step * self.step_ma
        volts = self.skin.tick(s.set_ma, self.age_s - CONVERSION_S / 2) + self.random.gauss(0.0, self.noise_v)
        converted = self.n % 2 == 0
        s.patient_v = volts if converted else None
        s.volts_age_s = self.age_s if converted else None
        return s
