"""One pure function for each screen: what it says about a live status. The table PAGES is the list of screens."""

from collections.abc import Callable
from typing import Final

from appliance.kiosk import sentences
from appliance.kiosk.sentences import Part
from appliance.kiosk.shown import Shown
from appliance.kiosk.treatment_page import TRAYS, plan_limit, treatment
from appliance.kiosk.view import Band, Button, Fact, Meter, Ring, Screen, Stage, View
from appliance.kiosk.words import _, minutes, number
from appliance.link.messages import ContactStage, Status

COUNTDOWN_S: Final = 3.0
NOTHING: Final = 0.05  # of the contact meter: less is no contact
ENOUGH: Final = 0.65  # where the tick of the contact meter stands
FADING_S: Final = 1.0  # a pause by a person takes 0.5 s to zero; the red switch is not needed for that
STAGE_RANK: Final[dict[ContactStage, int]] = {"none": 0, "in_water": 1, "both": 2, "steady": 3}

Page = Callable[[Shown, Status, Part], View]


def no_current(status: Status) -> str:
    """'No current flows', only when it is measured; else nothing. The only place that says it."""
    return _("No current flows") if status.no_current else ""


def fades(part: Part) -> str:
    """That the current fades by itself: true at most ten seconds after the screen lost the device."""
    return sentences.FADES_PADS if part is sentences.UNDERARMS else sentences.FADES


def _red_switch(status: Status) -> str:
    """The words beside the red switch, wherever zero was not measured."""
    return "" if status.no_current else _(sentences.RED_SWITCH)


def wait(_shown: Shown, _status: Status, _part: Part) -> View:
    """SELF_TEST."""
    return View("wait", title=_("One moment."), body=_("The device checks itself."))


def attract(shown: Shown, status: Status, part: Part) -> View:
    """IDLE: the clock, what a touch starts, and why the last start came to nothing."""
    plan = shown.offer
    time = _("{minutes} minutes").format(minutes=number(plan.duration_s / 60, 0))
    title, body = _("Your treatment"), f"{_(part.name)}, {time}"
    if shown.refused is not None:
        title = _("It cannot start now.")
        body = _(sentences.spoken(shown.refused))
    elif status.outcome == "not_started":
        title, body = _("It did not start."), reason(status)
    begin = _("Touch anywhere to begin")
    if status.wait_s > 0:
        begin = _("Possible in {time}").format(time=minutes(status.wait_s, wide=False))
    return View("attract", title=title, body=body, primary=Button(begin, "start", enabled=status.wait_s <= 0))


def armed(shown: Shown, status: Status, part: Part) -> View:
    """ARMED: the pedal, or a touch where that may begin."""
    plan = status.plan or shown.offer
    touch = plan.someone_beside or part is not sentences.HANDS
    pedal = part is sentences.HANDS
    title = _("Press the pedal\nand let go.") if pedal else _(part.put_in)
    body = _("Then put both hands in.") if pedal else _("Then touch Begin.")
    if status.blocked in sentences.SPOKEN_CODES:
        body = _(sentences.spoken(status.blocked))
    return View(
        "armed",
        title=title,
        body=body,
        note=" ".join(plan_limit(limit) for limit in shown.limits[:2]),
        picture="pedal" if pedal else "",
        facts=(
            Fact(_("Time"), number(plan.duration_s / 60, 0), _("min")),
            Fact(_("Up to"), number(plan.set_ma), "mA"),
        ),
        primary=Button(_("Begin"), "begin") if touch else Button(),
    )


def contact(_shown: Shown, status: Status, part: Part) -> View:
    """CONTACT: the meter and the three stages; then it counts down and starts by itself."""
    seen = status.contact
    stage: ContactStage = seen.stage if seen is not None else "none"
    meter = seen.meter if seen is not None else 0.0
    left_s = seen.steady_left_s if seen is not None else None
    why = seen.why if seen is not None else None
    rank = STAGE_RANK[stage]
    title, body = _(part.put_in), _(part.sink)
    if rank >= STAGE_RANK["both"]:
        title, body = _("Hold still."), _("It starts by itself, gently.")
    if why is not None and (part is sentences.HANDS or why == "E215"):  # the other sentences are about hands
        body = _(sentences.spoken(why))
    counting = left_s is not None and rank >= STAGE_RANK["both"]
    filled = 1.0 - (left_s or 0.0) / COUNTDOWN_S if counting else min(1.0, meter) * 0.5
    return View(
        "contact",
        title=title,
        body=body,
        picture="hands_in" if part is sentences.HANDS and rank == 0 and meter < NOTHING else TRAYS[part],
        ring=Ring(max(0.0, min(1.0, filled)), minutes_digit(left_s) if counting else ""),
        meter=_meter(rank, meter, part),
    )


def minutes_digit(left_s: float | None) -> str:
    """Three, two, one."""
    return str(max(1, -int(-(left_s or 0.0) // 1)))


def _meter(rank: int, meter: float, part: Part) -> Meter:
    word = _("good") if meter >= 1.0 else _("a little") if meter > NOTHING else _("none yet")
    names = (_("In the water"), _(part.both), _("Steady"))
    stages: list[tuple[str, Stage]] = []
    for i, name in enumerate(names):
        stages.append((name, "done" if rank > i else "now" if rank == i else "todo"))
    return Meter(min(1.0, max(0.0, meter) * ENOUGH), ENOUGH, _("Contact"), word, tuple(stages))


def paused(shown: Shown, status: Status, part: Part) -> View:
    """PAUSED: why, what to do, and how long it waits."""
    pause = status.paused
    why = pause.reason if pause is not None else "contact_lost"
    by_person = pause.by_person if pause is not None else True
    fading = not status.no_current and shown.state_age_s <= FADING_S
    body = _(sentences.PAUSE_BODIES.get(why, part.came_out))
    return View(
        "paused",
        title=_(sentences.PAUSE_TITLES.get(why, part.put_back)),
        body=_(part.leave_in) if fading else body,
        switch="" if fading else _red_switch(status),
        picture="" if part is not sentences.HANDS else "pedal" if by_person else "hands_in",
        band=Band("pause", _("Paused"), no_current(status)),
        facts=(
            Fact(_("Ends by itself in"), minutes(pause.ends_in_s if pause is not None else 0.0, wide=False)),
            Fact(_("Still to go"), minutes(status.remaining_s, wide=False)),
        ),
        primary=Button(_("Go on"), "resume") if by_person and status.no_current else Button(),
    )


def done(_shown: Shown, status: Status, part: Part) -> View:
    """DONE: what was delivered, as measured."""
    word = {"completed": _("Finished"), "not_started": _("Not started")}.get(status.outcome or "", _("Ended early"))
    body = reason(status)
    if status.outcome == "completed" and status.elapsed_s >= 1.0:
        mean_ma = status.charge_mc / status.elapsed_s
        body += "\n" + _("On average {ma} mA.").format(ma=number(mean_ma))
    facts = (Fact(_("Time"), minutes(status.elapsed_s)), Fact(_("Dose"), number(status.charge_mc / 1000), "C"))
    return View(
        "done",
        title=_(part.dry) if status.no_current else _(part.keep_in),
        body=body,
        switch=_red_switch(status),
        picture="dry_hands" if part is sentences.HANDS else "",
        band=Band("done", word, no_current(status)),
        facts=facts if status.no_current else (Fact(), Fact()),
        primary=Button(_("Next"), "acknowledge") if status.no_current else Button(),
    )


def reason(status: Status) -> str:
    """Why it ended, or did not begin, in one sentence."""
    key = status.reason or ""
    if key.startswith("E"):
        return _(sentences.spoken(key))
    return _(sentences.REASONS.get(key, sentences.ENDED_OTHERWISE))


def fault(_shown: Shown, status: Status, part: Part) -> View:
    """FAULT: what happened and what to do first; the code is small."""
    code = fault_code(status)
    in_session = status.session is not None
    happened = sentences.FAULTS.get(code) or sentences.FAULT_FAMILIES.get(code[:2], sentences.FAULT_OTHERWISE)
    read = _("My hands are out") if part is sentences.HANDS and in_session else _("I have read this")
    title = _(part.take_out) if in_session else _("The device needs a check.")
    return View(
        "fault",
        title=title if status.no_current else _(part.keep_in),
        body=f"{_(happened)} {_(sentences.FAULT_STAYS)}",
        switch=_red_switch(status),
        picture="hands_out" if in_session and part is sentences.HANDS else "",
        code=code,
        qr=f"IONTO {code} {status.session or '-'}" if code else "",
        band=Band("fault", _("The treatment has ended") if in_session else _("The device is off"), no_current(status)),
        primary=Button(read, "acknowledge") if status.no_current else Button(),
    )


def fault_code(status: Status) -> str:
    """The code for the technician: the reason, else the last cut."""
    cuts = [trip.code for trip in status.trips if trip.reaction == "CUT"]
    if status.reason is not None and status.reason.startswith("E"):
        return status.reason
    return cuts[-1] if cuts else ""


PAGES: Final[dict[Screen, Page]] = {
    "wait": wait,
    "attract": attract,
    "armed": armed,
    "contact": contact,
    "treatment": treatment,
    "paused": paused,
    "done": done,
    "fault": fault,
}
