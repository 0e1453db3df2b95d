"""Self-test on the dummy load: every protective part acts once, before anyone touches water.

A script of steps that the tick drives. With K3 on the dummy, K1's coil is cut by wire, so no step can reach a patient;
the one step that closes K1 does it at zero current and zero volts. Order and bounds: hardware design, 8.
"""

from collections.abc import Generator
from dataclasses import dataclass
from typing import Final, NamedTuple

from appliance.config import Board
from appliance.errors import SensingError
from appliance.hal.scales import Scales
from appliance.safety.sample import Sample

Script = Generator[int, "Readings", None]

REST_MA: Final = 0.05  # a board whose code 0 leaves more is refused [D]
REST_SOURCE_MA: Final = 0.2  # the source sense is +-0.15 mA before calibration (hardware design, 2)
POINTS_MA: Final = (2.0, 10.0, 25.0)
PROBES_MA: Final = (0.1, 0.3, 0.5)
PROBE_ERROR_MA: Final = 0.25  # hardware design 2: the DAC's offset is at most 0.225 mA [B]
BELOW_TEST_TRIP_MA: Final = 21.5  # 23.5 less the trip's and an uncalibrated set's tolerance
ABOVE_TEST_TRIP_MA: Final = 25.0
SENSORS_APART_MA: Final = 0.35  # return +-0.13 and source +-0.15 mA before calibration, and the volts tap
VOLTS_MARGIN: Final = (0.5, 0.03)  # as the compliance loop-back's monitor [D]
RELAY_TICKS: Final = 10
SETTLE_TICKS: Final = 24  # three of each monitor channel
KICK_TICKS: Final = 60  # WDO stays low for 200 ms after a withheld kick
LATCH_TICKS: Final = 8  # 40 ms


class Readings(NamedTuple):
    """Means over the second half of a wait, and the inputs at its end."""

    return_ma: float
    source_ma: float | None  # None: not converted in so short a wait
    patient_v: float | None
    compliance_v: float | None
    latch_tripped: bool
    watchdog_ok: bool
    relay_open: bool
    reversed: bool
    e_stop: bool


@dataclass(slots=True)
class TestOrder:
    """What the self-test wants put out now."""

    enable: bool = False
    dummy: bool = False
    shift: bool = False
    reversed: bool = False
    reset: bool = False
    kick: bool = False
    code: int = 0
    compliance_v: float = 0.0


class Check(NamedTuple):
    """One line of the report."""

    name: str
    passed: bool
    found: str
    code: str


class _Mean:
    """Mean of a channel; None when nothing was converted."""

    def __init__(self) -> None:
        self.total = 0.0
        self.n = 0

    def add(self, value: float | None) -> None:
        if value is not None:
            self.total += value
            self.n += 1

    def take(self) -> float | None:
        mean = self.total / self.n if self.n else None
        self.total, self.n = 0.0, 0
        return mean


class SelfTest:
    """Runs once; `failed` holds the first failure's code, `done` ends it either way."""

    def __init__(self, numbers: Board, scales: Scales) -> None:
        self.order = TestOrder()
        self.report: list[Check] = []
        self.failed: str | None = None
        self.done = False
        self.probe_offset_ma = 0.0  # measured minus asked at the probe's currents
        self._numbers = numbers
        self._scales = scales
        self._means = [_Mean() for _ in range(4)]
        self._script: Script | None = self._run()
        self._wait = next(self._script)
        self._waited = 0

    @property
    def progress(self) -> float:
        """0..1."""
        return min(1.0, len(self.report) / _CHECKS)

    def step(self, s: Sample) -> None:
        """One 5 ms tick."""
        if self.done or self._script is None:
            return
        self._waited += 1
        if self._waited * 2 > self._wait:
            for mean, value in zip(self._means, (s.return_ma, s.source_ma, s.patient_v, s.compliance_v), strict=True):
                mean.add(value)
        if self._waited < self._wait:
            return
        return_ma, source_ma, patient_v, compliance_v = (mean.take() for mean in self._means)
        readings = Readings(
            s.return_ma if return_ma is None else return_ma,
            source_ma,
            patient_v,
            compliance_v,
            latch_tripped=s.latch_tripped,
            watchdog_ok=s.watchdog_ok,
            relay_open=s.relay_open,
            reversed=s.reversed,
            e_stop=s.e_stop,
        )
        self._waited = 0
        try:
            self._wait = self._script.send(readings)
        except StopIteration:
            self._end()

    def _end(self) -> None:
        self.done = True
        self._script = None
        self.order = TestOrder(kick=self.failed is None)

    def _check(self, name: str, code: str, passed: bool, found: str) -> bool:
        self.report.append(Check(name, passed, found, code))
        if not passed and self.failed is None:
            self.failed = code
        return passed

    # ------------------------------------------------------------ the script

    def _run(self) -> Script:
        """All steps; ends early at the first failure."""
        for part in (self._unkicked, self._latch, self._rest, self._points, self._full_scale, self._trip_a):
            yield from part()
            if self.failed:
                return
        for part in (self._trip_b, self._kick_off, self._relay):
            yield from part()
            if self.failed:
                return

    def _unkicked(self) -> Script:
        r = yield KICK_TICKS
        if not self._check(
            "red switch", "E401", not r.e_stop, "released" if not r.e_stop else "pushed or its wire open"
        ):
            return
        if not self._check("relay at rest", "E320", r.relay_open, _relay(r)):
            return
        self._check("watchdog unkicked", "E321", not r.watchdog_ok, "tripped" if not r.watchdog_ok else "content")

    def _latch(self) -> Script:
        self.order.kick = True
        r = yield KICK_TICKS
        if not self._check("watchdog kicked", "E321", r.watchdog_ok, "content" if r.watchdog_ok else "tripped"):
            return
        if not self._check("kick alone leaves the latch", "E322", r.latch_tripped, _latch(r)):
            return
        r = yield from self._reset()
        self._check("latch resets", "E322", not r.latch_tripped, _latch(r))

    def _reset(self) -> Generator[int, Readings, Readings]:
        self.order.reset = True
        yield 2
        self.order.reset = False
        return (yield 2)

    def _rest(self) -> Script:
        """Output on the dummy at code 0, then the probe's currents."""
        order = self.order
        order.dummy = True
        yield RELAY_TICKS
        order.enable = True
        r = yield RELAY_TICKS
        if not self._check(
            "dummy load keeps the patient off", "E320", r.relay_open, "open" if r.relay_open else "closed"
        ):
            return
        order.compliance_v = self._numbers.limit.probe_volts
        r = yield SETTLE_TICKS
        source_ma = _known(r.source_ma, "the source current")
        rests = abs(r.return_ma) <= REST_MA and abs(source_ma) <= REST_SOURCE_MA
        if not self._check("current at rest", "E329", rests, f"return {r.return_ma:.3f}, source {source_ma:.3f} mA"):
            return
        errors = []
        for probe_ma in PROBES_MA:
            order.code = self._scales.set_code(probe_ma)
            r = yield SETTLE_TICKS
            errors.append(r.return_ma - self._scales.set_ma(order.code))
        self.probe_offset_ma = sum(errors) / len(errors)
        worst_ma = max(abs(e) for e in errors)
        self._check("probe", "E330", worst_ma <= PROBE_ERROR_MA, f"off by {worst_ma:.3f} mA")

    def _points(self) -> Script:
        bounds = self._numbers.calibration
        for set_ma in POINTS_MA:
            yield from self._set(set_ma)
            r = yield SETTLE_TICKS
            off_ma = abs(r.return_ma - set_ma)
            allowed_ma = bounds.max_offset_ma + bounds.max_gain_error * set_ma
            source_ma = _known(r.source_ma, "the source current")
            apart_ma = abs(source_ma - r.return_ma)
            good = off_ma <= allowed_ma and apart_ma <= SENSORS_APART_MA
            found = f"return {r.return_ma:.2f}, source {source_ma:.2f} mA"
            if not self._check(f"{set_ma:g} mA on the dummy", "E323", good, found):
                return
            expected_v = r.return_ma * self._numbers.relay.dummy_ohm / 1000.0
            patient_v = _known(r.patient_v, "the volts on the dummy load")
            compliance_v = _known(r.compliance_v, "the compliance voltage")
            good = _near(patient_v, expected_v) and _near(compliance_v, self.order.compliance_v)
            found = f"{patient_v:.2f} V of {compliance_v:.2f} V"
            if not self._check(f"volts at {set_ma:g} mA", "E324", good, found):
                return

    def _set(self, set_ma: float) -> Script:
        """Voltage first, then current: the source stays in regulation."""
        dummy_v = set_ma * self._numbers.relay.dummy_ohm / 1000.0
        self.order.compliance_v = min(self._numbers.limit.volts, 1.2 * dummy_v + 5.0)
        yield 4
        self.order.code = self._scales.set_code(set_ma)
        yield 4

    def _off(self) -> Generator[int, Readings, Readings]:
        order = self.order
        order.code, order.compliance_v, order.enable, order.shift = 0, 0.0, False, False
        yield RELAY_TICKS
        return (yield from self._reset())

    def _full_scale(self) -> Script:
        order = self.order
        order.compliance_v = self._numbers.limit.volts
        yield 4
        order.code = 4095
        r = yield SETTLE_TICKS
        protect = self._numbers.protect
        high_ma = protect.trip_ma + protect.trip_tolerance_ma
        good = r.latch_tripped or protect.limiter_ma[0] <= r.return_ma <= high_ma
        found = "tripped" if r.latch_tripped else f"{r.return_ma:.2f} mA"
        if self._check("hardware limit at full scale", "E325", good, found):
            r = yield from self._off()
            self._check("latch resets after full scale", "E322", not r.latch_tripped, _latch(r))

    def _trip(self, name: str, code: str) -> Script:
        self.order.enable = True
        yield RELAY_TICKS
        yield from self._set(BELOW_TEST_TRIP_MA)
        self.order.shift = True
        r = yield SETTLE_TICKS
        if not self._check(f"{name} rests below its test point", code, not r.latch_tripped, _latch(r)):
            return
        yield from self._set(ABOVE_TEST_TRIP_MA)
        r = yield SETTLE_TICKS
        if self._check(f"{name} trips above its test point", code, r.latch_tripped, _latch(r)):
            r = yield from self._off()
            self._check(f"latch resets after {name}", "E322", not r.latch_tripped, _latch(r))

    def _trip_a(self) -> Script:
        yield from self._trip("comparator A", "E326")

    def _trip_b(self) -> Script:
        """Comparator B is the one whose test acts with K2 reversed."""
        self.order.reversed = True
        r = yield RELAY_TICKS
        if not self._check("polarity relay reverses", "E328", r.reversed, "reversed" if r.reversed else "at rest"):
            return
        yield from self._trip("comparator B", "E327")
        if self.failed:
            return
        self.order.reversed = False
        r = yield RELAY_TICKS
        self._check("polarity relay returns", "E328", not r.reversed, "reversed" if r.reversed else "at rest")

    def _kick_off(self) -> Script:
        self.order.kick = False
        r = yield LATCH_TICKS
        if not self._check("withheld kick trips the latch", "E321", r.latch_tripped, _latch(r)):
            return
        yield KICK_TICKS
        self.order.kick = True
        yield KICK_TICKS
        r = yield from self._reset()
        self._check("latch resets after the watchdog", "E322", not r.latch_tripped, _latch(r))

    def _relay(self) -> Script:
        """K1 closes and opens once, at zero current and zero volts."""
        self.order.dummy = False
        yield RELAY_TICKS
        self.order.enable = True
        r = yield RELAY_TICKS
        if not self._check("safety relay closes", "E320", not r.relay_open, _relay(r)):
            return
        self.order.enable = False
        r = yield RELAY_TICKS
        self._check("safety relay opens", "E320", r.relay_open, _relay(r))


_CHECKS: Final = 29


def _latch(r: Readings) -> str:
    return "tripped" if r.latch_tripped else "set"


def _relay(r: Readings) -> str:
    return "open" if r.relay_open else "closed"


def _near(volts: float, expected_v: float) -> bool:
    return abs(volts - expected_v) <= VOLTS_MARGIN[0] + VOLTS_MARGIN[1] * expected_v


def _known(value: float | None, what: str) -> float:
    """A reading that the wait was long enough for.

    Raises:
        SensingError: E201, it never came.
    """
    if value is None:
        raise SensingError("E201", f"self-test: {what} was not measured")
    return value
