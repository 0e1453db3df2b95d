"""A simulated person in front of the kiosk: reads the status as a patient reads the screen, and does what it says."""

from collections.abc import Callable
from typing import Final

from appliance.link.messages import Begin, Command, Plan, Renew, Start, State, Status
from appliance.safety.hard_limits import SITES

RENEW_S: Final = 0.5
TRAYS_AFTER_S: Final = 1.0  # while the device tests itself, the trays are filled
HANDS_AFTER_S: Final = 1.0  # from ARMED: hands go in
BEGIN_AFTER_S: Final = 2.0  # then the pedal, or a touch
BACK_AFTER_S: Final = 5.0  # in a pause that asks for the hands


class Person:
    """Acts once per state it sees; a script may take its hands or its foot."""

    def __init__(
        self, plan: Plan, send: Callable[[Command], None], act: Callable[[str], None], *, scripted: frozenset[str]
    ) -> None:
        """`scripted`: the actions that a bench script does instead of the person."""
        self._plan = plan
        self._send = send
        self._act = act
        self._scripted = scripted
        self._state: State | None = None
        self._since_s = 0.0
        self._done: set[str] = set()
        self._renewed_s = -RENEW_S
        self._away_s: float | None = None  # since the device asks for the hands
        self.started = False

    def look(self, status: Status) -> None:
        """See one status; do what it asks for."""
        now_s = status.t_mono_ns / 1e9
        if status.state != self._state:
            self._state, self._since_s = status.state, now_s
            self._done.clear()
        if now_s - self._renewed_s >= RENEW_S:
            self._renewed_s = now_s
            self._send(Renew())
        for_s = now_s - self._since_s
        if status.state == "SELF_TEST":
            self._once("trays_refilled", for_s >= TRAYS_AFTER_S)
        elif status.state == "IDLE" and not self.started:
            self.started = True
            self._send(Start(id="simulated", permit="demo", plan=self._plan))
        elif status.state == "ARMED":
            self._once("hands_in", for_s >= HANDS_AFTER_S)
            self._begin(for_s)
        self._come_back(status, now_s)

    def _come_back(self, status: Status, now_s: float) -> None:
        """A pause that asks for the hands gets them after a while, however often the device tries meanwhile."""
        if status.paused is None or status.paused.by_person:
            self._away_s = None
            return
        if self._away_s is None:
            self._away_s = now_s
        if now_s - self._away_s >= BACK_AFTER_S and "hands_in" not in self._scripted:
            self._away_s = now_s
            self._act("hands_in")

    def _begin(self, for_s: float) -> None:
        if SITES[self._plan.site].needs_pedal and not self._plan.someone_beside:
            self._once("pedal", for_s >= BEGIN_AFTER_S)
        elif for_s >= BEGIN_AFTER_S and "begin" not in self._done:
            self._done.add("begin")
            self._send(Begin())

    def _once(self, action: str, when: bool) -> None:
        if when and action not in self._done and action not in self._scripted:
            self._done.add(action)
            self._act(action)
