"""The mirror of the treatment timer never says less than the hardware's; a new daemon knows nothing, and rests."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.control.moment import Moment
from appliance.control.output_timer import OutputTimer, has_rested
from appliance.safety import hard_limits

REST_S = 600.0
TICK_NS = 5_000_000


def test_what_is_not_known_counts_as_full_until_it_has_rested() -> None:
    timer = OutputTimer(REST_S, rested=False)
    timer.tick(0, enabled=False)
    assert timer.output_s == hard_limits.OUTPUT_TIME_S
    assert timer.rest_left_s(TICK_NS) == pytest.approx(REST_S, abs=0.01)
    timer.restart_if_rested(round(599.9e9))
    assert timer.output_s == hard_limits.OUTPUT_TIME_S
    timer.restart_if_rested(round(600e9))
    assert timer.output_s == 0.0


@given(st.lists(st.tuples(st.booleans(), st.integers(1, 400_000)), min_size=1, max_size=30))
def test_it_counts_what_was_on_and_forgets_only_after_its_rest(times: list[tuple[bool, int]]) -> None:
    """Against the plain sum; each stretch of time is ticked at its beginning and its end."""
    timer, now_ns, on_s, low_s = OutputTimer(REST_S, rested=True), 0, 0.0, 0.0
    timer.tick(now_ns, enabled=False)
    for enabled, ticks in times:
        timer.tick(now_ns + 1, enabled=enabled)
        now_ns += ticks * TICK_NS
        timer.tick(now_ns, enabled=enabled)
        seconds = ticks * TICK_NS / 1e9
        on_s, low_s = (on_s + seconds, 0.0) if enabled else (on_s, low_s + seconds)
        timer.restart_if_rested(now_ns)
        if low_s >= REST_S:
            on_s = 0.0
        assert timer.output_s >= on_s - 1e-6
        if low_s < REST_S - 1e-6:
            assert timer.output_s == pytest.approx(on_s, abs=1e-6)


def at(hours: float, *, boot: str, uptime_h: float, clock_set: bool = True) -> Moment:
    wall_utc = datetime(2026, 11, 23, 12, 0, tzinfo=UTC) + timedelta(hours=hours)
    return Moment(wall_utc, clock_set, boot, uptime_h * 3600.0)


NOW = at(0.0, boot="now", uptime_h=0.1)


@pytest.mark.parametrize(
    ("newest", "rested"),
    [
        (None, True),
        (at(-2.0, boot="before", uptime_h=5.0), True),
        (at(-1.9, boot="before", uptime_h=5.0), False),
        (at(-300.0, boot="before", uptime_h=5.0, clock_set=False), False),
        (at(24.0, boot="before", uptime_h=5.0), False),
        (at(-300.0, boot="now", uptime_h=0.05), False),
    ],
)
def test_a_session_of_late_or_of_unknown_date_makes_a_new_daemon_rest(newest: Moment | None, rested: bool) -> None:
    assert has_rested(newest, NOW) is rested


def test_two_hours_of_this_boot_are_rest_enough() -> None:
    assert has_rested(at(-9.0, boot="before", uptime_h=5.0, clock_set=False), at(0.0, boot="now", uptime_h=2.0))
