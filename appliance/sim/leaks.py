"""Two paths that should not be: from the board's source line, and from its return line, to its 0 V.

Water on the board, a solder bridge, a pinched cable. Statics only: which current flows where at given volts. Nothing
is stored here, and time never passes.
"""

import math
from typing import Final, NamedTuple

NONE_OHM: Final = math.inf


class Ends(NamedTuple):
    """The board as the load sees it, apart from leaks: amperes, ohms and volts."""

    supply_v: float
    head_ohm: float  # V_COMP to the source line
    limit_a: float
    sink_a: float  # what the sink lets through at most
    sense_ohm: float  # of R_M and R_S
    tap_ohm: float  # of the patient's volts: from each line to 0 V


class Flow(NamedTuple):
    """What flows. `drive_v` behind `drive_ohm` is what pushes it; None = a constant current."""

    load_a: float
    sense_a: float
    source_a: float
    drive_v: float | None
    drive_ohm: float


class Leaks:
    """Ohms to 0 V; infinite = no leak."""

    __slots__ = ("return_ohm", "source_ohm")

    def __init__(self) -> None:
        self.source_ohm = NONE_OHM
        self.return_ohm = NONE_OHM

    @property
    def any(self) -> bool:
        """Whether there is one."""
        return self.source_ohm != NONE_OHM or self.return_ohm != NONE_OHM

    def aside_a(self, ends: Ends) -> float:
        """What leaves the source line while the loop itself is open."""
        return min(ends.limit_a, ends.supply_v / (ends.head_ohm + _beside(self.source_ohm, ends.tap_ohm)))

    def flow(self, ends: Ends, emf_v: float, outer_ohm: float) -> Flow:
        """Currents through a load of `outer_ohm` that pushes back with `emf_v`.

        Each end is linear in two ranges (limiter or not, sink in control or not), and of the four pairs the one that
        gives the least current holds.
        """
        above_ohm = _beside(self.source_ohm, ends.tap_ohm)
        below_ohm = _beside(self.return_ohm, ends.tap_ohm)
        share = 1.0 if math.isinf(above_ohm) else above_ohm / (above_ohm + ends.head_ohm)
        upper = (
            (ends.supply_v * share, ends.head_ohm * share),
            (ends.limit_a, math.inf) if math.isinf(above_ohm) else (ends.limit_a * above_ohm, above_ohm),
        )
        both_ohm = _beside(ends.sense_ohm, below_ohm)
        lower = (
            (ends.sink_a, math.inf) if math.isinf(below_ohm) else (ends.sink_a * below_ohm, below_ohm),
            (0.0, both_ohm),
        )
        pushes = [_push(up, down, emf_v, outer_ohm) for up in upper for down in lower]
        load_a, drive_v, drive_ohm = min(pushes, key=_current)
        load_a = max(0.0, load_a)
        above_v = min(volts - load_a * ohm for volts, ohm in upper if not math.isinf(ohm))
        sense_a = min(ends.sink_a, load_a * both_ohm / ends.sense_ohm)
        return Flow(load_a, sense_a, load_a + max(0.0, above_v) / above_ohm, drive_v, drive_ohm)


Push = tuple[float, float | None, float]


def _push(up: tuple[float, float], down: tuple[float, float], emf_v: float, outer_ohm: float) -> Push:
    """Amperes of one pair of ranges, with the volts and ohms that push them.

    An end is (volts, ohms); with infinite ohms it is a constant current, and its 'volts' are amperes.
    """
    constant = [value for value, ohm in (up, down) if math.isinf(ohm)]
    if constant:
        return min(constant), None, 0.0
    drive_v, ohm = up[0] + down[0], up[1] + outer_ohm + down[1]
    return (drive_v - emf_v) / ohm, drive_v, ohm


def _current(push: Push) -> float:
    return push[0]


def _beside(first_ohm: float, second_ohm: float) -> float:
    """Two resistances in parallel, either of which may be none at all."""
    if math.isinf(first_ohm):
        return second_ohm
    return first_ohm if math.isinf(second_ohm) else first_ohm * second_ohm / (first_ohm + second_ohm)
