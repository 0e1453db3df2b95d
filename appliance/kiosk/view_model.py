"""From a status, its age and the clock to what the window shows. Pure; it never reads a clock, a socket or Kivy.

Two rules stand above all: 'no current flows' is said only when the status has measured it, and STOP is shown
wherever current can flow, which includes every status that is too old to know.
"""

from dataclasses import replace
from typing import Final

from appliance.kiosk import pages
from appliance.kiosk.sentences import PARTS, RED_SWITCH, Part
from appliance.kiosk.shown import Shown
from appliance.kiosk.treatment_page import TRAYS
from appliance.kiosk.view import Button, Freshness, Screen, Stop, View
from appliance.kiosk.words import _, clock, day
from appliance.link.messages import Plan, State, Status

GREY_AFTER_S: Final = 1.0
HIDE_AFTER_S: Final = 2.0

SCREENS: Final[dict[State, Screen]] = {
    "SELF_TEST": "wait",
    "IDLE": "attract",
    "ARMED": "armed",
    "CONTACT": "contact",
    "RAMP_UP": "treatment",
    "HOLD": "treatment",
    "RAMP_DOWN": "treatment",
    "REVERSE": "treatment",
    "PAUSED": "paused",
    "DONE": "done",
    "FAULT": "fault",
}
# States that lead to current without another touch on this screen.
CURRENT_CAN_FLOW: Final[frozenset[State]] = frozenset(
    ("ARMED", "CONTACT", "RAMP_UP", "HOLD", "RAMP_DOWN", "REVERSE", "PAUSED")
)


def freshness(age_s: float | None) -> Freshness:
    """How far a status of this age can be trusted."""
    if age_s is None or age_s > HIDE_AFTER_S:
        return "hidden"
    return "grey" if age_s > GREY_AFTER_S else "live"


def build(shown: Shown) -> View:
    """The whole window. Total: every status, of any age, gives a view."""
    status = shown.status
    fresh = freshness(shown.age_s)
    part = part_of(status, shown.offer)
    if status is None or fresh == "hidden":
        return _framed(_lost(status, part), shown, part)
    view = pages.PAGES[SCREENS[status.state]](shown, status, part)
    if can_flow(status):
        view = replace(view, stop=_stop(status, part))
    if fresh == "grey":
        view = _greyed(view)
    return _framed(view, shown, part)


def can_flow(status: Status) -> bool:
    """Whether current flows, or may begin to, as far as this status knows."""
    if status.state in CURRENT_CAN_FLOW or status.stopping:
        return True
    return not status.no_current and status.state in ("DONE", "FAULT")


def part_of(status: Status | None, offer: Plan) -> Part:
    """The words for the part of the body under treatment, else of the one on offer."""
    site = status.site if status is not None and status.site is not None else offer.site
    return PARTS.get(site, PARTS["hands"])


def _framed(view: View, shown: Shown, part: Part) -> View:
    """The strip, the same on every screen; a simulated device says so on each."""
    status = shown.status
    simulated = status is not None and status.simulated
    return replace(
        view,
        simulated=_("SIMULATED DEVICE – nobody is treated") if simulated else "",  # noqa: RUF001
        site=_(part.name),
        clock=clock(shown.wall_local),
        day=day(shown.wall_local.date()),
        freshness=freshness(shown.age_s),
    )


def _stop(status: Status, part: Part) -> Stop:
    if status.stopping:
        return Stop(_("STOP"), _("Stopping …"), _(part.stay), stopping=True)
    return Stop(_("STOP"), _("Ends gently"), _(part.stop_hint), stopping=False)


def _lost(status: Status | None, part: Part) -> View:
    """Older than two seconds: no value, no button, only what is true without a device."""
    known_idle = status is None or not can_flow(status)
    return View(
        screen="lost",
        picture=TRAYS[part],
        title=_("Waiting for the device.") if known_idle else _(part.keep_in),
        body=_(part.if_in) if known_idle else _(pages.fades(part)),
        switch=_(RED_SWITCH),
        note=_("The screen has lost the device."),
        stop=Stop(_("STOP"), _("may not answer"), _("use the red switch"), stopping=False),
    )


def _greyed(view: View) -> View:
    """One second old: numbers stay, greyed; nothing but STOP can be touched."""

    def off(button: Button) -> Button:
        return replace(button, enabled=False)

    return replace(
        view,
        title=_("Waiting for the device."),
        body=_("The numbers are one second old."),
        note="",
        band=replace(view.band, right="") if view.band is not None else None,
        primary=off(view.primary),
        weaker=off(view.weaker),
        stronger=off(view.stronger),
        stings=off(view.stings),
    )
