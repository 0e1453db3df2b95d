"""The bench: chips, panel, protection, relays, circuit and patient put together, living in virtual or real time.

`advance_to` is the one way in which time passes. Between changes nothing is computed that nobody looks at: the circuit
is solved when an input changes, a chip converts or someone asks. Everything is drawn from the seed, and the whole can
be copied. It must never be reached by a program that treats people.
"""

import heapq
import pickle
from random import Random

from appliance.config import Board
from appliance.hal.ports import I2cTransport, PinPort
from appliance.sim.actions import ACTIONS, LATER, Value, checked
from appliance.sim.ads1115 import Ads1115
from appliance.sim.circuit import Circuit
from appliance.sim.e_stop import EStop
from appliance.sim.felt import Felt
from appliance.sim.front_end import FrontEnd
from appliance.sim.i2c_bus import SimI2cBus
from appliance.sim.mcp4725 import Mcp4725
from appliance.sim.panel import Panel
from appliance.sim.patient import Patient
from appliance.sim.protection import NEVER, Protection
from appliance.sim.rail import Rail
from appliance.sim.relays import Relays
from appliance.sim.steps import REGULATED
from appliance.sim.tolerances import draw


class VirtualClock:
    """A `hal.ports.Clock` whose time is the bench's: sleeping is what lets the bench live."""

    __slots__ = ("_bench",)

    def __init__(self, bench: "Bench") -> None:
        self._bench = bench

    def now_ns(self) -> int:
        """Bench time."""
        return self._bench.now_ns

    def sleep_until_ns(self, t_mono_ns: int) -> None:
        """Let the bench live until then."""
        self._bench.advance_to(t_mono_ns)


class Bench:
    """One board, one patient."""

    def __init__(
        self,
        board: Board,
        *,
        phenotype: str,
        site: str = "hands",
        seed: int = 1,
        conductivity_us_per_cm: float = 300.0,
        start_ns: int = 0,
        op_amp_recovery_us: float | None = None,
        real_time: bool = False,
    ) -> None:
        """Hands out of the water, output off, latch tripped, every DAC provisioned to 0.

        `op_amp_recovery_us` None = drawn from the seed. In `real_time` transfers take no bench time of their own.

        Raises:
            ConfigError: E504, no such phenotype.
        """
        rng = Random(seed)  # noqa: S311 - a bench must repeat itself
        self.board = board
        self.now_ns = start_ns
        self.parts = draw(board, Random(rng.random()))  # noqa: S311
        if op_amp_recovery_us is not None:
            self.parts.op_amp_recovery_us = op_amp_recovery_us
        self.patient = Patient(phenotype, conductivity_us_per_cm, Random(rng.random()))  # noqa: S311
        self._felt = Felt(site, start_ns)
        self.circuit = Circuit(board, self.parts, self.patient, self._felt, start_ns, rng.uniform(0.0, 6.28))
        self.front_end = FrontEnd(self.circuit, self.parts, self.patient, self.sync)
        self.relays = Relays(self.parts)
        self.protection = Protection(self.parts, board.watchdog.rearm_ms, board.timer.reset_low_min, start_ns)
        self._timers: list[tuple[int, int, str, tuple[Value, ...]]] = []
        self._timer_count = 0
        self._due_ns = start_ns
        self._test_shift = False
        self.nacked: set[int] = set()  # a fault: these do not acknowledge
        self.rail = Rail(board)
        self.supplied = True  # the adapter delivers
        self.e_stop = EStop()
        self.panel = Panel(board, self._pin_changed)
        self.pins: PinPort = self.panel
        self.clock = VirtualClock(self)
        self._real_time = real_time
        self.bus = SimI2cBus(board.i2c.hz, board.i2c.timeout_ms, None if real_time else self._bus_time)
        self.i2c: I2cTransport = self.bus
        self._make_chips(rng)
        self._show_board()
        for name, high in (("e_stop", False), ("foot_pedal", False), ("tray_left", False), ("tray_right", False)):
            self.panel.show(name, high)
        self._protect(start_ns)

    def _make_chips(self, rng: Random) -> None:
        board, parts = self.board, self.parts
        noise_lsb = board.tolerance.adc_noise_lsb
        dac, comp = board.dac.set, board.dac.compliance
        self.set_dac = Mcp4725(dac.address, self.read_ns, self._drive_set, dac.eeprom_code, dac.eeprom_power_down)
        self.compliance_dac = Mcp4725(
            comp.address, self.read_ns, self._drive_compliance, comp.eeprom_code, comp.eeprom_power_down
        )
        a, b = parts.return_adc, parts.monitor_adc
        self.return_adc = Ads1115(
            board.adc.return_.address,
            self.read_ns,
            self.front_end.return_v,
            Random(rng.random()),  # noqa: S311
            a.rate_error,
            a.gain_error,
            noise_lsb,
        )
        self.monitor_adc = Ads1115(
            board.adc.source.address,
            self.read_ns,
            self.front_end.monitor_v,
            Random(rng.random()),  # noqa: S311
            b.rate_error,
            b.gain_error,
            noise_lsb,
        )
        for chip in (self.set_dac, self.compliance_dac, self.return_adc, self.monitor_adc):
            self.bus.attach(chip)

    # ------------------------------------------------------------ time

    def read_ns(self) -> int:
        """Bench time, for the chips."""
        return self.now_ns

    def advance_to(self, t_ns: int) -> None:
        """Let the bench live until `t_ns`; what is due happens in order. A time that has passed changes nothing."""
        if t_ns < self.now_ns:
            return
        if self.circuit.quiet:
            if t_ns >= self._due_ns:
                self._due_ns = self._next_ns()  # a kick only ever moves it away, unseen
            if t_ns < self._due_ns:
                self.now_ns = t_ns
                return
        self._live(t_ns)

    def _next_ns(self) -> int:
        """When something happens by itself, at the earliest."""
        timer_ns = self._timers[0][0] if self._timers else NEVER
        return min(self.protection.next_ns, self.relays.next_ns, timer_ns)

    def sync(self) -> None:
        """Solve the circuit up to now."""
        if self.circuit.t_ns < self.now_ns:
            self._live(self.now_ns)

    def _live(self, t_ns: int) -> None:
        circuit = self.circuit
        while True:
            until_ns = min(t_ns, self._due_ns)
            if circuit.solve(until_ns):
                self._protect(circuit.t_ns)
            elif self._due_ns <= t_ns:
                self.now_ns = max(self.now_ns, self._due_ns)
                self._happen(self._due_ns)
            else:
                break
        self.now_ns = t_ns

    def _happen(self, t_ns: int) -> None:
        """Everything that is due at `t_ns`."""
        while self._timers and self._timers[0][0] <= t_ns:
            _, _, name, args = heapq.heappop(self._timers)
            LATER[name](self, *args)
        self._protect(t_ns)

    def later(self, after_ns: int, name: str, *args: Value) -> None:
        """Have `LATER[name]` happen."""
        self._timer_count += 1
        heapq.heappush(self._timers, (self.now_ns + after_ns, self._timer_count, name, args))
        self._due_ns = min(self._due_ns, self.now_ns + after_ns)

    def _bus_time(self, duration_ns: int) -> None:
        t_ns = self.now_ns + duration_ns
        if t_ns < self._due_ns and self.circuit.quiet:
            self.now_ns = t_ns
        else:
            self.advance_to(t_ns)

    def stretch_bus(self, factor: float) -> None:
        """Every bit takes `factor` times as long; from then on transfers take bench time in real time, too."""
        self.bus.stretch(factor)
        self.bus.on_time = None if self._real_time and factor <= 1.0 else self._bus_time

    # ------------------------------------------------------------ logic and wiring

    def changed(self) -> None:
        """Something that protection, relays or circuit must see changed now."""
        self.sync()
        self._protect(self.now_ns, force=True)

    def _protect(self, t_ns: int, force: bool = False) -> None:
        """Protection and relays at `t_ns`, to which the circuit is solved; then the circuit sees its new wiring."""
        p, relays, circuit = self.protection, self.relays, self.circuit
        p.comparators_over = circuit.comparators.over
        rewire = p.settle(t_ns) or force
        relays.drive(p.out_ok, p.permit, p.powered, t_ns)
        if relays.settle(t_ns):
            relays.drive(p.out_ok, p.permit, p.powered, t_ns)  # K3's rest contact is in K1's coil
            rewire = True
        if rewire:
            circuit.out_ok = p.out_ok
            circuit.k1_closed = relays.k1_closed
            circuit.polarity = relays.polarity
            circuit.dummy = relays.dummy
            self._set_thresholds()
            circuit.measure()
            circuit.rewire()
        self._show_board()
        self._due_ns = self._next_ns()

    def _set_thresholds(self) -> None:
        """The test shift lowers one comparator: A with K2 at rest, B with K2 reversed; only with K3."""
        shifted = self._test_shift and self.relays.dummy
        polarity, parts = self.relays.polarity, self.parts
        self.circuit.comparators.return_trip_v = (
            parts.test_return_v if shifted and polarity == 1 else parts.trip_return_v
        )
        self.circuit.comparators.source_trip_v = (
            parts.test_source_v if shifted and polarity == -1 else parts.trip_source_v
        )

    def _show_board(self) -> None:
        """Levels of the lines that come back over the barrier; unpowered they are low."""
        p, show = self.protection, self.panel.show
        show("latch_tripped", p.powered and p.permit)
        show("watchdog_ok", p.watchdog_ok(self.now_ns))
        show("safety_relay_readback", p.powered and self.relays.k1_mirror_closed)
        show("polarity_readback", p.powered and self.relays.readback_reversed)

    def _pin_changed(self, name: str, high: bool) -> None:
        """An edge from the Pi."""
        p, now_ns = self.protection, self.now_ns
        if name == "watchdog_kick":
            if p.kick(high, now_ns):
                self.sync()
                self._protect(now_ns)
            return
        self.sync()
        if name == "latch_reset":
            p.comparators_over = self.circuit.comparators.over
            p.settle(now_ns)
            p.latch_reset(high, now_ns)
        elif name == "enable":
            p.enable = high
        elif name == "polarity":
            self.relays.polarity_pin = high
        elif name == "dummy_load":
            self.relays.dummy_coil = high
        elif name == "test_shift":
            self._test_shift = high
        else:
            return
        self.changed()

    # ------------------------------------------------------------ chips

    def _drive_set(self, code: int, power_down: int) -> None:
        """DAC1 moved; powered down, its output is pulled to ground."""
        self.sync()
        on = self.protection.powered and not power_down
        self.circuit.set_current(self.parts.set_dac.volts(code) if on else 0.0)
        if self.rail.near:
            self.aim()

    def _drive_compliance(self, code: int, power_down: int) -> None:
        self.sync()
        volts = 0.0 if power_down else self.parts.compliance_dac.volts(code)
        self.rail.asked_v = volts * self.parts.compliance_gain
        self.aim()

    def aim(self) -> None:
        """V_COMP goes where rail and regulator let it."""
        self.circuit.aim(self.rail.target_v(self.circuit.sink.set_a))

    def power(self, on: bool) -> None:
        """Both rails and 5 V_ISO go or come: chips wake from their EEPROM, the latch wakes tripped."""
        self.sync()
        p = self.protection
        if on == p.powered:
            return
        p.powered = self.rail.powered = on
        self.silence()
        if on:
            p.power_up(self.now_ns)
            for chip in (self.return_adc, self.monitor_adc, self.set_dac, self.compliance_dac):
                chip.brown_out()
        else:
            self.circuit.set_current(0.0)
            self.rail.asked_v = 0.0
        self.aim()
        self.changed()

    def press(self, pressed: bool) -> None:
        """The red switch is pushed, or pulled out again."""
        self.e_stop.pressed = pressed
        self.poles()

    def poles(self) -> None:
        """Each pole of the red switch does what it does: 1 the ENABLE wire, 2 the rails, 3 the input."""
        self.protection.e_stop = self.e_stop.is_open("enable")
        self.panel.show("e_stop", self.e_stop.is_open("input"))
        self.power(self.supplied and not self.e_stop.is_open("rails"))

    def silence(self) -> None:
        """Who does not acknowledge: the chips of a fault, or all of them without power."""
        chips = (self.set_dac, self.compliance_dac, self.return_adc, self.monitor_adc)
        self.bus.nack = set(self.nacked) if self.protection.powered else {chip.address for chip in chips}

    # ------------------------------------------------------------ people, tests, campaigns

    def act(self, action: str, **params: Value) -> None:
        """Do an action of `actions.ACTIONS` now.

        Raises:
            ActionError: E504, unknown action or parameter, or a value out of bounds.
        """
        values = checked(action, params)
        self.sync()
        ACTIONS[action].do(self, **values)
        self.changed()

    @property
    def felt(self) -> Felt:
        """What the patient feels and felt, up to now."""
        self.sync()
        return self._felt

    @property
    def true_ma(self) -> float:
        """What flows through the patient now: signed, positive with K2 at rest."""
        self.sync()
        return self.circuit.patient_a * 1000.0

    @property
    def true_volts(self) -> float:
        """Between the taps now."""
        self.sync()
        return self.circuit.load_v

    @property
    def true_areas_cm2(self) -> tuple[float, float]:
        """Wet areas left and right now."""
        self.sync()
        return self.patient.left.area_cm2, self.patient.right.area_cm2

    @property
    def regulated(self) -> bool:
        """Whether the source gives what is set."""
        self.sync()
        return self.circuit.mode == REGULATED

    def meter_ma(self) -> float:
        """A perfect meter in the path of the dummy load or the patient, for calibration."""
        self.sync()
        return (self.circuit.dummy_a if self.circuit.dummy else abs(self.circuit.patient_a)) * 1000.0

    def snapshot(self) -> bytes:
        """The whole bench, to be restored any number of times."""
        return pickle.dumps(self, pickle.HIGHEST_PROTOCOL)

    @staticmethod
    def restore(snapshot: bytes) -> "Bench":
        """A bench as it was. Only for what `snapshot` of this process made.

        Raises:
            TypeError: it is no bench.
        """
        bench = pickle.loads(snapshot)  # noqa: S301 - never from outside
        if not isinstance(bench, Bench):
            raise TypeError("not a snapshot of a bench")
        return bench
