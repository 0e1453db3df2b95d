"""What each check of the self-test forbids: that a board is offered which lacks a part.

Each board here has one fault that no other check sees, so that none of them is there for nothing.
"""

from collections.abc import Callable
from functools import partial
from typing import Final

from appliance.proof.stories import spoilt
from appliance.proof.stories.board import IdealBoard
from appliance.proof.stories.story import Lacks, Story, bench_without


def _is_offered(spoil: Callable[[IdealBoard], None], lacks: Lacks) -> bool:
    bench = bench_without(lacks)
    spoil(bench.board)
    bench.run(30.0, lambda: bench.state != "SELF_TEST")
    return bench.state == "IDLE"


def _story(control: str, what: str, spoil: Callable[[IdealBoard], None]) -> Story:
    return Story(f"self_test.{control}", f"a board is offered {what}", partial(_is_offered, spoil))


CHECKS: Final = (
    _story("latch", "whose latch is set by a kick alone", spoilt.latch_that_a_kick_sets),
    _story("rest", "that puts out 0.08 mA when nothing is asked for", spoilt.current_at_code_0),
    _story("probe", "whose probe is 0.3 mA too strong", spoilt.coarse_probe),
    _story("points", "that gives 27 mA for 25", spoilt.gain_too_high),
    _story("volts", "that reads the patient's volts 10 % wrong", spoilt.volts_read_high_at_25_ma),
    _story("loopback", "where nobody sees what the output chip puts out", spoilt.tap_of_the_output_chip_open),
    _story("full_scale", "where nothing in hardware bounds the current", spoilt.no_limit_in_hardware),
    _story("comparators", "whose comparators never trip", spoilt.comparators_that_never_trip),
    _story("polarity", "whose direction never changes", spoilt.direction_that_never_moves),
    _story("relay", "whose safety relay never closes", spoilt.relay_that_never_closes),
)
