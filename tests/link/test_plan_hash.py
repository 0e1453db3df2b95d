"""Both sides of a permit compute the same fingerprint, and another plan has another."""

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from appliance.link.messages import Plan
from appliance.link.plan_hash import plan_hash

finite = st.floats(allow_nan=False, allow_infinity=False)
plans = st.builds(
    Plan,
    site=st.text(max_size=10),
    set_ma=finite,
    max_ma=finite,
    duration_s=finite,
    polarity=st.sampled_from(("reverse_at_half", "fixed_normal", "fixed_reversed")),
    ramp_ma_per_s=finite,
    someone_beside=st.booleans(),
    median_contact_ohm=st.none() | finite,
)


@given(plans)
def test_the_wire_does_not_change_it(plan: Plan) -> None:
    assert plan_hash(msgspec.json.decode(msgspec.json.encode(plan), type=Plan)) == plan_hash(plan)


@given(plans, plans)
def test_another_plan_has_another(one: Plan, other: Plan) -> None:
    assert (plan_hash(one) == plan_hash(other)) == (repr(one) == repr(other))


def test_a_whole_number_is_the_same_number() -> None:
    assert plan_hash(Plan("hands", 15, 20, 1800)) == plan_hash(Plan("hands", 15.0, 20.0, 1800.0))


def test_it_is_what_the_protocol_says() -> None:
    # PROTOCOL.md, Permits: so that another implementation can be checked against it
    assert plan_hash(Plan("hands", 15.0, 20.0, 1800.0)) == (
        "5596c4dbefb59720e484d4c7888c39c387f2f7be59895d3ad6df231fe8676d8d"
    )
