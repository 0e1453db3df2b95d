"""What the treatment screen says: the sentence, set and measured, the sign between them, and what may be touched."""

from typing import Final, Literal

from appliance.kiosk import sentences
from appliance.kiosk.sentences import Part
from appliance.kiosk.shown import Shown
from appliance.kiosk.view import Button, Fact, Flow, Pair, Ring, View
from appliance.kiosk.words import _, minutes, number
from appliance.link.messages import Limit, Status

# Below the ring: only what is true of this part of the body (feet are not drawn yet).
TRAYS: Final = {sentences.HANDS: "hands_in_trays", sentences.FEET: "trays", sentences.UNDERARMS: ""}
SAME_MA: Final = 0.3  # closer than this, set and measured count as equal: twice what calibration may leave [D]
LEAST_FLOW_MA: Final = 0.1  # below this no direction is drawn

Moving = Literal["equal", "rising", "falling", "limited", "unknown"]
SIGNS: Final[dict[Moving, str]] = {"equal": "=", "rising": "↗", "falling": "↘", "limited": "≠", "unknown": ""}


def treatment(shown: Shown, status: Status, part: Part) -> View:
    """RAMP_UP, HOLD, RAMP_DOWN and REVERSE."""
    moving = _moving(status)
    title, body = _sentence(status, part, moving)
    total_s = status.plan.duration_s if status.plan is not None else 0.0
    open_to_choice = not status.stopping and status.state in ("RAMP_UP", "HOLD")
    return View(
        "treatment",
        title=title,
        body=body,
        picture=TRAYS[part],
        ring=Ring(
            min(1.0, status.remaining_s / total_s) if total_s > 0 else 0.0,
            minutes(status.remaining_s),
            _("minutes left"),
        ),
        pair=Pair(_("Set"), number(status.target_ma), SIGNS[moving], _("Measured"), number(status.return_ma)),
        resistance=Fact(_("Resistance"), _kilo_ohm(status.resistance_ohm)),
        trace=shown.trace,
        flow=_flow(status),
        weaker=Button(_("weaker"), "weaker", enabled=open_to_choice and status.can_weaken),
        stronger=Button(
            _("stronger") if status.can_strengthen or not open_to_choice else _("at limit"),
            "stronger",
            enabled=open_to_choice and status.can_strengthen,
        ),
        stings=Button(_("It stings"), "stings"),
    )


def _kilo_ohm(resistance_ohm: float | None) -> str:
    return number(None) if resistance_ohm is None else number(resistance_ohm / 1000) + " kΩ"


def _moving(status: Status) -> Moving:
    """How measured stands to set."""
    if status.return_ma is None:
        return "unknown"
    if abs(status.return_ma - status.target_ma) <= SAME_MA:
        return "equal"
    if status.state == "RAMP_DOWN" or status.stopping:
        return "falling"
    if status.limited_by is None and (status.state == "RAMP_UP" or abs(status.set_ma - status.target_ma) > SAME_MA):
        return "rising" if status.target_ma > status.return_ma else "falling"
    return "limited"


def _sentence(status: Status, part: Part, moving: Moving) -> tuple[str, str]:
    """What happens now, and what to do about it."""
    if status.state in {"RAMP_DOWN", "REVERSE"} or status.stopping:
        if status.stopping:
            return _("Fading out."), _(part.leave_in)
        return _("Changing direction."), _("Half time. It fades, then rises again.")
    if moving == "limited":
        key = status.limited_by or ""
        return _("Less current than set."), _(sentences.LIMITED.get(key, sentences.LIMITED_OTHERWISE))
    shorter = [plan_limit(limit) for limit in status.limits if limit.reason == "limit.over_treatment"]
    calm = " ".join(shorter) or _("Nothing for you to do now.")
    sentence: dict[Moving, tuple[str, str]] = {
        "equal": (_("Steady."), calm),
        "rising": (_("Rising slowly."), _rising(status)),
        "falling": (_("Falling slowly."), calm),
        "unknown": (_("Waiting for a measurement."), calm),
    }
    return sentence[moving]


def _rising(status: Status) -> str:
    rate = status.plan.ramp_ma_per_s if status.plan is not None else 0.5
    left_s = max(1.0, (status.target_ma - (status.return_ma or 0.0)) / max(rate, 0.05))
    return _("{ma} mA in about {seconds} seconds.").format(ma=number(status.target_ma), seconds=number(left_s, 0))


def plan_limit(limit: Limit) -> str:
    """Why a plan is less than what was asked for."""
    value = f"{number(limit.value)} {limit.unit}"
    if limit.unit == "s":
        value = _("{minutes} minutes").format(minutes=number(limit.value / 60, 0))
    return _(sentences.PLAN_LIMITS.get(limit.reason, sentences.PLAN_LOWERED)).format(value=value)


def _flow(status: Status) -> Flow:
    """Which way the chevrons point: normal is from the left tray to the right one."""
    if status.state == "REVERSE" or (status.return_ma or 0.0) < LEAST_FLOW_MA:
        return "none"
    return "right" if status.direction == "normal" else "left"
