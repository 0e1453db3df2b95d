"""The status: the full state, built ten times a second from what the tick knows. It decides nothing."""

from typing import Final

from appliance.control.core import Core
from appliance.control.plan_link import to_link
from appliance.link.messages import Contact, Interlocks, Limit, Paused, Status, Trip
from appliance.safety import hard_limits
from appliance.treatment.pause import BY_PERSON
from appliance.treatment.plan import LEAST_MA
from appliance.treatment.session import RUNNING

TRIPS_SHOWN: Final = 8


def wait_s(core: Core, duration_s: float) -> float:
    """Seconds until a treatment of `duration_s` fits before the hardware timer's earliest trip; 0 when it fits now."""
    if core.output_timer.output_s + duration_s + hard_limits.CONTACT_TOTAL_S <= hard_limits.OUTPUT_TIME_S:
        return 0.0
    return core.output_timer.rest_left_s(core.sample.t_ns)


def build_status(core: Core, *, simulated: bool) -> Status:
    """The message of now. A value that is not measured is None, never an old one or a zero."""
    session, s, run, gate = core.session, core.sample, core.run_now, core.gate
    plan = session.plan
    measured = not core.bus_lost and not s.saturated
    running = session.state in RUNNING
    at_zero = measured and s.return_ma < hard_limits.ZERO_MA and not gate.enabled
    shown_ma = core.shown.take()  # measured or not: the next mean is of the next readings
    adjustable = session.state in ("RAMP_UP", "HOLD")
    return Status(
        tick=core.tick_count,
        t_mono_ns=s.t_ns,
        simulated=simulated,
        state=session.state,
        session=session.id,
        site=plan.site if plan is not None else None,
        direction="reversed" if session.reversed else "normal",
        plan=to_link(plan) if plan is not None else None,
        set_ma=session.base_ma if running else gate.base_ma if gate.enabled else 0.0,  # the trim is no setting
        target_ma=session.goal_ma,
        return_ma=shown_ma if measured else None,
        source_ma=core.sense.last_source_ma if measured else None,
        patient_v=core.sense.last_patient_v if measured and gate.enabled else None,
        compliance_v=s.asked_compliance_v,
        resistance_ohm=run.compliance.loop_ohm if running else None,
        charge_mc=session.dose.charge_mc,
        elapsed_s=session.dose.elapsed_s,
        remaining_s=session.remaining_s,
        half_done=session.half_done,
        no_current=at_zero,
        stopping=session.stopping,
        can_weaken=adjustable and session.choice_ma > LEAST_MA,
        can_strengthen=adjustable and plan is not None and session.choice_ma < plan.max_ma,
        contact=_contact(core),
        paused=_paused(core),
        interlocks=_interlocks(core),
        blocked=core.seen.blocked,
        trips=_trips(core),
        limits=_limits(core),
        limited_by=run.limiting(session, run.chain),
        lease_left_s=core.lease.left_s(s.t_ns),
        wait_s=wait_s(core, hard_limits.SITES["hands"].default_s),
        outcome=session.outcome if session.state in ("DONE", "IDLE", "FAULT") else None,
        reason=_reason(core),
    )


def _reason(core: Core) -> str | None:
    session = core.session
    if session.state == "FAULT":
        return session.codes[0] if session.codes else session.reason
    return session.reason if session.state in ("DONE", "IDLE") else None


def _contact(core: Core) -> Contact | None:
    probe = core.run_now.probe
    if core.session.state != "CONTACT" or probe is None:
        return None
    return Contact(
        stage=probe.stage, meter=probe.meter, steady_left_s=probe.steady_left_s, why=core.run_now.contact_why
    )


def _paused(core: Core) -> Paused | None:
    session = core.session
    if session.pause is None or not (session.state == "PAUSED" or session.resuming):
        return None
    return Paused(reason=session.pause, ends_in_s=session.away_left_s, by_person=session.pause in BY_PERSON)


def _interlocks(core: Core) -> Interlocks:
    inputs = core.sense.inputs
    if inputs is None:
        return Interlocks(
            e_stop=False,
            pedal=False,
            tray_left_out=False,
            tray_right_out=False,
            latch_tripped=True,
            watchdog_ok=False,
            relay_open=True,
            reversed=False,
        )
    return Interlocks(
        e_stop=inputs.e_stop,
        pedal=inputs.pedal,
        tray_left_out=inputs.tray_left_out,
        tray_right_out=inputs.tray_right_out,
        latch_tripped=inputs.latch_tripped,
        watchdog_ok=inputs.watchdog_ok,
        relay_open=inputs.relay_open,
        reversed=inputs.reversed,
    )


def _trips(core: Core) -> tuple[Trip, ...]:
    return tuple(
        Trip(code=trip.code, monitor=trip.monitor, reaction=trip.reaction, t_session_s=at_s)
        for trip, at_s in core.journal.trips[-TRIPS_SHOWN:]
    )


def _limits(core: Core) -> tuple[Limit, ...]:
    chain, drier = core.run_now.chain, core.session.drier
    of_current = chain.reasons if chain is not None else ()
    of_time = () if drier is None else (Limit(reason=drier.key, value=drier.value, unit="s"),)
    return (*of_time, *(Limit(reason=r.key, value=r.value, unit="mA") for r in of_current))
