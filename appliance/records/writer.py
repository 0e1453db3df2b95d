"""Writes records.db. The recorder alone does. What is to be acknowledged is on disk when a method returns.

Nothing is ever overwritten: an event is written once by its boot and number, the end of a session once.
"""

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, Literal

import msgspec
from sqlite_utils import Database

from appliance.errors import RecordsError
from appliance.link.messages import Event, PermitGrant, Plan, Status
from appliance.records import stamp
from appliance.records.details import EndDetail, StartDetail, detail_of
from appliance.records.migrations import migrate
from appliance.records.stamp import Stamp

_BUSY_S: Final = 2.0  # for a reader that holds the checkpoint
_NO_SPACE: Final = frozenset(("SQLITE_FULL", "SQLITE_READONLY", "SQLITE_IOERR"))

_SAMPLE: Final = (
    "state",
    "direction",
    "set_ma",
    "target_ma",
    "return_ma",
    "source_ma",
    "patient_v",
    "compliance_v",
    "resistance_ohm",
    "charge_mc",
    "elapsed_s",
    "limited_by",
)  # columns of samples that are fields of a status


class Writer:
    """One open database. Every method that writes raises RecordsError E602 if it could not, and wrote nothing then."""

    def __init__(self, path: Path, now: Callable[[], Stamp] = stamp.now) -> None:
        """Open or create, and bring to this program's version.

        Raises:
            RecordsError: E601 it is no database, or a newer program's; E602 it cannot be written.
        """
        self._path = path
        self._now = now
        with self._told("E601"):
            self._db = Database(sqlite3.connect(path, timeout=_BUSY_S), execute_plugins=False)
        try:
            with self._told("E601"):
                self._db.execute("PRAGMA journal_mode = WAL")
                self._db.execute("PRAGMA foreign_keys = ON")
                migrate(self._db)
        except RecordsError:
            self._db.close()
            raise

    def close(self) -> None:
        """Close the database."""
        self._db.close()

    def probe(self) -> None:
        """Find out whether anything can be written and reaches the disk."""
        with self._saved("FULL"):
            self._db.execute("INSERT OR REPLACE INTO meta VALUES ('probed_utc', ?)", [self._now().utc])

    def add_events(self, boot: str, events: Sequence[Event], *, simulated: bool) -> None:
        """Put events on disk, and what they mean for their sessions; those that are there already change nothing."""
        with self._saved("FULL"):
            ((last,),) = self._db.execute("SELECT max(seq) FROM events WHERE boot = ?", [boot]).fetchall()
            new = [event for event in events if last is None or event.seq > last]
            at = self._now()
            for session in dict.fromkeys(event.session for event in new):
                self._ensure_session(boot, session, at, simulated=simulated)
            self._db.table("events").insert_all(_event_row(boot, event, at, simulated) for event in new)
            for event in new:
                if event.kind == "start":
                    self._start(boot, event)
                elif event.kind == "end":
                    self._end(boot, event, at)

    def add_sample(self, boot: str, status: Status) -> None:
        """Keep one status of an active session; on disk with the next event, or at the next checkpoint."""
        row: dict[str, Any] = {name: getattr(status, name) for name in _SAMPLE}
        row |= {"boot": boot, "session": status.session, "t_mono_ns": status.t_mono_ns, "simulated": status.simulated}
        with self._saved("NORMAL"):
            self._ensure_session(boot, status.session, self._now(), simulated=status.simulated)
            self._db.table("samples").insert(row, ignore=True)

    def add_permit(self, boot: str, grant: PermitGrant, plan: Plan, *, simulated: bool) -> None:
        """Put a permit on disk, before the daemon hears of it."""
        at = self._now()
        row = msgspec.structs.asdict(grant) | {
            "id": grant.permit,
            "boot": boot,
            "plan": msgspec.json.encode(plan).decode(),
            "simulated": simulated,
            "granted_utc": at.utc,
            "clock_trusted": at.trusted,
        }
        del row["permit"]
        with self._saved("FULL"):
            self._db.table("permits").insert(row)

    def close_interrupted(self, boot: str) -> None:
        """End every session that a daemon before this `boot` left open, with what its last sample says was given."""
        at = self._now()
        with self._saved("FULL"):
            self._db.execute(_INTERRUPT, {"boot": boot, "utc": at.utc})

    def _ensure_session(self, boot: str, session: str | None, at: Stamp, *, simulated: bool) -> None:
        """A row to refer to, even if the session's start was lost."""
        if session is not None:
            row = {"boot": boot, "id": session, "simulated": simulated, "started_utc": at.utc}
            self._db.table("sessions").insert(row | {"clock_trusted": at.trusted}, ignore=True)

    def _start(self, boot: str, event: Event) -> None:
        detail = detail_of(event, StartDetail)
        if detail is not None and event.session is not None:
            self._fill(boot, event.session, "start_mono_ns", event.t_mono_ns, msgspec.structs.asdict(detail))

    def _end(self, boot: str, event: Event, at: Stamp) -> None:
        detail = detail_of(event, EndDetail)
        if detail is not None and event.session is not None:
            values = msgspec.structs.asdict(detail) | {"ended_utc": at.utc}
            self._fill(boot, event.session, "end_mono_ns", event.t_mono_ns, values)

    def _fill(self, boot: str, session: str, once: str, t_mono_ns: int, values: dict[str, Any]) -> None:
        """Fill columns of a session, unless `once` says that they were filled before."""
        columns = {once: t_mono_ns} | values
        assignments = ", ".join(f"{name} = :{name}" for name in columns)
        # names of columns are our own, never a client's
        self._db.execute(
            f"UPDATE sessions SET {assignments} WHERE boot = :_boot AND id = :_id AND {once} IS NULL",  # noqa: S608
            columns | {"_boot": boot, "_id": session},
        )

    @contextmanager
    def _saved(self, synchronous: Literal["NORMAL", "FULL"]) -> Iterator[None]:
        """One transaction; with FULL it is on disk at the end of the block."""
        with self._told("E602"):
            self._db.execute(f"PRAGMA synchronous = {synchronous}")
            with self._db.atomic():
                yield

    @contextmanager
    def _told(self, code: str) -> Iterator[None]:
        """Turn the library's errors into ours; `code` unless it is the disk's fault."""
        try:
            yield
        except sqlite3.Error as error:
            kind = str(getattr(error, "sqlite_errorname", ""))
            full = any(kind.startswith(name) for name in _NO_SPACE)
            what = "cannot be written" if full or code == "E602" else "cannot be opened"
            raise RecordsError("E602" if full else code, f"the records {self._path} {what}: {error}") from error


_INTERRUPT: Final = """
    UPDATE sessions SET
        interrupted = 1,
        outcome = 'fault',
        reason = 'interrupted',
        ended_utc = :utc,
        end_mono_ns = (SELECT max(t_mono_ns) FROM samples s WHERE s.boot = sessions.boot AND s.session = sessions.id),
        charge_mc = coalesce(
            (SELECT max(charge_mc) FROM samples s WHERE s.boot = sessions.boot AND s.session = sessions.id), 0.0),
        elapsed_s = coalesce(
            (SELECT max(elapsed_s) FROM samples s WHERE s.boot = sessions.boot AND s.session = sessions.id), 0.0),
        mean_hold_ma = (SELECT avg(return_ma) FROM samples s
            WHERE s.boot = sessions.boot AND s.session = sessions.id AND s.state = 'HOLD')
    WHERE ended_utc IS NULL AND boot != :boot
"""


def _event_row(boot: str, event: Event, at: Stamp, simulated: bool) -> dict[str, Any]:
    return {
        "boot": boot,
        "seq": event.seq,
        "t_mono_ns": event.t_mono_ns,
        "session": event.session,
        "kind": event.kind,
        "detail": msgspec.json.encode(event.detail).decode(),
        "simulated": simulated,
        "recorded_utc": at.utc,
        "clock_trusted": at.trusted,
    }
