"""The wall clock for the records: UTC, and whether anything has set it. It must never be used for an interval."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Final, NamedTuple

_SYNCHRONISED: Final = Path("/run/systemd/timesync/synchronized")  # systemd-timesyncd makes it at its first answer


class Stamp(NamedTuple):
    """When a row was written."""

    utc: str  # ISO 8601 with milliseconds
    trusted: bool  # False: the board has no clock of its own and nothing has set it yet


def now() -> Stamp:
    """This moment."""
    return Stamp(datetime.now(UTC).isoformat(timespec="milliseconds"), clock_is_set())


def clock_is_set() -> bool:
    """Whether anything has set the wall clock since power-up."""
    return _SYNCHRONISED.exists()
