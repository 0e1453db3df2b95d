"""The 48 V rail and the regulator Q1 that makes V_COMP of it: which volts it aims at. How it gets there is circuit."""

from typing import Final

from appliance.config import Board

_HEADROOM_AT_A: Final = 0.025


class Rail:
    """Volts that V_COMP goes to."""

    __slots__ = ("_full_a", "_headroom_ohm", "asked_v", "dead", "powered", "rail_v", "shorted")

    def __init__(self, board: Board) -> None:
        self._headroom_ohm = board.supply.headroom_at_25_ma_v / _HEADROOM_AT_A
        self._full_a = board.limit.full_scale_ma * 1e-3
        self.rail_v = board.supply.rail_v
        self.powered = True
        self.asked_v = 0.0  # what DAC2 asks for
        self.shorted = False  # a fault: Q1, V_COMP is the rail
        self.dead = False  # a fault: Q1 open, V_COMP is nothing

    @property
    def near(self) -> bool:
        """Whether the set decides what is left of the rail."""
        return self.asked_v > self.rail_v - self._headroom_ohm * _HEADROOM_AT_A

    def target_v(self, set_a: float) -> float:
        """V_COMP goes where DAC2 asks, as far as the rail less its headroom allows."""
        if not self.powered or self.dead:
            return 0.0
        if self.shorted:
            return self.rail_v
        return max(0.0, min(self.asked_v, self.rail_v - self._headroom_ohm * min(set_a, self._full_a)))
