"""The gate: without permission zero and open; closing first, rising later; and a cut that needs no bus."""

import contextlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from appliance.config import load_board
from appliance.control.gate import Bounds, Gate, Order
from appliance.control.self_test.trial import TestOrder as SelfTestOrder
from appliance.errors import OutputError
from appliance.proof.stories.board import SCALES, IdealBoard, IdealClock
from appliance.safety import hard_limits
from appliance.safety.sample import Sample

OPERATE_NS = 30_000_000
TICK_NS = 5_000_000


class Bench:
    def __init__(self) -> None:
        self.clock = IdealClock()
        self.board = IdealBoard(self.clock)
        self.gate = Gate(self.board, SCALES, self.clock, OPERATE_NS)
        self.gate.bounds = Bounds(hard_limits.CURRENT_MA, hard_limits.VOLTS)

    def act(self, order: Order, generation: int = 1) -> list[tuple[str, object]]:
        """One tick; the calls that it made."""
        self.clock.t_ns += TICK_NS
        self.board.calls.clear()
        self.gate.act(order, generation, self.clock.t_ns)
        return list(self.board.calls)

    def flowing(self, set_ma: float = 15.0) -> Order:
        order = Order(1, True, set_ma, 0, 40.0)
        for _ in range(10):
            self.act(order)
        assert self.board.set_code == SCALES.set_code(set_ma)
        return order

    @property
    def is_off(self) -> bool:
        board = self.board
        return not board.enabled and board.set_code == 0 and board.compliance_code == 0


# ------------------------------------------------------------ permission


@pytest.mark.parametrize("generation", [0, 2, 99])
def test_an_order_of_another_run_puts_out_nothing(generation: int) -> None:
    bench = Bench()
    order = bench.flowing()
    calls = bench.act(order, generation)
    assert bench.is_off
    assert calls[0] == ("enable", False)


def test_an_order_without_permission_opens_by_pin_before_the_bus() -> None:
    bench = Bench()
    bench.flowing()
    calls = bench.act(Order(1, False, 15.0, 0, 40.0))
    assert calls[0] == ("enable", False)
    assert bench.is_off


def test_an_order_of_another_run_moves_no_direction_either() -> None:
    bench = Bench()
    bench.act(Order(0, False, reversed=True))
    assert not bench.board.reversed


def test_the_direction_moves_only_with_the_output_open() -> None:
    bench = Bench()
    bench.flowing()
    calls = bench.act(Order(1, False, reversed=True))
    assert ("enable", False) in calls
    assert ("reverse", True) not in calls  # K1 is still closed
    opened_ns = bench.clock.t_ns
    while ("reverse", True) not in calls:
        calls = bench.act(Order(1, False, reversed=True))
    assert bench.clock.t_ns - opened_ns >= load_board().relay.operate_ms * 1e6


@pytest.mark.parametrize("ticks", [1, 20])
def test_an_order_for_the_other_direction_is_refused_from_the_closing_of_the_output_on(ticks: int) -> None:
    """Read-back and command agree then: no monitor could see that the session's direction is another."""
    bench = Bench()
    for _ in range(ticks):
        bench.act(Order(1, True, 15.0, 0, 40.0))
    with pytest.raises(OutputError) as caught:
        bench.act(Order(1, True, 15.0, 0, 40.0, reversed=True))
    assert caught.value.code == "E309"
    assert not [name for name, _ in bench.board.calls]


# ------------------------------------------------------------ closing


def test_the_relay_closes_at_zero_and_nothing_rises_before_it_has_closed() -> None:
    bench = Bench()
    bench.board.set_code = bench.board.compliance_code = 2048  # a chip that woke by itself
    order = Order(1, True, 15.0, 4, 40.0)
    calls = bench.act(order)
    assert calls == [("write_set_code", 0), ("write_compliance_code", 0), ("enable", True)]
    closed_ns = bench.clock.t_ns
    while bench.board.set_code == 0:
        assert bench.board.compliance_code == 0
        bench.act(order)
    assert bench.clock.t_ns - closed_ns > OPERATE_NS


def test_what_is_in_force_is_described_with_its_dither() -> None:
    bench = Bench()
    bench.flowing()
    bench.act(Order(1, True, 15.0, -4, 40.0))
    s = Sample()
    s.t_ns = bench.clock.t_ns
    bench.gate.describe(s)
    assert s.set_code == SCALES.set_code(15.0) - 4
    assert s.set_ma == pytest.approx(SCALES.set_ma(s.set_code))
    assert s.dither_ma == pytest.approx(-4 * SCALES.ma_per_code)
    assert s.ramp_base_ma == 15.0
    assert s.enabled
    assert s.output_closed


def test_a_write_held_back_is_held_back_by_the_clock() -> None:
    bench = Bench()
    bench.flowing()
    at_ns = bench.clock.t_ns + TICK_NS + 833_333
    bench.act(Order(1, True, 0.3, 0, 5.0, write_at_ns=at_ns))
    assert bench.gate.step_at_ns == at_ns


# ------------------------------------------------------------ how much

ORDERS = st.lists(
    st.builds(
        Order,
        st.integers(0, 3),
        st.booleans(),
        st.floats(-10.0, 1000.0),
        st.integers(-4, 4),
        st.floats(-10.0, 1000.0),
        st.booleans(),
    ),
    max_size=60,
)


@given(ORDERS)
@settings(deadline=None)
def test_no_order_puts_out_more_than_25_ma_or_48_v_or_moves_the_direction_closed(orders: list[Order]) -> None:
    bench = Bench()
    for order in orders:
        board = bench.board
        before = board.reversed
        try:
            bench.act(order)
        except OutputError as refused:
            assert refused.code == "E308"
            assert order.set_ma > hard_limits.CURRENT_MA or order.compliance_v > hard_limits.VOLTS
            continue
        assert board.set_code <= SCALES.set_code(hard_limits.CURRENT_MA)
        assert SCALES.compliance_set_v(board.compliance_code) <= hard_limits.VOLTS
        assert board.reversed == before or not board.enabled
        if order.generation != 1 or not order.enable:
            assert bench.is_off
        elif not bench.gate.enabled or bench.clock.t_ns - bench.gate.enabled_since_ns <= OPERATE_NS:
            assert board.set_code == board.compliance_code == 0


@pytest.mark.parametrize(
    ("bounds", "order"),
    [
        (Bounds(25.0, 48.0), Order(1, True, 60.0, 0, 40.0)),
        (Bounds(25.0, 48.0), Order(1, True, 2.0, 0, 49.0)),
        (Bounds(0.5, 5.0), Order(1, True, 0.51, 0, 5.0)),
        (Bounds(0.5, 5.0), Order(1, True, 0.3, 0, 5.1)),
        (Bounds(0.0, 0.0), Order(1, True, 0.1, 0, 0.0)),
    ],
)
def test_an_order_above_the_bounds_of_its_state_is_refused_before_anything_moves(bounds: Bounds, order: Order) -> None:
    bench = Bench()
    bench.flowing(2.0)
    bench.gate.bounds = bounds
    with pytest.raises(OutputError) as refused:
        bench.act(order)
    assert refused.value.code == "E308"
    assert bench.board.calls == []


def test_an_order_at_its_bounds_passes_and_dither_stays_below_the_code_of_25_ma() -> None:
    bench = Bench()
    bench.flowing(2.0)
    bench.act(Order(1, True, 25.0, 4, 48.0))
    assert bench.board.set_code == SCALES.set_code(25.0) <= 3413
    assert SCALES.compliance_set_v(bench.board.compliance_code) <= hard_limits.VOLTS
    bench.act(Order(1, True, 0.01, -4, 0.0))
    assert bench.board.set_code == 0


def test_a_gate_that_was_told_no_bounds_puts_out_nothing() -> None:
    clock = IdealClock()
    board = IdealBoard(clock)
    gate = Gate(board, SCALES, clock, OPERATE_NS)
    with pytest.raises(OutputError):
        gate.act(Order(1, True, 0.3, 0, 5.0), 1, clock.t_ns)
    assert not board.enabled


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_a_number_that_is_none_puts_out_nothing_more(value: float) -> None:
    """It raises, which the tick makes a CUT, or asks for zero."""
    bench = Bench()
    bench.flowing(2.0)
    before = bench.board.set_code
    with contextlib.suppress(ValueError, OverflowError, OutputError):
        bench.act(Order(1, True, value, 0, 40.0))
    assert bench.board.set_code <= before


# ------------------------------------------------------------ cut and failing chips


def test_a_cut_is_one_pin_and_no_bus() -> None:
    bench = Bench()
    bench.flowing()
    bench.board.calls.clear()
    bench.board.fail = {name: OutputError("E311", "dead") for name in ("write_set_code", "enable")}
    bench.gate.cut(bench.clock.t_ns)
    assert bench.board.calls == [("safe", None)]
    assert not bench.board.enabled
    assert not bench.gate.enabled


def test_after_a_cut_no_order_puts_anything_out_until_bounds_are_told_anew() -> None:
    bench = Bench()
    bounds, order = bench.gate.bounds, bench.flowing()
    bench.gate.cut(bench.clock.t_ns)
    with pytest.raises(OutputError):
        bench.act(order)
    assert not bench.board.enabled
    bench.gate.bounds = bounds
    bench.act(order)
    assert bench.board.enabled


def test_a_cut_of_an_open_output_is_harmless() -> None:
    bench = Bench()
    bench.gate.cut(bench.clock.t_ns)
    bench.gate.cut(bench.clock.t_ns)
    assert not bench.gate.enabled


def test_after_a_cut_the_chips_are_zeroed_as_soon_as_they_answer() -> None:
    bench = Bench()
    bench.flowing()
    bench.gate.cut(bench.clock.t_ns)
    bench.act(Order(2, False), 2)
    assert bench.is_off


@pytest.mark.parametrize("dead", ["write_set_code", "write_compliance_code"])
def test_a_chip_that_does_not_answer_has_opened_the_output_first(dead: str) -> None:
    bench = Bench()
    bench.flowing()
    bench.board.fail = {dead: OutputError("E311", "dead")}
    with pytest.raises(OutputError):
        bench.act(Order(1, False))
    assert not bench.board.enabled


def test_a_chip_that_does_not_answer_keeps_the_relay_from_closing() -> None:
    bench = Bench()
    bench.board.fail = {"write_compliance_code": OutputError("E311", "dead")}
    with pytest.raises(OutputError):
        bench.act(Order(1, True, 15.0, 0, 40.0))
    assert not bench.board.enabled


# ------------------------------------------------------------ self-test


@pytest.mark.parametrize(("code", "volts"), [(1, 0.0), (0, 0.1), (4095, 48.0)])
def test_a_self_test_without_the_dummy_load_is_refused_before_anything_moves(code: int, volts: float) -> None:
    bench = Bench()
    with pytest.raises(OutputError) as refused:
        bench.gate.act_test(SelfTestOrder(enable=True, code=code, compliance_v=volts), bench.clock.t_ns)
    assert refused.value.code == "E330"
    assert bench.board.calls == []
    assert bench.is_off


def test_a_self_test_may_close_the_patients_relay_at_zero_only() -> None:
    bench = Bench()
    bench.gate.act_test(SelfTestOrder(enable=True), bench.clock.t_ns)
    assert bench.board.enabled
    assert bench.board.set_code == bench.board.compliance_code == 0


def test_a_self_test_puts_the_dummy_load_in_before_it_raises_anything() -> None:
    bench = Bench()
    bench.gate.act_test(SelfTestOrder(enable=True, dummy=True, code=100, compliance_v=5.0), bench.clock.t_ns)
    names = [name for name, _ in bench.board.calls]
    assert names.index("dummy_load") < names.index("enable") < names.index("write_set_code")


def test_a_self_test_may_ask_for_volts_and_current_without_enable_on_the_dummy_load_only() -> None:
    bench = Bench()
    bench.gate.act_test(SelfTestOrder(dummy=True, code=273, compliance_v=48.0), bench.clock.t_ns)
    assert not bench.board.enabled
    assert (bench.board.dummy, bench.board.set_code) == (True, 273)
    assert bench.board.compliance_code > 4000
    with pytest.raises(OutputError):
        bench.gate.act_test(SelfTestOrder(code=273), bench.clock.t_ns)


def test_enable_falls_before_a_self_test_asks_for_volts_without_it() -> None:
    bench = Bench()
    bench.gate.act_test(SelfTestOrder(enable=True, dummy=True), bench.clock.t_ns)
    bench.board.calls.clear()
    bench.gate.act_test(SelfTestOrder(dummy=True, code=273, compliance_v=48.0), bench.clock.t_ns)
    names = [name for name, _ in bench.board.calls]
    assert names.index("enable") < names.index("write_set_code")
    assert not bench.board.enabled


def test_a_self_test_that_ends_opens_and_zeroes() -> None:
    bench = Bench()
    bench.gate.act_test(SelfTestOrder(enable=True, dummy=True, code=3000, compliance_v=40.0), bench.clock.t_ns)
    bench.gate.act_test(SelfTestOrder(dummy=True), bench.clock.t_ns)
    assert bench.is_off


def test_the_output_stays_open_until_the_polarity_relay_points_where_the_order_says() -> None:
    """A new session begins so soon after the last one that K1 had no time to open, and K2 none to return."""
    bench = Bench()
    bench.act(Order(1, False, reversed=True))
    while not bench.board.reversed:
        bench.act(Order(1, False, reversed=True))
    for _ in range(20):
        bench.act(Order(1, True, 15.0, 0, 40.0, reversed=True))
    assert bench.board.set_code > 0
    bench.act(Order(1, False, reversed=True))
    closed_again = False
    for _ in range(40):
        bench.act(Order(1, True, 15.0, 0, 40.0, reversed=False))
        moved_ns = bench.clock.t_ns - bench.gate.polarity_since_ns
        assert not bench.board.enabled or (not bench.board.reversed and moved_ns > OPERATE_NS)
        closed_again = closed_again or bench.board.set_code > 0
    assert closed_again
