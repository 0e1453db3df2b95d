"""Parts that only one check of the self-test finds: the volts, the source's comparator, a converter that never ends."""

from collections.abc import Callable

import pytest

from appliance.control.self_test import SelfTest
from appliance.errors import SensingError
from appliance.hal.ports import MonitorChannel
from appliance.proof.stories.bench import TickBench
from appliance.proof.stories.board import NUMBERS, SCALES, IdealBoard
from appliance.proof.stories.spoilt import reads
from appliance.safety.sample import Sample


def volts_read_high(board: IdealBoard) -> None:
    """The divider of the patient's volts is 10 % off: 25.0 V on the dummy load are read as 27.5."""
    reads(board, "patient_volts", lambda counts: round(1.1 * counts))


def source_comparator_dead(board: IdealBoard) -> None:
    """Comparator B is tested with K2 reversed; there, the shifted threshold does nothing."""
    shift = board.test_shift
    board.test_shift = lambda on: shift(on and not board.reversed)  # type: ignore[method-assign]


@pytest.mark.parametrize(("spoil", "code"), [(volts_read_high, "E324"), (source_comparator_dead, "E327")])
def test_it_is_found_on_the_dummy_load_and_nothing_is_offered(spoil: Callable[[IdealBoard], None], code: str) -> None:
    bench = TickBench()
    spoil(bench.board)
    bench.run(30.0, lambda: bench.state != "SELF_TEST")
    assert (bench.state, bench.daemon.session.codes) == ("FAULT", [code])
    assert not bench.board.enabled
    assert bench.board.set_code == bench.board.compliance_code == 0


def test_a_reading_that_never_comes_is_no_pass() -> None:
    """The monitor ADC never ends a conversion: no check may take the missing number for a good one."""
    test = SelfTest(NUMBERS, SCALES)
    s = Sample()
    s.latch_tripped, s.watchdog_ok, s.relay_open = True, False, True
    with pytest.raises(SensingError, match="E201: self-test: the source current without ENABLE was not measured"):
        for _ in range(2000):
            s.watchdog_ok = test.order.kick
            s.latch_tripped = s.latch_tripped and not test.order.reset
            test.step(s)
    assert not any(check.name == "high-side switch holds off" for check in test.report)


@pytest.mark.parametrize("channel", ["set_volts", "compliance_volts", "source"])
def test_a_conversion_that_a_late_tick_skipped_is_waited_for_once_more(channel: MonitorChannel) -> None:
    """Each channel's turn comes every eighth tick: two that are skipped leave a wait without any."""
    bench = TickBench()
    sense, skipped = bench.daemon.sense, 0
    start = sense.start

    def late(asked: MonitorChannel) -> None:
        nonlocal skipped
        test = bench.daemon.self_test
        if asked == channel and test is not None and test.order.code > 1000 and skipped < 3:
            skipped += 1
            return
        start(asked)

    sense.start = late  # type: ignore[method-assign]
    bench.run(30.0, lambda: bench.state != "SELF_TEST")
    assert (bench.state, bench.daemon.session.codes, skipped) == ("IDLE", [], 3)
