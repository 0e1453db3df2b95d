"""What the ledger says becomes an answer: which code, and how long to wait."""

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.control.ledger import Ledger
from appliance.control.moment import Moment, dated, least_between
from appliance.control.permission import LedgerPermission
from appliance.control.permits import Permits
from appliance.errors import IontoError
from appliance.link.messages import PermitGrant, Plan, Start
from appliance.link.plan_hash import plan_hash

PLAN = Plan("hands", 15.0, 20.0, 1800.0)
NOON = Moment(datetime(2026, 11, 23, 12, 0, tzinfo=UTC), clock_set=True, boot="b1", uptime_s=600.0)
RESTARTED = Moment(datetime(2026, 11, 24, 12, 0, tzinfo=UTC), clock_set=False, boot="b2", uptime_s=3600.0)


class Door:
    """A real permission over a real ledger; `now` is set by hand."""

    def __init__(self, path: Path, now: Moment) -> None:
        self.now = now
        self.permission = LedgerPermission(
            Permits(simulated=False), Ledger(path, now, simulated=False), lambda: self.now
        )

    def ask(self, session: str) -> str:
        """Ask for anna's hands."""
        self.permission.grant(PermitGrant(f"p-{session}", "anna", "hands", 1, "s", plan_hash(PLAN)), 0)
        return self.permission.check(Start(session, f"p-{session}", PLAN), 0, recorder_connected=True)

    def treat(self, session: str) -> None:
        self.ask(session)
        self.permission.begun(session)
        self.permission.spent(session)
        self.permission._writing.result(timeout=10)  # type: ignore[union-attr]
        self.permission.closed(session, 1000.0, treated=True)
        self.permission._writing.result(timeout=10)  # type: ignore[union-attr]

    def refusal(self) -> tuple[str, str]:
        with pytest.raises(IontoError) as caught:
            self.ask("again")
        return caught.value.code, caught.value.message

    def close(self) -> None:
        self.permission.close()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "doses.jsonl"


@pytest.fixture
def door(path: Path) -> Iterator[Door]:
    with closing(Door(path, NOON)) as opened:
        yield opened


def hours_on(moment: Moment, hours: float) -> Moment:
    wall_utc = moment.wall_utc + timedelta(hours=hours)
    return Moment(wall_utc, moment.clock_set, moment.boot, moment.uptime_s + hours * 3600.0)


def test_twice_a_day_is_refused_with_the_time_to_wait(door: Door) -> None:
    door.treat("s1")
    door.now = hours_on(NOON, 6.51)
    code, message = door.refusal()
    assert code == "E110"
    assert "9 h 30 min" in message
    door.now = hours_on(NOON, 16.0)
    assert door.ask("s2") == "anna"


def test_a_device_that_knows_no_date_says_so_and_how_long_to_leave_it_on(path: Path) -> None:
    with closing(Door(path, NOON)) as door:
        door.treat("s1")
    with closing(Door(path, RESTARTED)) as door:
        code, message = door.refusal()
        assert code == "E115"
        assert "15 h 0 min" in message
        door.now = hours_on(RESTARTED, 15.0)
        assert door.ask("s2") == "anna"


def test_after_damage_nobody_is_treated_for_a_day_and_the_file_is_named(path: Path) -> None:
    path.write_bytes(b"\xff\xff\n")
    with closing(Door(path, NOON)) as door:
        code, message = door.refusal()
        assert code == "E603"
        assert "doses.jsonl.damaged-1" in message
        assert "16 h 0 min" in message
        door.now = hours_on(NOON, 16.0)
        assert door.ask("s2") == "anna"


MOMENTS = st.builds(
    Moment,
    st.datetimes(datetime(2020, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC)),
    st.booleans(),
    st.sampled_from(["b1", "b2"]),
    st.floats(0.0, 1e7),
)


@given(st.floats(0.0, 1e6), st.floats(0.0, 1e6), st.floats(0.0, 1e6), MOMENTS, st.booleans(), st.booleans())
def test_never_more_time_is_counted_than_has_passed(
    until_off_s: float, off_s: float, on_s: float, then: Moment, wrong_then: bool, wrong_now: bool
) -> None:
    """A device is switched off and on again; a clock that nobody has set stands anywhere."""
    passed_s = until_off_s + off_s + on_s
    true_now = then.wall_utc + timedelta(seconds=passed_s)
    astray = timedelta(days=-900)
    first = Moment(then.wall_utc + astray * wrong_then, not wrong_then, "b1", then.uptime_s)
    now = Moment(true_now + astray * wrong_now, not wrong_now, "b2", on_s)
    assert least_between(first, now).total_seconds() <= passed_s + 1e-3
    same = Moment(true_now, True, "b1", then.uptime_s + passed_s)
    assert least_between(first, same).total_seconds() == pytest.approx(passed_s, abs=1e-3)
    late = dated(first, same)
    assert late.clock_set
    assert abs(late.wall_utc - then.wall_utc) < timedelta(milliseconds=1)
