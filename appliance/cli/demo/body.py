"""The simulated person's body: it does at the bench what the screen asks for, a moment later. It touches no screen."""

from collections.abc import Callable
from typing import Final

from appliance.kiosk.shown import Shown
from appliance.link.messages import State
from appliance.sim.remote import BenchControl

REACTION_S: Final = 1.2  # a calm person reads, then moves


class Body:
    """Pedal, hands and trays."""

    def __init__(self, bench: BenchControl) -> None:
        """`bench` is the control channel."""
        self._bench = bench
        self._state: State | None = None
        self._moved = False
        self._moves: Final[dict[State, Callable[[], None]]] = {
            "SELF_TEST": self.refill_trays,
            "IDLE": self.refill_trays,
            "ARMED": self.press_pedal,
            "CONTACT": self.hands_in,
            "DONE": self.hands_out,
            "FAULT": self.hands_out,
        }

    def follow(self, shown: Shown) -> None:
        """Do what this state asks for, once each time that it is entered. Raises as `BenchControl.act`."""
        status = shown.status
        if status is None:
            return
        if status.state != self._state:
            self._state = status.state
            self._moved = False
        if self._moved or shown.state_age_s < REACTION_S:
            return
        self._moved = True
        if status.state == "PAUSED":
            if status.paused is not None and not status.paused.by_person:
                self.hands_in()
        elif status.state in self._moves:
            self._moves[status.state]()

    def refill_trays(self) -> None:
        """Both trays out, and back in with fresh water."""
        self._bench.act("trays_refilled")

    def press_pedal(self) -> None:
        """Press and release."""
        self._bench.act("pedal", hold_s=0.2)

    def hands_in(self) -> None:
        """Both hands into the water."""
        self._bench.act("hands_in")

    def hands_out(self) -> None:
        """Both hands out, slowly."""
        self._bench.act("hands_out", over_s=1.0)

    def felt_ma(self) -> float:
        """What goes through the skin now."""
        return self._bench.felt().current_ma
