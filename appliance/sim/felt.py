"""What the patient felt, apart from what any chip measured: current, charge, density, volts, slew; mains hum left out.

The bench adds every step of the circuit here. `mark()` begins a new window, so that a test or a campaign can read the
worst after an event. It never looks at a DAC code or a reading.
"""

from typing import Final, NamedTuple

from appliance.units import NS_PER_S

# clinical.md, density ceilings [D], mA/cm2; a site that is not named gets the tightest.
CEILING_MA_PER_CM2: Final = {"hands": 0.20, "feet": 0.20, "underarms": 0.15, "child_hands": 0.15}
SLEW_OVER_S: Final = 0.05  # slew is between means of 50 ms: a DAC code of 7 uA is no jolt
LOG_STEP_MA: Final = 0.5


class FeltWindow(NamedTuple):
    """The worst and the sums since a mark (or the start)."""

    since_ns: int
    peak_ma: float = 0.0
    charge_mc: float = 0.0
    peak_density_ma_per_cm2: float = 0.0
    ms_over_density: float = 0.0
    excess_uc_per_cm2: float = 0.0
    peak_open_v: float = 0.0
    peak_slew_ma_per_s: float = 0.0
    ms_over_30_ma: float = 0.0
    last_current_ns: int = 0  # when more than 0.1 mA flowed last; 0 = never
    peak_spot_ma_per_cm2: float = 0.0  # at a cut or under a ring; no part of the density above
    peak_hum_ma: float = 0.0  # amplitude of mains current; no part of the peak above


class FeltPoint(NamedTuple):
    """One line of the log."""

    t_ns: int
    current_ma: float
    volts: float
    area_cm2: float


class Felt:
    """Accumulates. All attributes are of now, or since the last mark; `total` is since the start."""

    __slots__ = (
        "_block_mc",
        "_block_mean_ma",
        "_block_s",
        "_log_ma",
        "_log_next_ns",
        "_past",
        "_since_ns",
        "area_cm2",
        "ceiling_ma_per_cm2",
        "current_ma",
        "log",
        "log_every_ns",
        "open_v",
        "volts",
        "w_charge_mc",
        "w_density",
        "w_excess_uc",
        "w_hum_ma",
        "w_last_ns",
        "w_open_v",
        "w_over_30_ms",
        "w_over_ms",
        "w_peak_ma",
        "w_slew",
        "w_spot",
    )

    def __init__(self, site: str, t_ns: int) -> None:
        self.ceiling_ma_per_cm2 = CEILING_MA_PER_CM2.get(site, min(CEILING_MA_PER_CM2.values()))
        self.current_ma = 0.0  # signed
        self.volts = 0.0
        self.open_v = 0.0
        self.area_cm2 = 0.0
        self.log: list[FeltPoint] = []
        self.log_every_ns: int | None = None  # None = no log
        self._log_next_ns = 0
        self._log_ma = 0.0
        self._block_mc = self._block_s = self._block_mean_ma = 0.0
        self._past = FeltWindow(t_ns)
        self._begin(t_ns)

    def _begin(self, t_ns: int) -> None:
        self._since_ns = t_ns
        self.w_peak_ma = self.w_charge_mc = self.w_density = self.w_over_ms = self.w_excess_uc = 0.0
        self.w_open_v = self.w_slew = self.w_over_30_ms = 0.0
        self.w_last_ns = 0
        self.w_spot = self.w_hum_ma = 0.0

    # ------------------------------------------------------------ for the circuit

    def add(self, t1_ns: int, dt_s: float, start_ma: float, end_ma: float, area_cm2: float) -> None:
        """One step that ended at `t1_ns`, current going straight from one value to the other."""
        self.current_ma = end_ma
        self.area_cm2 = area_cm2
        a = start_ma if start_ma >= 0.0 else -start_ma
        b = end_ma if end_ma >= 0.0 else -end_ma
        peak = a if a > b else b
        if peak > 0.1:
            self.w_last_ns = t1_ns
        charge_mc = (a + b) * 0.5 * dt_s
        self.w_charge_mc += charge_mc
        self.w_peak_ma = peak if peak > self.w_peak_ma else self.w_peak_ma
        if area_cm2 and peak:
            density = peak / area_cm2
            self.w_density = density if density > self.w_density else self.w_density
            if density > self.ceiling_ma_per_cm2:
                self.w_over_ms += dt_s * 1000.0
                self.w_excess_uc += max(0.0, charge_mc / area_cm2 - self.ceiling_ma_per_cm2 * dt_s) * 1000.0
        if peak > 30.0:
            self.w_over_30_ms += dt_s * 1000.0
        self._block_mc += charge_mc
        self._block_s += dt_s
        if self._block_s >= SLEW_OVER_S:
            self._close_block((a + b) * 0.5)
        if self.log_every_ns is not None:
            self._note(t1_ns)

    def wait(self, open_v: float) -> None:
        """Volts that wait on an open loop."""
        self.open_v = open_v
        self.w_open_v = max(self.w_open_v, open_v)

    def spot(self, density_ma_per_cm2: float) -> None:
        """What a small place without skin carries."""
        self.w_spot = max(self.w_spot, density_ma_per_cm2)

    def hum(self, amplitude_ma: float) -> None:
        """Mains current through the person."""
        self.w_hum_ma = max(self.w_hum_ma, amplitude_ma)

    def _close_block(self, step_ma: float) -> None:
        """A block is full. What the last step, of mean `step_ma`, holds beyond its end belongs to the next."""
        over_s = self._block_s - SLEW_OVER_S
        mean_ma = (self._block_mc - step_ma * over_s) / SLEW_OVER_S
        change_ma = abs(mean_ma - self._block_mean_ma)
        if over_s >= SLEW_OVER_S:  # whole blocks of this step alone
            change_ma = max(change_ma, abs(step_ma - mean_ma))
            mean_ma = step_ma
            over_s %= SLEW_OVER_S
        self.w_slew = max(self.w_slew, change_ma / SLEW_OVER_S)
        self._block_mean_ma = mean_ma
        self._block_mc, self._block_s = step_ma * over_s, over_s

    def _note(self, t_ns: int) -> None:
        if t_ns >= self._log_next_ns or abs(self.current_ma - self._log_ma) > LOG_STEP_MA:
            self.log.append(FeltPoint(t_ns, self.current_ma, self.volts, self.area_cm2))
            self._log_ma = self.current_ma
            self._log_next_ns = t_ns + (self.log_every_ns or NS_PER_S)

    # ------------------------------------------------------------ for people

    def mark(self, t_ns: int) -> None:
        """Begin a new window; `total` goes on."""
        self._past = self.total
        self._begin(t_ns)

    @property
    def window(self) -> FeltWindow:
        """Since the last mark."""
        return FeltWindow(
            self._since_ns,
            self.w_peak_ma,
            self.w_charge_mc,
            self.w_density,
            self.w_over_ms,
            self.w_excess_uc,
            self.w_open_v,
            self.w_slew,
            self.w_over_30_ms,
            self.w_last_ns,
            self.w_spot,
            self.w_hum_ma,
        )

    @property
    def total(self) -> FeltWindow:
        """Since the bench's start."""
        past, now = self._past, self.window
        return FeltWindow(
            past.since_ns,
            max(past.peak_ma, now.peak_ma),
            past.charge_mc + now.charge_mc,
            max(past.peak_density_ma_per_cm2, now.peak_density_ma_per_cm2),
            past.ms_over_density + now.ms_over_density,
            past.excess_uc_per_cm2 + now.excess_uc_per_cm2,
            max(past.peak_open_v, now.peak_open_v),
            max(past.peak_slew_ma_per_s, now.peak_slew_ma_per_s),
            past.ms_over_30_ma + now.ms_over_30_ma,
            max(past.last_current_ns, now.last_current_ns),
            max(past.peak_spot_ma_per_cm2, now.peak_spot_ma_per_cm2),
            max(past.peak_hum_ma, now.peak_hum_ma),
        )

    @property
    def density_ma_per_cm2(self) -> float:
        """Of the smaller wet area, now."""
        return abs(self.current_ma) / self.area_cm2 if self.area_cm2 else 0.0

    @property
    def peak_ma(self) -> float:
        """Most current since the bench's start, as the next ones."""
        return max(self._past.peak_ma, self.w_peak_ma)

    @property
    def peak_density_ma_per_cm2(self) -> float:
        """Most current over the smaller wet area."""
        return max(self._past.peak_density_ma_per_cm2, self.w_density)

    @property
    def ms_over_density(self) -> float:
        """How long the site's density ceiling was passed, all times together."""
        return self._past.ms_over_density + self.w_over_ms

    @property
    def excess_uc_per_cm2(self) -> float:
        """What was above the density ceiling."""
        return self._past.excess_uc_per_cm2 + self.w_excess_uc

    @property
    def peak_open_v(self) -> float:
        """Most volts that waited on an open loop."""
        return max(self._past.peak_open_v, self.w_open_v)

    @property
    def charge_mc(self) -> float:
        """Amount of charge since the bench's start, whatever its direction."""
        return self._past.charge_mc + self.w_charge_mc
