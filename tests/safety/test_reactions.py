"""Which of several monitors is obeyed, and that the daemon's tuple leaves none out."""

import inspect

from healthy import ENERGISED, STATES, TICK_NS, healthy
from hypothesis import given
from hypothesis import strategies as st

from appliance.errors import CATALOGUE
from appliance.safety import monitors
from appliance.safety.monitors import build_monitors
from appliance.safety.trip import Reaction, Trip, strongest

TRIPS = st.builds(
    Trip,
    st.sampled_from(["E210", "E302", "E409"]),
    st.just("monitor"),
    st.sampled_from(["PAUSE", "RAMP_DOWN", "CUT"]),
    st.none(),
    st.sampled_from([0.0, 0.3, 0.5]),
)
TABLE = {  # of the safety design; 'charge, time' and 'short_or_no_body' are the session's and CONTACT's own
    "over_site", "over_set", "disagreement", "mismatch", "open", "area_level", "area_trend", "compliance_loopback",
    "area_capacitance", "area_fading", "dac_loopback", "reference", "stale", "adc_identity", "e_stop", "relay",
    "polarity", "latch", "watchdog", "tray", "pedal", "late_tick", "lease", "slew", "saturation", "clock_jump",
    "dummy_load",
}  # fmt: skip


@given(st.lists(TRIPS, min_size=1))
def test_cut_wins_over_pause_wins_over_ramp_down(trips: list[Trip]) -> None:
    chosen = strongest(trips)
    order: list[Reaction] = ["CUT", "PAUSE", "RAMP_DOWN"]
    assert chosen.reaction == min((trip.reaction for trip in trips), key=order.index)
    assert all(chosen.fade_s <= trip.fade_s for trip in trips if trip.reaction == chosen.reaction)


def test_every_monitor_of_the_table_is_built_and_has_its_code() -> None:
    built = [getattr(monitor, "TRIP") for monitor in build_monitors(40_000_000)]  # noqa: B009 - not in the protocol
    assert {trip.monitor for trip in built} == TABLE
    assert len({trip.code for trip in built}) == len(TABLE)
    assert all(trip.code in CATALOGUE for trip in built)


def test_nothing_can_leave_a_monitor_out() -> None:
    assert list(inspect.signature(monitors.build_monitors).parameters) == ["relay_travel_ns"]


def test_a_healthy_board_trips_nothing_in_any_state() -> None:
    """Two seconds of each state and a whole ramp, in the order of a treatment, with the dither that stale needs."""
    all_monitors = build_monitors(40_000_000)
    t_ns = 10**10
    for state in (*STATES, "CONTACT", "RAMP_UP", "HOLD", "RAMP_DOWN"):
        ramp_ticks = 3000 if state == "RAMP_UP" else 0
        for n in range(400 + ramp_ticks):
            t_ns += TICK_NS
            s = healthy(state, set_ma=min(15.0, n * 0.005) if ramp_ticks else 15.0, t_ns=t_ns)
            base_ma = s.return_ma
            s.patient_v = 2.5 + base_ma * 27.5 / 15.0  # two electrodes and a loop
            s.dither_ma = (0.0293 if (n * n) % 7 < 3 else -0.0293) if state in ENERGISED - {"CONTACT"} else 0.0
            s.set_ma = s.return_ma = base_ma + s.dither_ma
            s.source_ma = s.return_ma if n % 4 == 0 else None
            assert [trip for m in all_monitors if (trip := m.check(s)) is not None] == [], (state, n)
