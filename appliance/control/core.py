"""The parts that one tick works on, in one place that commands and report can see without seeing the tick.

It holds and decides nothing: who may change which part is said by the module of that part.
"""

from typing import Final

from appliance.config import Board
from appliance.control.gate import Gate
from appliance.control.journal import Journal
from appliance.control.lease import Lease
from appliance.control.output_timer import OutputTimer
from appliance.control.run import Run
from appliance.control.self_test import SelfTest
from appliance.control.sense import Sense
from appliance.control.talk import Talk
from appliance.hal.ports import BoardPort, Clock
from appliance.hal.scales import Scales
from appliance.safety import hard_limits
from appliance.safety.board_limits import refuse_looser
from appliance.safety.sample import Sample
from appliance.treatment.session import Seen, Session
from appliance.treatment.trays import Trays
from appliance.units import ns_from_ms

TICK_NS: Final = 5_000_000


class Shown:
    """Mean of the return current between two statuses: 100 ms, whole periods of 50 and 60 Hz, so no hum is shown."""

    def __init__(self) -> None:
        self._sum_ma = 0.0
        self._n = 0

    def add(self, return_ma: float) -> None:
        """One reading."""
        self._sum_ma += return_ma
        self._n += 1

    def take(self) -> float | None:
        """The mean since the last call; None when nothing was read."""
        mean_ma = self._sum_ma / self._n if self._n else None
        self._sum_ma, self._n = 0.0, 0
        return mean_ma


class Core:
    """One board, one session, one set of clients."""

    def __init__(
        self,
        board: BoardPort,
        clock: Clock,
        numbers: Board,
        scales: Scales,
        talk: Talk,
        *,
        board_ma: float = hard_limits.CURRENT_MA,
        boot: str = "",
        rested: bool,
    ) -> None:
        """`board_ma`: the most that this board's calibration can prove. `rested`: whether the treatment timer has.

        Raises:
            ConfigError: E502, the board file is looser than a hard limit.
        """
        refuse_looser(_at_most(numbers), _at_least(numbers))
        self.board = board
        self.clock = clock
        self.numbers = numbers
        self.scales = scales
        self.talk = talk
        self.session = Session()
        self.trays = Trays()
        self.lease = Lease()
        self.sample = Sample()
        self.seen = Seen()
        self.operate_ns = ns_from_ms(numbers.relay.operate_ms)
        self.gate = Gate(board, scales, clock, self.operate_ns + TICK_NS)
        self.sense = Sense(board, scales, numbers, clock)
        self.run_now = Run(numbers, scales, board_ma)
        self.self_test: SelfTest | None = SelfTest(numbers, scales)
        self.journal = Journal(talk, boot)
        self.output_timer = OutputTimer(numbers.timer.reset_low_min * 60.0, rested=rested)
        self.shown = Shown()
        self.tick_count = 0
        self.entered = 0  # entries of states that what runs was set up for
        self.bus_lost_at: int | None = None  # tick at which the board stopped answering: nothing is measured then
        self.reset_pulse = 0  # ticks that LATCH_RESET is still to stay high

    @property
    def at_zero(self) -> bool:
        """Whether both sensors say that no current flows, and neither is at the end of its range."""
        highest_ma = max(self.sample.return_ma, self.sense.last_source_ma)
        return highest_ma < hard_limits.ZERO_MA and not self.sample.saturated

    @property
    def between_states(self) -> bool:
        """Whether the state has changed in this tick, and what runs does not know it yet."""
        return self.session.entries != self.entered

    @property
    def bus_lost(self) -> bool:
        """Whether the board does not answer."""
        return self.bus_lost_at is not None

    def pulse_latch_reset(self) -> None:
        """Once at a start, when the latch reads untripped: restarts a treatment timer that rested, clears nothing."""
        if not self.sample.latch_tripped:
            self.reset_pulse = 2
            self.output_timer.restart_if_rested(self.sample.t_ns)


def _at_most(numbers: Board) -> dict[str, float]:
    """What the board file allows at most, by the names in the file."""
    return {
        "limit.volts": numbers.limit.volts,
        "limit.probe_volts": numbers.limit.probe_volts,
        "limit.full_scale_ma": numbers.limit.full_scale_ma,
        "supply.rail_v": numbers.supply.rail_v,
        "protect.trip_ma": numbers.protect.trip_ma,
        "protect.trip_tolerance_ma": numbers.protect.trip_tolerance_ma,
        "watchdog.trip_ms": numbers.watchdog.trip_ms[1],
        "relay.release_ms": numbers.relay.release_ms,
        "relay.operate_ms": numbers.relay.operate_ms,
        "adc.range.return_counts": numbers.adc.range.return_counts[1],
        "adc.range.monitor_counts": numbers.adc.range.monitor_counts[1],
        "adc.range.volts_counts": numbers.adc.range.volts_counts[1],
        "calibration.max_gain_error": numbers.calibration.max_gain_error,
        "calibration.max_offset_ma": numbers.calibration.max_offset_ma,
        "calibration.max_residual_ma": numbers.calibration.max_residual_ma,
        "calibration.max_age_days": numbers.calibration.max_age_days,
    }


def _at_least(numbers: Board) -> dict[str, float]:
    """What the board file allows at least, by the names in the file."""
    return {
        "adc.range.return_counts": numbers.adc.range.return_counts[0],
        "adc.range.monitor_counts": numbers.adc.range.monitor_counts[0],
        "adc.range.volts_counts": numbers.adc.range.volts_counts[0],
        "timer.reset_low_min": numbers.timer.reset_low_min,
    }
