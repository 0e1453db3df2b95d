"""The programs themselves are hurt, by the code of `ionto kills`: each way once, each energising state once."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from appliance.proof.kills import judge
from appliance.proof.kills.campaign import Campaign, lanes_for
from appliance.proof.kills.journey import go
from appliance.proof.kills.model import cells
from appliance.proof.kills.rig import Places, Rig
from appliance.proof.kills.summary import Asked, Summary, summarise
from appliance.proof.stall_watch import StallWatch

pytestmark = pytest.mark.realtime
LANES = 3


@pytest.fixture(scope="module")
def summary(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Summary]:
    """One quick round."""
    watch = StallWatch()
    watch.start()
    campaign = Campaign(cells(quick=True), 2.0, tmp_path_factory.mktemp("kills"), watch, print, lambda: None)
    campaign.run(1, lanes_for(sorted(os.sched_getaffinity(0)), LANES))
    yield summarise(campaign, Asked("", 2.0, 1), 0.0)
    watch.stop()


def check(summary: Summary, *ways: str) -> None:
    """Each was run once and passed; only a hog may have been refused by this machine."""
    rows = [row for row in summary.rows if row.how in ways]
    assert {row.how for row in rows} == set(ways)
    assert [why for row in rows for why in row.why] == []
    for row in rows:
        assert summary.row_passed(row) or (row.how, row.runs, not row.not_run) == ("hog", 0, False)


def test_a_daemon_that_is_killed_leaves_zero_and_the_next_one_resumes_nothing(summary: Summary) -> None:
    check(summary, "sigkill")


def test_a_daemon_that_stood_still_comes_back_cut(summary: Summary) -> None:
    check(summary, "sigstop", "hang", "hog")


def test_a_daemon_without_memory_leaves_zero(summary: Summary) -> None:
    check(summary, "memory")


def test_when_the_screen_is_gone_the_current_fades_and_returns_by_a_person_alone(summary: Summary) -> None:
    check(summary, "kiosk_closed", "all_closed")


def test_without_its_socket_file_a_treatment_goes_on_and_can_be_stopped(summary: Summary) -> None:
    check(summary, "socket_deleted")


def test_a_full_disk_of_the_recorder_ends_no_treatment_and_loses_nothing(summary: Summary) -> None:
    check(summary, "recorder_full")


def test_a_full_disk_of_the_daemon_starts_nothing(summary: Summary) -> None:
    check(summary, "ledger_full")


def test_without_watchdog_and_pump_a_kill_is_seen_to_leave_current_on(tmp_path: Path) -> None:
    """The proof can fail: a bench whose hardware does not cut is not passed."""
    cpu = min(os.sched_getaffinity(0))
    with Rig(tmp_path / "pair", Places(cpu, cpu)) as rig:
        rig.ready(sick=False)
        session = go(rig, "HOLD", 2.0)
        rig.body.act("wdo_dead")
        rig.body.act("pump_stuck")
        blow = rig.strike(lambda: rig.programs.send("control", signal.SIGKILL))
        rig.let_pass(0.5)
        found = judge.dead(rig.diary.read(), blow, session.set_ma)
    assert found.why[:2] == ("zero: never", "K1 open: never")
    assert found.felt
