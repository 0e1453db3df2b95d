"""Ways in which an ideal board lacks a part. Each takes a healthy board and spoils it, above what a bench can do."""

from collections.abc import Callable
from typing import Any

from appliance.hal.ports import MonitorChannel
from appliance.proof.removals.control import nothing
from appliance.proof.stories.board import SCALES, IdealBoard


def becomes(board: IdealBoard, **properties: Callable[[Any], Any]) -> None:
    """From now on a property of this board is another one."""
    board.__class__ = type("Spoilt", (type(board),), {name: property(get) for name, get in properties.items()})


def puts_out(board: IdealBoard, changed: Callable[[IdealBoard, float], float]) -> None:
    """What really flows is not what a good board would give."""
    good = vars(IdealBoard)["output_ma"].fget
    becomes(board, output_ma=lambda self: changed(self, good(self)))


def latch_that_a_kick_sets(board: IdealBoard) -> None:
    """After a power cut it would be set by nobody's order."""
    kick = board.kick

    def sets() -> None:
        kick()
        board.latch_set = True

    board.kick = sets  # type: ignore[method-assign]


def current_at_code_0(board: IdealBoard) -> None:
    """0.08 mA flow when nothing is asked for."""
    puts_out(board, lambda self, ma: ma + 0.08 * self.enabled)


def coarse_probe(board: IdealBoard) -> None:
    """0.3 mA too much below 1 mA."""
    puts_out(board, lambda _, ma: ma + 0.3 if 0.05 < ma < 1.0 else ma)


def gain_too_high(board: IdealBoard) -> None:
    """27 mA where 25 were asked for, and both sensors agree; where the volts limit, nothing shows."""
    puts_out(board, lambda self, ma: ma * (1.08 if SCALES.set_ma(self.set_code) <= 25.1 and _regulates(self) else 1.0))


def _regulates(board: IdealBoard) -> bool:
    return SCALES.compliance_set_v(board.compliance_code) > 1.2 * SCALES.set_ma(board.set_code)


def reads(board: IdealBoard, channel: MonitorChannel, changed: Callable[[int], int]) -> None:
    """One channel of the monitor ADC says something else than what is there."""
    collect = board.collect_monitor_counts

    def read() -> int:
        counts = collect()
        return changed(counts) if board._channel == channel else counts

    board.collect_monitor_counts = read  # type: ignore[method-assign]


def volts_read_high_at_25_ma(board: IdealBoard) -> None:
    """A divider that is 10 % off, at the volts of the 25 mA point and above."""

    def more(counts: int) -> int:
        return round(1.1 * counts) if board.output_ma > 24.0 and _regulates(board) else counts

    reads(board, "patient_volts", more)


def tap_of_the_output_chip_open(board: IdealBoard) -> None:
    """Nobody sees what DAC1 puts out."""
    board.monitor_counts["set_volts"] = 0


def no_limit_in_hardware(board: IdealBoard) -> None:
    """The limiter is gone and both comparators stand too high, which their shifted test cannot tell."""
    puts_out(board, lambda self, ma: 40.0 if self.set_code == 4095 and ma else ma)


def comparators_that_never_trip(board: IdealBoard) -> None:
    """Their threshold is not shifted by the test."""
    board.test_shift = nothing  # type: ignore[method-assign]


def direction_that_never_moves(board: IdealBoard) -> None:
    """K2 is stuck at rest."""
    board.reverse = nothing  # type: ignore[method-assign]


def relay_that_never_closes(board: IdealBoard) -> None:
    """K1 is stuck open."""
    becomes(board, relay_closed=lambda _: False)
