"""The blows that leave the daemon alive: clients that are gone, a socket file that is gone, a disk that is full.

The treatment goes on, or ends by its own rules; it can be stopped; nothing that was recorded is lost.
"""

import resource
import uuid
from collections.abc import Iterator
from typing import Final

from appliance.errors import LinkError
from appliance.link.client import Client
from appliance.link.messages import Accepted, Acknowledge, Start, State, Stop
from appliance.proof.kills import judge, model
from appliance.proof.kills.blows import Strike
from appliance.proof.kills.diary import Blow, Diary
from appliance.proof.kills.journey import PEDAL_S, Session
from appliance.proof.kills.model import Found, Where
from appliance.proof.kills.peer import UnmetError, until
from appliance.proof.kills.rig import Rig
from appliance.units import NS_PER_MS

UNASKED_S: Final = 2.6  # what may return by itself would after 2 s
STEADY_S: Final = 0.5
CONNECT_S: Final = 1.0
FULL_BYTES: Final = 4096  # less than any file of the records: no write fits
BACK_S: Final = 15.0  # the recorder tries again every 2 s, then connects, then catches up
PEDAL_IN: Final = frozenset(("HOLD", "RAMP_UP"))  # where the treatment is paused by foot before it is stopped
GOES_ON: Final[dict[Where, State]] = {
    "CONTACT": "RAMP_UP",
    "CONTACT_RESUME": "RAMP_UP",
    "RAMP_UP": "HOLD",
    "RAMP_DOWN": "DONE",
    "REVERSE": "CONTACT",
}


def kiosk_closed(rig: Rig, session: Session) -> Found:
    """The screen is gone; somebody still looks on."""
    rig.screen.close()
    rig.kiosk = None
    return fades(rig, session, rig.blow(rig.clock.now_ns()))


def all_closed(rig: Rig, session: Session) -> Found:
    """Nobody is left, not even the recorder."""
    rig.hang_up()
    gone_ns = rig.clock.now_ns()
    rig.bury("recorder")
    return fades(rig, session, rig.blow(gone_ns))


def fades(rig: Rig, session: Session, blow: Blow) -> Found:
    """The lease ends, the current falls gently, and a new screen brings nothing back."""
    lease_ms = model.STOP_MS if session.where == "RAMP_DOWN" else model.LEASE_MS + model.FALLS_MS
    most_ms = lease_ms + session.set_ma / model.FALL_MA_PER_S * 1e3 + model.FALLS_MS
    most_ms = most_ms if session.where in ("RAMP_UP", "HOLD") else lease_ms
    gone_ns = blow.t_ns + round(most_ms * NS_PER_MS)
    until(lambda: rig.clock.now_ns() > gone_ns, "the lease ends")
    rig.connect()
    rig.let_pass(UNASKED_S)
    diary = rig.diary.read()
    felt = [*judge.over(diary, blow, _goal_ma(session, blow), session.set_ma), *judge.returned(diary, gone_ns)]
    why = list(felt)
    if session.where in ("RAMP_UP", "HOLD"):
        why += judge.too_steep(diary, blow.t_ns, gone_ns)
    quiet = rig.service.wait("ARMED", "PAUSED", "DONE", "IDLE")
    if quiet.state == "PAUSED" and (quiet.paused is None or not quiet.paused.by_person):
        why.append("PAUSED, and not by a person")
    if not quiet.no_current:
        why.append("the device does not say that no current flows")
    return _found(diary, blow, blow, why, felt=bool(felt), end=quiet.state)


def socket_deleted(rig: Rig, session: Session) -> Found:
    """Who is connected stays so and can stop it; nobody new comes in until another daemon makes the file anew."""
    blow = rig.strike(rig.socket.unlink)
    found = goes_on_and_stops(rig, session, blow)
    why = list(found.why)
    try:
        Client.connect(rig.socket, "technician", CONNECT_S).close()
        why.append("a new client could connect without the file")
    except LinkError as error:
        if error.code != "E113":
            why.append(f"a new client was told {error.code}, expected E113")
    rig.end_daemon()
    rig.start_daemon()
    return found._replace(why=tuple(why))


def recorder_full(rig: Rig, session: Session) -> Found:
    """The treatment ends by its own rules, nobody starts another, and later everything is on disk."""
    pid = rig.programs.pid("recorder")
    _, hard = resource.prlimit(pid, resource.RLIMIT_FSIZE)
    blow = rig.blow(rig.clock.now_ns())
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (FULL_BYTES, hard))
    found = goes_on_and_stops(rig, session, blow)
    why = list(found.why)
    until(lambda: "E602" in rig.log("recorder"), "the recorder says that its disk is full")
    rig.screen.send(Acknowledge())
    rig.screen.wait("IDLE")
    rig.refill_trays()
    refused = rig.screen.ask(Start(uuid.uuid4().hex, "demo", session.plan))
    if isinstance(refused, Accepted) or refused.code != "E114":
        why.append("a start without a recorder was not refused with E114")
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (hard, hard))
    until(lambda: (row := rig.recorded(session.id)) is not None and row.ended_utc is not None, "it is recorded", BACK_S)
    return found._replace(why=(*why, *_missing(rig, session)))


def _missing(rig: Rig, session: Session) -> Iterator[str]:
    """Events of a session that the records do not have."""
    row = rig.recorded(session.id)
    seqs = rig.recorded_seqs(row) if row is not None else []
    if not seqs or seqs != list(range(seqs[0], seqs[0] + len(seqs))):
        yield f"events {seqs} are not all there"


def _goal_ma(session: Session, blow: Blow) -> float:
    """The most that the treatment may come to from here."""
    return blow.felt_ma if session.where == "RAMP_DOWN" else session.set_ma


def ledger_full(rig: Rig, session: Session) -> Found:
    """What cannot be noted is not given: the start ends before any current, and says why."""
    pid = rig.programs.pid("control")
    ledger = rig.directory / "state" / "doses.jsonl"
    _, hard = resource.prlimit(pid, resource.RLIMIT_FSIZE)
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (ledger.stat().st_size, hard))
    before_ns = rig.clock.now_ns()
    rig.ask_start(session.id, session.plan)
    rig.body.act("hands_in")
    rig.body.act("pedal", hold_s=PEDAL_S)
    armed_ns = rig.wait_state("ARMED", since_ns=before_ns)
    rig.wait_state("IDLE", since_ns=armed_ns)
    status = rig.screen.wait("IDLE")
    blow = rig.blow(before_ns)
    rig.let_pass(STEADY_S)
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (hard, hard))
    felt, why = tuple(judge.returned(rig.diary.read(), blow.t_ns)), []
    if (status.outcome, status.reason) != ("not_started", "E602"):
        why.append(f"the start ended as {status.outcome}, {status.reason}; expected not_started, E602")
    peak_ma = judge.peak_ma(rig.diary, blow)
    return Found(peak_ma=peak_ma, why=(*felt, *why), felt=bool(felt), end=f"IDLE {status.reason}")


def goes_on_and_stops(rig: Rig, session: Session, blow: Blow) -> Found:
    """The next state comes as if nothing had happened; then the pedal, or STOP, ends it within its time."""
    if session.where in GOES_ON:
        rig.wait_state(GOES_ON[session.where], since_ns=blow.t_ns)
    rig.let_pass(STEADY_S if session.where == "HOLD" else 0.0)
    gives = rig.diary.read().between(blow.t_ns)
    why = list(judge.steady(gives, session.set_ma)) if session.where == "HOLD" else []
    by_foot = session.where in PEDAL_IN
    asked = blow if session.where == "RAMP_DOWN" else _by_pedal(rig) if by_foot else _by_stop(rig)
    most_ms = (model.PAUSE_MS if by_foot else model.STOP_MS) + model.FALLS_MS
    gone_ns = asked.t_ns + round(most_ms * NS_PER_MS)
    until(lambda: rig.clock.now_ns() > gone_ns, "the time to be at zero passes")
    rig.service.send(Stop())
    rig.wait_state("DONE", since_ns=blow.t_ns)
    rig.let_pass(STEADY_S)
    diary = rig.diary.read()
    felt = [*judge.over(diary, blow, _goal_ma(session, blow), session.set_ma), *judge.returned(diary, gone_ns)]
    end = "went on; pedal, STOP" if by_foot else "went on; STOP"
    return _found(diary, blow, asked, [*why, *felt], felt=bool(felt), end=end)


def _by_pedal(rig: Rig) -> Blow:
    """Pressed and let go; when the bench felt it."""
    before_ns = rig.clock.now_ns()
    rig.body.act("pedal", hold_s=PEDAL_S)
    pressed = rig.diary.read().first("action", "pedal", before_ns)
    if pressed is None:
        raise UnmetError("never: the pedal is pressed")
    rig.wait_state("PAUSED", since_ns=before_ns)
    return rig.blow(pressed.t_ns)


def _by_stop(rig: Rig) -> Blow:
    """STOP over the connection that there is."""
    return rig.strike(lambda: rig.service.send(Stop()))


def _found(diary: Diary, blow: Blow, asked: Blow, why: list[str], *, felt: bool, end: str) -> Found:
    """Peak and charge from the blow on; times from what asked for the end of the current."""
    zero_ms, open_ms = judge.to_zero_ms(diary, asked), judge.to_open_ms(diary, asked)
    peak_ma, charge_mc = judge.peak_ma(diary, blow), judge.charge_since(diary, blow)
    return Found(zero_ms, open_ms, peak_ma, charge_mc, tuple(why), felt=felt, end=end)


LOSSES: Final[dict[str, Strike]] = {
    "kiosk_closed": kiosk_closed,
    "all_closed": all_closed,
    "socket_deleted": socket_deleted,
    "recorder_full": recorder_full,
    "ledger_full": ledger_full,
}
