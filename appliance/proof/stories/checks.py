"""What each check of the self-test forbids: that a board is offered which lacks a part.

Each board here has one fault that no other check sees, so that none of them is there for nothing.
"""

from collections.abc import Callable
from functools import partial
from typing import Any, Final

from appliance.hal.ports import MonitorChannel
from appliance.proof.removals.control import nothing
from appliance.proof.stories.bench import TickBench
from appliance.proof.stories.board import SCALES, IdealBoard
from appliance.proof.stories.story import Lacks, Story, bench_without


def _becomes(board: IdealBoard, **properties: Callable[[Any], Any]) -> None:
    """From now on a property of this board is another one."""
    board.__class__ = type("Spoilt", (type(board),), {name: property(get) for name, get in properties.items()})


def _puts_out(board: IdealBoard, changed: Callable[[IdealBoard, float], float]) -> None:
    """What really flows is not what a good board would give."""
    good = vars(IdealBoard)["output_ma"].fget
    _becomes(board, output_ma=lambda self: changed(self, good(self)))


def _latch_that_a_kick_sets(board: IdealBoard) -> None:
    """After a power cut it would be set by nobody's order."""
    kick = board.kick

    def sets() -> None:
        kick()
        board.latch_set = True

    board.kick = sets  # type: ignore[method-assign]


def _current_at_code_0(board: IdealBoard) -> None:
    _puts_out(board, lambda self, ma: ma + 0.08 * self.enabled)


def _coarse_probe(board: IdealBoard) -> None:
    _puts_out(board, lambda _, ma: ma + 0.3 if 0.05 < ma < 1.0 else ma)


def _gain_too_high(board: IdealBoard) -> None:
    """27 mA where 25 were asked for, and both sensors agree; where the volts limit, nothing shows."""
    _puts_out(board, lambda self, ma: ma * (1.08 if SCALES.set_ma(self.set_code) <= 25.1 and _regulates(self) else 1.0))


def _regulates(board: IdealBoard) -> bool:
    return SCALES.compliance_set_v(board.compliance_code) > 1.2 * SCALES.set_ma(board.set_code)


def _volts_read_high(board: IdealBoard, channel: MonitorChannel = "patient_volts") -> None:
    """A divider that is 10 % off, at the volts of the 25 mA point and above."""
    collect = board.collect_monitor_counts

    def read() -> int:
        counts = collect()
        is_off = board._channel == channel and board.output_ma > 24.0 and _regulates(board)
        return round(1.1 * counts) if is_off else counts

    board.collect_monitor_counts = read  # type: ignore[method-assign]


def _tap_of_the_output_chip_open(board: IdealBoard) -> None:
    board.monitor_counts["set_volts"] = 0


def _no_limit_in_hardware(board: IdealBoard) -> None:
    """The limiter is gone and both comparators stand too high, which their shifted test cannot tell."""
    _puts_out(board, lambda self, ma: 40.0 if self.set_code == 4095 and ma else ma)


def _comparators_that_never_trip(board: IdealBoard) -> None:
    board.test_shift = nothing  # type: ignore[method-assign]


def _direction_that_never_moves(board: IdealBoard) -> None:
    board.reverse = nothing  # type: ignore[method-assign]


def _relay_that_never_closes(board: IdealBoard) -> None:
    _becomes(board, relay_closed=lambda _: False)


def _is_offered(spoil: Callable[[IdealBoard], None], lacks: Lacks) -> bool:
    bench: TickBench = bench_without(lacks)
    spoil(bench.board)
    bench.run(30.0, lambda: bench.state != "SELF_TEST")
    return bench.state == "IDLE"


def _story(control: str, what: str, spoil: Callable[[IdealBoard], None]) -> Story:
    return Story(f"self_test.{control}", f"a board is offered {what}", partial(_is_offered, spoil))


CHECKS: Final = (
    _story("latch", "whose latch is set by a kick alone", _latch_that_a_kick_sets),
    _story("rest", "that puts out 0.08 mA when nothing is asked for", _current_at_code_0),
    _story("probe", "whose probe is 0.3 mA too strong", _coarse_probe),
    _story("points", "that gives 27 mA for 25", _gain_too_high),
    _story("volts", "that reads the patient's volts 10 % wrong", _volts_read_high),
    _story("loopback", "where nobody sees what the output chip puts out", _tap_of_the_output_chip_open),
    _story("full_scale", "where nothing in hardware bounds the current", _no_limit_in_hardware),
    _story("comparators", "whose comparators never trip", _comparators_that_never_trip),
    _story("polarity", "whose direction never changes", _direction_that_never_moves),
    _story("relay", "whose safety relay never closes", _relay_that_never_closes),
)
