"""A treatment plan, and what the limits make of it before anything starts.

A plan is never silently changed: whatever is lowered comes back with its reason.
"""

from dataclasses import dataclass, replace
from math import isfinite
from typing import Final, Literal

from appliance.errors import CareError
from appliance.safety import hard_limits
from appliance.safety.constraint import Constraint, Reason
from appliance.safety.hard_limits import SITES, SiteLimits
from appliance.safety.over_treatment import time_share

PolarityPlan = Literal["reverse_at_half", "fixed_normal", "fixed_reversed"]

LEAST_MA: Final = 1.0  # below this nothing is a treatment, and the open-circuit monitor is blind [D]
LEAST_S: Final = 60.0  # [D]
LEAST_RAMP_MA_PER_S: Final = 0.1
MOST_CONTACT_OHM: Final = 83_000.0  # 60 uA at 5 V is the least that CONTACT takes for one: no session had more


@dataclass(frozen=True, slots=True)
class TreatmentPlan:
    """What one session shall give. `max_ma` is how far the patient may raise the current."""

    site: str
    set_ma: float
    max_ma: float
    duration_s: float
    polarity: PolarityPlan = "reverse_at_half"
    ramp_ma_per_s: float = 0.5
    someone_beside: bool = False
    median_contact_ohm: float | None = None  # of earlier sessions; None = no check

    @property
    def limits(self) -> SiteLimits:
        """The ceilings of this plan's site."""
        return SITES[self.site]

    @property
    def reverses(self) -> bool:
        """Whether the direction changes at half time."""
        return self.polarity == "reverse_at_half"


def constrain_plan(asked: TreatmentPlan, board_ma: float) -> tuple[TreatmentPlan, tuple[Reason, ...]]:
    """Lower a plan to what device, board, site, charge and time allow.

    Args:
        asked: the plan as it arrived.
        board_ma: what this board's calibration can prove.

    Returns:
        The plan as it will be given, and every reason for a difference.

    Raises:
        CareError: E702 unknown site; E701 a number that is no number, or too small to be a treatment, as asked or
            as the limits leave it.
    """
    if asked.site not in SITES:
        raise CareError("E702", f"unknown site {asked.site!r}; known: {', '.join(sorted(SITES))}")
    _refuse_nonsense(asked)
    site = SITES[asked.site]
    current = Constraint(asked.max_ma)
    current.tighten(hard_limits.CURRENT_MA, "limit.device")
    current.tighten(board_ma, "limit.board")
    current.tighten(site.device_ma, "limit.site")
    current.tighten(site.prescriber_ma, "limit.prescriber")
    set_ma = Constraint(asked.set_ma)
    set_ma.tighten(current.value, current.binding or "limit.prescription")
    if set_ma.value < LEAST_MA:
        raise CareError("E701", f"plan: {set_ma.binding} leaves {set_ma.value} mA, a treatment needs {LEAST_MA:g} mA")
    ramp = Constraint(asked.ramp_ma_per_s)
    ramp.tighten(hard_limits.RAMP_UP_MA_PER_S, "limit.ramp")
    time = Constraint(asked.duration_s)
    time.tighten(site.max_s, "limit.time")
    time.tighten(site.charge_mc / set_ma.value, "limit.charge")
    plan = replace(asked, set_ma=set_ma.value, max_ma=current.value, duration_s=time.value, ramp_ma_per_s=ramp.value)
    return plan, (*current.reasons, *set_ma.reasons, *ramp.reasons, *time.reasons)


def compare_contact(plan: TreatmentPlan, contact_ohm: float | None) -> tuple[TreatmentPlan, Reason | None]:
    """Lower a plan's time to what the skin of today may get, beside that of earlier sessions.

    Args:
        plan: as it was accepted.
        contact_ohm: the loop as the session's first CONTACT found it; None when it is not known.

    Returns:
        The plan as it will be given, and why it is shorter; a time of zero means not today.
    """
    time = Constraint(plan.duration_s)
    time.tighten(plan.duration_s * time_share(contact_ohm, plan.median_contact_ohm), "limit.over_treatment")
    return replace(plan, duration_s=time.value), time.reasons[-1] if time.reasons else None


def _refuse_nonsense(asked: TreatmentPlan) -> None:
    bounds = (
        ("set_ma", asked.set_ma, LEAST_MA),
        ("max_ma", asked.max_ma, LEAST_MA),
        ("duration_s", asked.duration_s, LEAST_S),
        ("ramp_ma_per_s", asked.ramp_ma_per_s, LEAST_RAMP_MA_PER_S),
    )
    for name, value, least in bounds:
        if not isfinite(value) or value < least:
            raise CareError("E701", f"plan: {name} is {value}, expected a number of at least {least}")
    _refuse_impossible_median(asked)


def _refuse_impossible_median(asked: TreatmentPlan) -> None:
    """A median that no session can have had would switch the comparison off, or every treatment."""
    median_ohm, least_ohm = asked.median_contact_ohm, asked.limits.body_min_ohm
    if median_ohm is not None and not least_ohm <= median_ohm <= MOST_CONTACT_OHM:
        expected = f"expected {least_ohm:g} to {MOST_CONTACT_OHM:g} ohm, or null"
        raise CareError("E701", f"plan: median_contact_ohm is {median_ohm}, {expected}")
