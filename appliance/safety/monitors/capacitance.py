"""Area collapse seen by the skin's capacitance: softening, drying and electrodes do not change it, a leaving hand does.

The set carries a pseudo-random dither of +-4 codes, and the patient's volts are converted 0.7 ms after every second
step. So treatment itself is a probe of many small steps, as CONTACT's are: each is answered by
R_inst + R_s (1 - exp(-t/tau)), and C_s = tau / R_s is proportional to the skin in the water, whatever its resistance
does. Resistance alone cannot tell a hand that floats up from a skin that softens meanwhile; this can, from the first
second of the ramp on.

It never raises anything, and it trusts no best guess: every explanation of the volts that the noise allows must say
that too little skin is left.
"""

from math import exp, inf, sinh
from typing import Final

from appliance.safety.sample import Sample
from appliance.safety.trip import Trip

TICK_S: Final = 5e-3
FROM_MA: Final = 2.0  # below it the set carries no dither
CONVERSION_S: Final = 1 / 860  # what one conversion averages (hardware design, 2) [S]
FRESH_S: Final = TICK_S / 2  # a step older than this came a tick before: the dither stood still
# Filter of what is compared, at 100 conversions a second: [1 1] and [1 1.618 1] notch 50 and 60 Hz, [1 -1] three times
# takes ramps, electrodes and restless hands off. Its seven taps are antisymmetric, the middle one is 0.
_TAPS: Final = 7
_TAP_1: Final = -0.381966
_TAP_2: Final = -2.236068
NEIGHBOURS: Final = 0.077  # correlation of filtered white noise from one conversion to the next [D: of the taps]
BLOCK: Final = 25  # conversions between two looks: 0.25 s
BLOCKS: Final = 4  # of a look, once there are so many
LEAST_BLOCKS: Final = 2
# tau of skin: 0.4 ms (very sweaty, softened) to 40 ms (callused, not yet softened) [D], 22 % apart.
TAUS_S: Final = tuple(0.4e-3 * 100.0 ** (i / 23) for i in range(24))
TAUS_A_TICK: Final = 3  # so that no tick is long
INST_OHM: Final = 15.0  # how far off CONTACT's R_inst is, one sigma (measured: 2-30 ohm, most where skin is fast)
LIKELY_NOISE_V: Final = 10e-3  # of filtered volts, until a look has seen it
LEAST_NOISE_V: Final = 5e-3  # of filtered volts: a conversion's own noise, 2 mV, is 7 mV there
OWN_NOISE_V: Final = 10e-3  # of filtered volts: with what no explanation can explain, and without hum [D]
# Of the filtered set, A^2 a conversion: a quarter of what +-4 codes make of it. A set that stands asks nothing.
LEAST_STEPS: Final = 0.25 * (3.5 * 29e-6) ** 2
SIGMAS: Final = 3.0  # an explanation this much worse than the best is none, as far as noise is the device's own
# Beyond that it is hum at a jittering moment, which leads astray more often: with 3.0 six of 220 sessions of `ionto
# phenotypes --spread` took restless hands for a leaving one, with 5.0 none [D].
HUM_SIGMAS: Final = 5.0

_Sums = list[float]  # products of v, v1, d0, d1, d2, upper triangle, row by row
_PRODUCTS: Final = 15


class Answer:
    """How the volts answer the steps of the set: sums of products over blocks of conversions.

    With q = exp(-5 ms / tau), volts follow v - q^2 v1 = R_inst (d0 - q^2 d2) + R_s (...) exactly, where v and v1 are of
    this conversion and the one before (two ticks), d0, d1, d2 the sets of this tick and the two before.
    """

    def __init__(self) -> None:
        self._volts = [0.0] * _TAPS
        self._d0 = [0.0] * _TAPS
        self._d1 = [0.0] * _TAPS
        self.restart()

    def restart(self) -> None:
        """Forget everything."""
        self._n = -_TAPS - 1
        self._last_ma: float | None = None
        self._last_ns = 0
        self._before = (0.0, 0.0)
        self._now: _Sums = [0.0] * _PRODUCTS
        self._age_s, self._ages = 0.0, 0
        self._blocks: list[_Sums] = []

    @property
    def begun(self) -> bool:
        """Whether there is anything to forget."""
        return self._last_ma is not None

    def take(self, s: Sample) -> bool:
        """One tick; True when a block is full."""
        last_ma, self._last_ma = self._last_ma, s.set_ma
        if s.patient_v is None or last_ma is None:
            return False
        if s.t_ns - self._last_ns > 3 * TICK_S * 1e9:  # a gap: the filter would see a step in it
            self._n = -_TAPS - 1
        self._last_ns = s.t_ns
        age_s = s.volts_age_s
        if age_s is not None and age_s < FRESH_S:
            self._age_s += age_s
            self._ages += 1
        v = _filtered(self._volts, s.patient_v)
        d0 = _filtered(self._d0, s.set_ma / 1000.0)
        d1 = _filtered(self._d1, last_ma / 1000.0)
        v1, d2 = self._before
        self._before = v, d0
        self._n += 1
        if self._n <= 0:
            return False
        w = self._now
        w[0] += v * v
        w[1] += v * v1
        w[2] += v * d0
        w[3] += v * d1
        w[4] += v * d2
        w[5] += v1 * v1
        w[6] += v1 * d0
        w[7] += v1 * d1
        w[8] += v1 * d2
        w[9] += d0 * d0
        w[10] += d0 * d1
        w[11] += d0 * d2
        w[12] += d1 * d1
        w[13] += d1 * d2
        w[14] += d2 * d2
        return self._n % BLOCK == 0

    def look(self) -> tuple[_Sums, int] | None:
        """End a block; sums and conversions of the last blocks, None before there are enough or where nothing moved."""
        blocks = self._blocks
        blocks.append(self._now)
        self._now = [0.0] * _PRODUCTS
        if len(blocks) > BLOCKS:
            del blocks[0]
        if len(blocks) < LEAST_BLOCKS or not self._ages:
            return None
        sums, n = [sum(column) for column in zip(*blocks, strict=True)], BLOCK * len(blocks)
        return (sums, n) if sums[9] > LEAST_STEPS * n < sums[12] else None

    @property
    def age_s(self) -> float:
        """Mean time from a step to the middle of the conversion that follows it."""
        return self._age_s / self._ages


def _filtered(window: list[float], value: float) -> float:
    """Take the newest value; the filter's output."""
    del window[0]
    window.append(value)
    g, f, e, _, c, b, a = window  # the newest is a
    return a - g + _TAP_1 * (b - f) + _TAP_2 * (c - e)


class Explanations:
    """Every tau in turn: the best R_inst and R_s for it, and how badly it explains what was seen."""

    def __init__(self, sums: _Sums, n: int, age_s: float, inst_ohm: float, noise: float) -> None:
        """`inst_ohm`: what CONTACT found of bath and body; `noise`: of one conversion, V^2, as the last look saw it."""
        self._sums = sums
        self._n = n
        self._age_s = age_s
        self._inst_ohm = inst_ohm
        self._found: list[tuple[float, float]] = []  # cost in V^2, C_s in farad
        # R_inst may be off by INST_OHM: that counts as much as one conversion that is off by its noise.
        self._hold = noise / INST_OHM**2

    @property
    def done(self) -> bool:
        """Whether every tau has been tried."""
        return len(self._found) == len(TAUS_S)

    def advance(self) -> None:
        """Try the next tau."""
        tau_s = TAUS_S[len(self._found)]
        half = CONVERSION_S / (2.0 * tau_s)
        left = exp(-self._age_s / tau_s) * sinh(half) / half  # of the answer, still to come at the conversion
        q = exp(-TICK_S / tau_s)
        p = q * q
        vv, vv1, vd0, vd1, vd2, v1v1, v1d0, v1d1, v1d2, d00, d01, d02, d11, d12, d22 = self._sums
        s0, s1 = 1.0 - left, left * (1.0 - q)
        s2 = s1 * q - p * s0
        noise = 1.0 + p * p - 2.0 * NEIGHBOURS * p
        hold = self._hold * noise
        yy = vv - 2.0 * p * vv1 + p * p * v1v1
        y0, y1, y2 = vd0 - p * v1d0, vd1 - p * v1d1, vd2 - p * v1d2
        uy = y0 - p * y2 + hold * self._inst_ohm
        wy = s0 * y0 + s1 * y1 + s2 * y2
        uu = d00 - 2.0 * p * d02 + p * p * d22 + hold
        uw = s0 * d00 + s1 * d01 + s2 * d02 - p * (s0 * d02 + s1 * d12 + s2 * d22)
        ww = s0 * s0 * d00 + s1 * s1 * d11 + s2 * s2 * d22 + 2.0 * (s0 * (s1 * d01 + s2 * d02) + s1 * s2 * d12)
        determinant = uu * ww - uw * uw
        if determinant <= 0.0:  # nothing tells R_inst and R_s apart
            self._found.append((inf, inf))
            return
        r_inst = (uy * ww - wy * uw) / determinant
        r_skin = (wy * uu - uy * uw) / determinant
        cost = (yy + hold * self._inst_ohm**2 - r_inst * uy - r_skin * wy) / noise
        self._found.append((cost, tau_s / r_skin if r_skin > 0.0 else inf))

    @property
    def noise(self) -> float:
        """Of one conversion, V^2: what the best explanation leaves."""
        return max(min(self._found)[0] / self._n, LEAST_NOISE_V**2)

    def most_f(self) -> float:
        """The largest C_s among the explanations that the noise allows."""
        noise = self.noise
        own = min(noise, OWN_NOISE_V**2)
        worst = min(self._found)[0] + SIGMAS**2 * own + HUM_SIGMAS**2 * (noise - own)
        return max(c_f for cost, c_f in self._found if cost <= worst)


class AreaCapacitance:
    """C_s under current against C_s of this session's CONTACT: too little skin for the current that is set [D].

    The worst case counts: all that is missing is missing of one hand, so a share 2a / (1 + a) of C_s is left when a
    share a of that hand is. `a` may not come near where the density reaches its ceiling, and never below six tenths.
    """

    MARGIN: Final = 1.2  # on the area at which the density reaches its ceiling: what a look and the fade take
    LEAST: Final = 0.6  # share of a hand that must stay, at any current
    MOST: Final = 0.65  # share that may be asked for: below it restless hands and noise are not taken for a leaving one
    LOOKS: Final = 6  # 1.5 s: in 85 min of 7 skins the weakest six stayed 13 % above the bound, two fell below it [D]
    FAR: Final = 0.9  # of that share: so much less skin is believed sooner, a hand may leave within seconds
    FAR_LOOKS: Final = 2
    FAR_FROM: Final = 0.35  # of the density's ceiling, over the whole hand: below it there is time for all looks [D]
    TRIP: Final = Trip("E217", "area_capacitance", "PAUSE", "area", 0.3)

    def __init__(self) -> None:
        self._answer = Answer()
        self._tried: Explanations | None = None
        self._count = self._far_count = 0
        self._noise = LIKELY_NOISE_V**2

    def check(self, s: Sample) -> Trip | None:
        """RAMP_UP and HOLD from 2 mA, where CONTACT has found a capacitance."""
        if s.state not in ("RAMP_UP", "HOLD") or s.ramp_base_ma < FROM_MA or s.contact_c_f <= 0.0:
            self._forget()
            return None
        if self._answer.take(s):
            look = self._answer.look()
            if look is not None:
                self._tried = Explanations(*look, self._answer.age_s, s.r_inst_ohm, self._noise)
        tried = self._tried
        if tried is None:
            return None
        for _ in range(TAUS_A_TICK):
            tried.advance()
        if not tried.done:
            return None
        self._tried = None
        self._noise = tried.noise
        share = tried.most_f() / (self.least_share(s) * s.contact_c_f)
        self._count = self._count + 1 if share < 1.0 else 0
        far = share < self.FAR and self._density(s) >= self.FAR_FROM
        self._far_count = self._far_count + 1 if far else 0
        return self.TRIP if self._count >= self.LOOKS or self._far_count >= self.FAR_LOOKS else None

    @staticmethod
    def _density(s: Sample) -> float:
        """Of the whole hand, as a share of its ceiling."""
        return s.ramp_base_ma / (s.area_cm2 * s.density_ceiling_ma_per_cm2)

    def _forget(self) -> None:
        """Another run begins with nothing of this one."""
        if self._answer.begun:
            self._answer.restart()
            self._tried = None
            self._count = self._far_count = 0

    def least_share(self, s: Sample) -> float:
        """Of C_s, that must be left."""
        area = min(self.MOST, max(self.LEAST, self.MARGIN * self._density(s)))
        return 2.0 * area / (1.0 + area)
