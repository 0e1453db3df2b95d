"""The choke point: a value that may only fall, and every reason why."""

from hypothesis import given
from hypothesis import strategies as st

from appliance.safety.constraint import Constraint

NUMBER = st.floats(allow_nan=True, allow_infinity=True)
FINITE = st.floats(-1e6, 1e6)
LIMITS = st.lists(st.tuples(NUMBER, st.sampled_from(["a", "b", "c", "d"])))


@given(FINITE, LIMITS)
def test_it_never_rises_and_every_fall_has_its_reason(asked: float, limits: list[tuple[float, str]]) -> None:
    chain = Constraint(asked)
    for limit, key in limits:
        before, reasons = chain.value, len(chain.reasons)
        chain.tighten(limit, key)
        assert chain.value <= before
        assert (chain.value < before) == (len(chain.reasons) == reasons + 1)
        if chain.value < before:
            assert chain.reasons[-1] == (key, chain.value)
            assert chain.binding == key
    assert (chain.binding is None) == (chain.value == asked)


@given(FINITE, LIMITS)
def test_the_result_is_at_or_below_every_limit(asked: float, limits: list[tuple[float, str]]) -> None:
    chain = Constraint(asked)
    for limit, key in limits:
        chain.tighten(limit, key)
    for limit, _ in limits:
        assert chain.value <= (0.0 if limit != limit else limit)


@given(st.floats(0.001, 1e6))
def test_an_unknown_limit_allows_nothing(asked: float) -> None:
    chain = Constraint(asked)
    chain.tighten(float("nan"), "limit.board")
    assert chain.value == 0.0
    assert chain.binding == "limit.board"


def test_an_infinite_limit_is_no_limit() -> None:
    chain = Constraint(15.0)
    chain.tighten(float("inf"), "limit.site")
    assert (chain.value, chain.reasons) == (15.0, [])


def test_an_equal_limit_is_not_called_a_reduction() -> None:
    chain = Constraint(15.0)
    chain.tighten(15.0, "limit.prescription")
    assert chain.binding is None


@given(st.lists(st.tuples(FINITE, st.sampled_from("abc")), min_size=1))
def test_the_order_of_limits_does_not_change_the_result(limits: list[tuple[float, str]]) -> None:
    one, other = Constraint(1e7), Constraint(1e7)
    for limit, key in limits:
        one.tighten(limit, key)
    for limit, key in reversed(limits):
        other.tighten(limit, key)
    assert one.value == other.value
