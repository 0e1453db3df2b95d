"""The self-test: every protective part acts once on the dummy load, and each that does not is named."""

from collections.abc import Callable

import pytest
from ideal_board import SCALES, IdealBoard, IdealClock
from tick_bench import TickBench

from appliance.control.self_test import SelfTest


def outcome(spoil: Callable[[IdealBoard], None]) -> tuple[str, str | None, TickBench]:
    bench = TickBench()
    spoil(bench.board)
    bench.run(30.0, lambda: bench.state != "SELF_TEST")
    codes = bench.daemon.session.codes
    return bench.state, codes[0] if codes else None, bench


def test_a_good_board_passes_and_says_what_was_found() -> None:
    state, code, bench = outcome(lambda board: None)
    assert (state, code) == ("IDLE", None)
    (event,) = bench.kinds("self_test")
    assert event.detail["passed"] is True
    for check in ("red switch", "current at rest", "comparator A trips above its test point", "safety relay opens"):
        assert check in event.detail
    assert bench.is_off


def test_progress_ends_at_one() -> None:
    bench = TickBench()
    progress = [0.0]
    while bench.state == "SELF_TEST":
        bench.step()
        test = bench.daemon.self_test
        if test is not None:
            assert progress[-1] <= test.progress <= 1.0
            progress.append(test.progress)
    assert progress[-1] > 0.9


def test_no_step_reaches_a_patient() -> None:
    """Whenever anything is put out, the dummy load is in the patient's place."""
    bench = TickBench()
    while bench.state == "SELF_TEST":
        bench.step()
        board = bench.board
        assert board.dummy or (board.set_code == 0 and board.compliance_code == 0) or not board.enabled
        assert not (board.relay_closed and board.output_ma > 0.0)


def pushed(board: IdealBoard) -> None:
    board.e_stop = True


def welded(board: IdealBoard) -> None:
    type_ = type(board)
    board.__class__ = type("Welded", (type_,), {"relay_closed": property(lambda self: True)})


def never_closes(board: IdealBoard) -> None:
    board.__class__ = type("Dead", (type(board),), {"relay_closed": property(lambda self: False)})


def watchdog_asleep(board: IdealBoard) -> None:
    board.__class__ = type("Asleep", (type(board),), {"watchdog_ok": property(lambda self: True)})


def watchdog_never_content(board: IdealBoard) -> None:
    board.__class__ = type("Never", (type(board),), {"watchdog_ok": property(lambda self: False)})


def leaks(board: IdealBoard) -> None:
    flows = IdealBoard.output_ma.fget
    assert flows is not None
    board.__class__ = type(
        "Leaks", (type(board),), {"output_ma": property(lambda self: flows(self) + 0.08 * self.enabled)}
    )


def current_reads_low(board: IdealBoard) -> None:
    board.return_gain = 0.9


def no_comparator(board: IdealBoard) -> None:
    board.test_shift = lambda on: None  # type: ignore[method-assign, assignment]


def direction_stuck(board: IdealBoard) -> None:
    board.reverse = lambda on: None  # type: ignore[method-assign, assignment]


def latch_stuck(board: IdealBoard) -> None:
    board.latch_reset = lambda high: None  # type: ignore[method-assign, assignment]


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        (pushed, "E401"),
        (welded, "E320"),
        (never_closes, "E320"),
        (watchdog_asleep, "E321"),
        (watchdog_never_content, "E321"),
        (latch_stuck, "E322"),
        (current_reads_low, "E323"),
        (no_comparator, "E326"),
        (direction_stuck, "E328"),
        (leaks, "E329"),
    ],
    ids=lambda value: getattr(value, "__name__", value),
)
def test_a_part_that_does_not_protect_is_named_and_nothing_is_offered(
    spoil: Callable[[IdealBoard], None], code: str
) -> None:
    state, found, bench = outcome(spoil)
    assert (state, found) == ("FAULT", code)
    kicks = bench.board.kicks
    bench.run(0.5)
    assert bench.board.kicks == kicks
    assert not bench.board.enabled
    assert bench.board.set_code == bench.board.compliance_code == 0


def test_a_failure_ends_the_script_at_once() -> None:
    _, _, bench = outcome(leaks)
    (event,) = bench.kinds("self_test")
    assert event.detail["passed"] is False
    assert not any("comparator" in key for key in event.detail)


def test_the_probes_offset_is_learned_on_the_dummy_load() -> None:
    def off(board: IdealBoard) -> None:
        flows = IdealBoard.output_ma.fget
        assert flows is not None
        gets = property(lambda self: flows(self) + 0.02 * (self.set_code > 10))
        board.__class__ = type("Off", (type(board),), {"output_ma": gets})

    _, _, bench = outcome(off)
    assert bench.state == "IDLE"
    assert bench.daemon.run_now.probe_offset_ma == pytest.approx(0.02, abs=0.003)


def test_its_script_is_driven_by_ticks_alone() -> None:
    """It has no clock and no board: ticks of nothing end it in a named failure, never in a wait."""
    clock = IdealClock()
    bench = TickBench()
    test = SelfTest(bench.daemon.numbers, SCALES)
    for _ in range(10_000):
        test.step(bench.daemon.sample)
        if test.done:
            break
    assert test.done
    assert test.failed is not None
    assert clock.t_ns == 10**12
