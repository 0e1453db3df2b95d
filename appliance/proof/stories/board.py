"""A board without tolerances, for tests of the tick: it records every call and shows what was really put out.

Relays travel 10 ms, the patient is a resistor behind two electrodes of 2.5 V. Nothing here decides anything; that is
what is tested.
"""

from appliance.config import Board, load_board
from appliance.hal.calibration import Calibration
from appliance.hal.ports import Inputs, MonitorChannel
from appliance.hal.scales import Scales

TRAVEL_NS = 10_000_000
FALL_LASTS_NS = 30_000_000  # the watchdog chip, from a falling edge
PUMP_LASTS_NS = {False: 25_000_000, True: 75_000_000}  # after the last edge, to low and to high
REARM_NS = 200_000_000
NUMBERS: Board = load_board()
SCALES = Scales(NUMBERS, Calibration.identity(NUMBERS, simulated=True))


class IdealClock:
    """A clock that moves when it is slept on."""

    def __init__(self) -> None:
        self.t_ns = 10**12

    def now_ns(self) -> int:
        """Virtual monotonic time."""
        return self.t_ns

    def sleep_until_ns(self, t_mono_ns: int) -> None:
        """It is then."""
        self.t_ns = max(self.t_ns, t_mono_ns)


class IdealBoard:
    """`hal.ports.BoardPort`. `fail` maps a method's name to what it raises."""

    simulated = True

    def __init__(self, clock: IdealClock) -> None:
        self.clock = clock
        self.calls: list[tuple[str, object]] = []
        self.fail: dict[str, Exception] = {}
        self.patient_ohm: float | None = 2000.0
        self.set_code = self.compliance_code = 0
        self.enabled = self.dummy = self.shift = self.reversed = self.reset_high = False
        self.latch_set = False
        self.e_stop = self.pedal = self.tray_out = False
        self.config: int | None = None
        self.return_gain = self.source_gain = 1.0
        self.return_counts: int | None = None  # what the converter says whatever flows
        self.monitor_counts: dict[MonitorChannel, int] = {}
        self.kicks = 0
        self.kick_high = False
        self.pump_stuck = self.chip_dead = False
        self._edge_ns = self._fell_ns = self._bit_ns = 0
        self._moved_ns = {"enabled": 0, "reversed": 0}
        self._channel: MonitorChannel = "source"

    # ------------------------------------------------------------ what it is

    def _note(self, name: str, value: object = None) -> None:
        self.calls.append((name, value))
        if name in self.fail:
            raise self.fail[name]

    def _settled(self, name: str, now: bool) -> bool:
        return now if self.clock.t_ns - self._moved_ns[name] >= TRAVEL_NS else not now

    @property
    def relay_closed(self) -> bool:
        """Whether K1 is, after its travel."""
        return self._settled("enabled", self.enabled and not self.dummy)

    @property
    def watchdog_ok(self) -> bool:
        """Chip and pump. An unkicked chip bites, stays low for its time, and waits for the next kick anew."""
        while not self.chip_dead and self.clock.t_ns - max(self._fell_ns, self._bit_ns + REARM_NS) > FALL_LASTS_NS:
            self._bit_ns = max(self._fell_ns, self._bit_ns + REARM_NS) + FALL_LASTS_NS
        chip = self.chip_dead or self.clock.t_ns - self._bit_ns > REARM_NS
        pump = self.pump_stuck or self.clock.t_ns - self._edge_ns < PUMP_LASTS_NS[self.kick_high]
        self.latch_set = self.latch_set and chip and pump
        return chip and pump

    @property
    def _electrodes_v(self) -> float:
        return 0.0 if self.dummy else 2.5

    @property
    def output_ma(self) -> float:
        """What flows, to the dummy or to the patient."""
        if not self.watchdog_ok or not self.enabled or not self.latch_set:
            return 0.0
        ohm = NUMBERS.relay.dummy_ohm if self.dummy else self.patient_ohm if self.relay_closed else None
        if ohm is None:
            return 0.0
        volts = SCALES.compliance_set_v(self.compliance_code) - self._electrodes_v
        ma = max(0.0, min(SCALES.set_ma(self.set_code), volts / (ohm + 70.0) * 1000, 28.0))
        if self.dummy and self.shift and ma > NUMBERS.protect.test_trip_ma:
            self.latch_set = False
            return 0.0
        return ma

    # ------------------------------------------------------------ the port

    def open_chips(self) -> None:
        """Noted."""
        self._note("open_chips")

    def read_return_counts(self) -> int:
        """Of the return ADC."""
        self._note("read_return_counts")
        honest = round(self.output_ma * self.return_gain / NUMBERS.adc.return_.ma_per_lsb)
        return honest if self.return_counts is None else self.return_counts

    def read_return_config(self) -> int:
        """Its configuration, read back."""
        self._note("read_return_config")
        return NUMBERS.adc.return_.config if self.config is None else self.config

    def start_monitor(self, channel: MonitorChannel) -> None:
        """Choose the channel."""
        self._note("start_monitor", channel)
        self._channel = channel

    def collect_monitor_counts(self) -> int:
        """Of the channel that was chosen."""
        self._note("collect_monitor_counts")
        if self._channel in self.monitor_counts:
            return self.monitor_counts[self._channel]
        ma, adc = self.output_ma, NUMBERS.adc
        ohm = NUMBERS.relay.dummy_ohm if self.dummy else self.patient_ohm or 0.0
        compliance_v = SCALES.compliance_set_v(self.compliance_code)
        patient_v = min(compliance_v, ma * ohm / 1000 + self._electrodes_v if ohm else compliance_v)
        return {
            "source": lambda: round(ma * self.source_gain / adc.source.ma_per_lsb),
            "patient_volts": lambda: round(patient_v / adc.patient_volts.v_per_count),
            "compliance_volts": lambda: round(compliance_v / adc.compliance_volts.v_per_count),
            "set_volts": lambda: round(self.set_code * NUMBERS.dac.set.vref_v / 4096 / adc.set_volts.v_per_count),
        }[self._channel]()

    def write_set_code(self, code: int) -> None:
        """To DAC1."""
        self._note("write_set_code", code)
        self.set_code = code

    def write_compliance_code(self, code: int) -> None:
        """To DAC2."""
        self._note("write_compliance_code", code)
        self.compliance_code = code

    def read_inputs(self) -> Inputs:
        """All pins."""
        self._note("read_inputs")
        watchdog_ok = self.watchdog_ok
        return Inputs(
            e_stop=self.e_stop,
            pedal=self.pedal,
            tray_left_out=self.tray_out,
            tray_right_out=self.tray_out,
            latch_tripped=not self.latch_set,
            watchdog_ok=watchdog_ok,
            relay_open=not self.relay_closed,
            reversed=self._settled("reversed", self.reversed),
            service_key=False,
        )

    def enable(self, on: bool) -> None:
        """The line that closes K1 by way of OUT_OK."""
        self._note("enable", on)
        self.enabled = on
        self._moved_ns["enabled"] = self.clock.t_ns

    def kick(self) -> None:
        """One edge to watchdog and pump."""
        self._note("kick")
        self.kicks += 1
        self.kick_high = not self.kick_high
        self._edge_ns = self.clock.t_ns
        if not self.kick_high:
            self._fell_ns = self.clock.t_ns

    def reverse(self, on: bool) -> None:
        """K2."""
        self._note("reverse", on)
        self.reversed = on
        self._moved_ns["reversed"] = self.clock.t_ns

    def dummy_load(self, on: bool) -> None:
        """K3."""
        self._note("dummy_load", on)
        self.dummy = on

    def test_shift(self, on: bool) -> None:
        """Shift the comparators' threshold."""
        self._note("test_shift", on)
        self.shift = on

    def latch_reset(self, high: bool) -> None:
        """An edge sets the latch while the watchdog is content."""
        self._note("latch_reset", high)
        if high and not self.reset_high and self.watchdog_ok:
            self.latch_set = True
        self.reset_high = high

    def buzzer(self, on: bool) -> None:
        """Noted."""
        self._note("buzzer", on)

    def status_led(self, on: bool) -> None:
        """Noted."""
        self._note("status_led", on)

    def safe(self) -> None:
        """ENABLE low."""
        self.calls.append(("safe", None))
        self.enabled = False
        self._moved_ns["enabled"] = self.clock.t_ns

    def close(self) -> None:
        """Noted."""
        self._note("close")
