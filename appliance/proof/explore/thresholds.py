"""When something next happens by itself: every time that the machine waits for, taken from its own constants.

Two uses: how far a quiet wait may leap (to one tick short of the nearest), and what of a time matters for the future
(`region`: which thresholds have passed, and whether the next tick passes one). It must never leap over a threshold.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from appliance.control.daemon import BUS_LOST_RETRY, Daemon
from appliance.control.run import DITHER_FROM_MA, PROBE_AFTER_NS
from appliance.control.self_test.protection import KICK_TICKS
from appliance.proof.explore.ghost import TICK_NS
from appliance.safety import hard_limits
from appliance.safety.monitors.area import FROM_MA
from appliance.safety.monitors.current import OpenCircuit
from appliance.treatment import session as machine_times
from appliance.treatment.pause import RESUME_AFTER_S, RESUME_BETWEEN_S, RESUME_TRY_S
from appliance.treatment.pedal import STUCK_S
from appliance.treatment.session import Session
from appliance.units import ns_from_s

if TYPE_CHECKING:
    from appliance.proof.explore.machine import Machine

MILESTONES_MA: Final = (OpenCircuit.FROM_SET_MA, DITHER_FROM_MA, FROM_MA)  # of the base, where monitors wake
# A place remembers whether most thresholds are one tick away; of these it does not, so a wait goes just past them.
PAST_NS: Final = 5 * TICK_NS
PAST_S: Final = 0.015
RELAYS_NS: Final = (30_000_000, 40_000_000, PROBE_AFTER_NS)  # gate, monitors and probe wait for K1 this long
TURN_NS: Final = RELAYS_NS[:2]  # for K2: the gate, before it closes, and the monitor
OPEN_NS: Final = (30_000_000, ns_from_s(machine_times.OPEN_WAIT_S), 40_000_000)
LEASE_NS: Final = ns_from_s(hard_limits.LEASE_S) + 1
HELD_NS: Final = (ns_from_s(machine_times.PEDAL_ENDS_S), ns_from_s(STUCK_S))
ARMED_NS: Final = (ns_from_s(hard_limits.ARMED_S),)
CONTACT_NS: Final = (ns_from_s(RESUME_TRY_S), ns_from_s(hard_limits.CONTACT_S))
REVERSE_NS: Final = (ns_from_s(machine_times.OPEN_WAIT_S), ns_from_s(machine_times.ZERO_WAIT_S))
DWELL_NS: Final = (ns_from_s(hard_limits.REVERSAL_DWELL_S),)
PAUSED_NS: Final = (ns_from_s(RESUME_AFTER_S), ns_from_s(RESUME_BETWEEN_S))
AWAY_NS: Final = (ns_from_s(hard_limits.PAUSED_S),)
SWITCH_NS: Final = (ns_from_s(machine_times.RED_SWITCH_S) + 1,)
RESTED_NS: Final = 10 * 60 * 10**9
REARM_NS: Final = KICK_TICKS * TICK_NS


def region(age_ns: int, thresholds: tuple[int, ...]) -> int:
    """Three for each threshold that has passed, and more when the next tick or the one after passes one.

    Two ticks ahead, because the shortest of the long waits lasts as long.
    """
    at = 0
    for threshold_ns in thresholds:
        if age_ns < threshold_ns - 2 * TICK_NS:
            return at
        if age_ns < threshold_ns:
            return at + (1 if age_ns < threshold_ns - TICK_NS else 2)
        at += 3
    return at


def relays_ns(daemon: Daemon) -> tuple[int, ...]:
    """What waits for K1. At rest only that it has opened counts; REVERSE and a self-test wait for K2, too."""
    if daemon.gate.enabled:
        return RELAYS_NS
    return OPEN_NS if daemon.session.state in ("REVERSE", "SELF_TEST") else OPEN_NS[-1:]


def leap_ns(machine: "Machine", *, silent: bool) -> int:
    """How long a quiet wait may be: up to one tick short of the nearest threshold. One tick if that is near.

    `silent`: the operator's screen does not renew its lease meanwhile.
    """
    now_ns = machine.clock.t_ns
    nearest_ns = min((at_ns for at_ns in _ahead(machine, silent) if at_ns > now_ns), default=now_ns)
    return max(TICK_NS, nearest_ns - now_ns - TICK_NS)


def _ahead(machine: "Machine", silent: bool) -> Iterator[int]:
    """Absolute times at which something may happen."""
    daemon, ghost, now_ns = machine.daemon, machine.ghost, machine.clock.t_ns
    pedal = daemon.session.pedal
    for by_ns in (ghost.stop_by_ns, ghost.zero_by_ns):
        if by_ns is not None:
            yield by_ns + PAST_NS
    yield from (daemon.gate.enabled_since_ns + ns for ns in relays_ns(daemon))
    yield from (daemon.gate.polarity_since_ns + ns for ns in TURN_NS)
    if silent and daemon.lease._renewed_ns is not None:
        yield daemon.lease._renewed_ns + LEASE_NS
    if daemon.bus_lost_at is not None:
        yield now_ns + (BUS_LOST_RETRY - (daemon.tick_count - daemon.bus_lost_at)) * TICK_NS
    if pedal._since_ns is not None:
        yield from (pedal._since_ns + ns for ns in HELD_NS)
    if daemon.session.state in ("IDLE", "ARMED", "DONE") and daemon.output_timer._low_since_ns is not None:
        yield daemon.output_timer._low_since_ns + RESTED_NS
    yield from _of_state(daemon.session, now_ns)


def _of_state(session: Session, now_ns: int) -> Iterator[int]:
    """What a state waits for."""
    since_ns, state = session.since_ns, session.state
    if state == "ARMED":
        yield since_ns + ARMED_NS[0]
    elif state == "CONTACT":
        yield since_ns + CONTACT_NS[0 if session.resuming else 1]
        yield now_ns + ns_from_s(hard_limits.CONTACT_TOTAL_S - session.contact_s)
        yield from _away(session)
    elif state == "REVERSE":
        yield from (since_ns + ns for ns in REVERSE_NS)
        if session._zero_since_ns is not None:
            yield session._zero_since_ns + DWELL_NS[0]
    elif state == "PAUSED":
        yield since_ns + PAUSED_NS[session.resuming]
        if session._zero_since_ns is not None:
            yield session._zero_since_ns + DWELL_NS[0]
        yield from _away(session)
    elif state in machine_times.RUNNING:
        yield from (now_ns + ns_from_s(max(0.0, s)) for s in _running_s(session, now_ns))
    elif state == "FAULT":
        yield since_ns + REARM_NS
        yield since_ns + SWITCH_NS[0]


def _away(session: Session) -> Iterator[int]:
    if session._away._since_ns is not None:
        yield session._away._since_ns + AWAY_NS[0]


def _running_s(session: Session, now_ns: int) -> Iterator[float]:
    """Seconds to what a ramp or HOLD waits for, as if everything went on as it does."""
    plan, base_ma = session.plan, session.base_ma
    if plan is None:
        return
    if session.state == "RAMP_DOWN":
        rate = max(session._fall_ma_per_s, 1e-3)
        yield from ((base_ma - mark_ma) / rate + PAST_S for mark_ma in (0.0, *MILESTONES_MA) if mark_ma < base_ma)
        return
    choice_ma = session.choice_ma
    if base_ma < choice_ma:
        yield from ((m - base_ma) / plan.ramp_ma_per_s + PAST_S for m in (*MILESTONES_MA, choice_ma) if m > base_ma)
    if session.state == "RAMP_UP":
        settles_s = choice_ma / plan.ramp_ma_per_s + machine_times.HELD_S
        yield settles_s - (now_ns - session.since_ns) / 1e9
    fall_s = base_ma / hard_limits.RAMP_DOWN_MA_PER_S
    yield plan.duration_s - session.dose.elapsed_s - fall_s
    if plan.reverses and not session.half_done:
        yield session.half_left_s - fall_s
    if base_ma > 0.0:
        yield (plan.limits.charge_mc - session.dose.charge_mc) / base_ma - fall_s / 2.0
