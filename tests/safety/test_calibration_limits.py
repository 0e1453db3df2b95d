"""What a calibration proves: by its age, by what it left wrong, and by whether anything says how old it is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.errors import ConfigError
from appliance.safety import calibration_limits
from appliance.safety.calibration_limits import Claim, provable_ma

GOOD = Claim(proved_ma=25.0, residual_ma=0.05, age_days=100.0, dated=True)
UNDATED_MA = 23.93


def test_a_good_one_proves_what_its_meter_saw_and_never_more_than_the_device_may() -> None:
    assert provable_ma(GOOD) == 25.0
    assert provable_ma(GOOD._replace(proved_ma=18.0)) == 18.0
    assert provable_ma(GOOD._replace(proved_ma=29.0)) == 25.0


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"age_days": 401.0}, "401 days old, more than 400"),
        ({"age_days": float("nan")}, "days old"),
        ({"residual_ma": 0.2101}, "0.210 mA wrong, more than 0.21"),
        ({"residual_ma": float("nan")}, "mA wrong"),
        ({"age_days": 401.0, "dated": False}, "401 days old"),
    ],
)
def test_what_is_too_old_or_left_too_much_is_refused_whatever_the_clock(change: dict[str, float], said: str) -> None:
    with pytest.raises(ConfigError) as refused:
        provable_ma(GOOD._replace(**change))
    assert refused.value.code == "E511"
    assert said in refused.value.message


def test_the_last_day_and_the_last_microampere_are_good() -> None:
    assert provable_ma(GOOD._replace(age_days=400.0, residual_ma=0.21)) == 25.0


@pytest.mark.parametrize("change", [{"dated": False}, {"age_days": -1.0}, {"age_days": -20_000.0}])
def test_a_clock_that_nobody_set_makes_nothing_young_it_proves_less(change: dict[str, float]) -> None:
    """A board without a clock of its own wakes in 1970: by that, every calibration is of the future."""
    found = provable_ma(GOOD._replace(**change))
    assert found == pytest.approx(UNDATED_MA, abs=0.01)
    assert found * (1.0 + 0.03) + 0.35 == pytest.approx(25.0)  # with all the error that self-test lets pass
    assert provable_ma(GOOD._replace(proved_ma=18.0, **change)) == 18.0


@pytest.mark.parametrize("age_days", [0.0, 0.05])
def test_one_of_today_is_young(age_days: float) -> None:
    assert provable_ma(GOOD._replace(age_days=age_days)) == 25.0


def test_a_board_file_can_be_tighter() -> None:
    with pytest.raises(ConfigError, match="more than 90"):
        provable_ma(GOOD, max_age_days=90.0)
    with pytest.raises(ConfigError, match=r"more than 0\.04"):
        provable_ma(GOOD, max_residual_ma=0.04)


@given(
    st.builds(
        Claim,
        st.floats(allow_nan=False, min_value=0.0),
        st.floats(allow_nan=True),
        st.floats(allow_nan=True),
        st.booleans(),
    )
)
def test_no_claim_proves_more_than_it_says_or_than_the_device_may(claim: Claim) -> None:
    try:
        found = provable_ma(claim)
    except ConfigError:
        assert not (claim.residual_ma <= 0.21 and claim.age_days <= 400.0)
        return
    assert found <= min(claim.proved_ma, 25.0)
    assert found <= UNDATED_MA + 0.01 or (claim.dated and 0.0 <= claim.age_days <= 400.0)


def test_without_its_bound_each_refusal_would_be_a_treatment(monkeypatch: pytest.MonkeyPatch) -> None:
    """The controls matter: taken out one at a time, what was refused or lowered is given in full."""
    old, wrong = GOOD._replace(age_days=401.0), GOOD._replace(residual_ma=0.3)
    assert provable_ma(old, max_age_days=float("inf")) == 25.0
    assert provable_ma(wrong, max_residual_ma=float("inf")) == 25.0
    monkeypatch.setattr(calibration_limits, "UNDATED_MA", float("inf"))
    assert provable_ma(GOOD._replace(dated=False)) == 25.0
