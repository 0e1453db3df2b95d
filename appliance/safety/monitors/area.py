"""Area collapse: a constant current through a shrinking hand. The skin's part of the resistance is watched.

What counts for the patient is density; the only sign of it is the resistance of the skin that is still in the water.
Two monitors share one estimate: by level (a sleeper's hand that floats up over a minute) and by trend (a hand that is
pulled out). Both act on charge delivered, so both must be quick; neither ever raises a voltage.

Polarising electrodes raise the volts as a leaving hand does. So several explanations of the electrodes are followed,
from one end of what they can do to the other, and a hand has left when it has left under every one of them.
"""

from typing import Final, NamedTuple

from appliance.safety.sample import Sample
from appliance.safety.trip import Trip

ELECTRODES_V: Final = 2.5  # overpotential of both electrodes, constant [D]; for whoever needs no better
FROM_MA: Final = 3.0  # below this the electrodes' error hides the skin
# What is taken off as bath and body is itself uncertain. The share of wet skin can be a quarter of the loop; without
# this slack a very sweaty palm or an underarm cries wolf (measured on the bench's phenotypes).
R_INST_SHARE: Final = 0.10


class Electrodes(NamedTuple):
    """One explanation: both electrodes go to `end_v` while current flows and back without it, in `tau_s`."""

    end_v: float
    tau_s: float


# Clinical basis, the load: 1.0-1.5 V a side, polarised in seconds (1-5 s [D]).
EXPLANATIONS: Final = tuple(Electrodes(end_v, tau_s) for end_v in (2.0, 3.0) for tau_s in (1.0, 2.2, 5.0))
POLARISES_MA: Final = 0.05  # [D] current at which they go half the way
_POLARISE_NS: Final = 9_000_000  # often enough for 1 s
_WATCHED: Final = frozenset(("RAMP_UP", "HOLD"))
_V_PERIOD_NS: Final = 10_000_000  # patient volts are converted every second tick
_HISTORY: Final = 101  # readings: 1 s and the newest


class SkinResistance:
    """R_skin = (V - V_electrodes) / I - R_inst from each conversion of the patient's volts, under each explanation.

    `raw` is of one conversion; 100 ms and 1 s are whole periods of 50 and 60 Hz, so a trend of raw values is free
    of hum. `smooth` is the mean of two conversions 10 ms apart, which cancels 50 Hz and most of 60 Hz.
    """

    def __init__(self) -> None:
        self.fresh = False
        self.raw_ohm = [0.0] * len(EXPLANATIONS)
        self.smooth_ohm = [0.0] * len(EXPLANATIONS)
        self.slack_ohm = 0.0  # of R_inst that may be skin
        self.count = 0  # readings since the estimate began
        self._electrodes_v = [0.0] * len(EXPLANATIONS)  # signed: positive as with K2 at rest
        self._ring = [self.raw_ohm] * _HISTORY
        self._last_ns = -1
        self._polarised_ns: int | None = None

    def update(self, s: Sample) -> bool:
        """Take this tick's conversion; True when there is a new estimate. Idempotent within a tick."""
        if s.t_ns == self._last_ns:
            return self.fresh
        self._last_ns = s.t_ns
        self.fresh = False
        self._polarise(s)
        if s.state not in _WATCHED:
            self.count = 0
            return False
        if s.patient_v is None or s.return_ma <= 0.0:
            return False
        if s.ramp_base_ma < FROM_MA:
            self.count = 0
            return False
        self._estimate(s.patient_v, s)
        return True

    def _estimate(self, patient_v: float, s: Sample) -> None:
        sign = -1.0 if s.reversed else 1.0
        kohm = 1000.0 / s.return_ma
        inst_ohm = s.r_inst_ohm
        self.slack_ohm = R_INST_SHARE * inst_ohm
        before = self.raw_ohm
        raw = [(patient_v - sign * volts) * kohm - inst_ohm for volts in self._electrodes_v]
        self.smooth_ohm = [0.5 * (a + b) for a, b in zip(raw, before, strict=True)] if self.count else raw
        self.raw_ohm = self._ring[self.count % _HISTORY] = raw
        self.count += 1
        self.fresh = True

    def risen(self, readings: int, share: float) -> bool:
        """Whether the raw value is more than `share` times the one `readings` ago, however it is explained.

        An explanation that leaves no skin at all explains nothing; when none is left, nothing has risen.
        """
        if self.count <= readings:
            return False
        before = self._ring[(self.count - 1 - readings) % _HISTORY]
        slack_ohm = self.slack_ohm
        rises = [
            ohm + slack_ohm > share * (was_ohm + slack_ohm)
            for was_ohm, ohm in zip(before, self.raw_ohm, strict=True)
            if was_ohm + slack_ohm > 0.0
        ]
        return bool(rises) and all(rises)

    def _polarise(self, s: Sample) -> None:
        """The electrodes of every explanation, in every state: they keep what the probe and the ramps did to them."""
        if self._polarised_ns is None:
            self._polarised_ns = s.t_ns
            return
        dt_ns = s.t_ns - self._polarised_ns
        if dt_ns < _POLARISE_NS:
            return
        self._polarised_ns = s.t_ns
        ma = s.return_ma if s.return_ma > 0.0 else 0.0
        share = ma / (ma + POLARISES_MA)
        if s.reversed:
            share = -share
        dt_s = dt_ns / 1e9
        volts = self._electrodes_v
        for i, (end_v, tau_s) in enumerate(EXPLANATIONS):
            volts[i] += (end_v * share - volts[i]) * min(1.0, dt_s / tau_s)


class AreaLevel:
    """R_skin above k times its reference, k from how far the density is from its ceiling [D].

    k = max(1.15, 1 + 0.12 (j_ceiling / j_set - 1)). The reference follows down freely, up at most 4 % a minute (drying
    rises 60 % in 20 min), and never above 1.6 times the lowest since RAMP_UP.
    """

    K_MIN: Final = 1.15
    K_SLOPE: Final = 0.12
    REFERENCE_UP: Final = 1.0 + 0.04 / 60e9 * _V_PERIOD_NS  # a reading
    REFERENCE_MAX: Final = 1.6
    SAMPLES: Final = 2
    TRIP: Final = Trip("E211", "area_level", "PAUSE", "area", 0.3)

    def __init__(self, skin: SkinResistance) -> None:
        self._skin = skin
        self._begun = False
        self._reference_ohm: list[float] = []
        self._lowest_ohm: list[float] = []
        self._count = 0

    def check(self, s: Sample) -> Trip | None:
        """RAMP_UP and HOLD from 3 mA. A choice below 3 mA in HOLD keeps the reference: only a ramp begins anew."""
        skin = self._skin
        if s.state not in _WATCHED:
            self._begun = False
        if not skin.update(s):
            return None
        if not self._begun:
            self._begun = True
            self._reference_ohm = list(skin.smooth_ohm)
            self._lowest_ohm = list(skin.smooth_ohm)
            self._count = 0
            return None
        j_set = s.ramp_base_ma / s.area_cm2
        k = max(self.K_MIN, 1.0 + self.K_SLOPE * (s.density_ceiling_ma_per_cm2 / j_set - 1.0))
        self._count = self._count + 1 if self._above(k) else 0
        return self.TRIP if self._count >= self.SAMPLES else None

    def _above(self, k: float) -> bool:
        """Let every reference follow; whether all that leave any skin at all say that it has risen."""
        slack_ohm = self._skin.slack_ohm
        references, lowest = self._reference_ohm, self._lowest_ohm
        rises = []
        for i, ohm in enumerate(self._skin.smooth_ohm):
            if ohm > references[i]:
                climbed_ohm = min(references[i] * self.REFERENCE_UP, self.REFERENCE_MAX * lowest[i])
                references[i] = min(ohm, max(climbed_ohm, references[i]))
            else:
                references[i] = ohm
                lowest[i] = min(lowest[i], ohm)
            reference_ohm = references[i] + slack_ohm
            if reference_ohm > 0.0:
                rises.append(ohm + slack_ohm > k * reference_ohm)
        return bool(rises) and all(rises)


class AreaTrend:
    """R_skin up 12 % in 100 ms or 30 % in 1 s: a hand is on its way out. The output opens at once [D].

    Restless hands (5 %, 1 Hz) under hum gave 6 and 2 %; at 15 % one of 336 lifts was 3 ms too long over the ceiling.
    """

    IN_100_MS: Final = 1.12
    IN_1_S: Final = 1.30
    TRIP: Final = Trip("E212", "area_trend", "PAUSE", "area", 0.0)

    def __init__(self, skin: SkinResistance) -> None:
        self._skin = skin

    def check(self, s: Sample) -> Trip | None:
        """RAMP_UP and HOLD from 3 mA."""
        skin = self._skin
        if skin.update(s) and (skin.risen(10, self.IN_100_MS) or skin.risen(100, self.IN_1_S)):
            return self.TRIP
        return None
