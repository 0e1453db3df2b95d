"""What the limits make of a plan before anything starts, and that every difference has its reason."""

from dataclasses import FrozenInstanceError, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.errors import CareError
from appliance.safety.hard_limits import SITES
from appliance.treatment.plan import LEAST_MA, TreatmentPlan, constrain_plan

ASKED = st.builds(
    TreatmentPlan,
    st.sampled_from(sorted(SITES)),
    st.floats(1.0, 100.0),
    st.floats(1.0, 100.0),
    st.floats(60.0, 1e5),
    ramp_ma_per_s=st.floats(0.1, 50.0),
)


def test_20_ma_for_30_minutes_on_hands_is_shortened_to_25_before_the_start() -> None:
    plan, reasons = constrain_plan(TreatmentPlan("hands", 20.0, 20.0, 1800.0), 25.0)
    assert (plan.set_ma, plan.duration_s) == (20.0, 1500.0)
    assert [(r.key, r.value) for r in reasons] == [("limit.charge", 1500.0)]


def test_a_plan_within_its_limits_is_given_as_asked() -> None:
    asked = TreatmentPlan("hands", 15.0, 18.0, 1800.0)
    assert constrain_plan(asked, 25.0) == (asked, ())


@pytest.mark.parametrize(
    ("site", "ceiling_ma", "longest_s"),
    [("hands", 20.0, 1500.0), ("feet", 25.0, 1600.0), ("underarms", 7.0, 1800.0), ("child_hands", 9.0, 1200.0)],
)
def test_each_site_has_its_ceilings(site: str, ceiling_ma: float, longest_s: float) -> None:
    plan, reasons = constrain_plan(TreatmentPlan(site, 60.0, 60.0, 7200.0, ramp_ma_per_s=5.0), 25.0)
    assert plan.set_ma == plan.max_ma == ceiling_ma
    assert plan.duration_s == pytest.approx(longest_s)
    assert plan.ramp_ma_per_s == 1.0
    assert {"limit.device", "limit.ramp"} <= {r.key for r in reasons}


@given(ASKED, st.floats(LEAST_MA, 30.0))
def test_a_plan_is_only_ever_lowered_and_every_difference_has_a_reason(asked: TreatmentPlan, board_ma: float) -> None:
    plan, reasons = constrain_plan(asked, board_ma)
    site = SITES[asked.site]
    assert plan.set_ma <= min(asked.set_ma, plan.max_ma)
    assert plan.max_ma <= min(asked.max_ma, board_ma, site.prescriber_ma, site.device_ma, 25.0)
    assert plan.duration_s <= min(asked.duration_s, site.max_s)
    assert plan.set_ma * plan.duration_s <= site.charge_mc * (1 + 1e-9)
    assert plan.ramp_ma_per_s <= min(asked.ramp_ma_per_s, 1.0)
    assert (plan == asked) == (not reasons)
    again, more = constrain_plan(plan, board_ma)
    assert (again, more) == (plan, ())


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -1.0, 0.0])
@pytest.mark.parametrize("field", ["set_ma", "max_ma", "duration_s", "ramp_ma_per_s"])
def test_a_number_that_is_no_treatment_is_refused(field: str, value: float) -> None:
    with pytest.raises(CareError) as refused:
        constrain_plan(replace(TreatmentPlan("hands", 15.0, 18.0, 1800.0), **{field: value}), 25.0)
    assert refused.value.code == "E701"
    assert field in refused.value.message


def test_an_unknown_site_is_refused_by_name() -> None:
    with pytest.raises(CareError) as refused:
        constrain_plan(TreatmentPlan("face", 15.0, 18.0, 1800.0), 25.0)
    assert refused.value.code == "E702"
    assert "face" in refused.value.message


@pytest.mark.parametrize("board_ma", [0.0, 0.5, -1.0, float("nan")])
def test_a_board_that_can_prove_no_treatment_is_refused_not_divided_by(board_ma: float) -> None:
    with pytest.raises(CareError) as refused:
        constrain_plan(TreatmentPlan("hands", 15.0, 18.0, 1800.0), board_ma)
    assert refused.value.code == "E701"


def test_every_limit_that_lowered_a_plan_is_named_with_what_it_left() -> None:
    asked = TreatmentPlan("underarms", 60.0, 60.0, 7200.0, ramp_ma_per_s=5.0)
    plan, reasons = constrain_plan(asked, 24.0)
    assert (plan.set_ma, plan.max_ma, plan.duration_s, plan.ramp_ma_per_s) == (7.0, 7.0, 1800.0, 1.0)
    assert [tuple(reason) for reason in reasons] == [
        ("limit.device", 25.0),
        ("limit.board", 24.0),
        ("limit.site", 10.0),
        ("limit.prescriber", 7.0),
        ("limit.prescriber", 7.0),  # of the set
        ("limit.ramp", 1.0),
        ("limit.time", 1800.0),
    ]
    _, reasons = constrain_plan(replace(asked, site="hands"), 25.0)
    assert [tuple(reason) for reason in reasons][-2:] == [("limit.time", 1800.0), ("limit.charge", 1500.0)]


def test_a_set_above_what_was_prescribed_is_lowered_for_that_reason() -> None:
    plan, reasons = constrain_plan(TreatmentPlan("hands", 15.0, 12.0, 1800.0), 25.0)
    assert plan.set_ma == 12.0
    assert [tuple(reason) for reason in reasons] == [("limit.prescription", 12.0)]


@pytest.mark.parametrize(
    ("field", "least"), [("set_ma", 1.0), ("max_ma", 1.0), ("duration_s", 60.0), ("ramp_ma_per_s", 0.1)]
)
def test_the_least_that_is_a_treatment(field: str, least: float) -> None:
    asked = TreatmentPlan("hands", 1.0, 18.0, 600.0)
    plan, _ = constrain_plan(replace(asked, **{field: least}), 25.0)
    assert getattr(plan, field) == least
    with pytest.raises(CareError, match=rf"plan: {field} is .*expected a number of at least {least}"):
        constrain_plan(replace(asked, **{field: 0.99 * least}), 25.0)


def test_the_refusal_says_what_is_wrong() -> None:
    with pytest.raises(CareError, match="known: child_hands, feet, hands, underarms"):
        constrain_plan(TreatmentPlan("face", 15.0, 18.0, 1800.0), 25.0)
    with pytest.raises(CareError, match=r"limit\.board leaves 0\.5 mA, a treatment needs 1 mA"):
        constrain_plan(TreatmentPlan("hands", 15.0, 18.0, 1800.0), 0.5)


def test_a_plan_says_nothing_of_reversal_ramp_or_company_unless_asked() -> None:
    """What a plan is when the person who wrote it left it open."""
    plan = TreatmentPlan("hands", 15.0, 18.0, 1800.0)
    assert (plan.polarity, plan.ramp_ma_per_s, plan.someone_beside) == ("reverse_at_half", 0.5, False)


@pytest.mark.parametrize(
    ("median_ohm", "accepted"),
    [
        (450.0, True),
        (449.9, False),
        (83_000.0, True),
        (83_001.0, False),
        (float("nan"), False),
        (0.0, False),
    ],
)
def test_a_median_that_no_session_can_have_had_is_refused(median_ohm: float, accepted: bool) -> None:
    """Hands have 450 ohm at least; 5 V drive 60 uA, the least contact, through 83 kohm at most."""
    asked = replace(TreatmentPlan("hands", 15.0, 18.0, 1800.0), median_contact_ohm=median_ohm)
    if accepted:
        assert constrain_plan(asked, 25.0)[0].median_contact_ohm == median_ohm
        return
    with pytest.raises(CareError, match="median_contact_ohm") as refused:
        constrain_plan(asked, 25.0)
    assert refused.value.code == "E701"


def test_a_plan_cannot_be_changed_where_it_lies() -> None:
    plan, _ = constrain_plan(TreatmentPlan("hands", 15.0, 18.0, 1800.0), 25.0)
    with pytest.raises(FrozenInstanceError):
        plan.set_ma = 25.0  # type: ignore[misc]
