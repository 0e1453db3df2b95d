"""What the recorder reads out of an event's detail. A detail that is not as expected never stops an event's record."""

import logging
from typing import Final, TypeVar

import msgspec

from appliance.link.messages import Event, Outcome, PolarityPlan

log: Final = logging.getLogger("ionto.recorder")


class StartDetail(msgspec.Struct, frozen=True):
    """Of kind `start`: the plan as it will be given, and for whom. Its names are columns of sessions."""

    site: str | None = None
    set_ma: float | None = None
    max_ma: float | None = None
    duration_s: float | None = None
    polarity: PolarityPlan | None = None
    permit: str | None = None
    patient: str | None = None
    plan_sha256: str | None = None


class EndDetail(msgspec.Struct, frozen=True):
    """Of kind `end`: what was given, as measured. Its names are columns of sessions."""

    outcome: Outcome | None = None
    reason: str | None = None
    charge_mc: float | None = None
    mean_hold_ma: float | None = None
    elapsed_s: float | None = None
    limited_by: str | None = None
    limited_s: float | None = None
    contact_ohm: float | None = None
    interrupted: bool = False


Detail = TypeVar("Detail", StartDetail, EndDetail)


def detail_of(event: Event, shape: type[Detail]) -> Detail | None:
    """The detail, or None, said in the log, if it is not of this shape: the event itself is kept as it came."""
    try:
        return msgspec.convert(event.detail, shape)
    except msgspec.ValidationError as error:
        log.warning("event %d (%s) has an unexpected detail: %s", event.seq, event.kind, error)
        return None
