"""Self-test on the dummy load: every protective part acts once, before anyone touches water.

A script of steps that the tick drives. With K3 on the dummy, K1's coil is cut by wire, so no step can reach a patient;
the one step that closes K1 does it at zero current and zero volts. Order and bounds: hardware design, 8. What no step
can find on this board is in `hardware/open-points.toml`.
"""

from typing import Final

from appliance.config import Board
from appliance.control.self_test import output, protection
from appliance.control.self_test.trial import Check, Readings, Script, TestOrder, Trial
from appliance.hal.scales import Scales
from appliance.safety.sample import Sample

PARTS: Final = (
    protection.unkicked,
    protection.latch,
    output.off,
    output.rest,
    output.points,
    output.limiter_resistor,
    protection.full_scale,
    protection.comparator_a,
    protection.comparator_b,
    protection.kick_off,
    protection.relay,
)


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
        self.trial = Trial(numbers, scales)
        self.done = False
        self._whole_ticks = _ticks(numbers, scales)
        self._ticks = 0
        self._means = [_Mean() for _ in range(5)]
        self._watchdog_was_ok = False
        self._script: Script | None = _run(self.trial)
        self._wait = next(self._script)
        self._waited = 0

    @property
    def order(self) -> TestOrder:
        """What it wants put out now."""
        return self.trial.order

    @property
    def report(self) -> list[Check]:
        """Every check so far."""
        return self.trial.report

    @property
    def failed(self) -> str | None:
        """Code of the first failure; None while there is none."""
        return self.trial.failed

    @property
    def probe_offset_ma(self) -> float:
        """Measured minus asked at the probe's currents."""
        return self.trial.probe_offset_ma

    @property
    def progress(self) -> float:
        """0..1."""
        return min(1.0, self._ticks / self._whole_ticks)

    def step(self, s: Sample) -> None:
        """One 5 ms tick."""
        if self.done or self._script is None:
            return
        self._ticks += 1
        self._waited += 1
        self._watchdog_was_ok = self._watchdog_was_ok or s.watchdog_ok
        if self._waited * 2 > self._wait:
            channels = (s.return_ma, s.source_ma, s.patient_v, s.compliance_v, s.set_volts_code)
            for mean, value in zip(self._means, channels, strict=True):
                mean.add(value)
        if self._waited < self._wait:
            return
        readings = self._read(s)
        self._waited = 0
        self._watchdog_was_ok = False
        try:
            self._wait = self._script.send(readings)
        except StopIteration:
            self._end()

    def _read(self, s: Sample) -> Readings:
        return_ma, source_ma, patient_v, compliance_v, set_volts_code = (mean.take() for mean in self._means)
        return Readings(
            s.return_ma if return_ma is None else return_ma,
            source_ma,
            patient_v,
            compliance_v,
            set_volts_code,
            latch_tripped=s.latch_tripped,
            watchdog_ok=s.watchdog_ok,
            watchdog_was_ok=self._watchdog_was_ok,
            relay_open=s.relay_open,
            reversed=s.reversed,
            e_stop=s.e_stop,
        )

    def _end(self) -> None:
        self.done = True
        self._script = None
        self.trial.order = TestOrder(kick=self.failed is None)


def _run(trial: Trial) -> Script:
    """All parts; ends early at the first failure."""
    for part in PARTS:
        yield from part(trial)
        if trial.failed:
            return


def _ticks(numbers: Board, scales: Scales) -> int:
    """How long the whole script takes when every check passes, in ticks: it is run through with nothing behind it."""
    trial = Trial(numbers, scales)
    trial.check = lambda *_: True  # type: ignore[method-assign]
    script = _run(trial)
    ticks = next(script)
    while True:
        try:
            ticks += script.send(_ANYTHING)
        except StopIteration:
            return ticks


_ANYTHING: Final = Readings(
    1.0,
    1.0,
    1.0,
    1.0,
    1.0,
    latch_tripped=False,
    watchdog_ok=True,
    watchdog_was_ok=True,
    relay_open=True,
    reversed=False,
    e_stop=False,
)
