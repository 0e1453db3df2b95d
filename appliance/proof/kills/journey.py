"""From IDLE to each state, as a person gets there: start, hands in, pedal, contact, ramp. All rules are in force."""

import uuid
from typing import Final, NamedTuple

from appliance.link.messages import Accepted, Pause, Plan, Resume, State, Stop
from appliance.proof.kills.model import Where
from appliance.proof.kills.peer import UnmetError, until
from appliance.proof.kills.rig import Rig

PEDAL_S: Final = 0.1
REST_S: Final = 0.1  # the pedal is seen at rest before it is pressed
STAY_S: Final[dict[State, float]] = {
    "CONTACT": 0.8,  # K1 closed, 5 V there, the probe at work
    "RAMP_UP": 0.0,
    "HOLD": 0.2,
    "RAMP_DOWN": 0.3,  # of the 1.8 s that STOP takes
    "REVERSE": 0.3,  # K1 open, K2 moved; the dwell takes 1 s
}
REVERSES_S: Final = 90.0  # half of the shortest treatment, and what comes before
SHORTEST_S: Final = 60.0
LONG_S: Final = 600.0
HEADROOM_MA: Final = 2.0


class Session(NamedTuple):
    """A treatment under way, in its state."""

    id: str
    where: Where
    plan: Plan
    set_ma: float  # in force or aimed at


def plan_for(where: Where, set_ma: float) -> Plan:
    """A plan that leads there soonest."""
    reverses = where == "REVERSE"
    return Plan(
        site="hands",
        set_ma=set_ma,
        max_ma=set_ma + HEADROOM_MA,
        duration_s=SHORTEST_S if reverses else LONG_S,
        polarity="reverse_at_half" if reverses else "fixed_normal",
        ramp_ma_per_s=1.0,
    )


def go(rig: Rig, where: Where, set_ma: float) -> Session:
    """A new session, in that state. Raises `UnmetError`: it does not get there, or does not stay."""
    session = Session(uuid.uuid4().hex, where, plan_for(where, set_ma), set_ma)
    if where == "ARMED":
        return session
    begin(rig, session)
    state: State = "CONTACT" if where == "CONTACT_RESUME" else where
    if where != "CONTACT":
        rig.wait_state("RAMP_UP")
    if where == "CONTACT_RESUME":
        _resume(rig, session)
    elif where == "RAMP_UP":
        half_way(rig, set_ma)
    elif where == "RAMP_DOWN":
        rig.wait_state("HOLD", patience_s=REVERSES_S)
        rig.let_pass(STAY_S["HOLD"])
        rig.service.send(Stop())
    rig.wait_state(state, patience_s=REVERSES_S)
    rig.let_pass(STAY_S[state])
    rig.still_in(state)
    return session


def begin(rig: Rig, session: Session) -> None:
    """From IDLE to CONTACT."""
    answer = rig.ask_start(session.id, session.plan)
    if not isinstance(answer, Accepted):
        raise UnmetError(f"the start was refused: {answer.code} {answer.message}")
    rig.wait_state("ARMED")
    rig.body.act("hands_in")
    rig.let_pass(REST_S)
    rig.body.act("pedal", hold_s=PEDAL_S)
    rig.wait_state("CONTACT")


def half_way(rig: Rig, set_ma: float) -> None:
    """Until the current has risen to the middle of its ramp."""

    def risen() -> bool:
        rig.still_in("RAMP_UP")
        return abs(rig.body.felt().current_ma) >= set_ma / 2

    until(risen, "the current rises", REVERSES_S)


def _resume(rig: Rig, session: Session) -> None:
    """A sting in the ramp, and back by a touch: one step weaker, as it must be."""
    half_way(rig, session.set_ma)
    rig.screen.send(Pause())
    paused_ns = rig.wait_state("PAUSED")
    rig.screen.send(Resume())
    rig.wait_state("CONTACT", since_ns=paused_ns)
