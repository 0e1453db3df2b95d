"""Steps from each version of the schema to the next, forward only. Each is one transaction: all of it or nothing."""

from typing import Final

from sqlite_utils import Database
from sqlite_utils.migrations import Migrations

from appliance.errors import RecordsError
from appliance.records.schema import VERSION_1

STEPS: Final = Migrations("ionto")
VERSION: Final = 1  # of the schema that this program writes


@STEPS(name="0001")
def _first(db: Database) -> None:
    for statement in VERSION_1:
        db.execute(statement)
    _set_version(db, 1)


def migrate(db: Database) -> None:
    """Bring the database to this program's version.

    Raises:
        RecordsError: E601 it was written by a newer program.
    """
    found = version_of(db)
    if found > VERSION:
        raise RecordsError("E601", f"the records are of version {found}, this program knows {VERSION}; update it")
    STEPS.apply(db)


def version_of(db: Database) -> int:
    """The version of the schema; 0 for an empty database."""
    if "meta" not in db.table_names():
        return 0
    ((value,),) = db.execute("SELECT value FROM meta WHERE key = 'schema_version'").fetchall()
    return int(value)


def _set_version(db: Database, version: int) -> None:
    db.execute("INSERT OR REPLACE INTO meta VALUES ('schema_version', ?)", [str(version)])
