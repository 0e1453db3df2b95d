"""Reading records.db, for a screen or a summary. It opens read-only and can never change a record."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, TypeVar
from urllib.parse import quote

import msgspec

from appliance.errors import RecordsError
from appliance.link.messages import Direction, Outcome, State

T = TypeVar("T")

_BUSY_S: Final = 2.0


class SessionRow(msgspec.Struct, frozen=True):
    """One session; what is None was not recorded. `ended_utc` None: it runs, or its end is not yet known."""

    boot: str
    id: str
    simulated: bool
    patient: str | None
    site: str | None
    permit: str | None
    plan_sha256: str | None
    set_ma: float | None
    max_ma: float | None
    duration_s: float | None
    polarity: str | None
    start_mono_ns: int | None
    started_utc: str
    clock_trusted: bool
    end_mono_ns: int | None
    ended_utc: str | None
    outcome: Outcome | None
    reason: str | None
    charge_mc: float | None
    mean_hold_ma: float | None
    elapsed_s: float | None
    limited_by: str | None
    limited_s: float | None
    contact_ohm: float | None
    interrupted: bool


class SampleRow(msgspec.Struct, frozen=True):
    """One second of a session, as measured."""

    t_mono_ns: int
    simulated: bool
    state: State
    direction: Direction
    set_ma: float
    target_ma: float
    return_ma: float | None
    source_ma: float | None
    patient_v: float | None
    compliance_v: float
    resistance_ohm: float | None
    charge_mc: float
    elapsed_s: float
    limited_by: str | None


class EventRow(msgspec.Struct, frozen=True):
    """One event."""

    seq: int
    t_mono_ns: int
    session: str | None
    kind: str
    detail: dict[str, str | float | int | bool | None]
    simulated: bool
    recorded_utc: str


class Records:
    """An open database, read-only."""

    def __init__(self, path: Path) -> None:
        """Open.

        Raises:
            RecordsError: E601 there is none, or it cannot be read.
        """
        self._path = path
        with self._told():
            if not path.exists():
                raise sqlite3.OperationalError("there is no such file")
            self._conn = _connect(path)
            self._conn.row_factory = sqlite3.Row

    def close(self) -> None:
        """Close the database."""
        self._conn.close()

    def sessions(self, limit: int = 50) -> list[SessionRow]:
        """The newest sessions, newest first."""
        return self._rows(SessionRow, "SELECT * FROM sessions ORDER BY rowid DESC LIMIT ?", (limit,))

    def session(self, session_id: str) -> SessionRow | None:
        """One session; the newest if a name was used again."""
        found = self._rows(SessionRow, "SELECT * FROM sessions WHERE id = ? ORDER BY rowid DESC LIMIT 1", (session_id,))
        return found[0] if found else None

    def samples(self, session: SessionRow) -> list[SampleRow]:
        """A session's samples in order of time."""
        query = "SELECT * FROM samples WHERE boot = ? AND session = ? ORDER BY t_mono_ns"
        return self._rows(SampleRow, query, (session.boot, session.id))

    def events(self, session: SessionRow) -> list[EventRow]:
        """A session's events in order."""
        query = "SELECT * FROM events WHERE boot = ? AND session = ? ORDER BY seq"
        return self._rows(EventRow, query, (session.boot, session.id))

    def _rows(self, shape: type[T], query: str, values: tuple[Any, ...]) -> list[T]:
        with self._told():
            rows = [dict(row) for row in self._conn.execute(query, values)]
        for row in rows:
            if "detail" in row:
                row["detail"] = msgspec.json.decode(row["detail"])
        return [msgspec.convert(row, shape, strict=False) for row in rows]

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            raise RecordsError("E601", f"the records {self._path} cannot be read: {error}") from error


def _connect(path: Path) -> sqlite3.Connection:
    """Open read-only, also where we may not write into the directory.

    SQLite then cannot make the shared-memory file that it reads a WAL database with. The recorder keeps one while it
    runs; when it has closed the database there is no WAL, and the file alone is all.
    """
    address = f"file:{quote(str(path))}?mode=ro"
    conn = sqlite3.connect(address, uri=True, timeout=_BUSY_S)
    try:
        conn.execute("SELECT count(*) FROM sqlite_master").fetchall()
    except sqlite3.Error as error:
        conn.close()
        if not isinstance(error, sqlite3.OperationalError) or path.with_name(f"{path.name}-wal").exists():
            raise
        conn = sqlite3.connect(f"{address}&immutable=1", uri=True)
    return conn
