"""Sense: the first step of a tick. Reads the board into the one `Sample`, beside what was in force meanwhile.

The return current is read every tick. The monitor ADC is started by us and collected a tick later, never polled: on
even ticks the patient's volts, on odd ticks source, V_COMP, source and DAC output in turn. In CONTACT the volts come
every sub-tick, with the other channels in the gaps.
"""

from typing import Final

from appliance.config import Board
from appliance.control.gate import Gate
from appliance.hal.ports import BoardPort, Clock, Inputs, MonitorChannel
from appliance.hal.scales import Scales
from appliance.safety.sample import Sample

_ODD: Final[tuple[MonitorChannel, ...]] = ("source", "compliance_volts", "source", "set_volts")
CONFIG_EVERY: Final = 4  # ticks between read-backs of the return ADC's configuration (hardware design, 4)
SLOWEST: Final = 1.1  # conversion time of the slowest chip, of the nominal (ADS1115 data sheet 6.5: 10 %)
WAKE_NS: Final = 30_000  # a single shot wakes up first
CONFIG_MASK: Final = 0x7FFF  # bit 15 is the conversion state, not ours


class Sense:
    """Owns the schedule of conversions."""

    def __init__(self, board: BoardPort, scales: Scales, numbers: Board, clock: Clock) -> None:
        self._board = board
        self._scales = scales
        self._clock = clock
        self._config = numbers.adc.return_.config & CONFIG_MASK
        self._return_range = numbers.adc.range.return_counts
        self._monitor_range = numbers.adc.range.monitor_counts
        self._volts_range = numbers.adc.range.volts_counts
        self._codes_per_v = 4096 / numbers.dac.set.vref_v
        self._pending: MonitorChannel | None = None
        self._started_ns = 0
        self._last_inputs: Inputs | None = None
        self._half_window_ns = round(0.5e9 / numbers.adc.return_.sps)
        self._conversion_ns = round(1e9 / numbers.adc.return_.sps * SLOWEST) + WAKE_NS
        self.volts_at_ns = 0  # middle of the last conversion of the patient's volts
        self.last_source_ma = 0.0
        self.last_patient_v: float | None = None

    def read(self, s: Sample, gate: Gate, tick: int) -> None:
        """Fill `s` with this tick's measurements and inputs.

        Raises:
            SensingError: E206, a chip did not answer.
        """
        board = self._board
        gate.describe(s)
        counts = board.read_return_counts()
        s.return_ma = self._scales.return_ma(counts)
        low, high = self._return_range
        s.saturated = not low <= counts <= high
        s.source_ma = s.patient_v = s.volts_age_s = s.compliance_v = s.set_volts_code = s.config_ok = None
        if self._pending is not None and self._clock.now_ns() - self._started_ns >= self._conversion_ns:
            self._collect(s, self._pending, gate)
        if tick % CONFIG_EVERY == 0:
            s.config_ok = (board.read_return_config() & CONFIG_MASK) == self._config
        inputs = board.read_inputs()
        if inputs != self._last_inputs:
            self._last_inputs = inputs
            self._take(s, inputs)

    def _collect(self, s: Sample, channel: MonitorChannel, gate: Gate) -> None:
        """Take a finished conversion. If the set changed while it ran, it can be compared with nothing."""
        counts = self._board.collect_monitor_counts()
        self._pending = None
        low, high = self._volts_range if channel == "patient_volts" else self._monitor_range
        if not low <= counts <= high:
            s.saturated = True  # and the channel stays None: no number that could look good
            return
        scales = self._scales
        if channel == "patient_volts":
            s.patient_v = self.last_patient_v = scales.patient_v(counts)
            self.volts_at_ns = self._started_ns + WAKE_NS + self._half_window_ns
            if gate.step_at_ns is not None:
                s.volts_age_s = (self.volts_at_ns - gate.step_at_ns) / 1e9
        elif channel == "compliance_volts":
            s.compliance_v = scales.compliance_v(counts)
        elif gate.stepped_since(self._started_ns):
            pass
        elif channel == "source":
            s.source_ma = self.last_source_ma = scales.source_ma(counts)
        else:
            s.set_volts_code = scales.set_volts(counts) * self._codes_per_v

    @staticmethod
    def _take(s: Sample, inputs: Inputs) -> None:
        s.e_stop = inputs.e_stop
        s.pedal = inputs.pedal
        s.tray_out = inputs.tray_left_out or inputs.tray_right_out
        s.latch_tripped = inputs.latch_tripped
        s.watchdog_ok = inputs.watchdog_ok
        s.relay_open = inputs.relay_open
        s.reversed = inputs.reversed

    @property
    def inputs(self) -> Inputs | None:
        """The inputs as last read; None before the first tick."""
        return self._last_inputs

    def start_next(self, tick: int) -> None:
        """Start the conversion that the next tick collects; after the act, so that its set is known."""
        if self.ready:
            self.start("patient_volts" if tick % 2 == 1 else _ODD[tick // 2 % 4])

    @property
    def ready(self) -> bool:
        """Whether the monitor ADC is free. A tick that came late leaves too little time: its conversion runs on."""
        return self._pending is None

    def start(self, channel: MonitorChannel) -> None:
        """Start one conversion of `channel`."""
        self._board.start_monitor(channel)
        self._started_ns = self._clock.now_ns()
        self._pending = channel
