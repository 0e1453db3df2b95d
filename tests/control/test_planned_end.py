"""A daemon that is asked to end under current does what STOP does: no jolt, an end in the record, a closed ledger."""

from itertools import pairwise

import pytest

from appliance.control.talk import Request
from appliance.link.messages import Acknowledge, Begin, Start
from appliance.proof.stories.bench import FEET, TickBench

STEP_MA = 0.15  # a STOP from 15 mA falls 0.04 mA a tick, and the dither is 0.06 mA


def ended(bench: TickBench, hurried: bool = False) -> list[float]:
    """What flowed at each tick of its end, and after it."""
    felt = [bench.board.output_ma]
    step = bench.daemon.step

    def watched() -> None:
        step()
        felt.append(bench.board.output_ma)

    bench.daemon.step = watched  # type: ignore[method-assign]
    bench.daemon.end(lambda: hurried)
    bench.daemon.close()
    felt.append(bench.board.output_ma)
    return felt


@pytest.mark.parametrize("state", ["HOLD", "RAMP_UP"])
def test_the_current_fades(state: str) -> None:
    bench = TickBench().to(state)
    bench.run(2.0)
    felt = ended(bench)
    assert felt[0] > 0.5
    assert max(before - after for before, after in pairwise(felt)) < STEP_MA
    assert bench.is_off


def test_the_end_is_told_and_the_ledger_closed() -> None:
    bench = TickBench().to("HOLD")
    ended(bench)
    (end,) = bench.kinds("end")
    assert (end.detail["outcome"], end.detail["interrupted"]) == ("stopped", False)
    assert bench.permission.calls[-1] == ("closed", ("s1", True))


def test_nothing_leads_on_while_it_ends() -> None:
    bench = TickBench().to("HOLD")
    step = bench.daemon.step

    def hasty() -> None:
        """A kiosk that acknowledges and starts anew as soon as it can."""
        for command in (Acknowledge(), Start("s2", "good", FEET), Begin()):
            bench.clients.inbox.append(Request(1, "kiosk", command))
        step()

    bench.daemon.step = hasty  # type: ignore[method-assign]
    bench.daemon.end(lambda: False)
    assert bench.state == "DONE"
    assert [name for name, _ in bench.permission.calls].count("begun") == 1


@pytest.mark.parametrize("state", ["IDLE", "ARMED", "CONTACT"])
def test_without_current_it_ends_soon(state: str) -> None:
    bench = TickBench().to(state)
    from_ns = bench.clock.t_ns
    ended(bench)
    assert bench.is_off
    assert bench.clock.t_ns - from_ns < 1_000_000_000


def test_whoever_asks_twice_gets_zero_at_once() -> None:
    bench = TickBench().to("HOLD")
    from_ns = bench.clock.t_ns
    ended(bench, hurried=True)
    assert bench.is_off
    assert bench.clock.t_ns - from_ns < 20_000_000


def test_a_stop_that_nothing_obeys_keeps_it_no_longer_than_systemd_waits() -> None:
    bench = TickBench().to("HOLD")
    bench.daemon.session.stop = lambda: None  # type: ignore[method-assign]
    from_ns = bench.clock.t_ns
    ended(bench)
    assert bench.is_off
    assert bench.clock.t_ns - from_ns < 5_000_000_000
