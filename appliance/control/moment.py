"""A moment by every clock of the board, and how much time certainly lies between two of them.

The board has no clock of its own: until something sets it, the wall clock may stand anywhere, and it must never make
time between two treatments out of nothing. Nothing here reads a clock.
"""

from datetime import datetime, timedelta
from typing import Annotated, Final

import msgspec

NO_TIME: Final = timedelta()


class Moment(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """When something was, as it could be known then."""

    wall_utc: Annotated[datetime, msgspec.Meta(tz=True)]
    clock_set: bool  # whether anything had set the wall clock by then
    boot: str  # the kernel's id of this run
    uptime_s: float  # since the kernel's start, suspension included; says nothing in another boot


def least_between(then: Moment, now: Moment) -> timedelta:
    """Time that has certainly passed: exact within one boot; else between two set clocks, or since this boot began."""
    if then.boot == now.boot:
        return max(NO_TIME, timedelta(seconds=now.uptime_s - then.uptime_s))
    since_boot = timedelta(seconds=now.uptime_s)
    return max(since_boot, now.wall_utc - then.wall_utc) if comparable(then, now) else since_boot


def comparable(then: Moment, now: Moment) -> bool:
    """Whether `least_between` is the time that has passed, and not only the part of it that is certain."""
    return then.boot == now.boot or (then.clock_set and now.clock_set)


def dated(then: Moment, now: Moment) -> Moment:
    """The same moment with its date, when the clock has been set since, in the same boot."""
    if then.clock_set or not now.clock_set or then.boot != now.boot:
        return then
    wall_utc = now.wall_utc - timedelta(seconds=now.uptime_s - then.uptime_s)
    return msgspec.structs.replace(then, wall_utc=wall_utc, clock_set=True)
