"""The body signature: a skin's capacitance seen in how the voltage settles after small steps of current.

Both plates in one tray, a dummy load or a shorted cable look like a patient by resistance alone. Skin does not: after
a step of the probe its voltage rises as R_inst + R_s (1 - exp(-t/tau)). Steps up and down alternate, so the mean of the
signed responses is free of drift and of everything periodic in a plateau of 100 ms (50 and 60 Hz).
"""

from math import exp, log, sinh
from typing import Final, NamedTuple

PLATEAU_S: Final = 0.1  # five periods of 50 Hz, six of 60 Hz
TAIL_S: Final = 0.02  # the end of a plateau that stands for 'settled'
LEAST_SHARE: Final = 0.25  # a body: R_s at least this share of R [D]
TAU_S: Final = (0.8e-3, 80e-3)  # a body: tau between these [D]
_COARSE: Final = 32
_FINE: Final = 12
_GRID_S: Final = (0.3e-3, 0.2)


class Signature(NamedTuple):
    """What the steps show of the loop."""

    r_inst_ohm: float  # bath and body
    r_skin_ohm: float
    tau_s: float

    @property
    def loop_ohm(self) -> float:
        """The whole loop at the probe's voltage."""
        return self.r_inst_ohm + self.r_skin_ohm

    @property
    def c_skin_f(self) -> float:
        """C_s = tau / R_s: proportional to the area in the water, whatever the skin's resistance does."""
        return self.tau_s / self.r_skin_ohm if self.r_skin_ohm > 0.0 else 0.0

    @property
    def is_body(self) -> bool:
        """Whether this loop settles as skin does."""
        return self.r_skin_ohm >= LEAST_SHARE * self.loop_ohm and TAU_S[0] <= self.tau_s <= TAU_S[1]


class Point(NamedTuple):
    """Mean signed response at one place of the plateau: time of the conversion's middle after the step."""

    t_s: float
    response_v: float


class Fit:
    """Least squares of R_inst and R_s for one tau at a time, so that a tick stays short.

    Call `advance()` once a tick until `result` is there.
    """

    def __init__(self, points: list[Point], step_ma: float, window_s: float) -> None:
        """`points`: at least one; `step_ma`: measured height of a step; `window_s`: what one conversion averages."""
        self.result: Signature | None = None
        self._points = points
        self._moments = _moments(points)
        self._step_ma = step_ma
        self._window_s = window_s
        self._fine = False
        self._taus = _log_grid(*_GRID_S, _COARSE)
        self._errors: list[tuple[float, Signature]] = []

    def advance(self) -> None:
        """Try the next tau."""
        if self.result is not None:
            return
        self._errors.append(self._solve(self._taus[len(self._errors)]))
        if len(self._errors) < len(self._taus):
            return
        best = min(range(len(self._errors)), key=lambda i: self._errors[i][0])
        if self._fine:
            self.result = self._errors[best][1]
            return
        low_s = self._taus[max(0, best - 1)]
        high_s = self._taus[min(len(self._taus) - 1, best + 1)]
        self._taus = _log_grid(low_s, high_s, _FINE)
        self._errors = []
        self._fine = True

    def _solve(self, tau_s: float) -> tuple[float, Signature]:
        """Residual and resistances for one tau: a loop in the periodic state of the plateau, on slow electrodes.

        The electrodes answer each step with a slow rise (clinical basis: they polarise in seconds), here a line in t.
        """
        q = exp(-PLATEAU_S / tau_s)
        half_window = self._window_s / (2.0 * tau_s)
        smear = sinh(half_window) / half_window
        tail = tau_s / TAIL_S * (exp(-(PLATEAU_S - TAIL_S) / tau_s) - q)
        n = len(self._points)
        x1 = xx = xt = xy = 0.0
        for t_s, y in self._points:
            x = 1.0 - (exp(-t_s / tau_s) * smear + tail) / (1.0 + q)
            x1 += x
            xx += x * x
            xt += x * t_s
            xy += x * y
        t1, tt, y1, ty, yy = self._moments
        # centred on the means, so that two unknowns are left
        xx -= x1 * x1 / n
        xt -= x1 * t1 / n
        xy -= x1 * y1 / n
        determinant = xx * tt - xt * xt
        if determinant <= 1e-12 * xx * tt:
            return yy, Signature(y1 / n * 1000.0 / self._step_ma, 0.0, tau_s)
        slope_v = (xy * tt - ty * xt) / determinant
        drift_v_per_s = (ty * xx - xy * xt) / determinant
        base_v = (y1 - slope_v * x1 - drift_v_per_s * t1) / n + drift_v_per_s * TAIL_S / 2.0
        error = yy - slope_v * xy - drift_v_per_s * ty
        scale = 1000.0 / self._step_ma
        return error, Signature(base_v * scale, slope_v * scale, tau_s)


def _moments(points: list[Point]) -> tuple[float, float, float, float, float]:
    """Sums of t and y; centred sums of t t, t y and y y."""
    n = len(points)
    t1 = sum(p.t_s for p in points)
    y1 = sum(p.response_v for p in points)
    tt = sum(p.t_s * p.t_s for p in points) - t1 * t1 / n
    ty = sum(p.t_s * p.response_v for p in points) - t1 * y1 / n
    yy = sum(p.response_v * p.response_v for p in points) - y1 * y1 / n
    return t1, tt, y1, ty, yy


def _log_grid(low: float, high: float, count: int) -> list[float]:
    step = (log(high) - log(low)) / (count - 1)
    return [low * exp(step * i) for i in range(count)]
