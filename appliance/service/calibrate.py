"""Calibration on the dummy load: two points by an external meter, the rest by what these two have made true.

It runs with the daemon stopped and saves nothing: what it found is checked against the bounds of the board file and
handed back. It must never leave the output on, however it ends.
"""

from collections.abc import Callable
from typing import Final, NamedTuple, Protocol

import msgspec

from appliance.config import Board
from appliance.errors import ConfigError, InterlockError
from appliance.hal.calibration import PROBES_MA, Calibration, Day, Line
from appliance.hal.ports import BoardPort, Clock
from appliance.service.dummy_load import DummyLoad, Reading
from appliance.service.fit import Point, levelled, through

MIDDLE_MA: Final = 10.0  # between the meter's points, where the self-test looks too; judged by the return ADC
LINE_SHARE: Final = 0.0025  # what the set line may miss a point by, beside LINE_MA [D]
LINE_MA: Final = 0.005
LOOK_AT: Final = {
    "both": "DAC1, its reference and R_S",
    "return": "the loop of meter and dummy load, then R_M and 0x48",
    "source": "R_HS, its amplifier and 0x49",
}


class Meter(Protocol):
    """The current in the dummy load, by a meter of 0.1 % or better."""

    def read(self, expected_ma: float, tick: Callable[[], None]) -> float:
        """Milliamperes now; called once a point. Whoever has to wait calls `tick` meanwhile, which takes 5 ms.

        `tick` may raise, which ends the run. Raises ConfigError: E508 no bench, E511 no reading came.
        """
        ...


class InstantMeter:
    """A meter that answers at once: the bench's."""

    def __init__(self, ask_ma: Callable[[], float]) -> None:
        """`ask_ma`: milliamperes in the dummy load."""
        self._ask_ma = ask_ma

    def read(self, expected_ma: float, tick: Callable[[], None]) -> float:
        """As `Meter` says."""
        del expected_ma, tick
        return self._ask_ma()


class Errors(NamedTuple):
    """Set, return and source, each less the true current, mA. None: the return ADC was the judge itself."""

    set_ma: float
    return_ma: float | None
    source_ma: float


class Row(NamedTuple):
    """One point of the result."""

    asked_ma: float
    true_ma: float
    by_meter: bool  # else by the return ADC, calibrated by then
    before: Errors
    after: Errors


class Outcome(NamedTuple):
    """What a run found, within the bounds of the board file."""

    calibration: Calibration
    rows: tuple[Row, ...]


class Calibrator:
    """One run. `progress` is told what is being done, in words; `look` is called each tick and may raise to end it."""

    def __init__(
        self,
        board: BoardPort,
        numbers: Board,
        clock: Clock,
        meter: Meter,
        progress: Callable[[str], None],
        look: Callable[[], None] = lambda: None,
    ) -> None:
        self._board = board
        self._numbers = numbers
        self._meter = meter
        self._progress = progress
        self._load = DummyLoad(board, numbers, clock, look)
        self._nominal = Calibration.identity(numbers, simulated=board.simulated)

    def run(self, today: Day, before: Calibration | None = None) -> Outcome:
        """Measure, compare with `before` (None = nominal factors), and check against the bounds.

        Raises:
            InterlockError: E401 the red switch is pushed; E404 the latch would not reset, or tripped; E402 K1 closed.
            ConfigError: E511 beyond the bounds, or no reading came.
            SensingError, OutputError: a chip did not answer.
        """
        if self._board.read_inputs().e_stop:  # before the chips: the switch takes their supply away
            raise InterlockError("E401", "the red switch is pushed or its wire open; release it to calibrate")
        self._board.open_chips()
        try:
            self._progress("waking the board")
            self._load.wake()
            outcome = self._measure(today, before or self._nominal)
        finally:
            self._load.rest()
        outcome.calibration.check(self._numbers)
        return outcome

    def _measure(self, today: Day, before: Calibration) -> Outcome:
        low_ma, high_ma = self._numbers.calibration.points_ma
        low = self._point(low_ma)
        low_true_ma = self._meter.read(low.return_ma, self._load.tick)  # last: whoever read it may touch it now
        middle = self._point(MIDDLE_MA)
        high = self._point(high_ma)
        high_true_ma = self._meter.read(high.return_ma, self._load.tick)
        by_meter = ((low, low_true_ma), (high, high_true_ma))
        return_line = through(*(Point(r.return_ma, true_ma) for r, true_ma in by_meter))
        middle_true_ma = _on(return_line, middle.return_ma)
        trues_ma = (low_true_ma, middle_true_ma, high_true_ma)
        set_line = levelled(*(self._allowed(r, t) for r, t in zip((low, middle, high), trues_ma, strict=True)))
        first, second, third = (self._probe(ma, set_line, return_line) for ma in PROBES_MA)
        dummy_v = high_true_ma * self._numbers.relay.dummy_ohm / 1000.0
        found = msgspec.structs.replace(
            self._nominal,
            wall_date=today.wall_date,
            clock_trusted=today.trusted,
            proved_ma=high_ma,
            set=set_line,
            return_=return_line,
            source=through(*(Point(r.source_ma, true_ma) for r, true_ma in by_meter)),
            patient_volts_gain=dummy_v / high.patient_v,
            # compliance_volts_gain stays 1: no voltmeter in this run; its loop-back has 3 % of room
            probe_codes=(first, second, third),
        )
        self._progress("proving it")
        rows = (
            self._row(low_ma, low, low_true_ma, before, found),
            self._row(MIDDLE_MA, middle, None, before, found),
            self._row(high_ma, high, high_true_ma, before, found),
        )
        residual_ma = max(abs(error_ma) for row in rows for error_ma in row.after if error_ma is not None)
        return Outcome(msgspec.structs.replace(found, residual_ma=residual_ma), rows)

    def _point(self, ma: float) -> Reading:
        """One current by nominal factors. A sensor beyond the bounds is told before anybody reads a meter for it."""
        self._progress(f"{ma:g} mA through the dummy load")
        reading = self._load.read(round(ma / self._numbers.dac.set.ma_per_code), ma)
        bounds = self._numbers.calibration
        for name, found_ma in (("return", reading.return_ma), ("source", reading.source_ma)):
            if abs(found_ma - ma) > bounds.max_offset_ma + bounds.max_gain_error * ma:
                agree = abs(reading.return_ma - reading.source_ma) <= bounds.max_offset_ma
                why = f"{ma:g} mA were set and the {name} current reads {found_ma:.2f} mA"
                look = LOOK_AT["both" if agree else name]
                raise ConfigError("E511", f"the calibration is refused: {why}; check {look}")
        return reading

    def _allowed(self, reading: Reading, true_ma: float) -> Point:
        """Half a code is left for rounding."""
        return Point(reading.set_ma, true_ma, LINE_MA + LINE_SHARE * true_ma - self._numbers.dac.set.ma_per_code / 2)

    def _probe(self, ma: float, set_line: Line, return_line: Line) -> int:
        """The code that makes a probe's current, trimmed by the return ADC, which is true now."""
        self._progress(f"probe of {ma:g} mA")
        ma_per_code = self._numbers.dac.set.ma_per_code
        code = max(0, round((ma - set_line.offset_ma) / (ma_per_code * set_line.gain)))
        error_ma = _on(return_line, self._load.read(code, ma).return_ma) - ma
        return max(0, code - round(error_ma / ma_per_code))

    def _row(
        self, asked_ma: float, first: Reading, meter_ma: float | None, before: Calibration, found: Calibration
    ) -> Row:
        """The same code once more: what the calibration makes of a reading that it was not made from."""
        again = self._load.read(first.code, asked_ma)
        true_ma = _on(found.return_, again.return_ma) if meter_ma is None else meter_ma
        by_meter = meter_ma is not None
        was, now = _errors(first, true_ma, before, by_meter), _errors(again, true_ma, found, by_meter)
        return Row(asked_ma, true_ma, by_meter, was, now)


def _on(line: Line, nominal_ma: float) -> float:
    return line.gain * nominal_ma + line.offset_ma


def _errors(r: Reading, true_ma: float, by: Calibration, by_meter: bool) -> Errors:
    return Errors(
        _on(by.set, r.set_ma) - true_ma,
        _on(by.return_, r.return_ma) - true_ma if by_meter else None,
        _on(by.source, r.source_ma) - true_ma,
    )
