"""The gate: the last step before the DAC. Without permission the DAC gets 0 and ENABLE drops.

An order carries the generation of the run that it was made for; an order of another generation cannot pass. What is
in force is remembered here, because every measurement is compared with what was set while it was taken.
"""

from typing import Final, NamedTuple

from appliance.control.self_test.trial import TestOrder
from appliance.errors import OutputError
from appliance.hal.ports import BoardPort, Clock
from appliance.hal.scales import Scales
from appliance.safety import hard_limits
from appliance.safety.sample import Sample


class Order(NamedTuple):
    """What the tick wants put out."""

    generation: int
    enable: bool
    set_ma: float = 0.0  # without dither
    dither_codes: int = 0
    compliance_v: float = 0.0
    reversed: bool = False
    write_at_ns: int | None = None  # hold the DAC write until then (half a sub-tick at most)


class Bounds(NamedTuple):
    """The most that the state of now may put out, whatever an order says."""

    current_ma: float
    volts: float


NOTHING: Final = Bounds(0.0, 0.0)


class Gate:
    """Owns the output: nothing else writes DACs, ENABLE or POLARITY while a session can run."""

    def __init__(self, board: BoardPort, scales: Scales, clock: Clock, operate_ns: int) -> None:
        self._board = board
        self._scales = scales
        self._clock = clock
        self._operate_ns = operate_ns
        self._code_max = min(4095, scales.set_code(hard_limits.CURRENT_MA))
        self.bounds = NOTHING
        self.code = 0
        self.compliance_code = 0
        self.enabled = False
        self.testing = False  # a self-test's pins may be asserted
        self.enabled_since_ns = 0
        self.asked_reversed = False
        self.polarity_since_ns = 0
        self.step_at_ns: int | None = None  # last DAC write that changed the code
        self.base_ma = 0.0
        self.dither_ma = 0.0
        self._set_ma = 0.0
        self._compliance_v = 0.0

    def describe(self, s: Sample) -> None:
        """Copy what is in force into the sample."""
        s.set_ma = self._set_ma
        s.ramp_base_ma = self.base_ma
        s.dither_ma = self.dither_ma
        s.set_code = self.code
        s.asked_compliance_v = self._compliance_v
        s.enabled = self.enabled
        s.enabled_since_ns = self.enabled_since_ns
        s.output_closed = self.enabled and s.t_ns - self.enabled_since_ns > self._operate_ns
        s.asked_reversed = self.asked_reversed
        s.polarity_since_ns = self.polarity_since_ns

    def stepped_since(self, t_ns: int) -> bool:
        """Whether the set was written anew since `t_ns`."""
        return self.step_at_ns is not None and self.step_at_ns > t_ns

    def act(self, order: Order, generation: int, t_ns: int) -> None:
        """Put `order` out if it is of this generation and permitted; else zero and open.

        K2 turns first, with the output open; then ENABLE closes, at zero volts and zero current; only when K1 has had
        its time does anything else rise.

        Raises:
            OutputError: E308, the order asks for more than `bounds`, or E309, for the other direction than K2's while
                the output is closed: something between the constraint chain and here is wrong, and nothing of it is
                put out. E311, a DAC did not answer. ENABLE has been dropped by pin before anything else.
        """
        if order.generation != generation or not order.enable:
            self.zero(t_ns)
            if order.generation == generation:
                self._reverse(order.reversed, t_ns)
            return
        self._refuse_more(order)
        if not self.enabled:
            self._write_zero()
            self._reverse(order.reversed, t_ns)
            if self._points(order.reversed, t_ns):
                self._set_enable(True, t_ns)
            return
        self._refuse_turn(order)
        if t_ns - self.enabled_since_ns <= self._operate_ns:
            return
        base_code = self._scales.set_code(order.set_ma) if order.set_ma > 0.0 else 0
        code = max(0, min(base_code + order.dither_codes, self._code_max))
        compliance_v = min(order.compliance_v, hard_limits.VOLTS)
        if order.write_at_ns is not None:
            self._clock.sleep_until_ns(order.write_at_ns)
        self._write(code, order.set_ma, code - base_code, compliance_v)

    def _refuse_more(self, order: Order) -> None:
        most = self.bounds
        if not (order.set_ma <= most.current_ma and order.compliance_v <= most.volts):
            asked = f"{order.set_ma:g} mA and {order.compliance_v:g} V"
            raise OutputError(
                "E308", f"an order of {asked}; this state allows {most.current_ma:g} mA, {most.volts:g} V"
            )

    def _refuse_turn(self, order: Order) -> None:
        """Read-back and command agree under an order of the other direction: no monitor would see it."""
        if order.reversed != self.asked_reversed:
            raise OutputError("E309", "an order for the other direction while the output is closed")

    def zero(self, t_ns: int) -> None:
        """DAC 0, ENABLE low, compliance 0: the pin first, because it needs no bus."""
        self._set_enable(False, t_ns)
        self._write(0, 0.0, 0, 0.0)

    def end_test(self, t_ns: int) -> None:
        """Dummy load, test shift and latch reset at rest, after the output is open."""
        self.testing = False
        self._set_enable(False, t_ns)
        self._board.test_shift(False)
        self._board.latch_reset(False)
        self._board.dummy_load(False)

    def act_test(self, order: TestOrder, t_ns: int) -> None:
        """Put a self-test's order out. Current or volts only with the dummy load in the patient's place.

        Without ENABLE they may be asked for, too: that nothing flows then is one of the tests.

        Raises:
            OutputError: E330, the order would reach a patient; E311, a DAC did not answer.
        """
        if (order.code or order.compliance_v) and not order.dummy:
            raise OutputError("E330", "self-test: an output without the dummy load was refused")
        self.testing = True
        board = self._board
        board.dummy_load(order.dummy)
        board.test_shift(order.shift)
        board.latch_reset(order.reset)
        if not (order.enable or order.code or order.compliance_v):
            self.zero(t_ns)
            self._reverse(order.reversed, t_ns)
            return
        self._set_enable(order.enable, t_ns)
        self._write(order.code, self._scales.set_ma(order.code), 0, order.compliance_v)

    def cut(self, t_ns: int) -> None:
        """ENABLE low by pin alone, whatever else works. Never raises."""
        self._board.safe()
        self.bounds = NOTHING
        if self.enabled:
            self.enabled = False
            self.enabled_since_ns = t_ns

    def _set_enable(self, on: bool, t_ns: int) -> None:
        if on != self.enabled:
            self._board.enable(on)
            self.enabled = on
            self.enabled_since_ns = t_ns

    def _points(self, on: bool, t_ns: int) -> bool:
        """Whether K2 stands where the order says, and has had its time to get there."""
        return on == self.asked_reversed and t_ns - self.polarity_since_ns > self._operate_ns

    def _reverse(self, on: bool, t_ns: int) -> None:
        """Move K2, but never before K1 has had its time to open; the order stands and is asked again next tick."""
        if on != self.asked_reversed and t_ns - self.enabled_since_ns > self._operate_ns:
            self._board.reverse(on)
            self.asked_reversed = on
            self.polarity_since_ns = t_ns

    def _write_zero(self) -> None:
        """Zero both DACs whatever they are thought to hold: a chip may have restarted by itself."""
        self._board.write_set_code(0)
        self._board.write_compliance_code(0)
        self.code = self.compliance_code = 0
        self.base_ma = self.dither_ma = self._set_ma = self._compliance_v = 0.0

    def _write(self, code: int, base_ma: float, dither_codes: int, compliance_v: float) -> None:
        if code != self.code:
            self._board.write_set_code(code)
            self.step_at_ns = self._clock.now_ns()
            self.code = code
            self._set_ma = self._scales.set_ma(code) if code else 0.0
            self.base_ma = base_ma
            self.dither_ma = dither_codes * self._scales.ma_per_code
        else:
            self.base_ma = base_ma
        compliance_code = self._scales.compliance_code(compliance_v)
        if compliance_code != self.compliance_code:
            self._board.write_compliance_code(compliance_code)
            self.compliance_code = compliance_code
            self._compliance_v = self._scales.compliance_set_v(compliance_code)
