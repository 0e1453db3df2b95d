"""What was felt after a blow is judged by the bench's diary alone, and each budget can be failed."""

from pathlib import Path

import pytest

from appliance.proof.kills import judge
from appliance.proof.kills.diary import Blow, Diary
from appliance.proof.kills.model import Found
from appliance.sim.felt_log import Happened, Sample

MS = 1_000_000
AT_NS = 1_000 * MS
SET_MA = 2.0
BLOW = Blow(AT_NS, felt_ma=SET_MA, charge_mc=0.0, flows=True, closed=True)


def sample(t_ms: float, current_ma: float, charge_mc: float = 0.0, peak_ma: float | None = None) -> Sample:
    """As the bench writes it every 20 ms; time from the blow."""
    return Sample(AT_NS + round(t_ms * MS), current_ma, peak_ma or abs(current_ma), 0.0, charge_mc, 0.0)


def happened(t_ms: float, kind: str, detail: str = "") -> Happened:
    """An event; time from the blow."""
    return Happened(AT_NS + round(t_ms * MS), kind, detail, 0.0)


def diary_of(*entries: Sample | Happened) -> Diary:
    """With what was before the blow."""
    diary = Diary(Path("nowhere"))
    diary.samples = [sample(t_ms, SET_MA) for t_ms in (-60, -40, -20, 0)]
    diary.samples += [entry for entry in entries if isinstance(entry, Sample)]
    diary.events = [happened(-500, "level", "safety_relay_readback low"), happened(-400, "current_on")]
    diary.events += [entry for entry in entries if isinstance(entry, Happened)]
    return diary


def dead(*, zero_ms: float = 30.0, open_ms: float = 40.0, more: tuple[Sample | Happened, ...] = ()) -> Found:
    """A daemon that died, and the current with it."""
    zero, opened = happened(zero_ms, "current_zero"), happened(open_ms, "level", "safety_relay_readback high")
    diary = diary_of(sample(20, SET_MA, 0.04), sample(40, 0.0, 0.06), zero, opened, *more)
    return judge.dead(diary, BLOW, SET_MA)


def test_a_cut_by_the_watchdog_passes_with_its_times() -> None:
    found = dead()
    assert (found.ms_to_zero, found.ms_to_open, found.peak_ma, found.why) == (30.0, 40.0, SET_MA, ())
    assert found.charge_mc == pytest.approx(0.06)


@pytest.mark.parametrize(
    ("found", "says"),
    [
        (dead(zero_ms=100.1), "zero after 100.1 ms, allowed 100"),
        (dead(open_ms=120.1), "K1 open after 120.1 ms, allowed 120"),
        (dead(more=(sample(45, 2.26),)), "2.26 mA felt, allowed 2.25"),
        (dead(more=(sample(60, 0.0, 0.23),)), "0.230 mC after the blow, allowed 0.225"),
        (dead(more=(happened(900, "current_on"),)), "zero: never"),
        (dead(more=(happened(900, "current_on"), happened(905, "current_zero"))), "current came back 800 ms after"),
        (dead(more=(sample(880, 0.0), sample(900, 0.11))), "0.11 mA felt where there may be none"),
    ],
)
def test_each_budget_of_a_dead_daemon_can_be_failed(found: Found, says: str) -> None:
    assert any(sentence.startswith(says) for sentence in found.why), found.why
    assert found.felt == (" felt" in says or "came back" in says or "never" in says)


def test_a_current_or_a_relay_that_stays_is_never_a_pass() -> None:
    diary = diary_of(sample(20, SET_MA), sample(400, SET_MA))
    assert judge.dead(diary, BLOW, SET_MA).why[:2] == ("zero: never", "K1 open: never")


def test_where_nothing_flowed_nothing_may_come() -> None:
    at_rest = BLOW._replace(felt_ma=0.0, flows=False, closed=False)
    quiet = Diary(Path("nowhere"))
    assert judge.dead(quiet, at_rest, SET_MA) == Found()
    quiet.events = [happened(5, "current_on"), happened(10, "current_zero")]
    assert judge.dead(quiet, at_rest, SET_MA).why


def test_a_line_that_falls_by_itself_is_no_proof_of_the_watchdog() -> None:
    assert list(judge.hardware_alone(diary_of(), BLOW)) == []
    assert list(judge.hardware_alone(diary_of(happened(3, "level", "enable low")), BLOW)) != []


def test_a_lost_lease_may_fall_at_3_ma_a_second_and_no_faster() -> None:
    gentle = diary_of(*(sample(20 * n, SET_MA - 0.06 * n) for n in range(1, 33)))
    assert list(judge.too_steep(gentle, AT_NS, AT_NS + 700 * MS)) == []
    steep = diary_of(*(sample(20 * n, SET_MA - 0.08 * n) for n in range(1, 24)))
    assert list(judge.too_steep(steep, AT_NS, AT_NS + 700 * MS)) != []


def test_a_treatment_that_goes_on_gives_what_is_set() -> None:
    assert list(judge.steady([sample(20, 2.1)], SET_MA)) == []
    assert list(judge.steady([sample(20, 1.7)], SET_MA)) == ["1.70 mA felt in a HOLD of 2 mA"]
    assert list(judge.steady([], SET_MA)) == ["nothing was felt while the treatment should go on"]


def test_a_diary_is_read_as_it_grows_and_half_a_line_waits(tmp_path: Path) -> None:
    path = tmp_path / "felt.jsonl"
    line = b'{"type":"event","t_ns":5,"kind":"state","detail":"HOLD","current_ma":1.0}\n'
    path.write_bytes(line + line[:20])
    diary = Diary(path)
    assert diary.read().states(0) == ["HOLD"]
    with path.open("ab") as file:
        file.write(line[20:])
    assert diary.read().states(0) == ["HOLD", "HOLD"]
