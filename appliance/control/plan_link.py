"""A plan as the link carries it, and as the treatment knows it."""

from appliance.link.messages import Plan
from appliance.treatment.plan import TreatmentPlan


def from_link(plan: Plan) -> TreatmentPlan:
    """What a client asks for; not yet constrained."""
    return TreatmentPlan(
        site=plan.site,
        set_ma=plan.set_ma,
        max_ma=plan.max_ma,
        duration_s=plan.duration_s,
        polarity=plan.polarity,
        ramp_ma_per_s=plan.ramp_ma_per_s,
        someone_beside=plan.someone_beside,
        median_contact_ohm=plan.median_contact_ohm,
    )


def to_link(plan: TreatmentPlan) -> Plan:
    """The plan as it is given, for everyone to see."""
    return Plan(
        site=plan.site,
        set_ma=plan.set_ma,
        max_ma=plan.max_ma,
        duration_s=plan.duration_s,
        polarity=plan.polarity,
        ramp_ma_per_s=plan.ramp_ma_per_s,
        someone_beside=plan.someone_beside,
        median_contact_ohm=plan.median_contact_ohm,
    )
