"""Rules of the gate and of the tick taken out."""

from typing import Any, Final

from appliance.control.daemon import Daemon
from appliance.control.gate import Order
from appliance.control.self_test.trial import TestOrder
from appliance.proof.removals.control import Control, nothing, replace

CODE_MOST: Final = 4095


def _generation(daemon: Daemon) -> None:
    gate = daemon.gate
    act = gate.act
    replace(gate, "act", lambda order, generation, t_ns: act(order._replace(generation=generation), generation, t_ns))


def _enable_first(daemon: Daemon) -> None:
    """Whatever the DACs hold stays on them, and current and volts rise while K1 still closes."""
    gate = daemon.gate
    act, operate_ns = gate.act, gate._operate_ns
    replace(gate, "_write_zero", nothing)

    def at_once(order: Order, generation: int, t_ns: int) -> None:
        was = gate.enabled
        gate._operate_ns = -1
        act(order, generation, t_ns)
        if gate.enabled and not was:
            act(order, generation, t_ns)
        gate._operate_ns = operate_ns

    replace(gate, "act", at_once)


def _polarity_at_zero(daemon: Daemon) -> None:
    gate = daemon.gate
    act = gate.act

    def turn(on: bool, t_ns: int) -> None:
        if on != gate.asked_reversed:
            gate._board.reverse(on)
            gate.asked_reversed, gate.polarity_since_ns = on, t_ns

    def anyhow(order: Order, generation: int, t_ns: int) -> None:
        turn(order.reversed, t_ns)
        act(order, generation, t_ns)

    replace(gate, "_reverse", turn)
    replace(gate, "act", anyhow)


def _code_max(daemon: Daemon) -> None:
    daemon.gate._code_max = CODE_MOST


def _bounds(daemon: Daemon) -> None:
    replace(daemon.gate, "_refuse_more", nothing)


def _turn(daemon: Daemon) -> None:
    replace(daemon.gate, "_refuse_turn", nothing)


def _test_on_dummy(daemon: Daemon) -> None:
    """A test's current goes out, whoever is connected."""
    gate = daemon.gate
    act_test = gate.act_test

    def anyhow(order: TestOrder, t_ns: int) -> None:
        if order.dummy or not (order.code or order.compliance_v):
            act_test(order, t_ns)
            return
        gate._board.dummy_load(False)
        gate._set_enable(order.enable, t_ns)
        gate._write(order.code, gate._scales.set_ma(order.code), 0, order.compliance_v)

    replace(gate, "act_test", anyhow)


def _kick_withheld(daemon: Daemon) -> None:
    """It kicks whatever happened, as a program does that has a thread for it."""

    def kick(now_ns: int) -> None:
        if daemon.sub_tick == 0:
            daemon._last_kick_ns = now_ns
            daemon.board.kick()

    replace(daemon, "_kick", kick)


def _exception_cuts(daemon: Daemon) -> None:
    replace(daemon, "_cut", nothing)


def _monitor(name: str) -> Control:
    def remove(daemon: Daemon) -> None:
        daemon.monitors = tuple(m for m in daemon.monitors if name_of(m) != name)

    return Control(name, f"the monitor {name}", remove)


def name_of(monitor: Any) -> str:
    """As its trip says it."""
    return str(monitor.TRIP.monitor)


def monitors(names: tuple[str, ...]) -> tuple[Control, ...]:
    """One for each monitor of the daemon's fixed tuple."""
    return tuple(_monitor(name) for name in names)


OUTPUT: Final = (
    Control("gate.generation", "an order of another run puts out nothing", _generation),
    Control("gate.enable_first", "K1 closes at zero; nothing rises before", _enable_first),
    Control("gate.polarity_at_zero", "K2 moves only with the output open", _polarity_at_zero),
    Control("gate.bounds", "no order above the bounds of its state", _bounds),
    Control("gate.turn", "no order of the other direction while the output is closed", _turn),
    Control("gate.code_max", "no code above that of 25 mA", _code_max),
    Control("gate.test_on_dummy", "no test current without the dummy load", _test_on_dummy),
    Control("daemon.kick_withheld", "no kick in FAULT or after a late tick", _kick_withheld),
    Control("daemon.exception_cuts", "any exception in a tick is a CUT", _exception_cuts),
)
