"""What the machine spoiled is told and run again, never passed; what was not run is no pass; rounds are kept."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from appliance.cli.main import COMMANDS, main
from appliance.cli.sick_control import main as sick
from appliance.proof.kills import campaign as campaigns
from appliance.proof.kills.campaign import Campaign, lanes_for
from appliance.proof.kills.model import KINDS, QUICK, STATES, Cell, Found, cells
from appliance.proof.kills.neighbours import Neighbours, Seen, real_time_programs
from appliance.proof.kills.summary import Asked, Summary, read, summarise, write
from appliance.proof.safety_report.shapes import Kills, decode
from appliance.proof.stall_watch import StallWatch

ASKED = Asked("0123456789abcdef", 2.0, 2)
ONE = cells("sigkill/HOLD")
GOOD = Found(30.0, 40.0, 2.01, 0.05)
BAD = GOOD._replace(why=("zero after 130.0 ms, allowed 100",))


class Told(NamedTuple):
    """A campaign that was run, and what it said."""

    campaign: Campaign
    lines: list[str]
    rounds: int  # that were told to be done

    @property
    def summary(self) -> Summary:
        return summarise(self.campaign, ASKED, 1.0)


Run = Callable[..., Told]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Run]:
    """Run a campaign whose tries end as they are told, each with a stall of the machine of so many ms or none."""
    watch = StallWatch()
    monkeypatch.setattr("appliance.proof.stall_watch.SETTLE_S", 0.0)

    def running(tries: list[tuple[Found, int]], chosen: tuple[Cell, ...] = ONE, rounds: int = 2) -> Told:
        waiting = list(tries)

        def attempt(_pair: object, _cell: Cell, _set_ma: float) -> Found:
            found, stall_ms = waiting.pop(0)
            time.sleep(0.06)  # stalls so close would add up
            with watch.log.open("a") as log:
                log.write(f"0 {time.monotonic_ns()} {stall_ms * 1_000_000}\n" if stall_ms else "")
            return found

        monkeypatch.setattr(campaigns._Pair, "attempt", attempt)
        lines: list[str] = []
        done: list[None] = []
        campaign = Campaign(chosen, 2.0, tmp_path, watch, lines.append, lambda: done.append(None))
        monkeypatch.setattr(campaign.neighbours, "since", lambda _begun_ns, _cpus: None)
        campaign.run(rounds, lanes_for([0], 1))
        assert waiting == []
        return Told(campaign, lines, len(done))

    yield running
    watch.stop()


def test_no_pair_of_programs_lives_longer_than_a_round(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """A bench that went on for fifty rounds would meet its treatment timer."""
    ended: list[None] = []
    end = campaigns._Pair.end
    monkeypatch.setattr(campaigns._Pair, "end", lambda pair: (ended.append(None), end(pair)))
    run([(GOOD, 0)] * 3, rounds=3)
    assert len(ended) == 3 + 1  # and at the end


def test_all_rounds_must_pass(run: Run) -> None:
    told = run([(GOOD, 0), (GOOD, 9)])
    assert told.summary.passed
    assert told.rounds == told.summary.rounds_done == 2
    assert told.lines[-1] == "round 2 of 2 done: 2 runs, 0 failed, 0 spoiled"
    row = told.summary.rows[0]
    assert (row.runs, row.worst_ms_to_zero, row.worst_ms_to_open, row.worst_peak_ma) == (2, 30.0, 40.0, 2.01)


def test_without_a_measured_stall_a_failure_is_a_failure(run: Run) -> None:
    told = run([(BAD, 0), (GOOD, 0)])
    assert not told.summary.passed
    assert (told.summary.rows[0].runs, told.summary.rows[0].failed, told.summary.spoiled) == (2, 1, ())
    told = run([(BAD, 3), (GOOD, 0)])  # too short to spoil anything
    assert not told.summary.passed


def test_what_the_machine_spoiled_is_told_and_run_again(run: Run) -> None:
    told = run([(BAD, 7), (GOOD, 0), (GOOD, 0)])
    row = told.summary.rows[0]
    assert told.summary.passed
    assert (row.runs, row.failed, row.spoiled) == (2, 0, 1)
    assert told.summary.spoiled[0].startswith("sigkill/HOLD: processor 0 stood still for 7 ms: zero after 130.0 ms")
    assert told.lines[0].startswith("spoiled by the machine, run again: sigkill/HOLD")


def test_current_that_may_not_be_is_never_the_machines_fault(run: Run) -> None:
    told = run([(BAD._replace(felt=True), 40)], rounds=1)
    assert (told.summary.rows[0].failed, told.summary.spoiled) == (1, ())


def test_a_blow_that_came_late_by_our_own_fault_shows_nothing(run: Run) -> None:
    told = run([(Found(why=("our own hand took 30 ms",), late_hand=True), 0), (GOOD, 0)], rounds=1)
    row = told.summary.rows[0]
    assert (row.runs, row.failed, row.spoiled) == (1, 0, 1)


def test_a_defect_is_not_hidden_by_stalls(run: Run) -> None:
    told = run([(BAD, 7)] * 5, rounds=1)
    row = told.summary.rows[0]
    assert not told.summary.passed
    assert (row.runs, row.failed, row.spoiled) == (1, 1, 5)
    assert row.why[-1] == "each of 5 tries was spoiled"


def test_another_real_time_program_is_seen_by_what_it_takes_and_ours_never() -> None:
    neighbours = Neighbours()
    ours, watch, bench = (
        Seen(5, "ours", os.getpid(), 0.0, 0, 60),
        Seen(6, "watch", 1, 0.0, 0, 70),
        Seen(7, "bench", 1, 3.0, 1, 60),
    )
    neighbours.look(1, [ours, watch])
    neighbours.look(2, [ours._replace(used_s=0.5), watch._replace(used_s=0.01), bench])
    assert neighbours.since(0, {0}) is None
    assert str(neighbours.since(0, {0, 1})) == "another real-time program (bench) used processor 1"
    assert neighbours.since(3, {0, 1}) is None


def test_a_program_of_the_daemons_class_is_found_in_proc() -> None:
    words = ["chrt", "--fifo", "60", sys.executable, "-c", "print('here', flush=True); input()"]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as program:
        assert program.stdout is not None
        may = program.stdout.readline() != b""  # else this machine refuses the class, and nobody else's has it either
        found = [each for each in real_time_programs() if each.pid == program.pid]
        program.communicate(b"\n", timeout=30)
    assert [(each.parent, each.priority) for each in found] == ([(os.getpid(), 60)] if may else [])


def test_what_cannot_be_shown_here_is_not_run_and_no_pass(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        campaigns, "not_here", lambda kind: "cannot be shown here: needs CAP_SYS_NICE" if kind.apart else None
    )
    told = run([(GOOD, 0), (GOOD, 0)], (*ONE, *cells("hog/HOLD")))
    assert [told.summary.row_passed(row) for row in told.summary.rows] == [True, False]
    assert not told.summary.passed
    found = decode(told.summary.as_json(), Kills, "kills")
    assert not found.passed
    assert found.rows[1].not_run == "cannot be shown here: needs CAP_SYS_NICE"


def test_rounds_are_kept_and_gone_on_from_only_for_the_same_sources(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "kept" / "rounds.json"
    write(run([(GOOD, 0)], rounds=1).summary, path)
    kept = read(path, ASKED, ONE)
    assert kept is not None
    assert (kept.rounds, kept.rounds_done, kept.passed) == (2, 1, False)
    assert read(path, ASKED._replace(sources="fedcba9876543210"), ONE) is None
    assert read(path, ASKED._replace(set_ma=15.0), ONE) is None
    assert read(path, ASKED, cells("sigkill")) is None
    told = run([], rounds=0)
    kept.give_back(told.campaign)
    assert told.summary.rows[0].runs == 1


def test_the_safety_report_reads_what_the_command_prints(run: Run) -> None:
    found = decode(run([(GOOD, 0), (GOOD, 0)]).summary.as_json(), Kills, "kills")
    assert found.passed
    assert found.figure == "1 ways, 2 runs, 0 rows not passed, 0 spoiled and run again, slowest zero 30.0 ms"


def test_every_way_meets_every_energising_state_and_ci_every_way_and_state() -> None:
    assert {"CONTACT", "CONTACT_RESUME", "RAMP_UP", "HOLD", "RAMP_DOWN", "REVERSE"} == set(STATES)
    assert all(kind.states == STATES for kind in KINDS if kind.name != "ledger_full")
    quick = cells(quick=True)
    assert {cell.id for cell in quick} == QUICK
    assert {cell.kind.name for cell in quick} == {kind.name for kind in KINDS}
    assert {cell.where for cell in quick} >= set(STATES)


def test_who_starves_others_has_a_processor_for_itself() -> None:
    alone, *rest = lanes_for([0, 1], 4)
    assert (alone.alone, alone.places.daemon, alone.other_cpu) == (True, 1, 0)
    assert [(lane.alone, *lane.places) for lane in rest] == [(False, 0, 0)] * 3
    assert [lane.alone for lane in lanes_for([0], 4)] == [True]


def test_a_name_that_is_none_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["kills", "--only", "sigkil"]) == 2
    assert capsys.readouterr().err.startswith("ionto: E509 --only 'sigkil'")


def test_nobody_falls_ill_on_a_real_board_or_by_a_command(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        sick(["--socket", "control.sock", "--state-dir", "state"])
    assert ended.value.code == 2
    assert "no real board" in capsys.readouterr().err
    assert not any("sick" in entry.module for entry in COMMANDS.values())
