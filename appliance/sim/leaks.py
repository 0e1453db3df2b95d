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
        return min(ends.limit_a, ends.supply_v / (ends.head_ohm + self.source_ohm))

    def flow(self, ends: Ends, emf_v: float, outer_ohm: float) -> Flow:
        """Currents through a load of `outer_ohm` that pushes back with `emf_v`.

        Each end is linear in two ranges (limiter or not, sink in control or not), and of the four pairs the one that
        gives the least current holds.
        """
        pushes = [self._push(up, down, emf_v, outer_ohm) for up in self._upper(ends) for down in self._lower(ends)]
        load_a, drive_v, drive_ohm = min(pushes, key=lambda push: push[0])
        load_a = max(0.0, load_a)
        sense_a, below_v = self._below(ends, load_a)
        above_v = below_v + max(0.0, emf_v + load_a * outer_ohm)
        return Flow(load_a, sense_a, load_a + above_v / self.source_ohm, drive_v, drive_ohm)

    def _upper(self, ends: Ends) -> tuple[tuple[float, float], ...]:
        """(volts, ohms) of V_COMP behind the head, and of the limiter; infinite ohms: volts stand for amperes."""
        if self.source_ohm == NONE_OHM:
            return (ends.supply_v, ends.head_ohm), (ends.limit_a, math.inf)
        share = self.source_ohm / (self.source_ohm + ends.head_ohm)
        return (ends.supply_v * share, ends.head_ohm * share), (ends.limit_a * self.source_ohm, self.source_ohm)

    def _lower(self, ends: Ends) -> tuple[tuple[float, float], ...]:
        """(volts that pull, ohms) of the sink in control, and of the sink fully on."""
        if self.return_ohm == NONE_OHM:
            return (ends.sink_a, math.inf), (0.0, ends.sense_ohm)
        both_ohm = ends.sense_ohm * self.return_ohm / (ends.sense_ohm + self.return_ohm)
        return (ends.sink_a * self.return_ohm, self.return_ohm), (0.0, both_ohm)

    @staticmethod
    def _push(
        up: tuple[float, float], down: tuple[float, float], emf_v: float, outer_ohm: float
    ) -> tuple[float, float | None, float]:
        """Amperes of one pair, with the volts and ohms that push them."""
        constant = [volts for volts, ohm in (up, down) if math.isinf(ohm)]
        if constant:
            return min(constant), None, 0.0
        drive_v, ohm = up[0] + down[0], up[1] + outer_ohm + down[1]
        return (drive_v - emf_v) / ohm, drive_v, ohm

    def _below(self, ends: Ends, load_a: float) -> tuple[float, float]:
        """Amperes through R_S, and volts of the return line."""
        if self.return_ohm == NONE_OHM:
            return load_a, load_a * ends.sense_ohm
        both_ohm = ends.sense_ohm * self.return_ohm / (ends.sense_ohm + self.return_ohm)
        if load_a * both_ohm <= ends.sink_a * ends.sense_ohm:
            return load_a * both_ohm / ends.sense_ohm, load_a * both_ohm
        return ends.sink_a, (load_a - ends.sink_a) * self.return_ohm
