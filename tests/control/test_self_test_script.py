"""The self-test: every protective part acts once on the dummy load, and each that does not is named."""

from collections.abc import Callable

import pytest

from appliance.control.self_test import SelfTest
from appliance.proof.stories.bench import TickBench
from appliance.proof.stories.board import NUMBERS, SCALES, IdealBoard, IdealClock
from appliance.proof.stories.spoilt import (
    becomes,
    comparators_that_never_trip,
    current_at_code_0,
    direction_that_never_moves,
    puts_out,
    reads,
    relay_that_never_closes,
    tap_of_the_output_chip_open,
)


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
    becomes(board, relay_closed=lambda _: True)


def watchdog_asleep(board: IdealBoard) -> None:
    becomes(board, watchdog_ok=lambda _: True)


def watchdog_never_content(board: IdealBoard) -> None:
    becomes(board, watchdog_ok=lambda _: False)


def pump_never_empties(board: IdealBoard) -> None:
    board.pump_stuck = True


def chip_never_bites(board: IdealBoard) -> None:
    board.chip_dead = True


def kick_line_never_rises(board: IdealBoard) -> None:
    """The chip hides behind the pump then: a line that reads low for ever must not pass for a good chip."""
    board.__class__ = type("Low", (type(board),), {"kick_high": property(lambda self: False, lambda self, _: None)})


def high_side_shorted(board: IdealBoard) -> None:
    """Both taps of the patient's volts hang on V_COMP, ENABLE or not: 56 uA at 48 V."""

    def taken(honest: int) -> int:
        taps_ma = 2.0 * SCALES.compliance_set_v(board.compliance_code) / NUMBERS.adc.patient_volts.tap_ohm * 1000.0
        return honest + (0 if board.enabled else round(taps_ma / NUMBERS.adc.source.ma_per_lsb))

    reads(board, "source", taken)


def no_limiter_resistor(board: IdealBoard) -> None:
    """Of 70 ohm outside the load 50 are left: at 20 V the load takes 0.36 V more."""

    def more(honest: int) -> int:
        return round(honest * 1070.0 / 1050.0) if board.set_code > 3000 and board.compliance_code < 2000 else honest

    reads(board, "patient_volts", more)


def flows_without_enable(board: IdealBoard) -> None:
    """High-side switch and clamp both gone: what is asked for flows."""
    puts_out(board, lambda self, ma: ma if self.enabled else SCALES.set_ma(self.set_code) * self.dummy)


def current_reads_low(board: IdealBoard) -> None:
    board.return_gain = 0.9


def latch_stuck(board: IdealBoard) -> None:
    board.latch_reset = lambda high: None  # type: ignore[method-assign, assignment]


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        (pushed, "E401"),
        (welded, "E320"),
        (relay_that_never_closes, "E320"),
        (watchdog_asleep, "E321"),
        (watchdog_never_content, "E321"),
        (latch_stuck, "E322"),
        (current_reads_low, "E323"),
        (comparators_that_never_trip, "E326"),
        (direction_that_never_moves, "E328"),
        (current_at_code_0, "E329"),
        (pump_never_empties, "E321"),
        (chip_never_bites, "E321"),
        (kick_line_never_rises, "E321"),
        (high_side_shorted, "E331"),
        (flows_without_enable, "E331"),
        (no_limiter_resistor, "E332"),
        (tap_of_the_output_chip_open, "E333"),
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
    _, _, bench = outcome(current_at_code_0)
    (event,) = bench.kinds("self_test")
    assert event.detail["passed"] is False
    assert not any("comparator" in key for key in event.detail)


def test_the_probes_offset_is_learned_on_the_dummy_load() -> None:
    def off(board: IdealBoard) -> None:
        puts_out(board, lambda self, ma: ma + 0.02 * (self.set_code > 10))

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
