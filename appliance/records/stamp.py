"""The wall clock for the records: UTC, and whether anything has set it. It must never be used for an interval."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Final, NamedTuple

_SYNCHRONISED: Final = Path("/run/systemd/timesync/synchronized")  # systemd-timesyncd makes it at its first answer

_RTCS: Final = Path("/sys/class/rtc")  # Linux, Documentation/ABI/testing/sysfs-class-rtc: hctosys, since_epoch
_RTC_AGREES_S: Final = 60.0  # systemd moves a clock that stands before its own making; the RTC then stays behind


class Stamp(NamedTuple):
    """When a row was written."""

    utc: str  # ISO 8601 with milliseconds
    trusted: bool  # False: the board has no clock of its own and nothing has set it yet


def now() -> Stamp:
    """This moment."""
    return Stamp(datetime.now(UTC).isoformat(timespec="milliseconds"), clock_is_set())


def clock_is_set() -> bool:
    """Whether anything has set the wall clock since power-up: the network, or a clock with a battery."""
    return _SYNCHRONISED.exists() or any(_has_set_the_clock(rtc) for rtc in _RTCS.glob("rtc*"))


def _has_set_the_clock(rtc: Path) -> bool:
    """Whether the kernel took its time from this one and nothing, for want of a battery, has moved it since."""
    try:
        taken, rtc_s = (rtc / "hctosys").read_text().strip(), int((rtc / "since_epoch").read_text())
    except (OSError, ValueError):
        return False
    return taken == "1" and abs(rtc_s - datetime.now(UTC).timestamp()) <= _RTC_AGREES_S
