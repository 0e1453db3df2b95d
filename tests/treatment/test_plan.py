"""What the limits make of a plan before anything starts, and that every difference has its reason."""

from dataclasses import replace

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
    [("hands", 20.0, 1500.0), ("feet", 25.0, 1600.0), ("underarms", 8.0, 1750.0), ("child_hands", 10.0, 1200.0)],
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
