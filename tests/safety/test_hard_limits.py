"""The numbers that nothing may loosen are those that the clinical basis and the safety design give."""

import pytest

from appliance.safety import hard_limits
from appliance.safety.hard_limits import SITES

# Clinical basis, 'Prescription fields, defaults and ceilings': default mA, prescriber may raise to, device ceiling,
# nominal area cm2, density ceiling mA/cm2, default and longest time in min.
CLINICAL = {
    "hands": (15, 20, 25, 150, 0.20, 30, 30),
    "feet": (20, 25, 25, 200, 0.20, 30, 30),
    # the basis has 8 and 10 mA here; beyond two thirds of the density ceiling a lifted pad or hand misses its budget
    "underarms": (5, 7, 10, 70, 0.15, 20, 30),
    "child_hands": (8, 9, 15, 90, 0.15, 15, 20),
}


@pytest.mark.parametrize("site", sorted(CLINICAL))
def test_a_site_gets_what_the_clinical_basis_gives_it(site: str) -> None:
    row = SITES[site]
    current = (row.default_ma, row.prescriber_ma, row.device_ma)
    assert (*current, row.nominal_area_cm2, row.density_ma_per_cm2, row.default_s / 60, row.max_s / 60) == CLINICAL[
        site
    ]


@pytest.mark.parametrize("site", sorted(CLINICAL))
def test_no_prescriber_comes_nearer_to_the_density_ceiling_than_two_thirds(site: str) -> None:
    row = SITES[site]
    assert row.prescriber_ma <= 2 / 3 * row.density_ma_per_cm2 * row.nominal_area_cm2 + 1e-9
    assert row.default_ma <= row.prescriber_ma <= row.device_ma


def test_there_is_no_other_site() -> None:
    assert set(SITES) == set(CLINICAL)


def test_who_has_both_hands_in_the_water_begins_with_a_foot() -> None:
    assert {site for site, row in SITES.items() if row.needs_pedal} == {"hands", "child_hands"}


def test_less_than_any_person_has_is_no_person() -> None:
    """Least loop resistance of a site; a shorted cable and a tray of salt water lie below all of them."""
    assert {site: row.body_min_ohm for site, row in SITES.items()} == {
        "hands": 450.0,
        "feet": 300.0,
        "underarms": 200.0,
        "child_hands": 450.0,
    }


def test_the_session_waits_and_dwells_as_the_safety_design_says() -> None:
    assert (hard_limits.ARMED_S, hard_limits.CONTACT_S, hard_limits.PAUSED_S) == (120.0, 120.0, 120.0)
    assert hard_limits.CONTACT_TOTAL_S == 6 * 60.0
    assert hard_limits.REVERSAL_DWELL_S == 1.0
    assert hard_limits.LEASE_S == 2.0


def test_the_output_is_off_before_the_hardware_timer_can_trip() -> None:
    """40 min - 3 min at the earliest; half a minute is left for what the two clocks differ."""
    assert hard_limits.OUTPUT_TIME_S == (40 - 3) * 60 - 30


def test_current_and_volts_are_those_of_the_safety_design() -> None:
    assert (hard_limits.CURRENT_MA, hard_limits.VOLTS, hard_limits.PATIENT_VOLTS) == (25.0, 48.0, 44.0)
    assert (hard_limits.PROBE_MA, hard_limits.PROBE_VOLTS, hard_limits.ZERO_MA) == (0.5, 5.0, 0.1)
    assert (hard_limits.RAMP_UP_MA_PER_S, hard_limits.RAMP_DOWN_MA_PER_S) == (1.0, 3.0)


def test_the_largest_dither_stays_below_every_ceiling() -> None:
    """Dither is 4 codes: one code of margin less and it would reach over a ceiling."""
    assert hard_limits.MARGIN_CODES == 4
