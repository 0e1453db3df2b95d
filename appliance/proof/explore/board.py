"""A board without tolerances for the exploration: what is written is recorded, what is read is what the world says.

It models the parts that the daemon's decisions rest on: relays that travel, the latch, the watchdog, the dummy load
and a person who is a resistor behind two electrodes. It must never protect anyone by itself: that is what is explored.
"""

from math import exp, sinh
from typing import Final, NamedTuple

from appliance.config import Board
from appliance.errors import OutputError, SensingError
from appliance.hal.ports import Inputs, MonitorChannel
from appliance.hal.scales import Scales
from appliance.proof.explore.world import PALM, World
from appliance.safety.monitors.area import ELECTRODES_V
from appliance.safety.monitors.current import Mismatch
from appliance.units import ns_from_ms, ns_from_s

TRAVEL_NS: Final = 10_000_000  # of both relays
PERSON_OHM: Final = PALM.loop_ohm / 2.0  # above the skin's onset
CONVERSION_S: Final = 1.0 / 860.0  # one conversion averages so long, and begins right after a step of the set
AGE_S: Final = CONVERSION_S / 2.0 + 30e-6  # of its middle


class ManualClock:
    """Stands still until it is moved."""

    def __init__(self) -> None:
        self.t_ns = 10**15

    def now_ns(self) -> int:
        """The time that was set."""
        return self.t_ns

    def sleep_until_ns(self, t_mono_ns: int) -> None:
        """Within a tick nothing waits."""


class Write(NamedTuple):
    """One thing that was put out, and how the output stood just before."""

    name: str
    value: int
    enabled: bool
    set_code: int
    compliance_code: int
    reversed: bool
    for_ns: int  # since ENABLE last changed


class AbstractBoard:
    """`hal.ports.BoardPort`; `writes` are those of the present tick."""

    simulated = True

    def __init__(self, clock: ManualClock, world: World, numbers: Board, scales: Scales) -> None:
        self.world = world
        self.set_code = self.compliance_code = 0
        self.enabled = self.dummy = self.shift = self.reversed = self.reset_high = False
        self.latch_set = False
        self._on_ns = 0  # the treatment timer's: output time before the present one
        self.kicked_ns = self.barked_ns = 0
        self.kick_high = False
        self.enabled_ns = self.reversed_ns = 0
        self.writes: list[Write] = []
        self._clock = clock
        self._numbers = numbers
        self._scales = scales
        self._channel: MonitorChannel = "source"
        self._frozen = 0
        self._started_ns = self._stepped_ns = self._code_before = 0
        self._window_ns = ns_from_ms(numbers.watchdog.trip_ms[1])
        self._rearm_ns = ns_from_ms(numbers.watchdog.rearm_ms)
        self._rests_ns = ns_from_s(numbers.timer.reset_low_min * 60.0)

    # ------------------------------------------------------------ what it is

    @property
    def _on_dummy(self) -> bool:
        """K3: the dummy load in the patient's place."""
        return self.dummy and not self.world.dummy_out

    @property
    def relay_closed(self) -> bool:
        """K1: the coil's circuit runs over K3, so the dummy load keeps it open."""
        asked = self.enabled and not self._on_dummy
        return asked if self._clock.t_ns - self.enabled_ns >= TRAVEL_NS else not asked and not self._on_dummy

    @property
    def to_patient(self) -> bool:
        """Whether ENABLE could bring current to a person."""
        return self.enabled and not self._on_dummy

    def watchdog_ok(self) -> bool:
        """Content: kicked in time, and rested after it was not."""
        now_ns = self._clock.t_ns
        if now_ns - self.kicked_ns > self._window_ns:
            self.barked_ns = now_ns
            self.latch_set = False
        return now_ns - self.barked_ns > self._rearm_ns

    @property
    def loop_ohm(self) -> float | None:
        """What is connected: the dummy load, a person, or nothing."""
        if self._on_dummy:
            return self._numbers.relay.dummy_ohm
        return PERSON_OHM * self.world.skin if self.world.conducts and self.relay_closed else None

    def output_ma(self) -> float:
        """What flows, to the dummy load or to the person."""
        if not self.enabled or not self.latch_set or not self.watchdog_ok():
            return 0.0 if self._on_dummy else self.world.lingers_ma
        ohm = self.loop_ohm
        if ohm is None or not self.set_code:
            return 0.0
        electrodes_v = 0.0 if self._on_dummy else ELECTRODES_V
        room_v = max(0.0, self._scales.compliance_set_v(self.compliance_code) - electrodes_v)
        limit_ma = 28.0
        ma = min(self._scales.set_ma(self.set_code), room_v / (ohm / 1000.0 + Mismatch.DROP_KOHM), limit_ma)
        shifted = self.shift and not self.world.shift_dead
        if self._on_dummy and shifted and ma > self._numbers.protect.test_trip_ma and not self.world.comparators_dead:
            self.latch_set = False
            return 0.0
        return ma

    # ------------------------------------------------------------ reads

    def open_chips(self) -> None:
        """They answer."""

    def read_return_counts(self) -> int:
        """The current at the patient, as the world lets it be seen."""
        if self.world.bus == "reads_fail":
            raise SensingError("E206", "explored: the return ADC does not answer")
        if self.world.breaks == "sense":
            raise ZeroDivisionError("explored: a mistake in the program, while sensing")
        if self.world.saturated:
            return -32768  # the end that looks like too little: the other looks like too much, which others see, too
        if not self.world.return_frozen:
            self._frozen = round(self._seen_ma(self.world.return_off_ma) / self._numbers.adc.return_.ma_per_lsb)
        return self._frozen

    def _seen_ma(self, off_ma: float) -> float:
        return self.output_ma() + off_ma if self.world.reads_ma is None else self.world.reads_ma

    def read_return_config(self) -> int:
        """Ours, unless a brown-out took it."""
        return 0x0583 if self.world.config_lost else self._numbers.adc.return_.config

    def start_monitor(self, channel: MonitorChannel) -> None:
        """Remember what is converted."""
        self._channel, self._started_ns = channel, self._clock.t_ns

    def collect_monitor_counts(self) -> int:
        """The conversion started last."""
        adc, world, scales = self._numbers.adc, self.world, self._scales
        if self._channel == "source":
            return round(self._seen_ma(world.source_off_ma) / adc.source.ma_per_lsb)
        if self._channel == "set_volts":
            code = self.set_code * world.set_volts_gain + world.set_volts_off_codes
            return round(code * self._numbers.dac.set.vref_v / 4096 / adc.set_volts.v_per_count)
        compliance_v = scales.compliance_set_v(self.compliance_code)
        if self._channel == "compliance_volts":
            return round((compliance_v + world.compliance_off_v) / adc.compliance_volts.v_per_count)
        ohm = self.loop_ohm
        ma = self.output_ma()
        electrodes_v = 0.0 if self._on_dummy else ELECTRODES_V
        settled_v = compliance_v if ohm is None else min(compliance_v, ma * ohm / 1000.0 + electrodes_v)
        return round((settled_v - self._lag_v(ohm)) / adc.patient_volts.v_per_count)

    def _lag_v(self, ohm: float | None) -> float:
        """What the skin's capacitance keeps from a conversion that began right after a step of the set."""
        if ohm is None or self._on_dummy or self._started_ns != self._stepped_ns:
            return 0.0
        skin_ohm = max(1.0, ohm - PALM.r_inst_ohm)
        tau_s = skin_ohm * PALM.c_skin_f * self.world.capacitance
        step_ma = self._scales.set_ma(self.set_code) - self._scales.set_ma(self._code_before)
        smear = sinh(CONVERSION_S / 2.0 / tau_s) / (CONVERSION_S / 2.0 / tau_s)
        return skin_ohm * step_ma / 1000.0 * exp(-AGE_S / tau_s) * smear

    def read_inputs(self) -> Inputs:
        """Interlocks: the truth, unless the world says that a part lies."""
        world, watchdog_ok = self.world, self.watchdog_ok()
        settled = self._clock.t_ns - self.reversed_ns >= TRAVEL_NS
        truth = self.reversed if settled else not self.reversed
        return Inputs(
            e_stop=world.e_stop,
            pedal=world.pedal,
            tray_left_out=world.tray_out,
            tray_right_out=world.tray_out,
            latch_tripped=not self.latch_set if world.latch_reads is None else world.latch_reads,
            watchdog_ok=watchdog_ok if world.watchdog_reads is None else world.watchdog_reads,
            relay_open=not self.relay_closed if world.relay_reads is None else world.relay_reads,
            reversed=truth if world.polarity_reads is None else world.polarity_reads,
            service_key=False,
        )

    # ------------------------------------------------------------ writes

    def _note(self, name: str, value: int) -> None:
        for_ns = self._clock.t_ns - self.enabled_ns
        self.writes.append(Write(name, value, self.enabled, self.set_code, self.compliance_code, self.reversed, for_ns))

    def write_set_code(self, code: int) -> None:
        """The current's DAC."""
        if self.world.bus == "writes_fail":
            raise OutputError("E311", "explored: the current's DAC does not answer")
        self._note("set", code)
        self._code_before, self._stepped_ns = self.set_code, self._clock.t_ns
        self.set_code = code

    def write_compliance_code(self, code: int) -> None:
        """The voltage's DAC."""
        if self.world.bus == "writes_fail":
            raise OutputError("E311", "explored: the voltage's DAC does not answer")
        self._note("compliance", code)
        self.compliance_code = code

    def enable(self, on: bool) -> None:
        """ENABLE."""
        self._note("enable", on)
        self._switch(on)

    def _switch(self, on: bool) -> None:
        if on != self.enabled:
            self._on_ns = self.on_ns
            self.enabled_ns = self._clock.t_ns
        self.enabled = on

    @property
    def on_ns(self) -> int:
        """What the treatment timer has counted."""
        return self._on_ns + (self._clock.t_ns - self.enabled_ns if self.enabled else 0)

    def kick(self) -> None:
        """The watchdog."""
        self._note("kick", 1)
        self.kick_high = not self.kick_high
        self.kicked_ns = self._clock.t_ns

    def reverse(self, on: bool) -> None:
        """K2."""
        self._note("reverse", on)
        if on != self.reversed:
            self.reversed_ns = self._clock.t_ns
        self.reversed = on

    def dummy_load(self, on: bool) -> None:
        """K3."""
        self.dummy = on

    def test_shift(self, on: bool) -> None:
        """One comparator's threshold, lowered."""
        self.shift = on

    def latch_reset(self, high: bool) -> None:
        """The latch is set again by the rising edge, while the watchdog is content."""
        self._note("latch_reset", high)
        if high and not self.reset_high:
            if not self.enabled and self._clock.t_ns - self.enabled_ns >= self._rests_ns:
                self._on_ns = 0
            if self.watchdog_ok():
                self.latch_set = True
        self.reset_high = high

    def buzzer(self, on: bool) -> None:
        """Not explored."""

    def status_led(self, on: bool) -> None:
        """Not explored."""

    def safe(self) -> None:
        """ENABLE low by pin alone."""
        self._note("safe", 0)
        self._switch(False)

    def close(self) -> None:
        """Nothing to release."""
