"""Which places are the same: every field that the future depends on, times reduced to thresholds, numbers to ranges.

What is left out is left out with a reason. Of the monitors' own memories nothing is kept, because a hazard is always
held until it must have been answered, whatever they had counted before. Nor is the order in which two long waits
under way will end. `ionto explore --witnesses 2` goes on from a second place of each key as well and counts where that
one answers otherwise. It must never leave out who may do what.
"""

from typing import TYPE_CHECKING, Final

from appliance.control.daemon import BUS_LOST_RETRY
from appliance.proof.explore.ghost import HELD_TICKS, KIOSK_CODES, WITH_RED_SWITCH
from appliance.proof.explore.thresholds import (
    ARMED_NS,
    AWAY_NS,
    CONTACT_NS,
    DWELL_NS,
    HELD_NS,
    LEASE_NS,
    MILESTONES_MA,
    PAUSED_NS,
    RESTED_NS,
    REVERSE_NS,
    SWITCH_NS,
    TURN_NS,
    region,
    relays_ns,
)
from appliance.safety import hard_limits
from appliance.treatment.plan import LEAST_MA, TreatmentPlan
from appliance.treatment.session import HELD_S, RUNNING, Session
from appliance.units import ns_from_s

if TYPE_CHECKING:
    from appliance.proof.explore.machine import Machine

Key = tuple[object, ...]

# Of CONTACT in a session, and of a pause: how much is used up. The last range ends with its threshold.
CONTACT_USED_S: Final = (120.0, 240.0, 330.0, 345.0, 359.99)
AWAY_USED_NS: Final = (80 * 10**9, 105 * 10**9, AWAY_NS[0])
SETTLED_MA: Final = 0.1  # below the choice, and no longer on the way to it
NEAR_S: Final = 0.02  # to the half or the end of the time


def key_of(machine: "Machine") -> Key:
    """The place that a machine is in, as far as its future goes."""
    daemon, ghost, board, now_ns = machine.daemon, machine.ghost, machine.board, machine.clock.t_ns
    session, gate = daemon.session, daemon.gate
    state = session.state
    output = (
        gate.enabled,
        board.to_patient,
        region(now_ns - gate.enabled_since_ns, relays_ns(daemon)),
        gate.asked_reversed,
        region(now_ns - gate.polarity_since_ns, TURN_NS),
        board.latch_set,
        daemon.reset_pulse,
        _bus(machine),
        state == "REVERSE" and daemon.sense.last_source_ma < hard_limits.ZERO_MA,  # only there it is asked
    )
    history = (
        ghost.tested,
        ghost.acknowledged,
        machine.desk.written,
        daemon.commands._noted is not None,
        ghost.reset_ticks,
        daemon.output_timer.output_s + machine.longest_s + hard_limits.CONTACT_TOTAL_S <= hard_limits.OUTPUT_TIME_S,
    )
    if state in ("SELF_TEST", "IDLE", "DONE", "FAULT"):
        return (state, output, history, _between(machine, now_ns))
    renewed_ns = daemon.lease._renewed_ns
    consent = (
        ghost.permit,
        ghost.person,
        ghost.needs_person,
        ghost.stopped,
        ghost.pedal_at if state in ("ARMED", "PAUSED") else 0,
        _rested(machine, now_ns) if state == "ARMED" else 0,  # later the output was on
        ghost.stop_by_ns is not None,
        ghost.zero_by_ns is not None,
        -1 if renewed_ns is None else region(now_ns - renewed_ns, (LEASE_NS,)),
        ghost.flowed_reversed in (None, session.reversed),
        _trays(machine),
    )
    return (state, output, history, consent, _session(session, now_ns), _during(session, now_ns))


def _bus(machine: "Machine") -> int:
    """Whether it is lost, and whether the next tick tries it again."""
    lost_at = machine.daemon.bus_lost_at
    if lost_at is None:
        return 0
    return 2 if machine.daemon.tick_count - lost_at >= BUS_LOST_RETRY - 1 else 1


def _between(machine: "Machine", now_ns: int) -> Key:
    """Without a session: the next one starts with fresh fields, so only what outlives a session counts."""
    daemon, session, ghost = machine.daemon, machine.daemon.session, machine.ghost
    told = machine.told
    return (
        _trays(machine),
        len(told) if told is not None else -1,
        daemon.self_test is not None and daemon.self_test._waited > 0,
        daemon.commands._started is not None,
        session.ramped_up,  # the last one was a treatment, and its permit is used
        _released_by(session.codes),
        (session.by_red_switch, ghost.red_switch, region(now_ns - session.since_ns, SWITCH_NS))
        if session.state == "FAULT"
        else (),
        session.reversed,
        session.pedal._released_once,
        (session.pedal._read, min(session.pedal._same, HELD_TICKS)),
        -1 if session.pedal._since_ns is None else region(now_ns - session.pedal._since_ns, HELD_NS),
        _rested(machine, now_ns),
        machine.board.watchdog_ok(),
    )


def _trays(machine: "Machine") -> Key:
    """Which are not proved yet, and how long they have been out; once proved, only a treatment asks anew."""
    unproved = machine.daemon.trays.unproved
    return (unproved, min(machine.ghost.trays_open_ticks, HELD_TICKS)) if unproved else ()


def _rested(machine: "Machine", now_ns: int) -> int:
    """Whether the treatment timer has rested long enough to start anew."""
    low_since_ns = machine.daemon.output_timer._low_since_ns
    return 0 if low_since_ns is None else region(now_ns - low_since_ns, (RESTED_NS,))


def _released_by(codes: list[str]) -> Key:
    """Who may release a FAULT of these codes, and who may when the red switch comes to them."""
    return (KIOSK_CODES.issuperset(codes), (KIOSK_CODES | WITH_RED_SWITCH).issuperset(codes))


def _session(session: Session, now_ns: int) -> Key:
    """What a session has behind it and before it."""
    plan = session.plan
    since_ns = session._away._since_ns
    away_ns = -1 if since_ns is None else region(now_ns - since_ns, AWAY_USED_NS)
    return (
        plan,
        session.reversed,
        session.half_done,
        _choice(session.choice_ma, plan),
        session.ramped_up,
        session.resuming,
        session._lowered,
        min(session._stops, 2),
        away_ns,
        sum(session.contact_s >= used_s for used_s in CONTACT_USED_S),
        _elapsed(session, plan),
    )


def _choice(choice_ma: float, plan: TreatmentPlan | None) -> int:
    """Least, below the plan's set, the set, above it, most: steps are bounded by the ends."""
    if plan is None:
        return -1
    marks_ma = (LEAST_MA + 1e-9, plan.set_ma, plan.set_ma + 1e-9, plan.max_ma)
    return sum(choice_ma >= mark_ma for mark_ma in marks_ma)


def _elapsed(session: Session, plan: TreatmentPlan | None) -> Key:
    if plan is None:
        return ()
    fall_s = session.base_ma / hard_limits.RAMP_DOWN_MA_PER_S
    left_s = plan.duration_s - session.dose.elapsed_s - fall_s
    half_s = session.half_left_s - fall_s if plan.reverses and not session.half_done else 1.0
    left_mc = plan.limits.charge_mc - session.dose.charge_mc - 0.5 * session.base_ma * fall_s
    charge_s = left_mc / session.base_ma if session.base_ma > 0.0 else 1.0
    return tuple((seconds <= 0.0) + (seconds <= NEAR_S) for seconds in (left_s, half_s, charge_s))


def _pedal(session: Session, now_ns: int) -> Key:
    pedal = session.pedal
    held = -1 if pedal._since_ns is None else region(now_ns - pedal._since_ns, HELD_NS)
    read = (pedal._read, min(pedal._same, HELD_TICKS))
    return (pedal._proved, pedal._pressed, pedal._released_once, read, held)


def _settles_s(session: Session) -> float:
    """After so long a ramp that limits hold up is a HOLD."""
    return session.choice_ma / session.plan.ramp_ma_per_s + HELD_S if session.plan is not None else 0.0


def _during(session: Session, now_ns: int) -> Key:
    """What one state waits for."""
    state, age_ns = session.state, now_ns - session.since_ns
    if state == "ARMED":
        return (region(age_ns, ARMED_NS), *_pedal(session, now_ns))
    if state == "CONTACT":
        return (region(age_ns, (CONTACT_NS[0 if session.resuming else 1],)), session.pause)
    if state == "REVERSE":
        zero_ns = session._zero_since_ns
        dwelt = -1 if zero_ns is None else region(now_ns - zero_ns, DWELL_NS)
        return (region(age_ns, REVERSE_NS), dwelt)
    if state == "PAUSED":
        turned = region(now_ns - (session._zero_since_ns or 0), DWELL_NS)
        return (region(age_ns, (PAUSED_NS[session.resuming],)), session.pause, turned, *_pedal(session, now_ns))
    if state in RUNNING:
        base_ma = session.base_ma
        fast = state == "RAMP_DOWN" and session._fall_ma_per_s > hard_limits.RAMP_DOWN_MA_PER_S + 1e-9
        after = session._after if state == "RAMP_DOWN" else None
        settling = region(age_ns, (ns_from_s(_settles_s(session)),)) if state == "RAMP_UP" else 0
        milestones = sum(base_ma >= mark_ma for mark_ma in MILESTONES_MA) + (base_ma > 0.0)
        return (
            milestones,
            settling,
            base_ma >= session.choice_ma - SETTLED_MA,
            after,
            fast,
            session.pause if after == "PAUSED" else None,
        )
    return ()
