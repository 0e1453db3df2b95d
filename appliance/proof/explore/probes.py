"""What is tried in every place beside the events: an order of an older run, one above its bounds, a further STOP.

None of it may change anything. The caller puts the place back after each; it must never be left as it is.
"""

from contextlib import suppress
from typing import TYPE_CHECKING, Final

from appliance.control.gate import Order
from appliance.errors import OutputError
from appliance.proof.explore.asking import STOP
from appliance.proof.explore.event import QUIET, apply
from appliance.safety import hard_limits

if TYPE_CHECKING:
    from appliance.proof.explore.machine import Machine, Place

STALE_MA: Final = 5.0
STALE_V: Final = 20.0
BEYOND_MA: Final = 0.1
BEYOND_V: Final = 1.0


def probe(m: "Machine", place: "Place") -> None:
    """All of it, in this place.

    Raises:
        Violated: something had an effect.
    """
    m.go(place)
    m.world.calm()
    _stale_order(m)
    m.go(place)
    m.world.calm()
    _beyond_bounds(m)
    if m.ghost.stopped or not m.daemon.session.active:
        _further_stop(m, place)


def _put_out(m: "Machine", order: Order) -> None:
    with suppress(OutputError):  # refused, which the daemon answers with a CUT
        m.daemon.gate.act(order, m.daemon.run_now.generation, m.clock.t_ns)


def _stale_order(m: "Machine") -> None:
    generation = m.daemon.run_now.generation - 1
    _put_out(m, Order(generation, True, STALE_MA, 0, STALE_V, m.daemon.session.reversed))
    board = m.board
    passed = board.enabled or board.set_code or board.compliance_code
    m.checks("stale_order_never_passes", not passed, f"{m.daemon.session.state}: an order of an older run was put out")


def _beyond_bounds(m: "Machine") -> None:
    """Software between the constraint chain and the gate went wrong: the order asks for more than the state may."""
    run, state, was = m.daemon.run_now, m.daemon.session.state, (m.board.set_code, m.board.compliance_code)
    most_ma, most_v = _most(m)
    _put_out(m, Order(run.generation, True, most_ma + BEYOND_MA, 0, most_v + BEYOND_V, m.daemon.session.reversed))
    board = m.board
    closed = board.to_patient and state not in ("SELF_TEST", "CONTACT", "RAMP_UP", "HOLD", "RAMP_DOWN")
    rose = board.set_code > was[0] or board.compliance_code > was[1]
    found = f"{state}: an order of {most_ma + BEYOND_MA:g} mA was taken"
    m.checks("order_beyond_bounds_never_passes", not (closed or rose), found)


def _most(m: "Machine") -> tuple[float, float]:
    """The most that a state may ask for, in mA and V, from the design."""
    session = m.daemon.session
    if session.state == "CONTACT":
        return hard_limits.PROBE_MA, hard_limits.PROBE_VOLTS
    if session.state in ("RAMP_UP", "HOLD", "RAMP_DOWN") and session.plan is not None:
        return min(m.board_ma, session.plan.max_ma, session.plan.limits.device_ma), hard_limits.VOLTS
    return 0.0, 0.0


def _further_stop(m: "Machine", place: "Place") -> None:
    found = []
    for event in (QUIET, STOP):
        m.go(place)
        apply(event, m)
        found.append((m.daemon.session.state, m.daemon.session._after, m.off))
    m.checks("stop_is_final_and_idempotent", found[0] == found[1], f"{found[0][0]} became {found[1][0]}")
