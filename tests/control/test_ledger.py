"""The dose ledger remembers every treatment over crash, power cut, full disk and damage."""

import resource
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from appliance.control.ledger import Ledger
from appliance.control.moment import Moment
from appliance.errors import RecordsError

TODAY = Moment(datetime(2026, 11, 23, 15, 50, tzinfo=UTC), clock_set=True, boot="b1", uptime_s=100.0)


def later(
    hours: float, *, boot: str = "b1", uptime_h: float = 0.1, clock_set: bool = True, by_h: float = 0.0
) -> Moment:
    """So long after TODAY; the wall clock may be moved `by_h` beside it."""
    uptime_s = TODAY.uptime_s + hours * 3600.0 if boot == TODAY.boot else uptime_h * 3600.0
    return Moment(TODAY.wall_utc + timedelta(hours=hours + by_h), clock_set, boot, uptime_s)


TOMORROW = later(24.0, boot="b2")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "ledger.jsonl"


@contextmanager
def ledger(path: Path) -> Iterator[Ledger]:
    opened = Ledger(path, TODAY, simulated=True)
    yield opened
    opened.close()


def treat(path: Path, patient: str, session: str, at: Moment = TODAY, closed: Moment | None = None) -> None:
    """One whole treatment of the hands."""
    with ledger(path) as book:
        book.begun(patient, "hands", session, at)
        book.closed(session, 12000.0, closed or at, treated=True)


def treated(path: Path, patient: str = "anna", site: str = "hands", now: Moment = TODAY) -> bool:
    """As a daemon that starts now would say."""
    with ledger(path) as book:
        return book.treated_lately(patient, site, now) is not None


def test_a_treatment_counts_for_its_patient_site_and_day(path: Path) -> None:
    assert not treated(path)
    treat(path, "anna", "s1")
    assert treated(path)
    assert not treated(path, patient="bert")
    assert not treated(path, site="feet")
    assert not treated(path, now=TOMORROW)


@pytest.mark.parametrize("boot", ["b1", "b2"])
@pytest.mark.parametrize(("hours", "again"), [(0.2, True), (8.5, True), (15.9, True), (16.1, False), (24.0, False)])
def test_a_night_lies_between_two_treatments_whatever_the_date(
    path: Path, hours: float, again: bool, boot: str
) -> None:
    """15:50 UTC; the day of UTC ends eight hours later, in the middle of somebody's afternoon."""
    treat(path, "anna", "s1")
    assert treated(path, now=later(hours, boot=boot)) is again


@pytest.mark.parametrize("by_h", [-300 * 24.0, -24.0, -1.0, 1.0, 24.0, 300 * 24.0])
def test_a_clock_that_is_moved_while_the_device_is_on_changes_nothing(path: Path, by_h: float) -> None:
    treat(path, "anna", "s1")
    assert treated(path, now=later(1.0, by_h=by_h))
    assert not treated(path, now=later(17.0, by_h=by_h))


@pytest.mark.parametrize("back_h", [1.0, 24.0, 300 * 24.0])
def test_a_clock_that_goes_back_forgets_no_treatment(path: Path, back_h: float) -> None:
    treat(path, "anna", "s1")
    assert treated(path, now=later(1.0, boot="b2", by_h=-back_h))
    assert not treated(path, patient="bert", now=later(1.0, boot="b2", by_h=-back_h))


@pytest.mark.parametrize(("then_set", "now_set"), [(False, True), (True, False), (False, False)])
def test_a_clock_that_nobody_has_set_makes_no_day_between_two_treatments(
    path: Path, then_set: bool, now_set: bool
) -> None:
    """It stood years behind, and is set after the next power-up: only what the device was on since is certain."""
    treat(path, "anna", "s1", later(0.0, clock_set=then_set, by_h=-3 * 365 * 24.0))
    assert treated(path, now=later(1.0, boot="b2", clock_set=now_set))
    assert treated(path, now=later(20.0, boot="b2", uptime_h=15.9, clock_set=now_set))
    assert not treated(path, now=later(20.0, boot="b2", uptime_h=16.1, clock_set=now_set))


def test_a_clock_that_is_set_during_the_treatment_dates_it(path: Path) -> None:
    """Power-up, and the network half an hour later: the next day the device may be used."""
    treat(path, "anna", "s1", later(0.0, clock_set=False, by_h=-3 * 365 * 24.0), later(0.5))
    assert treated(path, now=later(15.9, boot="b2"))
    assert not treated(path, now=later(16.1, boot="b2"))


def test_a_session_that_only_touched_does_not_count(path: Path) -> None:
    with ledger(path) as book:
        book.begun("anna", "hands", "s1", TODAY)
        book.closed("s1", 0.0, TODAY, treated=False)
        assert not book.treated_lately("anna", "hands", TODAY)
    assert not treated(path)


def test_an_id_that_comes_twice_hides_no_treatment(path: Path) -> None:
    """A crash left anna's session open; then the kiosk uses its id for bert, who is only touched."""
    with ledger(path) as book:
        book.begun("anna", "hands", "s1", TODAY)
    with ledger(path) as book:
        book.begun("bert", "hands", "s1", TODAY)
        assert book.treated_lately("anna", "hands", TODAY)
        book.closed("s1", 0.0, TODAY, treated=False)
        assert book.treated_lately("anna", "hands", TODAY)
    assert treated(path)
    assert not treated(path, "bert")


def test_a_touch_after_a_treatment_takes_nothing_back(path: Path) -> None:
    treat(path, "anna", "s1")
    with ledger(path) as book:
        book.begun("anna", "hands", "s2", later(1.0))
        book.closed("s2", 0.0, later(1.1), treated=False)
        assert book.treated_lately("anna", "hands", later(1.2)) == TODAY
    assert treated(path)


@pytest.mark.parametrize("treats", [True, False])
def test_the_time_of_the_newest_session_is_known_after_a_restart(path: Path, treats: bool) -> None:
    with ledger(path) as book:
        assert book.newest is None
        book.begun("anna", "hands", "s1", TODAY)
        book.closed("s1", 0.0, TODAY, treated=treats)
        book.begun("bert", "hands", "s2", later(1.0))
    with ledger(path) as book:
        assert book.newest == later(1.0)


def test_a_killed_daemon_leaves_a_treatment(path: Path) -> None:
    script = (
        "import os, sys\nfrom datetime import UTC, datetime\nfrom pathlib import Path\n"
        "from appliance.control.ledger import Ledger\nfrom appliance.control.moment import Moment\n"
        "now = Moment(datetime(2026, 11, 23, 15, 50, tzinfo=UTC), True, 'b1', 100.0)\n"
        "Ledger(Path(sys.argv[1]), now, simulated=False).begun('anna', 'hands', 's1', now)\nos.kill(os.getpid(), 9)"
    )
    assert subprocess.run([sys.executable, "-c", script, str(path)], check=False, timeout=60).returncode == -9
    assert treated(path)


def test_a_last_line_cut_by_a_power_cut_is_tolerated(path: Path) -> None:
    treat(path, "anna", "s1")
    whole = path.read_bytes()
    treat(path, "bert", "s2")
    path.write_bytes(path.read_bytes()[:-20])
    assert treated(path)
    assert treated(path, "bert")  # its closing line is gone, its beginning is not
    path.write_bytes(whole + b'{"type":"began","sess')
    treat(path, "carl", "s3")
    assert [treated(path, who) for who in ("anna", "bert", "carl")] == [True, False, True]


@pytest.mark.parametrize("lines", [(0,), (1,), (0, 1)])
def test_damage_is_set_aside_and_may_have_been_anybody_s_treatment(path: Path, lines: tuple[int, ...]) -> None:
    """Two lines name each treatment; where both are gone, only time tells that it is long ago."""
    treat(path, "anna", "s1")
    treat(path, "bert", "s2")
    content = path.read_bytes().splitlines(keepends=True)
    for line in lines:
        content[line] = b"\x00\x00\xff{\n"
    damaged = b"".join(content)
    path.write_bytes(damaged)
    for _ in range(2):  # found, and found again in what was kept
        with ledger(path) as book:
            found = book.damage_lately(later(15.9))
            assert found is not None
            assert path.with_name(found.aside).read_bytes() == damaged
            assert book.damage_lately(later(16.1)) is None
            book.begun("carl", "feet", "s3", later(17.0))
    assert path.stat().st_mode & 0o077 == 0
    assert treated(path, "bert")
    assert treated(path) is (len(lines) == 1)
    assert treated(path, "carl", "feet", later(17.1))
    assert len(list(path.parent.iterdir())) == 2


def whole(path: Path) -> bytes:
    """Two treatments, and a third that a crash left open."""
    treat(path, "anna", "s1")
    treat(path, "bert", "s2")
    with ledger(path) as book:
        book.begun("carl", "hands", "s3", TODAY)
    return path.read_bytes()


def damaged(path: Path, content: bytes) -> bool:
    path.write_bytes(content)
    with ledger(path) as book:
        return book.damage_lately(TODAY) is not None


@pytest.mark.parametrize("length", [1, 100, 300, 500])
def test_an_end_of_zeros_is_no_line_that_a_power_cut_left(path: Path, length: int) -> None:
    content = whole(path)
    assert damaged(path, content[:-length] + bytes(length))


@pytest.mark.parametrize("bit", range(8))
def test_a_bit_in_the_last_newline_hides_no_treatment(path: Path, bit: int) -> None:
    content = whole(path)
    assert damaged(path, content[:-1] + bytes([ord("\n") ^ 1 << bit]))


def test_an_entry_without_its_newline_counts_and_the_next_one_is_a_line_of_its_own(path: Path) -> None:
    content = whole(path)
    assert damaged(path, content[:-1])
    assert treated(path, "carl")
    treat(path, "dora", "s4")
    assert treated(path, "carl")
    assert treated(path, "dora")


def test_every_length_that_a_power_cut_can_leave_is_no_damage(path: Path) -> None:
    content = whole(path)
    begins = content[:-1].rindex(b"\n") + 1
    for length in range(begins, len(content) - 1):
        path.with_name("cut").unlink(missing_ok=True)
        assert not damaged(path.with_name("cut"), content[:length]), length


def test_a_date_without_a_zone_is_damage(path: Path) -> None:
    content = whole(path).replace(b"15:50:00Z", b"15:50:00")
    assert b"Z" not in content
    assert damaged(path, content)


def test_a_second_program_cannot_have_it(path: Path) -> None:
    with ledger(path), pytest.raises(RecordsError, match="another program"):
        Ledger(path, TODAY, simulated=True)
    path.write_bytes(b"junk\n")
    with ledger(path), pytest.raises(RecordsError, match="another program"):  # what was set aside is not what is locked
        Ledger(path, TODAY, simulated=True)


def test_a_second_damage_does_not_overwrite_the_first(path: Path) -> None:
    for _ in range(2):
        treat(path, "anna", "s1")
        path.write_bytes(b"junk\n" + path.read_bytes())
        with ledger(path) as book:
            assert book.damage_lately(TODAY)
    assert len(list(path.parent.glob("*.damaged-*"))) == 2


@contextmanager
def full_disk(bytes_left: int) -> Iterator[None]:
    """No file may grow beyond this: the write fails as it does on a full disk."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (bytes_left, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_full_disk_refuses_the_start_and_spoils_nothing(path: Path) -> None:
    treat(path, "anna", "s1")
    size = path.stat().st_size
    with ledger(path) as book:
        with full_disk(size + 30), pytest.raises(RecordsError, match="E602"):
            book.begun("bert", "hands", "s2", TODAY)
        assert not book.treated_lately("bert", "hands", TODAY)
        book.begun("carl", "hands", "s3", TODAY)
    assert [treated(path, who) for who in ("anna", "bert", "carl")] == [True, False, True]


def test_a_session_whose_end_finds_a_full_disk_counts(path: Path) -> None:
    with ledger(path) as book:
        book.begun("anna", "hands", "s1", TODAY)
        with full_disk(path.stat().st_size), pytest.raises(RecordsError, match="E602"):
            book.closed("s1", 0.0, TODAY, treated=False)
        assert book.treated_lately("anna", "hands", TODAY)
    assert treated(path)


def test_a_place_that_cannot_be_opened_is_named(tmp_path: Path) -> None:
    with pytest.raises(RecordsError, match="E601"):
        Ledger(tmp_path / "missing" / "ledger.jsonl", TODAY, simulated=True)


def test_only_an_open_session_can_be_closed(path: Path) -> None:
    with ledger(path) as book, pytest.raises(ValueError, match="s9"):
        book.closed("s9", 1.0, TODAY, treated=True)


def test_nobody_else_reads_the_pseudonyms(path: Path) -> None:
    treat(path, "anna", "s1")
    assert path.stat().st_mode & 0o077 == 0
