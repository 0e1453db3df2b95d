"""A refusal counts only when something was judged: a session that ended before refuses nobody."""

import pytest

from appliance.proof.signature_rates import CASES, Case, Judged, row_of

LOAD = next(case for case in CASES if case.expected == "refuse")
HANDS = next(case for case in CASES if case.expected == "accept")
REFUSED = Judged(False, 13.0, 2, ("E213",))
NEVER = Judged(False, 0.0, 0, ())
LET_IN = Judged(True, 3.5, 0, ())


@pytest.mark.parametrize(
    ("case", "judged", "wrong"),
    [
        (LOAD, [REFUSED, REFUSED], 0),
        (LOAD, [REFUSED, NEVER], 1),
        (LOAD, [REFUSED, LET_IN], 1),
        (HANDS, [LET_IN, LET_IN], 0),
        (HANDS, [LET_IN, NEVER], 1),
        (HANDS, [LET_IN, REFUSED], 1),
    ],
)
def test_what_is_wrong(case: Case, judged: list[Judged], wrong: int) -> None:
    assert row_of(case, judged).wrong == wrong
