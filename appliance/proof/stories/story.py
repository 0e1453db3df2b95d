"""A story: what a control forbids, told with all controls and again without the one.

It is for what no fault of the board and no sequence of events brings out: a plan that asks for too much, a program
that is wrong, somebody else at the device.
"""

from collections.abc import Callable
from typing import NamedTuple

import msgspec

from appliance.proof.stories.bench import TickBench
from appliance.proof.without import without

Lacks = frozenset[str]


class Story(NamedTuple):
    """One control, what it forbids in a sentence, and whether that happens to a device that lacks some controls."""

    control: str
    what: str
    happens: Callable[[Lacks], bool]
    others: tuple[str, ...] = ()  # of which the control is redundant: each holds alone, and only without all it happens


class Told(msgspec.Struct, frozen=True):
    """How one story went."""

    control: str
    what: str
    with_all: bool  # whether it happened although nothing was taken out
    without: bool  # whether it happened without the control
    others: tuple[str, ...]
    without_others: bool | None  # and without those that hold alone as well; None when there are none

    @property
    def is_missed(self) -> bool:
        """The control is needed: what it forbids happens without it, and only then."""
        return self.without and not self.with_all

    @property
    def is_as_named(self) -> bool:
        """Missed, or redundant of exactly what it says."""
        if self.others:
            return not self.with_all and not self.without and bool(self.without_others)
        return self.is_missed


def tell(story: Story) -> Told:
    """Two or three times, each on a device of its own."""
    one = frozenset((story.control,))
    return Told(
        control=story.control,
        what=story.what,
        with_all=story.happens(frozenset()),
        without=story.happens(one),
        others=story.others,
        without_others=story.happens(one.union(story.others)) if story.others else None,
    )


def bench_without(lacks: Lacks, board_ma: float = 25.0) -> TickBench:
    """Fresh from power-on."""
    bench = TickBench(board_ma)
    for name in sorted(lacks):
        without(bench.daemon, name)
    return bench
