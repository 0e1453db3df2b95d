"""Leaving CONTACT in the middle of its faster ticks: what the probe still put out is held against nobody."""

import pytest

from appliance.control.core import TICK_NS
from appliance.control.daemon import SUB_TICKS
from appliance.link.messages import Pause, Stop
from appliance.proof.stories.bench import TickBench


@pytest.mark.parametrize("command", [Stop(), Pause()])
@pytest.mark.parametrize("sub_tick", range(SUB_TICKS))
def test_the_next_reading_begins_after_the_output_has_opened(sub_tick: int, command: Stop | Pause) -> None:
    """A conversion takes 1.2 ms: 1.7 ms later it may still be wholly of the probe, against a ceiling of zero."""
    bench = TickBench().to("CONTACT")
    bench.run(0.1)
    while bench.daemon.sub_tick != sub_tick:
        bench.step()
    bench.ask(command)
    assert bench.state != "CONTACT"
    left_ns = bench.clock.t_ns
    bench.step()
    assert bench.clock.t_ns - left_ns == TICK_NS
    bench.run(1.0)
    assert bench.daemon.session.codes == []


def test_a_self_test_needs_no_screen_and_says_nothing_of_one() -> None:
    bench = TickBench()
    bench.screen_alive = False
    bench.run(30.0, "IDLE")
    assert bench.kinds("trip") == []
