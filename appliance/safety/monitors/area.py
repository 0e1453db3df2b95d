"""Area collapse: a constant current through a shrinking hand. The skin's part of the resistance is watched.

What counts for the patient is density; the only sign of it is the resistance of the skin that is still in the water.
Two monitors share one estimate: by level (a sleeper's hand that floats up over a minute) and by trend (a hand that is
pulled out). Both act on charge delivered, so both must be quick; neither ever raises a voltage.
"""

from math import exp
from typing import Final

from appliance.safety.sample import Sample
from appliance.safety.trip import Trip

ELECTRODES_V: Final = 2.5  # overpotential of both electrodes, constant [D]
FROM_MA: Final = 3.0  # below this the electrodes' error hides the skin
# What is taken off as 'not skin' is itself uncertain. The share of wet skin can be a quarter of the loop; without this
# slack a very sweaty palm or an underarm cries wolf (measured on the bench's phenotypes).
R_INST_SHARE: Final = 0.10
ELECTRODES_ERROR_V: Final = 0.5
# The electrodes polarise for seconds, after a reversal from one end to the other: 2 x 2.5 V, time constant up to 5 s.
# Seen as resistance it is a rise that no hand made: the reference may follow that much of it (measured on the bench).
POLARISES_V: Final = 5.0
POLARISES_S: Final = 5.0
_WATCHED: Final = frozenset(("RAMP_UP", "HOLD"))
_V_PERIOD_NS: Final = 10_000_000  # patient volts are converted every second tick
_HISTORY: Final = 101  # readings: 1 s and the newest


class SkinResistance:
    """R_skin = (V - V_op) / I - R_inst from each conversion of the patient's volts.

    `raw` is of one conversion; 100 ms and 1 s are whole periods of 50 and 60 Hz, so a trend of raw values is free
    of hum. `smooth` is the mean of two conversions 10 ms apart, which cancels 50 Hz and most of 60 Hz.
    """

    def __init__(self) -> None:
        self.fresh = False
        self.raw_ohm = 0.0
        self.smooth_ohm = 0.0
        self.slack_ohm = 0.0  # how wrong both may be
        self.count = 0  # readings since the estimate began
        self.explained_ohm = 0.0  # of the rise since the last reading, what the electrodes alone can make
        self._explained_sum_ohm = 0.0
        self._weight = 0.0  # ohms that one volt of the electrodes makes at the last set
        self._ring = [0.0] * _HISTORY
        self._last_ns = -1

    def update(self, s: Sample) -> bool:
        """Take this tick's conversion; True when there is a new estimate. Idempotent within a tick."""
        if s.t_ns == self._last_ns:
            return self.fresh
        self._last_ns = s.t_ns
        self.fresh = False
        if s.state not in _WATCHED:
            self.count = 0
            return False
        if s.patient_v is None or s.return_ma <= 0.0:
            return False
        if s.ramp_base_ma < FROM_MA:
            self.count = 0
            return False
        raw_ohm = (s.patient_v - ELECTRODES_V) / s.return_ma * 1000.0 - s.r_inst_ohm
        self.smooth_ohm = 0.5 * (raw_ohm + self.raw_ohm) if self.count else raw_ohm
        self.raw_ohm = raw_ohm
        self.slack_ohm = R_INST_SHARE * s.r_inst_ohm + ELECTRODES_ERROR_V / s.return_ma * 1000.0
        self.explained_ohm = self._explain_ohm(s)
        self._explained_sum_ohm += self.explained_ohm
        self._ring[self.count % _HISTORY] = raw_ohm - self._explained_sum_ohm
        self.count += 1
        self.fresh = True
        return True

    def rise_over(self, readings: int) -> float | None:
        """Raw value over the one `readings` conversions ago, both with slack, less what electrodes explain."""
        if self.count <= readings:
            return None
        before_ohm = self._ring[(self.count - 1 - readings) % _HISTORY]
        risen_ohm = self.raw_ohm - self._explained_sum_ohm - before_ohm
        base_ohm = before_ohm + self._explained_sum_ohm + self.slack_ohm
        return 1.0 + risen_ohm / base_ohm if base_ohm > 0.0 else None

    def _explain_ohm(self, s: Sample) -> float:
        """They polarise; and a constant taken for their voltage weighs less the more current flows."""
        closed_s = (s.t_ns - s.enabled_since_ns) / 1e9
        slope_v_per_s = POLARISES_V / POLARISES_S * exp(-closed_s / POLARISES_S)
        weight = 1000.0 / s.ramp_base_ma
        weighed_ohm = ELECTRODES_ERROR_V * max(0.0, self._weight - weight) if self.count else 0.0
        self._weight = weight
        return slope_v_per_s * (_V_PERIOD_NS / 1e9) / s.return_ma * 1000.0 + weighed_ohm


class AreaLevel:
    """R_skin above k times its reference, k from how far the density is from its ceiling [D].

    k = max(1.15, 1 + 0.12 (j_ceiling / j_set - 1)). The reference follows down freely, up at most 4 % a minute (drying
    rises 60 % in 20 min), and never above 1.6 times the lowest since RAMP_UP.
    """

    K_MIN: Final = 1.15
    K_SLOPE: Final = 0.12
    REFERENCE_UP_PER_NS: Final = 0.04 / 60e9
    REFERENCE_MAX: Final = 1.6
    SAMPLES: Final = 2
    TRIP: Final = Trip("E211", "area_level", "PAUSE", "area", 0.3)

    def __init__(self, skin: SkinResistance) -> None:
        self._skin = skin
        self._begun = False
        self._reference_ohm = 0.0
        self._lowest_ohm = 0.0
        self._count = 0

    def check(self, s: Sample) -> Trip | None:
        """RAMP_UP and HOLD from 3 mA. A choice below 3 mA in HOLD keeps the reference: only a ramp begins anew."""
        skin = self._skin
        if s.state not in _WATCHED:
            self._begun = False
        if not skin.update(s):
            return None
        r_ohm = skin.smooth_ohm
        if not self._begun:
            self._begun = True
            self._reference_ohm = self._lowest_ohm = r_ohm
            self._count = 0
            return None
        self._follow(r_ohm, skin.explained_ohm)
        j_set = s.ramp_base_ma / s.area_cm2
        k = max(self.K_MIN, 1.0 + self.K_SLOPE * (s.density_ceiling_ma_per_cm2 / j_set - 1.0))
        slack_ohm = skin.slack_ohm
        self._count = self._count + 1 if r_ohm + slack_ohm > k * (self._reference_ohm + slack_ohm) else 0
        return self.TRIP if self._count >= self.SAMPLES else None

    def _follow(self, r_ohm: float, explained_ohm: float) -> None:
        self._lowest_ohm = min(self._lowest_ohm + explained_ohm, r_ohm)
        if r_ohm <= self._reference_ohm:
            self._reference_ohm = r_ohm
            return
        risen_ohm = self._reference_ohm * (1.0 + self.REFERENCE_UP_PER_NS * _V_PERIOD_NS) + explained_ohm
        self._reference_ohm = min(r_ohm, risen_ohm, self.REFERENCE_MAX * self._lowest_ohm)


class AreaTrend:
    """R_skin up 15 % in 100 ms or 30 % in 1 s: a hand is on its way out. The output opens at once [D]."""

    IN_100_MS: Final = 1.15
    IN_1_S: Final = 1.30
    TRIP: Final = Trip("E212", "area_trend", "PAUSE", "area", 0.0)

    def __init__(self, skin: SkinResistance) -> None:
        self._skin = skin

    def check(self, s: Sample) -> Trip | None:
        """RAMP_UP and HOLD from 3 mA."""
        skin = self._skin
        if not skin.update(s):
            return None
        short = skin.rise_over(10)
        if short is not None and short > self.IN_100_MS:
            return self.TRIP
        long = skin.rise_over(100)
        return self.TRIP if long is not None and long > self.IN_1_S else None
