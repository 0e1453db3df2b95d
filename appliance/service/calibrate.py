"""Two-point calibration on the dummy load against an external meter. K3 keeps the patient's relay open throughout.

It runs with the daemon stopped, ticks and kicks by itself, and ends with the output at zero whatever happens.
"""

from collections.abc import Callable
from datetime import date
from typing import Final

from appliance.config import Board
from appliance.errors import InterlockError
from appliance.hal.calibration import PROBES_MA, Calibration, Line
from appliance.hal.ports import BoardPort, Clock, MonitorChannel
from appliance.hal.scales import Scales

TICK_NS: Final = 5_000_000
KICK_TICKS: Final = 60  # pump up, and past the watchdog's 200 ms after a withheld kick
SETTLE_TICKS: Final = 20
READ_TICKS: Final = 80  # 400 ms: whole periods of 50 and 60 Hz
CHANNELS: Final[tuple[MonitorChannel, ...]] = ("source", "patient_volts")


class Means:
    """Mean counts of one point, and what the meter said."""

    def __init__(self) -> None:
        self.sums: dict[str, float] = {}
        self.counts: dict[str, int] = {}

    def add(self, name: str, value: float) -> None:
        """One reading."""
        self.sums[name] = self.sums.get(name, 0.0) + value
        self.counts[name] = self.counts.get(name, 0) + 1

    def __getitem__(self, name: str) -> float:
        """Mean of one channel."""
        return self.sums[name] / self.counts[name]


class Calibrator:
    """One run. `progress` is told what is being done, in words."""

    def __init__(
        self,
        board: BoardPort,
        numbers: Board,
        clock: Clock,
        meter_ma: Callable[[], float],
        progress: Callable[[str], None],
    ) -> None:
        """`meter_ma`: the current in the dummy load by a meter of 0.1 % or better."""
        self._board = board
        self._numbers = numbers
        self._clock = clock
        self._meter_ma = meter_ma
        self._progress = progress
        self._due_ns = 0
        self._nominal = Scales(numbers, Calibration.identity(numbers))

    def run(self, today: date) -> Calibration:
        """Measure and return the calibration, checked against the bounds of the board file.

        Raises:
            InterlockError: E404 the latch would not reset; E401 the red switch is pushed.
            ConfigError: E511 beyond the bounds.
            SensingError, OutputError: a chip did not answer.
        """
        board = self._board
        board.open_chips()
        self._due_ns = self._clock.now_ns()
        try:
            self._prepare()
            low, high = self._numbers.calibration.points_ma
            points = [(self._code(ma), self._point(ma)) for ma in (low, high)]
            probes = tuple(self._trim_probe(ma, points) for ma in PROBES_MA)
            found = self._solve(points, (probes[0], probes[1], probes[2]), today)
        finally:
            self._rest()
        found.check(self._numbers)
        return found

    def _prepare(self) -> None:
        self._progress("waking the board")
        board = self._board
        self._ticks(KICK_TICKS)
        board.latch_reset(True)
        self._ticks(2)
        board.latch_reset(False)
        board.dummy_load(True)
        self._ticks(SETTLE_TICKS)
        inputs = board.read_inputs()
        if inputs.e_stop:
            raise InterlockError("E401", "the red switch is pushed or its wire open; release it to calibrate")
        if inputs.latch_tripped:
            raise InterlockError("E404", "the latch would not reset; run `ionto selftest` for the reason")
        board.enable(True)
        self._ticks(SETTLE_TICKS)

    def _rest(self) -> None:
        board = self._board
        board.safe()
        board.write_set_code(0)
        board.write_compliance_code(0)
        self._ticks(SETTLE_TICKS)
        board.dummy_load(False)

    def _code(self, ma: float) -> int:
        return self._nominal.set_code(ma)

    def _point(self, ma: float) -> Means:
        self._progress(f"{ma:g} mA through the dummy load")
        dummy_v = ma * self._numbers.relay.dummy_ohm / 1000.0
        self._board.write_compliance_code(self._nominal.compliance_code(min(45.0, 1.2 * dummy_v + 5.0)))
        self._ticks(SETTLE_TICKS)
        self._board.write_set_code(self._code(ma))
        return self._read()

    def _read(self) -> Means:
        self._ticks(SETTLE_TICKS)
        means = Means()
        for n in range(READ_TICKS):
            channel = CHANNELS[n % len(CHANNELS)]
            self._board.start_monitor(channel)
            self._ticks(1)
            means.add(channel, self._board.collect_monitor_counts())
            means.add("return", self._board.read_return_counts())
            means.add("meter", self._meter_ma())
        return means

    def _trim_probe(self, ma: float, points: list[tuple[int, Means]]) -> int:
        """The code that makes a probe's current, found on the meter."""
        self._progress(f"probe of {ma:g} mA")
        self._board.write_compliance_code(self._nominal.compliance_code(self._numbers.limit.probe_volts))
        line = _line(points, lambda code, _: self._nominal.set_ma(code))
        code = max(0, round((ma - line.offset_ma) / (self._numbers.dac.set.ma_per_code * line.gain)))
        self._board.write_set_code(code)
        error_ma = self._read()["meter"] - ma
        return max(0, code - round(error_ma / self._numbers.dac.set.ma_per_code))

    def _solve(self, points: list[tuple[int, Means]], probes: tuple[int, int, int], today: date) -> Calibration:
        nominal = self._nominal
        set_line = _line(points, lambda code, _: nominal.set_ma(code))
        return_line = _line(points, lambda _, means: nominal.return_ma(round(means["return"])))
        source_line = _line(points, lambda _, means: nominal.source_ma(round(means["source"])))
        high = points[-1][1]
        dummy_v = high["meter"] * self._numbers.relay.dummy_ohm / 1000.0
        return Calibration(
            board_name=self._numbers.board.name,
            board_revision=self._numbers.board.revision,
            simulated=self._board.simulated,
            wall_date=today,
            set=set_line,
            return_=return_line,
            source=source_line,
            patient_volts_gain=dummy_v / nominal.patient_v(round(high["patient_volts"])),
            compliance_volts_gain=1.0,  # no voltmeter in this run; its loop-back has 3 % of room
            probe_codes=probes,
            residual_ma=0.0,
        )

    def _ticks(self, count: int) -> None:
        """Let time pass on the grid of the watchdog, kicking it."""
        for _ in range(count):
            self._due_ns = max(self._due_ns + TICK_NS, self._clock.now_ns())
            self._clock.sleep_until_ns(self._due_ns)
            self._board.kick()


def _line(points: list[tuple[int, Means]], nominal_ma: Callable[[int, Means], float]) -> Line:
    """True = gain x nominal + offset through both points."""
    (code_a, a), (code_b, b) = points
    x_a, x_b = nominal_ma(code_a, a), nominal_ma(code_b, b)
    gain = (b["meter"] - a["meter"]) / (x_b - x_a)
    return Line(gain=gain, offset_ma=a["meter"] - gain * x_a)
