"""CONTACT: is a person's skin in the water, enough of it, and steady? Found with at most 0.5 mA and 5 V.

First a constant probe looks for current. Then plateaus of 100 ms alternate between a low and a high probe; their
responses are averaged and fitted (`signature.py`). Nothing here ever asks for more than the probe.
"""

from dataclasses import dataclass
from typing import Final, Literal, NamedTuple

from appliance.safety.hard_limits import SiteLimits
from appliance.treatment.signature import PLATEAU_S, TAIL_S, Fit, Point, Signature

SUB_TICK_S: Final = 1 / 600
SUB_TICKS: Final = round(PLATEAU_S / SUB_TICK_S)
# Where a plateau is flat, every seventh conversion is of another channel, in a cycle of four with every second the
# source: two of the source within 54 ms, two of V_COMP within 107 ms, as their monitors' budgets ask (safety design).
_GAPS: Final = frozenset(range(7, SUB_TICKS, 7))
_TAIL_FROM: Final = SUB_TICKS - round(TAIL_S / SUB_TICK_S)

CONTACT_MA: Final = 0.060  # least current at 5 V that is a contact [D]
SEEK_MA: Final = 0.3
HIGH_MA: Final = 0.3
LOW_SHARE: Final = 1 / 3
STEADY_SHARE: Final = 0.20  # current within this of its mean, outside the probe's own steps [D]
SAME_LOOP_SHARE: Final = 0.25  # of the mean: motion is 5 % of a hand, hum 2 %; another loop is another loop [D]
SAME_LOOP_OHM: Final = 50.0  # five counts of 2 mV at a step of 0.2 mA: below it a share means nothing
# Last third of the steps over the first: a hand that leaves within 6 s raises the loop by more, hands that move by 5 %
# at 0.2 Hz by less; slower ones are the monitors' [D: numeric, tests/treatment].
LEAVING: Final = 1.12
STEADY_MA: Final = 0.010  # eight counts of the ADC: below it a share means nothing
SETTLE: Final = 3  # plateaus until the response is periodic and both levels are known
STEPS: Final = 30  # 25 at least, and 3 s of steadiness [D]
STEPS_LOW_OHM: Final = 50  # when R_inst is below 500 ohm the skin's share is small
SOFT_WATER_OHM: Final = 1200.0  # R_inst above: very soft water, said [D]
REFUSED_WATER_OHM: Final = 2500.0  # R_inst above: refused [D]
FIRST_AREA_SHARE: Final = 0.35 * 20e-9  # F/cm2 of nominal area [D]
RESUME_AREA_SHARE: Final = 0.85  # of this session's first C_s [D]
# Two skins of 50 nF/cm2 in series have half of that; twice as much is no skin, but a fit to what has none [D].
MOST_AREA_SHARE: Final = 50e-9  # F/cm2 of nominal area
RESUME_SKIN_SHARE: Final = 0.1  # of the loop that is skin, at least: the most softened and sweatiest has 0.25 [D]

Verdict = Literal["seeking", "measuring", "good"]
Stage = Literal["none", "in_water", "both", "steady"]


class Probe(NamedTuple):
    """What to set now. `late_half`: write it half a sub-tick later."""

    set_ma: float
    late_half: bool


@dataclass(slots=True)
class _Plateau:
    """Sums over one plateau."""

    sign: int = 1
    shifted: bool = False
    tail_v: float = 0.0
    tail_n: int = 0
    tail_ma: float = 0.0
    tail_ma_n: int = 0


@dataclass(slots=True)
class _Bin:
    """Conversions at one place of the plateau, after steps of one direction."""

    response_v: float = 0.0
    t_s: float = 0.0
    n: int = 0


class ContactProbe:
    """One try at contact. `step` is called each sub-tick; `verdict`, `why` and `signature` say what was found."""

    def __init__(self, site: SiteLimits, first_c_f: float | None, window_s: float) -> None:
        """`first_c_f`: C_s of this session's first CONTACT when resuming; `window_s`: one conversion's length."""
        self._site = site
        self._first_c_f = first_c_f
        self._window_s = window_s
        self.verdict: Verdict = "seeking"
        self.why: str | None = "E214"
        self.soft_water = False
        self.signature: Signature | None = None
        self._high_ma = HIGH_MA
        self._seek_n = 0
        self._fit: Fit | None = None
        self._restart()

    def _restart(self) -> None:
        self._n = 0  # sub-ticks since measuring began
        self._plateaus = 0
        self._wanted = STEPS
        self._now = _Plateau()
        self._last = _Plateau()
        self._bins = [[_Bin() for _ in range(SUB_TICKS)] for _ in range(4)]  # down, up; then the same shifted
        self._step_sum_ma = 0.0
        self._step_n = 0
        self._step_ohm: float | None = None  # of the last step
        self._loops_ohm: list[float] = []
        self._steady_ma = [0.0, 0.0]
        self._fit = None

    @property
    def stage(self) -> Stage:
        """How far, as people see it."""
        if self.verdict == "seeking":
            return "in_water" if self._seek_n else "none"
        return "steady" if self._plateaus > SETTLE or self.verdict == "good" else "both"

    @property
    def meter(self) -> float:
        """0..1; 1 is enough."""
        if self.verdict == "seeking":
            return min(0.3, 0.3 * self._seek_n / SUB_TICKS)
        return 1.0 if self.verdict == "good" else min(0.99, 0.3 + 0.7 * self._n / (self._wanted * SUB_TICKS))

    @property
    def steady_left_s(self) -> float | None:
        """Seconds until enough is known, while measuring."""
        if self.verdict != "measuring":
            return None
        return max(0.0, (self._wanted * SUB_TICKS - self._n) * SUB_TICK_S)

    @property
    def wants_source(self) -> bool:
        """Whether the next conversion should be of the source current instead of the patient's volts."""
        return self.verdict == "seeking" or self._n % SUB_TICKS in _GAPS

    @property
    def steps_now(self) -> bool:
        """Whether the next call of `step` asks for another level without delay."""
        return self.verdict == "measuring" and self._n % SUB_TICKS == 0 and (self._plateaus + 1) // 2 % 2 == 0

    def step(self, return_ma: float, source_ma: float | None, volts: float | None, volts_age_s: float | None) -> Probe:
        """One sub-tick.

        Args:
            return_ma: newest return current.
            source_ma: source current, when it was converted.
            volts: patient's volts, when they were converted.
            volts_age_s: time from the last step's DAC write to the middle of that conversion; None before any step.
        """
        if source_ma is not None and abs(source_ma - return_ma) > max(0.05, 0.2 * return_ma):
            self._lose("E214")
        if self.verdict == "seeking":
            return self._seek(return_ma)
        if self._fit is not None:
            self._finish(self._fit)
            return Probe(self._level_ma(), False)
        return self._measure(return_ma, volts, volts_age_s)

    def _lose(self, why: str | None) -> None:
        self.verdict = "seeking"
        self.why = why
        self._seek_n = 0
        self._restart()

    def _seek(self, return_ma: float) -> Probe:
        self._seek_n = self._seek_n + 1 if return_ma >= CONTACT_MA else 0
        if self._seek_n == 0:
            return Probe(SEEK_MA, False)
        if self.why == "E214":
            self.why = None
        if self._seek_n > SUB_TICKS:
            self._high_ma = min(HIGH_MA, 0.9 * return_ma)
            self.verdict = "measuring"
        return Probe(SEEK_MA, False)

    def _level_ma(self) -> float:
        return self._high_ma if self._now.sign > 0 else self._high_ma * LOW_SHARE

    def _measure(self, return_ma: float, volts: float | None, age_s: float | None) -> Probe:
        at = self._n % SUB_TICKS
        if volts is not None and age_s is not None:
            self._take(volts, age_s)
        if at == 0:
            self._next_plateau()
            if self._fit is not None:
                return Probe(self._level_ma(), False)
        self._n += 1
        now = self._now
        if at >= _TAIL_FROM:
            now.tail_ma += return_ma
            now.tail_ma_n += 1
            if not self._is_steady(return_ma):
                self._lose("E214" if return_ma < CONTACT_MA * LOW_SHARE else None)
                return Probe(SEEK_MA, False)
        return Probe(self._level_ma(), at == 0 and now.shifted)

    def _is_steady(self, return_ma: float) -> bool:
        """Within 20 % of the mean of this level so far; the first plateaus of each level only teach it."""
        level = 0 if self._now.sign > 0 else 1
        mean_ma = self._steady_ma[level]
        if self._plateaus <= SETTLE:
            self._steady_ma[level] = return_ma
            return True
        self._steady_ma[level] = mean_ma + 0.02 * (return_ma - mean_ma)
        return abs(return_ma - mean_ma) <= max(STEADY_MA, STEADY_SHARE * mean_ma)

    def _take(self, volts: float, age_s: float) -> None:
        """Keep one conversion: relative to the end of the plateau before, signed by the step's direction."""
        now, last = self._now, self._last
        if not 0.5 * self._window_s <= age_s < PLATEAU_S:
            return  # it straddles a step
        at = int(age_s / SUB_TICK_S)
        if at >= _TAIL_FROM:
            now.tail_v += volts
            now.tail_n += 1
        if self._plateaus <= SETTLE or last.tail_n == 0:
            return
        place = self._bins[2 * now.shifted + (now.sign > 0)][at]
        place.response_v += now.sign * (volts - last.tail_v / last.tail_n)
        place.t_s += age_s
        place.n += 1

    def _next_plateau(self) -> None:
        """End one plateau, check it, begin the next; after enough of them start the fit."""
        ended = self._now
        if self._plateaus > 0 and not self._close(ended):
            return
        if self._plateaus >= self._wanted + SETTLE:
            points = self._points()
            if points:
                self._fit = Fit(points, self._step_sum_ma / self._step_n, self._window_s)
                return
            self._restart()  # the patient's volts were never known
        self._plateaus += 1
        self._last = ended
        pair = self._plateaus // 2
        self._now = _Plateau(sign=-ended.sign, shifted=pair % 2 == 1)

    def _close(self, ended: _Plateau) -> bool:
        """Learn a plateau's height; False when the probe was limited and measuring begins again, lower."""
        mean_ma = ended.tail_ma / ended.tail_ma_n
        if ended.sign > 0 and mean_ma < 0.93 * self._high_ma - 0.005:
            self._high_ma = 0.9 * mean_ma
            if self._high_ma < CONTACT_MA:
                self._lose("E214")
            else:
                self._restart()
                self._next_plateau()
            return False
        last = self._last
        if self._plateaus > SETTLE:
            step_ma = ended.sign * (mean_ma - last.tail_ma / last.tail_ma_n)
            if not self._is_same_loop(ended, last, step_ma):
                self._lose(None)
                return False
            self._step_sum_ma += step_ma
            self._step_n += 1
        return True

    def _is_same_loop(self, ended: _Plateau, last: _Plateau, step_ma: float) -> bool:
        """Volts over current, as in the steps so far: the probe holds its current through anything that is a loop.

        Each value is the mean of a step up and a step down, free of the electrodes' drift.
        """
        if step_ma <= 0.0:
            return False
        if not ended.tail_n or not last.tail_n:
            return True
        before_ohm = self._step_ohm
        self._step_ohm = ended.sign * (ended.tail_v / ended.tail_n - last.tail_v / last.tail_n) / step_ma * 1000.0
        if before_ohm is None:
            return True
        loop_ohm = 0.5 * (before_ohm + self._step_ohm)
        loops_ohm = self._loops_ohm
        mean_ohm = sum(loops_ohm) / len(loops_ohm) if loops_ohm else loop_ohm
        loops_ohm.append(loop_ohm)
        return abs(loop_ohm - mean_ohm) <= max(SAME_LOOP_OHM, SAME_LOOP_SHARE * mean_ohm)

    def _points(self) -> list[Point]:
        """Means over steps up and down: only places where both were seen, so that drift and hum cancel."""
        points = []
        for downs, ups in (self._bins[:2], self._bins[2:]):
            for down, up in zip(downs, ups, strict=True):
                if down.n and up.n:
                    t_s = 0.5 * (down.t_s / down.n + up.t_s / up.n)
                    points.append(Point(t_s, 0.5 * (down.response_v / down.n + up.response_v / up.n)))
        return points

    def _finish(self, fit: Fit) -> None:
        fit.advance()
        if fit.result is None:
            return
        found = fit.result
        if found.r_inst_ohm < 500.0 and self._wanted < STEPS_LOW_OHM and self._first_c_f is None:
            self._restart()
            self._wanted = STEPS_LOW_OHM
            return
        self.signature = found
        self.why = self._judge(found)
        self.soft_water = found.r_inst_ohm > SOFT_WATER_OHM
        if self.why is None:
            self.verdict = "good"  # and stays so: the fit is kept
        else:
            self._restart()

    def _may_be_body(self, found: Signature) -> bool:
        """More capacitance than skin can have here is no skin; a resume asks for skin, a first contact for all."""
        if found.c_skin_f > MOST_AREA_SHARE * self._site.nominal_area_cm2:
            return False
        if self._first_c_f is not None:
            return found.r_skin_ohm >= RESUME_SKIN_SHARE * found.loop_ohm
        return found.loop_ohm >= self._site.body_min_ohm and found.is_body

    def _is_leaving(self) -> bool:
        """Whether the loop rose while it was measured: what is left of a hand that floats up is no reference."""
        third = len(self._loops_ohm) // 3
        return sum(self._loops_ohm[-third:]) > LEAVING * sum(self._loops_ohm[:third])

    def _judge(self, found: Signature) -> str | None:
        """Error code of what is missing, or None when this is enough of a person."""
        if found.r_inst_ohm > REFUSED_WATER_OHM:
            return "E215"
        if not self._may_be_body(found):
            return "E213"
        if self._is_leaving():
            return "E216"
        if self._first_c_f is not None:
            return None if found.c_skin_f >= RESUME_AREA_SHARE * self._first_c_f else "E216"
        if found.c_skin_f < FIRST_AREA_SHARE * self._site.nominal_area_cm2:
            return "E216"
        return None
