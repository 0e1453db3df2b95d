"""The daemon's clients, its dose ledger and its contact probe in an exploration: they say what the world says.

Permits, ledger and permission are the real ones, but for the disk: a note is written at once, later or never, as the
world says, and no thread runs. The real probe has tests of its own; here its verdict is an input.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any, Final, cast

from appliance.control.ledger import Entry, Ledger
from appliance.control.moment import Moment
from appliance.control.permission import LedgerPermission
from appliance.control.permits import Permits
from appliance.control.talk import Request
from appliance.errors import RecordsError
from appliance.link.messages import Accepted, Command, Event, Refused, Role, Status
from appliance.proof.explore.world import PALM, World
from appliance.safety.hard_limits import SITES
from appliance.treatment.contact import SEEK_MA, ContactProbe, Probe

NOON: Final = Moment(datetime(2026, 1, 1, 12, tzinfo=UTC), True, "explored", 0.0)


class Clients:
    """A `Talk` that hands over what is queued, and keeps the last answer."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._inbox: list[Request] = []
        self.answers: list[Accepted | Refused] = []  # of this step
        self.reports: list[bool] = []  # of self-tests in this step: passed?
        self.told: list[tuple[str, str | None]] = []  # starts and ends of sessions in this step

    @property
    def recorder_connected(self) -> bool:
        """As the world says."""
        return self._world.recorder

    def send(self, command: Command, role: Role) -> None:
        """Queue one command for the next tick."""
        self._inbox.append(Request(1, role, command))

    def poll(self) -> list[Request]:
        """All that is queued."""
        if self._world.breaks == "poll":
            raise ZeroDivisionError("explored: a mistake in the program, while reading commands")
        taken = self._inbox.copy()
        self._inbox.clear()
        return taken

    def reply(self, client: int, answer: Accepted | Refused) -> None:
        """Keep it."""
        del client
        self.answers.append(answer)

    def status(self, status: Status) -> None:
        """Nobody looks."""
        del status
        if self._world.breaks == "status":
            raise ZeroDivisionError("explored: a mistake in the program, while sending the status")

    def event(self, event: Event) -> None:
        """The self-test's report, and that a session began or ended."""
        if event.kind == "self_test":
            self.reports.append(event.detail["passed"] is True)
        elif event.kind in ("start", "end"):
            self.told.append((event.kind, event.session))

    def close(self) -> None:
        """Nothing to release."""


class Note:
    """A `Future` of one line of the ledger."""

    def __init__(self, write: Callable[[], None]) -> None:
        self._write = write
        self._error: Exception | None = None
        self._done = False

    def settle(self) -> None:
        """The disk has done it, or failed."""
        self._done = True
        try:
            self._write()
        except (RecordsError, ValueError) as error:
            self._error = error

    @property
    def failed(self) -> bool:
        """Whether the disk refused it."""
        return self._error is not None

    def done(self) -> bool:
        """Whether the disk has answered."""
        return self._done

    def result(self) -> None:
        """Raises what the disk ran into."""
        if self._error is not None:
            raise self._error


class Desk:
    """The ledger's worker without its thread."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._waiting: list[Note] = []
        self._last: Note | None = None

    @property
    def written(self) -> bool:
        """Whether the last line is on disk."""
        return not self._waiting and (self._last is None or not self._last.failed)

    def submit(self, write: Callable[..., None], *args: Any) -> Note:
        """Write it now, or when the disk is quick again."""
        note = Note(lambda: write(*args))
        self._last = note
        self._waiting.append(note)
        self.work()
        return note

    def work(self) -> None:
        """What the disk allows."""
        if not self._world.disk_slow:
            while self._waiting:
                self._waiting.pop(0).settle()


class MemoryLedger(Ledger):
    """The real ledger, whose lines go to no disk."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._simulated = True
        self._open = {}
        self._last = {}
        self._damaged = None
        self.newest = None

    def _append(self, entry: Entry) -> None:
        del entry
        if self._world.disk_fails:
            raise RecordsError("E602", "explored: the dose ledger cannot be written")


def _noon() -> Moment:
    return NOON


def build_permission(world: World) -> tuple[LedgerPermission, Desk, Permits]:
    """The real permission over permits in memory and a ledger without a disk."""
    permits = Permits(simulated=False)
    permission = LedgerPermission(permits, MemoryLedger(world), _noon)
    permission._worker.shutdown()
    desk = Desk(world)
    permission._worker = cast("ThreadPoolExecutor", desk)
    return permission, desk, permits


class ScriptedProbe(ContactProbe):
    """A probe whose verdict is the world's; told anew before each tick."""

    opaque = True  # for a memento

    def __init__(self, world: World, window_s: float) -> None:
        super().__init__(SITES["hands"], None, window_s)
        self._world = world

    def hear(self) -> None:
        """What it finds in the coming tick."""
        self.verdict = self._world.verdict
        self.why = "E214" if self.verdict == "seeking" else None
        self.signature = PALM if self.verdict == "good" else None

    @property
    def steps_now(self) -> bool:
        """Never: a whole tick has time for a conversion and a step."""
        return False

    def step(self, return_ma: float, source_ma: float | None, volts: float | None, volts_age_s: float | None) -> Probe:
        """The probe's current."""
        del return_ma, source_ma, volts, volts_age_s
        return Probe(SEEK_MA, False)
