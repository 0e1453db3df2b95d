"""A tray's switch is proved by opening between two treatments."""

from hypothesis import given
from hypothesis import strategies as st

from appliance.treatment.trays import Trays


def seen(*ticks: tuple[bool, bool, bool]) -> tuple[str, ...]:
    trays = Trays()
    for left_out, right_out, treating in ticks:
        trays.see(left_out=left_out, right_out=right_out, treating=treating)
    return trays.unproved


IN, LEFT, BOTH, FLOWS = (False, False, False), (True, False, False), (True, True, False), (False, False, True)


def test_nothing_is_proved_when_the_program_begins() -> None:
    assert seen() == seen(IN, IN, IN) == ("left", "right")


def test_each_side_is_proved_by_itself() -> None:
    assert seen(LEFT, LEFT, IN) == ("right",)
    assert seen(BOTH, BOTH, IN, IN) == ()


def test_one_reading_may_be_noise() -> None:
    assert seen(LEFT, IN, LEFT, IN) == ("left", "right")


def test_current_ends_what_was_proved_before() -> None:
    assert seen(BOTH, BOTH, IN, FLOWS, IN) == ("left", "right")
    assert seen(BOTH, BOTH, FLOWS, BOTH, BOTH, IN) == ()


@given(st.lists(st.tuples(st.booleans(), st.booleans(), st.booleans())))
def test_a_switch_that_never_opens_is_never_proved(ticks: list[tuple[bool, bool, bool]]) -> None:
    assert "left" in seen(*((False, right, treating) for _, right, treating in ticks))
