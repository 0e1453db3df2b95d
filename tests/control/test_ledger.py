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
from appliance.errors import RecordsError

TODAY = datetime(2026, 11, 23, 15, 50, tzinfo=UTC)
TOMORROW = TODAY + timedelta(days=1)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "ledger.jsonl"


@contextmanager
def ledger(path: Path) -> Iterator[Ledger]:
    opened = Ledger(path, simulated=True)
    yield opened
    opened.close()


def treat(path: Path, patient: str, session: str) -> None:
    """One whole treatment of the hands."""
    with ledger(path) as book:
        book.begun(patient, "hands", session, TODAY)
        book.closed(session, 12000.0, treated=True)


def treated(path: Path, patient: str = "anna", site: str = "hands", now: datetime = TODAY) -> bool:
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


@pytest.mark.parametrize(
    ("hours", "again"),
    [(0.2, True), (8.0, True), (8.5, True), (11.9, True), (12.1, False), (24.0, False)],
)
def test_midnight_makes_no_second_day(path: Path, hours: float, again: bool) -> None:
    """15:50 UTC; the day of UTC ends eight hours later, in the middle of somebody's afternoon."""
    treat(path, "anna", "s1")
    assert treated(path, now=TODAY + timedelta(hours=hours)) is again


def test_the_same_day_counts_after_twelve_hours_too(path: Path) -> None:
    with ledger(path) as book:
        morning = TODAY.replace(hour=1)
        book.begun("anna", "hands", "s1", morning)
        assert book.treated_lately("anna", "hands", morning + timedelta(hours=22))


@pytest.mark.parametrize("back", [timedelta(hours=1), timedelta(days=1), timedelta(days=300)])
def test_a_clock_that_goes_back_forgets_no_treatment(path: Path, back: timedelta) -> None:
    treat(path, "anna", "s1")
    assert treated(path, now=TODAY - back)
    assert not treated(path, patient="bert", now=TODAY - back)


def test_a_session_that_only_touched_does_not_count(path: Path) -> None:
    with ledger(path) as book:
        book.begun("anna", "hands", "s1", TODAY)
        book.closed("s1", 0.0, treated=False)
        assert not book.treated_lately("anna", "hands", TODAY)
    assert not treated(path)


def test_an_id_that_comes_twice_hides_no_treatment(path: Path) -> None:
    """A crash left anna's session open; then the kiosk uses its id for bert, who is only touched."""
    with ledger(path) as book:
        book.begun("anna", "hands", "s1", TODAY)
    with ledger(path) as book:
        book.begun("bert", "hands", "s1", TODAY)
        assert book.treated_lately("anna", "hands", TODAY)
        book.closed("s1", 0.0, treated=False)
        assert book.treated_lately("anna", "hands", TODAY)
    assert treated(path)
    assert not treated(path, "bert")


@pytest.mark.parametrize("treats", [True, False])
def test_the_time_of_the_newest_session_is_known_after_a_restart(path: Path, treats: bool) -> None:
    with ledger(path) as book:
        assert book.last_utc is None
        book.begun("anna", "hands", "s1", TOMORROW)
        book.closed("s1", 0.0, treated=treats)
        book.begun("bert", "hands", "s2", TODAY)
    with ledger(path) as book:
        assert book.last_utc == TOMORROW


def test_a_killed_daemon_leaves_a_treatment(path: Path) -> None:
    script = (
        "import os, sys\nfrom datetime import UTC, datetime\nfrom pathlib import Path\n"
        "from appliance.control.ledger import Ledger\nbook = Ledger(Path(sys.argv[1]), simulated=False)\n"
        "book.begun('anna', 'hands', 's1', datetime(2026, 11, 23, 15, 50, tzinfo=UTC))\nos.kill(os.getpid(), 9)"
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


@pytest.mark.parametrize("line", [0, 1])
def test_damage_in_the_middle_is_set_aside_loudly_and_hides_no_treatment(path: Path, line: int) -> None:
    treat(path, "anna", "s1")
    treat(path, "bert", "s2")
    lines = path.read_bytes().splitlines(keepends=True)
    lines[line] = b"\x00\x00\xff{\n"
    damaged = b"".join(lines)
    path.write_bytes(damaged)
    with pytest.raises(RecordsError, match="E601") as caught:
        Ledger(path, simulated=True)
    assert f"line {line + 1}" in caught.value.message
    assert path.with_name("ledger.jsonl.damaged-1").read_bytes() == damaged
    assert treated(path)
    assert treated(path, "bert")


def test_a_second_damage_does_not_overwrite_the_first(path: Path) -> None:
    for _ in range(2):
        treat(path, "anna", "s1")
        path.write_bytes(b"junk\n" + path.read_bytes())
        with pytest.raises(RecordsError):
            Ledger(path, simulated=True)
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
            book.closed("s1", 0.0, treated=False)
        assert book.treated_lately("anna", "hands", TODAY)
    assert treated(path)


def test_a_place_that_cannot_be_opened_is_named(tmp_path: Path) -> None:
    with pytest.raises(RecordsError, match="E601"):
        Ledger(tmp_path / "missing" / "ledger.jsonl", simulated=True)


def test_only_an_open_session_can_be_closed(path: Path) -> None:
    with ledger(path) as book, pytest.raises(ValueError, match="s9"):
        book.closed("s9", 1.0, treated=True)


def test_nobody_else_reads_the_pseudonyms(path: Path) -> None:
    treat(path, "anna", "s1")
    assert path.stat().st_mode & 0o077 == 0
