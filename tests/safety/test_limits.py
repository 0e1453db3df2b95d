"""The chain that every current passes, and the hard limits behind it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.safety import hard_limits
from appliance.safety.hard_limits import SITES
from appliance.safety.limits import CurrentLimits

MA_PER_CODE = 0.007326
MARGIN_MA = 4 * MA_PER_CODE
SITE = st.sampled_from(sorted(SITES))
NUMBER = st.floats(allow_nan=True, allow_infinity=True)
POSITIVE = st.floats(0.0, 1000.0)


def limits(site: str = "hands", board_ma: float = 25.0, prescription_ma: float = 20.0) -> CurrentLimits:
    return CurrentLimits(SITES[site], board_ma, prescription_ma, MA_PER_CODE)


@given(SITE, POSITIVE, POSITIVE, POSITIVE, NUMBER, NUMBER, st.booleans())
def test_nothing_passes_any_limit(
    site: str, board: float, prescription: float, asked: float, voltage: float, regulation: float, alive: bool
) -> None:
    """Whatever is asked of whatever board: never raises, never above one limit, never up."""
    chain = limits(site, board, prescription).apply(asked, voltage, regulation, lease_alive=alive)
    allowed = (
        asked,
        prescription,
        SITES[site].prescriber_ma,
        0.0 if voltage != voltage else voltage,
        0.0 if regulation != regulation else regulation,
        asked if alive else 0.0,
    )
    assert chain.value <= min(allowed)
    assert (chain.binding is None) == (chain.value == asked)


@given(SITE, POSITIVE, POSITIVE)
def test_set_and_dither_stay_below_every_ceiling_of_the_apparatus(site: str, board: float, asked: float) -> None:
    chain = limits(site, board, 1000.0).apply(asked, 1000.0, 1000.0, lease_alive=True)
    with_dither_ma = chain.value + MARGIN_MA
    assert with_dither_ma <= hard_limits.CURRENT_MA + 1e-9
    assert with_dither_ma <= board + 1e-9
    assert with_dither_ma <= SITES[site].device_ma + 1e-9


@given(SITE, POSITIVE, POSITIVE)
def test_trim_may_use_no_more_than_the_ceiling_of_the_chain(site: str, board: float, prescription: float) -> None:
    chain_limits = limits(site, board, prescription)
    chain = chain_limits.apply(1e9, 1e9, 1e9, lease_alive=True)
    assert chain_limits.ceiling_ma == max(0.0, chain.value)


def test_the_reason_that_binds_is_the_one_that_people_are_told() -> None:
    assert limits().apply(15.0, 40.0, 40.0, lease_alive=True).binding is None
    assert limits().apply(22.0, 40.0, 40.0, lease_alive=True).binding == "limit.prescriber"
    assert limits(prescription_ma=12.0).apply(15.0, 40.0, 40.0, lease_alive=True).binding == "limit.prescription"
    assert limits(board_ma=10.0).apply(15.0, 40.0, 40.0, lease_alive=True).binding == "limit.board"
    assert limits().apply(15.0, 9.0, 40.0, lease_alive=True).binding == "limit.voltage"
    assert limits().apply(15.0, 40.0, 9.0, lease_alive=True).binding == "limit.compliance"
    assert limits().apply(15.0, 40.0, 40.0, lease_alive=False).binding == "limit.lease"


def test_every_reason_on_the_way_down_is_kept() -> None:
    chain = limits(board_ma=24.0, prescription_ma=15.0).apply(30.0, 12.0, 11.0, lease_alive=False)
    assert [reason.key for reason in chain.reasons] == [
        "limit.device",
        "limit.board",
        "limit.prescriber",
        "limit.prescription",
        "limit.voltage",
        "limit.compliance",
        "limit.lease",
    ]
    assert chain.value == 0.0


@given(NUMBER)
def test_a_board_that_can_prove_nothing_gives_nothing(asked: float) -> None:
    chain = limits(board_ma=float("nan")).apply(asked, 40.0, 40.0, lease_alive=True)
    assert not chain.value > 0.0


@pytest.mark.parametrize("site", sorted(SITES))
def test_no_site_allows_what_the_device_does_not(site: str) -> None:
    row = SITES[site]
    assert row.default_ma <= row.prescriber_ma <= row.device_ma <= hard_limits.CURRENT_MA <= 25.0
    assert row.default_s <= row.max_s
    assert row.max_s + hard_limits.CONTACT_TOTAL_S <= hard_limits.OUTPUT_TIME_S
    assert row.prescriber_ma / row.nominal_area_cm2 <= row.density_ma_per_cm2


def test_the_charge_ceilings_are_those_of_the_clinical_basis() -> None:
    coulomb = {site: row.charge_mc / 1000 for site, row in SITES.items()}
    assert coulomb == pytest.approx({"hands": 30.0, "feet": 40.0, "underarms": 14.0, "child_hands": 18.0})
