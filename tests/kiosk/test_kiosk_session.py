"""The session on a stepped clock: when it renews, what it forgets, how it comes back."""

from itertools import pairwise

from kiosk_rig import WALL, Daemon, SteppedClock
from msgspec.structs import replace

from appliance.kiosk.recorded import IDLE, PLAN, RECORDED
from appliance.kiosk.session import Session
from appliance.link.messages import Accepted, Limit, Refused, Renew, Start, Stop


def run(session: Session, clock: SteppedClock, duration_s: float, daemon: Daemon | None = None) -> None:
    """Frames at 20 Hz; with `daemon`, a status at 10 Hz."""
    for i in range(round(duration_s * 20)):
        clock.now_s += 0.05
        if daemon is not None and i % 2 == 0:
            daemon.says(IDLE)
        session.frame()
        session.renew()


def test_the_lease_is_renewed_twice_a_second_while_the_status_is_young(
    session: Session, daemon: Daemon, clock: SteppedClock
) -> None:
    run(session, clock, 10.0, daemon)
    assert 18 <= daemon.heard_of(Renew) <= 21


def test_the_lease_is_not_renewed_once_the_status_shown_is_a_second_old(
    session: Session, daemon: Daemon, clock: SteppedClock
) -> None:
    run(session, clock, 2.0, daemon)
    run(session, clock, 1.0)
    before = daemon.heard_of(Renew)
    run(session, clock, 5.0)
    assert daemon.heard_of(Renew) == before


def test_a_repeated_status_grows_old_like_the_first(session: Session, daemon: Daemon, clock: SteppedClock) -> None:
    frozen = replace(IDLE, tick=7)
    for _ in range(60):
        clock.now_s += 0.05
        daemon.answers.append(frozen)
        session.frame()
        session.renew()
    assert (session.shown(WALL).age_s or 0.0) > 2.0
    assert daemon.heard_of(Renew) <= 3


def test_without_any_status_nothing_is_renewed(session: Session, daemon: Daemon, clock: SteppedClock) -> None:
    run(session, clock, 3.0)
    assert daemon.heard == []
    assert session.shown(WALL).age_s is None


def test_it_comes_back_by_itself_with_growing_pauses(session: Session, daemon: Daemon, clock: SteppedClock) -> None:
    run(session, clock, 1.0, daemon)
    daemon.alive = False
    tries: list[float] = []
    connect = daemon.connect

    def counted() -> Daemon:
        tries.append(clock.now_s)
        return connect()

    session._connect = counted
    run(session, clock, 10.0)
    pauses = [later - earlier for earlier, later in pairwise(tries)]
    assert len(tries) >= 4
    assert pauses[0] < 0.7
    assert max(pauses) < 2.2
    daemon.alive = True
    run(session, clock, 2.5)
    run(session, clock, 0.5, daemon)
    assert session.connected
    assert (session.shown(WALL).age_s or 0.0) < 0.2


def test_a_stop_pressed_while_the_link_was_down_is_sent_when_it_is_back(
    session: Session, daemon: Daemon, clock: SteppedClock
) -> None:
    run(session, clock, 1.0, daemon)
    daemon.alive = False
    run(session, clock, 0.5)
    session.act("stop")
    assert daemon.heard_of(Stop) == 0
    daemon.alive = True
    run(session, clock, 2.5)
    assert daemon.heard_of(Stop) == 1


def test_a_stop_of_long_ago_is_not_sent_into_another_treatment(
    session: Session, daemon: Daemon, clock: SteppedClock
) -> None:
    daemon.alive = False
    session.act("stop")
    run(session, clock, 15.0)
    daemon.alive = True
    run(session, clock, 3.0)
    assert session.connected
    assert daemon.heard_of(Stop) == 0


def test_a_start_offers_the_plan_and_its_answer_is_kept(session: Session, daemon: Daemon, clock: SteppedClock) -> None:
    run(session, clock, 0.5, daemon)
    session.act("start")
    start = next(command for command in daemon.heard if isinstance(command, Start))
    assert (start.plan, start.permit) == (PLAN, "demo")
    daemon.answers.append(Refused("E110", "treated today", "start"))
    run(session, clock, 0.1)
    assert session.shown(WALL).refused == "E110"
    session.act("start")
    limit = Limit("limit.charge", 1500.0, "s")
    daemon.answers.append(Accepted("start", start.id, PLAN, (limit,)))
    run(session, clock, 0.1)
    shown = session.shown(WALL)
    assert (shown.refused, shown.limits) == (None, (limit,))


def test_two_starts_have_two_ids(session: Session, daemon: Daemon, clock: SteppedClock) -> None:
    run(session, clock, 0.2, daemon)
    session.act("start")
    session.act("start")
    ids = [command.id for command in daemon.heard if isinstance(command, Start)]
    assert len(set(ids)) == 2


def test_the_trace_keeps_ten_minutes_of_one_session(session: Session, daemon: Daemon, clock: SteppedClock) -> None:
    hold = RECORDED["treatment_hold"].status
    assert hold is not None
    for second in range(0, 900):
        daemon.says(replace(hold, elapsed_s=float(second), resistance_ohm=2000.0 + second))
        session.frame()
    trace = session.shown(WALL).trace
    assert len(trace) == 120
    assert trace[-1] == 2000.0 + 895
    daemon.says(replace(hold, session="another", resistance_ohm=3000.0))
    session.frame()
    assert session.shown(WALL).trace == (3000.0,)
