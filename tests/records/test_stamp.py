"""Whether the wall clock was set: by the network, or by a clock module that kept the time."""

import time
from pathlib import Path

import pytest

from appliance.records import stamp


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine with one clock module and no network."""
    monkeypatch.setattr(stamp, "_SYNCHRONISED", tmp_path / "synchronized")
    monkeypatch.setattr(stamp, "_RTCS", tmp_path / "rtcs")
    (tmp_path / "rtcs" / "rtc0").mkdir(parents=True)
    return tmp_path


def fit(machine: Path, *, hctosys: str, behind_s: float) -> None:
    module = machine / "rtcs" / "rtc0"
    (module / "hctosys").write_text(f"{hctosys}\n")
    (module / "since_epoch").write_text(f"{int(time.time() - behind_s)}\n")


def test_a_board_that_nobody_told_the_time_says_so(machine: Path) -> None:
    assert not stamp.clock_is_set()
    assert not stamp.now().trusted


def test_the_network_sets_it(machine: Path) -> None:
    (machine / "synchronized").touch()
    assert stamp.clock_is_set()


@pytest.mark.parametrize(
    ("hctosys", "behind_s", "is_set"),
    [("1", 0.0, True), ("1", 50.0, True), ("0", 0.0, False), ("1", 90.0, False), ("1", 50 * 365 * 86400.0, False)],
)
def test_a_clock_module_counts_when_it_set_the_clock_and_kept_it(
    machine: Path, hctosys: str, behind_s: float, is_set: bool
) -> None:
    """One whose battery is empty begins in 1970, and something else has moved the clock on."""
    fit(machine, hctosys=hctosys, behind_s=behind_s)
    assert stamp.clock_is_set() is is_set


def test_a_clock_module_that_cannot_be_read_has_set_nothing(machine: Path) -> None:
    fit(machine, hctosys="1", behind_s=0.0)
    (machine / "rtcs" / "rtc0" / "since_epoch").write_text("")
    assert not stamp.clock_is_set()
