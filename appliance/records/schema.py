"""The tables of records.db, version by version. A version that was released is never edited: a new one follows it.

Numbers carry their unit in their name. `boot` names one run of the daemon: its event numbers and monotonic times
compare only within it. Every row says whether the device was simulated. UTC is the wall clock when the row was
written, `clock_trusted` whether anything had set that clock.
"""

from typing import Final

VERSION_1: Final = (
    """
    CREATE TABLE meta (
        key TEXT PRIMARY KEY,
        value TEXT NOT NULL
    ) STRICT
    """,
    """
    CREATE TABLE sessions (
        boot TEXT NOT NULL,
        id TEXT NOT NULL,
        simulated INTEGER NOT NULL CHECK (simulated IN (0, 1)),
        patient TEXT,
        site TEXT,
        permit TEXT,
        plan_sha256 TEXT,
        set_ma REAL,
        max_ma REAL,
        duration_s REAL,
        polarity TEXT,
        start_mono_ns INTEGER,
        started_utc TEXT NOT NULL,
        clock_trusted INTEGER NOT NULL CHECK (clock_trusted IN (0, 1)),
        end_mono_ns INTEGER,
        ended_utc TEXT,
        outcome TEXT CHECK (outcome IN ('completed', 'stopped', 'partial', 'not_started', 'fault')),
        reason TEXT,
        charge_mc REAL,
        mean_hold_ma REAL,
        elapsed_s REAL,
        limited_by TEXT,
        limited_s REAL,
        contact_ohm REAL,
        interrupted INTEGER NOT NULL DEFAULT 0 CHECK (interrupted IN (0, 1)),
        PRIMARY KEY (boot, id)
    ) STRICT
    """,
    "CREATE INDEX sessions_open ON sessions (boot) WHERE ended_utc IS NULL",
    """
    CREATE TABLE samples (
        boot TEXT NOT NULL,
        session TEXT NOT NULL,
        t_mono_ns INTEGER NOT NULL,
        simulated INTEGER NOT NULL CHECK (simulated IN (0, 1)),
        state TEXT NOT NULL,
        direction TEXT NOT NULL,
        set_ma REAL NOT NULL,
        target_ma REAL NOT NULL,
        return_ma REAL,
        source_ma REAL,
        patient_v REAL,
        compliance_v REAL NOT NULL,
        resistance_ohm REAL,
        charge_mc REAL NOT NULL,
        elapsed_s REAL NOT NULL,
        limited_by TEXT,
        PRIMARY KEY (boot, session, t_mono_ns),
        FOREIGN KEY (boot, session) REFERENCES sessions (boot, id)
    ) STRICT
    """,
    """
    CREATE TABLE events (
        boot TEXT NOT NULL,
        seq INTEGER NOT NULL,
        t_mono_ns INTEGER NOT NULL,
        session TEXT,
        kind TEXT NOT NULL,
        detail TEXT NOT NULL CHECK (json_valid(detail)),
        simulated INTEGER NOT NULL CHECK (simulated IN (0, 1)),
        recorded_utc TEXT NOT NULL,
        clock_trusted INTEGER NOT NULL CHECK (clock_trusted IN (0, 1)),
        PRIMARY KEY (boot, seq),
        FOREIGN KEY (boot, session) REFERENCES sessions (boot, id)
    ) STRICT
    """,
    """
    CREATE TABLE permits (
        id TEXT PRIMARY KEY,
        boot TEXT NOT NULL,
        patient TEXT NOT NULL,
        site TEXT NOT NULL,
        prescription_version INTEGER NOT NULL,
        screening TEXT NOT NULL,
        plan TEXT NOT NULL CHECK (json_valid(plan)),
        plan_sha256 TEXT NOT NULL,
        simulated INTEGER NOT NULL CHECK (simulated IN (0, 1)),
        granted_utc TEXT NOT NULL,
        clock_trusted INTEGER NOT NULL CHECK (clock_trusted IN (0, 1))
    ) STRICT
    """,
)
