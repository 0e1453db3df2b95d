"""Currents through the dummy load, kicked and watched tick by tick, with the daemon stopped.

K3 keeps the patient's relay open throughout; a relay that is not open, or a latch that trips, ends it. Whatever
happens, `rest` brings the output to zero, by pin first.
"""

from collections.abc import Callable
from contextlib import suppress
from typing import Final, NamedTuple

from appliance.config import Board
from appliance.errors import InterlockError, IontoError
from appliance.hal.calibration import Calibration
from appliance.hal.ports import BoardPort, Clock, MonitorChannel
from appliance.hal.scales import Scales

TICK_NS: Final = 5_000_000
LEAST_NS: Final = 2_500_000  # after a late tick: two quick edges trip the window, and a conversion takes 1.3 ms
KICK_TICKS: Final = 60  # pump up, and past the watchdog's 200 ms after a withheld kick
SETTLE_TICKS: Final = 20
READ_TICKS: Final = 80  # 400 ms: whole periods of 50 and 60 Hz
MOST_V: Final = 45.0  # hardware design 8, deck 01: regulation ends at 44.5 V
CHANNELS: Final[tuple[MonitorChannel, ...]] = ("source", "patient_volts")


class Reading(NamedTuple):
    """One point by nominal factors."""

    code: int
    set_ma: float
    return_ma: float
    source_ma: float
    patient_v: float


class DummyLoad:
    """The board with its dummy load in the patient's place. `look` is called each tick and may raise to end it."""

    def __init__(self, board: BoardPort, numbers: Board, clock: Clock, look: Callable[[], None]) -> None:
        self._board = board
        self._numbers = numbers
        self._clock = clock
        self._look = look
        self._due_ns = clock.now_ns()
        self._compliance_code = Scales(numbers, Calibration.identity(numbers)).compliance_code

    def wake(self) -> None:
        """Latch reset, dummy load in place, output on at zero.

        Raises:
            InterlockError: E404 the latch would not reset; the others as `tick`.
        """
        board = self._board
        self._kicks(KICK_TICKS)
        board.latch_reset(True)
        self._kicks(2)
        board.latch_reset(False)
        board.dummy_load(True)
        self._kicks(SETTLE_TICKS)
        if board.read_inputs().latch_tripped:
            raise InterlockError("E404", "the latch would not reset; run `ionto selftest` for the reason")
        board.enable(True)
        self._ticks(SETTLE_TICKS)

    def rest(self) -> None:
        """Zero: the pin first, because it needs no bus. A chip that is silent now was the reason to come here."""
        board = self._board
        board.safe()
        with suppress(IontoError):
            board.write_set_code(0)
            board.write_compliance_code(0)
        self._kicks(SETTLE_TICKS)
        board.dummy_load(False)

    def read(self, code: int, expected_ma: float) -> Reading:
        """Means over whole periods of the mains with `code` in force, with voltage to spare for `expected_ma`.

        Raises:
            SensingError, OutputError: a chip did not answer; the others as `tick`.
        """
        board, adc = self._board, self._numbers.adc
        load_v = expected_ma * self._numbers.relay.dummy_ohm / 1000.0
        board.write_set_code(0)  # voltage first, then current: the source stays in regulation
        board.write_compliance_code(self._compliance_code(min(MOST_V, 1.2 * load_v + 5.0)))
        self._ticks(SETTLE_TICKS)
        board.write_set_code(code)
        self._ticks(SETTLE_TICKS)
        sums = dict.fromkeys(CHANNELS, 0)
        return_sum = 0
        for n in range(READ_TICKS):
            channel = CHANNELS[n % len(CHANNELS)]
            board.start_monitor(channel)
            self.tick()
            sums[channel] += board.collect_monitor_counts()
            return_sum += board.read_return_counts()
        each = READ_TICKS // len(CHANNELS)
        return Reading(
            code,
            code * self._numbers.dac.set.ma_per_code,
            return_sum / READ_TICKS * adc.return_.ma_per_lsb,
            sums["source"] / each * adc.source.ma_per_lsb,
            sums["patient_volts"] / each * adc.patient_volts.v_per_count,
        )

    def tick(self) -> None:
        """5 ms with the output on.

        Raises:
            InterlockError: E401 the red switch was pushed; E402 K1 closed; E404 the latch tripped.
        """
        self._kicks(1)
        self._look()
        inputs = self._board.read_inputs()
        if inputs.e_stop:
            raise InterlockError("E401", "the red switch was pushed; nothing was saved")
        if inputs.latch_tripped:
            why = "over-current, supply, or this program was late"
            raise InterlockError("E404", f"the hardware switched off ({why}); nothing was saved; run `ionto selftest`")
        if not inputs.relay_open:
            raise InterlockError("E402", "K1 is closed although the dummy load is on; nothing was saved")

    def _ticks(self, count: int) -> None:
        for _ in range(count):
            self.tick()

    def _kicks(self, count: int) -> None:
        """Let time pass on the grid of the watchdog, kicking it."""
        for _ in range(count):
            self._due_ns = max(self._due_ns + TICK_NS, self._clock.now_ns() + LEAST_NS)
            self._clock.sleep_until_ns(self._due_ns)
            self._board.kick()
