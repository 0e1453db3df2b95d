"""What was written is there once, whole, and marked as simulated; what cannot be written is said."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace
from sqlite_utils import Database

from appliance.errors import RecordsError
from appliance.kiosk.recorded import IDLE, INTERLOCKS
from appliance.link.messages import Event, PermitGrant, Plan, State, Status
from appliance.link.plan_hash import plan_hash
from appliance.records.migrations import VERSION, migrate, version_of
from appliance.records.queries import Records
from appliance.records.stamp import Stamp
from appliance.records.writer import Writer

PLAN = Plan("hands", 15.0, 20.0, 1800.0)
CLOSED = replace(INTERLOCKS, relay_open=False)
START = Event(
    2,
    1000,
    "s1",
    "start",
    {"site": "hands", "set_ma": 15.0, "max_ma": 20.0, "duration_s": 1800.0, "patient": "anna", "permit": "demo"},
)
END = Event(
    9,
    5000,
    "s1",
    "end",
    {"outcome": "completed", "reason": None, "charge_mc": 26000.5, "mean_hold_ma": 14.98, "elapsed_s": 1800.0},
)


def status(t_s: float, state: State = "HOLD", charge_mc: float = 0.0, return_ma: float = 15.0) -> Status:
    return replace(
        IDLE,
        tick=0,
        t_mono_ns=round(t_s * 1e9),
        simulated=True,
        state=state,
        session="s1",
        site="hands",
        plan=PLAN,
        set_ma=15.0,
        target_ma=15.0,
        return_ma=return_ma,
        source_ma=None,
        patient_v=20.0,
        compliance_v=30.0,
        resistance_ohm=1333.0,
        charge_mc=charge_mc,
        elapsed_s=t_s,
        no_current=False,
        interlocks=CLOSED,
    )


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "records.db"


@pytest.fixture
def writer(path: Path) -> Iterator[Writer]:
    opened = Writer(path, lambda: Stamp("2026-11-23T10:00:00.000+00:00", False))
    yield opened
    opened.close()


@pytest.fixture
def records(writer: Writer, path: Path) -> Iterator[Records]:
    opened = Records(path)
    yield opened
    opened.close()


def test_a_session_is_its_start_its_samples_and_its_end(writer: Writer, records: Records) -> None:
    writer.add_events("b", [START], simulated=True)
    for second in range(3):
        writer.add_sample("b", status(second))
    writer.add_events("b", [END], simulated=True)
    (session,) = records.sessions()
    assert (session.patient, session.site, session.set_ma, session.max_ma) == ("anna", "hands", 15.0, 20.0)
    assert (session.outcome, session.charge_mc, session.mean_hold_ma) == ("completed", 26000.5, 14.98)
    assert (session.start_mono_ns, session.end_mono_ns) == (1000, 5000)
    assert session.simulated
    assert not session.interrupted
    assert not session.clock_trusted
    samples = records.samples(session)
    assert [sample.elapsed_s for sample in samples] == [0.0, 1.0, 2.0]
    assert samples[0].source_ma is None
    assert [event.detail for event in records.events(session)] == [START.detail, END.detail]


def test_the_same_again_changes_nothing(writer: Writer, records: Records) -> None:
    for _ in range(3):
        writer.add_events("b", [START, END], simulated=True)
        writer.add_sample("b", status(1.0))
    writer.add_events("b", [Event(10, 6000, "s1", "end", {"outcome": "fault"})], simulated=True)
    (session,) = records.sessions()
    assert session.outcome == "completed"
    assert len(records.events(session)) == 3
    assert len(records.samples(session)) == 1


def test_numbers_start_again_with_each_boot(writer: Writer, records: Records) -> None:
    writer.add_events("b1", [START, END], simulated=True)
    writer.add_events("b2", [START], simulated=True)
    newest, oldest = records.sessions()
    assert (newest.boot, newest.outcome) == ("b2", None)
    assert (oldest.boot, oldest.outcome) == ("b1", "completed")
    assert records.session("s1") == newest


def test_a_session_that_a_dead_daemon_left_is_closed_with_what_it_gave(writer: Writer, records: Records) -> None:
    writer.add_events("b1", [START], simulated=True)
    writer.add_sample("b1", status(1.0, "RAMP_UP", 5.0, 3.0))
    writer.add_sample("b1", status(2.0, "HOLD", 20.0, 14.0))
    writer.add_sample("b1", status(3.0, "HOLD", 35.0, 16.0))
    writer.close_interrupted("b1")
    (session,) = records.sessions()
    assert session.ended_utc is None
    for _ in range(2):
        writer.close_interrupted("b2")
    (session,) = records.sessions()
    assert (session.interrupted, session.outcome, session.reason) == (True, "fault", "interrupted")
    assert (session.charge_mc, session.elapsed_s, session.mean_hold_ma) == (35.0, 3.0, 15.0)
    assert session.end_mono_ns == 3_000_000_000


def test_a_session_whose_start_was_lost_still_has_its_samples(writer: Writer, records: Records) -> None:
    writer.add_sample("b", status(1.0))
    writer.add_events("b", [END], simulated=True)
    (session,) = records.sessions()
    assert (session.site, session.outcome) == (None, "completed")
    assert len(records.samples(session)) == 1


def test_an_unexpected_detail_is_kept_and_stops_nothing(writer: Writer, records: Records) -> None:
    odd = Event(1, 0, "s1", "end", {"outcome": "eaten by the dog"})
    writer.add_events("b", [odd, START], simulated=True)
    (session,) = records.sessions()
    assert session.site == "hands"
    assert session.outcome is None
    assert records.events(session)[0].detail == odd.detail


def test_every_row_of_a_simulated_device_says_so(writer: Writer, path: Path) -> None:
    writer.add_events("b", [START, END], simulated=True)
    writer.add_sample("b", status(1.0))
    writer.add_permit("b", PermitGrant("p", "anna", "hands", 0, "demo", plan_hash(PLAN)), PLAN, simulated=True)
    conn = sqlite3.connect(path)
    for table in ("sessions", "samples", "events", "permits"):
        assert conn.execute(f"SELECT count(*), min(simulated) FROM {table}").fetchone()[1] == 1
    conn.close()


def test_what_is_acknowledged_was_synchronised_and_samples_were_not(writer: Writer) -> None:
    said: list[str] = []
    writer._db.conn.set_trace_callback(said.append)
    writer.add_events("b", [START], simulated=True)
    writer.add_sample("b", status(1.0))
    writer._db.conn.set_trace_callback(None)
    modes = [s for s in said if "synchronous" in s or s in ("BEGIN", "COMMIT")]
    assert modes == ["PRAGMA synchronous = FULL", "BEGIN", "COMMIT", "PRAGMA synchronous = NORMAL", "BEGIN", "COMMIT"]
    assert writer._db.journal_mode == "wal"


def test_a_full_disk_is_said_and_nothing_is_half_written(writer: Writer, records: Records, path: Path) -> None:
    writer.add_events("b", [START], simulated=True)
    ((pages,),) = writer._db.execute("PRAGMA page_count").fetchall()
    writer._db.execute(f"PRAGMA max_page_count = {pages}").fetchall()
    many = [Event(n, 0, "s1", "state", {"text": "x" * 2000}) for n in range(3, 40)]
    with pytest.raises(RecordsError, match="E602"):
        writer.add_events("b", many, simulated=True)
    (session,) = records.sessions()
    assert [event.seq for event in records.events(session)] == [2]
    writer._db.execute("PRAGMA max_page_count = 100000").fetchall()
    writer.add_events("b", many, simulated=True)
    assert len(records.events(session)) == 38


def test_a_file_that_is_no_database_is_named(path: Path) -> None:
    path.write_text("a shopping list, long enough to be no empty database" * 50)
    with pytest.raises(RecordsError, match="E601"):
        Writer(path)
    assert path.read_text().startswith("a shopping list")


@pytest.mark.parametrize("name", ["missing/records.db", "."])
def test_a_place_that_cannot_be_opened_is_named(tmp_path: Path, name: str) -> None:
    with pytest.raises(RecordsError, match="E601"):
        Writer(tmp_path / name)
    with pytest.raises(RecordsError, match="E601"):
        Records(tmp_path / name)


def test_records_of_a_newer_program_are_left_alone(path: Path) -> None:
    Writer(path).close()
    db = Database(path)
    with db.atomic():
        db.execute("UPDATE meta SET value = ? WHERE key = 'schema_version'", [str(VERSION + 1)])
    db.close()
    with pytest.raises(RecordsError, match="E601") as caught:
        Writer(path)
    assert str(VERSION + 1) in caught.value.message


def test_migrations_end_at_the_programs_version_and_apply_once() -> None:
    db = Database(memory=True)
    assert version_of(db) == 0
    for _ in range(2):
        migrate(db)
        assert version_of(db) == VERSION
    strict = {row[0] for row in db.execute("SELECT name FROM pragma_table_list WHERE strict = 1").fetchall()}
    assert strict == {"meta", "sessions", "samples", "events", "permits"}
    db.close()


def test_a_sample_belongs_to_a_session(writer: Writer) -> None:
    with pytest.raises(RecordsError, match="FOREIGN KEY"), writer._saved("FULL"):
        writer._db.execute(
            "INSERT INTO events SELECT 'b', 1, 0, 'nobody', 'state', '{}', 1, '', 0",
        )


def test_reading_never_writes(writer: Writer, records: Records) -> None:
    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        records._conn.execute("DELETE FROM sessions")


def test_closed_records_can_be_read_where_nothing_can_be_made(path: Path) -> None:
    first = Writer(path)
    first.add_events("b", [START, END], simulated=True)
    first.close()
    assert [p.name for p in path.parent.iterdir()] == ["records.db"]
    records = Records(path)
    assert records.sessions()[0].outcome == "completed"
    records.close()
