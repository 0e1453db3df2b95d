"""A sample that nobody has written yet: nothing counts as measured, nothing as allowed, nothing as let go."""

import pytest
from healthy import STATES

from appliance.safety.monitors import build_monitors
from appliance.safety.monitors.current import OverSite
from appliance.safety.sample import Sample

UNMEASURED = ("source_ma", "patient_v", "volts_age_s", "compliance_v", "set_volts_code", "config_ok")
NOTHING = (
    "return_ma", "set_ma", "dither_ma", "ramp_base_ma", "set_code", "asked_compliance_v", "late_ns", "t_ns",
    "enabled_since_ns", "polarity_since_ns", "site_ceiling_ma", "area_cm2", "density_ceiling_ma_per_cm2", "r_inst_ohm",
    "contact_c_f",
)  # fmt: skip
NOT_SO = (
    "saturated", "enabled", "output_closed", "asked_reversed", "e_stop", "tray_out", "latch_tripped", "reversed",
    "lease_lost",
)  # fmt: skip
SO = ("pedal", "watchdog_ok", "relay_open")  # a pedal counts as pressed until it was seen released


def test_what_was_not_converted_is_no_number() -> None:
    assert [name for name in UNMEASURED if getattr(Sample(), name) is not None] == []


def test_nothing_is_asked_for_allowed_or_found() -> None:
    """0 of a site's ceiling: without a session any current is too much."""
    assert {name: getattr(Sample(), name) for name in NOTHING} == dict.fromkeys(NOTHING, 0)


def test_nothing_is_on_and_the_pedal_is_not_let_go() -> None:
    fresh = Sample()
    assert {name: getattr(fresh, name) for name in NOT_SO} == dict.fromkeys(NOT_SO, False)
    assert {name: getattr(fresh, name) for name in SO} == dict.fromkeys(SO, True)
    assert fresh.state == "SELF_TEST"
    assert {*UNMEASURED, *NOTHING, *NOT_SO, *SO, "state"} == set(Sample.__slots__)


@pytest.mark.parametrize("state", [state for state in STATES if state not in ("RAMP_UP", "HOLD", "RAMP_DOWN")])
def test_it_trips_nothing(state: str) -> None:
    """The first tick after power-on knows nothing, and knows no fault either."""
    s = Sample()
    s.state = state  # type: ignore[assignment]
    assert [trip for monitor in build_monitors(40_000_000) if (trip := monitor.check(s)) is not None] == []


def test_the_least_current_before_a_session_is_too_much() -> None:
    s = Sample()
    s.state, s.return_ma = "IDLE", 0.31
    assert OverSite().check(s) == OverSite.TRIP
