"""The status: the full state, built ten times a second from what the tick knows. It decides nothing."""

from typing import TYPE_CHECKING, Final

from appliance.link.messages import Contact, Interlocks, Limit, Paused, Plan, Status, Trip
from appliance.safety import hard_limits
from appliance.treatment.plan import LEAST_MA
from appliance.treatment.session import BY_PERSON, RUNNING

if TYPE_CHECKING:
    from appliance.control.daemon import Daemon

TRIPS_SHOWN: Final = 8
CONTACT_RESERVE_S: Final = hard_limits.CONTACT_TOTAL_S


class OutputTimer:
    """Mirror of the hardware's treatment timer: output time since its reset, which needs a long rest."""

    def __init__(self, rest_s: float) -> None:
        """`rest_s`: how long the output must have been low before LATCH_RESET restarts the timer."""
        self._rest_s = rest_s
        self.output_s = 0.0
        self._low_since_ns: int | None = None
        self._last_ns = 0

    def tick(self, t_ns: int, *, enabled: bool) -> None:
        """Account one tick."""
        if enabled:
            self.output_s += (t_ns - self._last_ns) / 1e9
            self._low_since_ns = None
        elif self._low_since_ns is None:
            self._low_since_ns = t_ns
        self._last_ns = t_ns

    def rest_left_s(self, t_ns: int) -> float:
        """Until a start would restart the hardware's timer."""
        low_s = 0.0 if self._low_since_ns is None else (t_ns - self._low_since_ns) / 1e9
        return max(0.0, self._rest_s - low_s)

    def restart_if_rested(self, t_ns: int) -> None:
        """A start has pulsed LATCH_RESET: the timer restarted if it had rested."""
        if self.rest_left_s(t_ns) <= 0.0:
            self.output_s = 0.0


def wait_s(daemon: "Daemon", duration_s: float) -> float:
    """Seconds until a treatment of `duration_s` fits before the hardware timer's earliest trip; 0 when it fits now."""
    if daemon.output_timer.output_s + duration_s + CONTACT_RESERVE_S <= hard_limits.OUTPUT_TIME_S:
        return 0.0
    return daemon.output_timer.rest_left_s(daemon.sample.t_ns)


def build_status(daemon: "Daemon", *, simulated: bool) -> Status:
    """The message of now. A value that is not measured is None, never an old one or a zero."""
    session, s, run, gate = daemon.session, daemon.sample, daemon.run_now, daemon.gate
    plan = session.plan
    measured = not daemon.bus_lost
    running = session.state in RUNNING
    at_zero = measured and s.return_ma < hard_limits.ZERO_MA and not gate.enabled
    adjustable = session.state in ("RAMP_UP", "HOLD")
    return Status(
        tick=daemon.tick_count,
        t_mono_ns=s.t_ns,
        simulated=simulated,
        state=session.state,
        session=session.id,
        site=plan.site if plan is not None else None,
        direction="reversed" if session.reversed else "normal",
        plan=_plan(daemon),
        set_ma=gate.base_ma if gate.enabled else 0.0,
        target_ma=session.goal_ma,
        return_ma=s.return_ma if measured else None,
        source_ma=daemon.sense.last_source_ma if measured else None,
        patient_v=daemon.sense.last_patient_v if measured and gate.enabled else None,
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
        contact=_contact(daemon),
        paused=_paused(daemon),
        interlocks=_interlocks(daemon),
        trips=_trips(daemon),
        limits=_limits(daemon),
        limited_by=run.limiting(session, run.chain),
        lease_left_s=daemon.lease.left_s(s.t_ns),
        wait_s=wait_s(daemon, hard_limits.SITES["hands"].default_s),
        outcome=session.outcome if session.state in ("DONE", "IDLE", "FAULT") else None,
        reason=_reason(daemon),
    )


def _reason(daemon: "Daemon") -> str | None:
    session = daemon.session
    if session.state == "FAULT":
        return session.codes[0] if session.codes else session.reason
    return session.reason if session.state in ("DONE", "IDLE") else None


def _plan(daemon: "Daemon") -> Plan | None:
    plan = daemon.session.plan
    if plan is None:
        return None
    return Plan(
        site=plan.site,
        set_ma=plan.set_ma,
        max_ma=plan.max_ma,
        duration_s=plan.duration_s,
        polarity=plan.polarity,
        ramp_ma_per_s=plan.ramp_ma_per_s,
        someone_beside=plan.someone_beside,
    )


def _contact(daemon: "Daemon") -> Contact | None:
    probe = daemon.run_now.probe
    if daemon.session.state != "CONTACT" or probe is None:
        return None
    return Contact(
        stage=probe.stage, meter=probe.meter, steady_left_s=probe.steady_left_s, why=daemon.run_now.contact_why
    )


def _paused(daemon: "Daemon") -> Paused | None:
    session = daemon.session
    if session.pause is None or not (session.state == "PAUSED" or session.resuming):
        return None
    return Paused(reason=session.pause, ends_in_s=session.away_left_s, by_person=session.pause in BY_PERSON)


def _interlocks(daemon: "Daemon") -> Interlocks:
    inputs = daemon.sense.inputs
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


def _trips(daemon: "Daemon") -> tuple[Trip, ...]:
    return tuple(
        Trip(code=trip.code, monitor=trip.monitor, reaction=trip.reaction, t_session_s=at_s)
        for trip, at_s in daemon.journal.trips[-TRIPS_SHOWN:]
    )


def _limits(daemon: "Daemon") -> tuple[Limit, ...]:
    chain = daemon.run_now.chain
    if chain is None:
        return ()
    return tuple(Limit(reason=r.key, value=r.value, unit="mA") for r in chain.reasons)
