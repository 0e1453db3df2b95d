"""Commands of clients, turned into calls of the session. A refusal names its code and changes nothing."""

from typing import Final, Protocol

from appliance.control.core import Core
from appliance.control.plan_link import from_link, to_link
from appliance.control.report import build_status, wait_s
from appliance.control.talk import Request
from appliance.errors import InterlockError, IontoError, LinkError
from appliance.link.framing import refusal
from appliance.link.messages import (
    Accepted,
    Ack,
    Acknowledge,
    Adjust,
    Begin,
    Command,
    Hello,
    Limit,
    Pause,
    PermitGrant,
    Refused,
    Renew,
    Resume,
    Role,
    Start,
    Status,
    Stop,
)
from appliance.link.plan_hash import plan_hash
from appliance.safety.constraint import Reason
from appliance.treatment.plan import TreatmentPlan, constrain_plan

KIOSK_MAY_ACKNOWLEDGE: Final = frozenset(("E401", "E408"))  # the rest needs a technician [D]
# What may lead to current. Two of them in one tick would skip what a state sets up and waits for.
LEADS_ON: Final = (Start, Begin, Resume, Acknowledge)
BY_RED_SWITCH: Final = frozenset(("E402", "E404", "E405"))  # relay, latch and watchdog, which it takes with it by wire


class Permission(Protocol):
    """Whether a treatment may begin: permits and the dose ledger, behind one port."""

    def grant(self, grant: PermitGrant, t_ns: int) -> None:
        """The recorder allows one treatment."""
        ...

    def check(self, start: Start, t_ns: int, *, recorder_connected: bool) -> str:
        """Patient pseudonym of a valid permit.

        Raises:
            LinkError: E109 no valid permit, E110 treated today, E114 no recorder.
        """
        ...

    def begun(self, session: str) -> None:
        """Before CONTACT: begin to note on disk that this session may give a dose."""
        ...

    def settled(self) -> bool:
        """Whether the last note is on disk. Raises RecordsError E602 when it could not be written."""
        ...

    def spent(self, session: str) -> None:
        """RAMP_UP reached: the permit is consumed."""
        ...

    def closed(self, session: str, charge_mc: float, *, treated: bool) -> None:
        """The output is open for good: close the note."""
        ...


class Commands:
    """Handles one request at a time, in the tick."""

    def __init__(self, permission: Permission, board_ma: float, *, simulated: bool) -> None:
        self._permission = permission
        self._board_ma = board_ma
        self._simulated = simulated
        self._started: Accepted | None = None  # answer to the start of this session, for a repeated one
        self._used_ids: set[str] = set()
        self.ending = False  # the program ends: nothing leads on any more
        self._noted: str | None = None  # session whose line in the ledger is open
        self._spent = False

    def handle(self, request: Request, core: Core) -> None:
        """Do it or refuse it; a client's mistake never becomes a CUT."""
        name = request.command.__struct_config__.tag
        try:
            answer = self._answer(request, core)
        except IontoError as error:
            answer = refusal(error, str(name))
        if answer is not None:
            core.talk.reply(request.client, answer)

    def _answer(self, request: Request, core: Core) -> Accepted | Refused | None:
        session, seen = core.session, core.seen
        answer: Accepted | Refused | None = None
        self._refuse_second(request.command, core)
        match request.command:
            case Stop():
                session.stop()
                answer = Accepted(re="stop")
            case Renew():
                core.lease.renew(core.sample.t_ns)
            case Start() as command:
                answer = self._start(command, core)
            case Begin():
                answer = _done(session.begin(lease_alive=seen.lease_alive, blocked=seen.blocked), "begin", core)
            case Pause():
                answer = _done(session.stings(), "pause", core)
            case Resume():
                answer = _done(session.resume(lease_alive=seen.lease_alive, blocked=seen.blocked), "resume", core)
            case Adjust() as command:
                answer = self._adjust(command, core)
            case Acknowledge():
                answer = self._acknowledge(request.role, core)
            case PermitGrant() as command:
                self._permission.grant(command, core.sample.t_ns)
                answer = Accepted(re="permit", id=command.permit)
            case Hello() | Ack():
                pass  # the port's own business
        return answer

    def _refuse_second(self, command: Command, core: Core) -> None:
        """What leads on waits until the last change of state is in force; what leads to zero never does.

        Raises:
            LinkError: E108 the state has changed in this tick, or the program ends.
        """
        if not isinstance(command, LEADS_ON) or (isinstance(command, Start) and self._told_before(command)):
            return
        if self.ending:
            raise LinkError("E108", "the device is shutting down; start again when it is back")
        if core.between_states:
            raise LinkError("E108", f"the state has just become {core.session.state}; look at it, then ask again")

    def _told_before(self, command: Start) -> Accepted | None:
        """What this session's start was told: the same start again is told the same."""
        return self._started if self._started is not None and self._started.id == command.id else None

    def _start(self, command: Start, core: Core) -> Accepted:
        told = self._told_before(command)
        if told is not None:
            return told
        self._refuse_now(command, core)
        session, s = core.session, core.sample
        plan, reasons = constrain_plan(from_link(command.plan), self._board_ma)
        patient = self._permission.check(command, s.t_ns, recorder_connected=core.talk.recorder_connected)
        waiting_s = wait_s(core, plan.duration_s)
        if waiting_s > 0.0:
            raise LinkError("E112", f"the treatment timer rests {waiting_s / 60.0:.0f} min more; start again then")
        self._refuse_unproved(core)
        session.start(command.id, plan)
        self._used_ids.add(command.id)
        self._permission.begun(command.id)
        core.pulse_latch_reset()
        core.lease.renew(s.t_ns)
        self._noted, self._spent = command.id, False
        accepted_plan = to_link(plan)
        core.journal.start_detail = _start_detail(command, plan, patient, simulated=self._simulated)
        self._started = Accepted(re="start", id=command.id, plan=accepted_plan, limits=_limits(reasons))
        return self._started

    def _refuse_now(self, command: Start, core: Core) -> None:
        """What forbids any start now.

        Raises:
            LinkError: E108 the id is used, or the state is not IDLE; E111 a session is under way.
            InterlockError: E406 a tray is not seated; E411 the pedal is stuck.
        """
        session = core.session
        if command.id in self._used_ids:
            raise LinkError("E108", f"the session {command.id!r} was given already; a new one needs a new id")
        if session.active:
            raise LinkError("E111", f"a treatment is under way ({session.state}); stop it first")
        if session.state != "IDLE":
            raise LinkError("E108", f"a start needs IDLE, the state is {session.state}")
        if core.sample.tray_out:
            raise InterlockError("E406", "a tray is not seated; push both in")
        if session.pedal.stuck:
            raise InterlockError("E411", "the pedal reads pressed and nobody can be pressing it; free it or plug it in")

    def _refuse_unproved(self, core: Core) -> None:
        """Last of all: whoever is refused for another reason need not lift a tray for it.

        Raises:
            InterlockError: E413, a tray was not seen out of its place since the last treatment.
        """
        unproved = core.trays.unproved
        if unproved:
            sides = " and ".join(unproved)
            raise InterlockError(
                "E413", f"not seen open since the last treatment: {sides} tray; lift it and push it back"
            )

    def _adjust(self, command: Adjust, core: Core) -> Accepted | Refused:
        session = core.session
        before_ma = session.choice_ma
        done = session.adjust(command.steps)
        if done:
            detail = {"from_ma": before_ma, "to_ma": session.choice_ma}
            core.journal.emit("adjust", core.sample.t_ns, session.id, dict(detail))
        return _done(done, "adjust", core)

    def _acknowledge(self, role: Role, core: Core) -> Accepted | Refused:
        session = core.session
        if session.state == "FAULT" and role != "technician":
            may = KIOSK_MAY_ACKNOWLEDGE | BY_RED_SWITCH if session.by_red_switch else KIOSK_MAY_ACKNOWLEDGE
            barred = [code for code in session.codes if code not in may]
            if barred:
                return Refused(code="E104", message=f"{barred[0]} is released by a technician", re="acknowledge")
        done = session.acknowledge()
        if done:
            self._started = None
        return _done(done, "acknowledge", core)

    # ------------------------------------------------------------ what follows the session's step

    def blocked(self, core: Core) -> str | None:
        """Code of what forbids energising now: a tray, the pedal, or a ledger line that is not on disk yet."""
        if core.sample.tray_out:
            return "E406"
        if core.session.pedal.stuck:
            return "E411"
        if core.session.state != "ARMED":
            return None
        try:
            return None if self._permission.settled() else "E602"
        except IontoError as error:
            core.session.refuse(error.code)
            return error.code

    def after_step(self, core: Core) -> None:
        """Keep permit and ledger in step: spent at RAMP_UP, closed when the output is open for good."""
        session = core.session
        noted = self._noted
        if noted is not None:
            if session.ramped_up and not self._spent:
                self._spent = True
                self._permission.spent(noted)
            if not session.active and not core.gate.enabled:
                self._noted = None
                self._permission.closed(noted, session.dose.charge_mc, treated=session.ramped_up)
        if session.state == "IDLE":
            self._started = None

    def status(self, core: Core) -> Status:
        """The full state, for everyone."""
        return build_status(core, simulated=self._simulated)


def _done(done: bool, name: str, core: Core) -> Accepted | Refused:
    if done:
        return Accepted(re=name)
    return Refused(code="E108", message=f"{name} is not possible now (state {core.session.state})", re=name)


def _limits(reasons: tuple[Reason, ...]) -> tuple[Limit, ...]:
    return tuple(Limit(reason=r.key, value=r.value, unit="s" if r.key in _TIMES else "mA") for r in reasons)


_TIMES: Final = frozenset(("limit.time", "limit.charge"))


def _start_detail(
    command: Start, plan: TreatmentPlan, patient: str, *, simulated: bool
) -> dict[str, str | float | int | bool | None]:
    return {
        "site": plan.site,
        "set_ma": plan.set_ma,
        "max_ma": plan.max_ma,
        "duration_s": plan.duration_s,
        "polarity": plan.polarity,
        "permit": command.permit,
        "plan_sha256": plan_hash(command.plan),
        "patient": patient,
        "simulated": simulated,
    }
