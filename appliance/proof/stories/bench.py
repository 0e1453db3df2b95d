"""A daemon over the ideal board on a virtual clock, with clients and permission that do as they are told."""

from collections.abc import Callable

from appliance.control.commands import Commands
from appliance.control.daemon import Daemon
from appliance.control.talk import Request
from appliance.errors import LinkError
from appliance.link.messages import Accepted, Begin, Command, Event, Plan, Refused, Renew, Role, Start, Status
from appliance.proof.stories.board import NUMBERS, SCALES, IdealBoard, IdealClock
from appliance.safety.hard_limits import SITES
from appliance.treatment.signature import Signature

HANDS = Plan("hands", 15.0, 18.0, 200.0)
FEET = Plan("feet", 20.0, 22.0, 200.0)
PALM = Signature(690.0, 1310.0, 0.0)  # the ideal board's load is plain resistance: no C_s to compare with


class NeverReached(Exception):  # noqa: N818 - what did not happen is not by itself a mistake
    """What was waited for did not come."""


class Clients:
    """A `Talk`: what is asked comes with the next poll."""

    def __init__(self) -> None:
        self.recorder_connected = True
        self.inbox: list[Request] = []
        self.answers: list[Accepted | Refused] = []
        self.events: list[Event] = []
        self.statuses: list[Status] = []
        self.fail: dict[str, Exception] = {}
        self.polls = 0

    def _may(self, name: str) -> None:
        if name in self.fail:
            raise self.fail[name]

    def poll(self) -> list[Request]:
        """What was asked since."""
        self._may("poll")
        self.polls += 1
        taken, self.inbox = self.inbox, []
        return taken

    def reply(self, client: int, answer: Accepted | Refused) -> None:
        """Kept."""
        self._may("reply")
        del client
        self.answers.append(answer)

    def status(self, status: Status) -> None:
        """Kept."""
        self._may("status")
        self.statuses.append(status)

    def event(self, event: Event) -> None:
        """Kept."""
        self._may("event")
        self.events.append(event)

    def close(self) -> None:
        """Nothing to release."""


class Doorkeeper:
    """A `Permission` with one permit, 'good'."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, object]] = []
        self.is_settled = True
        self.refuse: LinkError | None = None
        self.settle_error: Exception | None = None

    def grant(self, grant: object, t_ns: int) -> None:
        """Noted."""
        del t_ns
        self.calls.append(("grant", grant))

    def check(self, start: Start, t_ns: int, *, recorder_connected: bool) -> str:
        """The patient's pseudonym, for 'good' alone."""
        del t_ns, recorder_connected
        if self.refuse is not None:
            raise self.refuse
        if start.permit != "good":
            raise LinkError("E109", "no such permit")
        return "patient-1"

    def begun(self, session: str) -> None:
        """Noted."""
        self.calls.append(("begun", session))

    def settled(self) -> bool:
        """As told."""
        if self.settle_error is not None:
            raise self.settle_error
        return self.is_settled

    def spent(self, session: str) -> None:
        """Noted."""
        self.calls.append(("spent", session))

    def closed(self, session: str, charge_mc: float, *, treated: bool) -> None:
        """Noted."""
        del charge_mc
        self.calls.append(("closed", (session, treated)))


class TickBench:
    """`step` runs one point of the grid; the lease is renewed unless the screen is dead."""

    def __init__(self, board_ma: float = 25.0) -> None:
        self.clock = IdealClock()
        self.board = IdealBoard(self.clock)
        self.clients = Clients()
        self.permission = Doorkeeper()
        self.commands = Commands(self.permission, board_ma, simulated=True)
        self.daemon = Daemon(
            self.board,
            self.clock,
            NUMBERS,
            SCALES,
            self.clients,
            self.commands,
            board_ma=board_ma,
            boot="b",
            rested=True,
        )
        self.screen_alive = True
        self.has_skin = True
        self._seconds_s = 0.0
        self.daemon.start()
        self._fake_contact()

    def _fake_contact(self) -> None:
        """The signature has tests of its own; here a person is simply there, or not."""
        run = self.daemon.run_now

        def contact(*_: object) -> str:
            run.last = run.first = PALM
            run.contact_why = None if self.has_skin else "E214"
            return "good" if self.has_skin and self.daemon.sample.output_closed else "seeking"

        run.contact = contact  # type: ignore[method-assign, assignment]

    # ------------------------------------------------------------ time

    @property
    def state(self) -> str:
        """The session's."""
        return self.daemon.session.state

    def step(self) -> None:
        """One point of the grid."""
        if self.screen_alive and self.daemon.tick_count % 100 == 0 and self.daemon.sub_tick == 0:
            self.clients.inbox.append(Request(1, "kiosk", Renew()))
        self.daemon.step()

    def run(self, seconds: float, until: str | Callable[[], bool] | None = None) -> None:
        """So long, or until something is so; an error if it never is."""
        end_ns = self.clock.t_ns + round(seconds * 1e9)
        while self.clock.t_ns < end_ns:
            if until is not None and (until() if callable(until) else self.state == until):
                return
            self.step()
        if until is not None:
            raise NeverReached(f"still {self.state} after {seconds} s; codes {self.daemon.session.codes}")

    # ------------------------------------------------------------ people

    def ask(self, command: Command, role: Role = "kiosk") -> Accepted | Refused:
        """Send one command and take the tick that handles it."""
        self.clients.inbox.append(Request(1, role, command))
        before = len(self.clients.answers)
        self.step()
        return self.clients.answers[before]

    def start(self, plan: Plan = HANDS, session: str = "s1", permit: str = "good") -> Accepted | Refused:
        """Ask for a treatment."""
        return self.ask(Start(session, permit, plan))

    def begun(self, plan: Plan = HANDS) -> Plan:
        """Ask for a treatment that must be taken; the plan that the daemon made of it."""
        answer = self.start(plan)
        if not isinstance(answer, Accepted) or answer.plan is None:
            raise NeverReached(f"refused: {answer}")
        return answer.plan

    def refill_trays(self) -> None:
        """Out of their seats, and back."""
        self.board.tray_out = True
        self.run(0.02)
        self.board.tray_out = False
        self.run(0.01)

    def press(self, held_s: float = 0.1) -> None:
        """The pedal."""
        self.board.pedal = True
        self.run(held_s)
        self.board.pedal = False
        self.run(0.02)

    def treat(self, plan: Plan = HANDS) -> None:
        """From IDLE: a start that is taken, and a person who begins."""
        self.begun(plan)
        self.run(0.05)
        if SITES[plan.site].needs_pedal:
            self.press()
        else:
            self.ask(Begin())

    def to(self, state: str) -> "TickBench":
        """Lead a healthy treatment to `state`."""
        self.run(30.0, "IDLE")
        self.refill_trays()
        if state == "IDLE":
            return self
        self.begun()
        self.run(0.05)
        if state == "ARMED":
            return self
        self.has_skin = state != "CONTACT"
        self.press()
        self.run(0.2 if state == "CONTACT" else 700.0, state)
        return self

    # ------------------------------------------------------------ what happened

    @property
    def is_off(self) -> bool:
        """Open, and nothing flows."""
        return not self.board.enabled and self.board.output_ma == 0.0

    def kinds(self, kind: str) -> list[Event]:
        """Events of one kind."""
        return [event for event in self.clients.events if event.kind == kind]
