"""The resistance of the last ten minutes for the small curve on the treatment screen. Pure."""

from typing import Final

from appliance.link.messages import Status

SPAN_S: Final = 600.0
STEP_S: Final = 5.0
MOST: Final = int(SPAN_S / STEP_S)  # 120 points: what the curve may cost


class Trace:
    """One session's resistances, a point every five seconds of treatment."""

    def __init__(self) -> None:
        self.points: tuple[float, ...] = ()  # ohm, oldest first
        self._session: str | None = None
        self._last_s = -STEP_S

    def add(self, status: Status) -> None:
        """Take what a status tells; another session begins again."""
        if status.session != self._session:
            self._session, self.points, self._last_s = status.session, (), -STEP_S
        if status.resistance_ohm is None or status.state not in {"RAMP_UP", "HOLD"}:
            return
        if status.elapsed_s - self._last_s >= STEP_S:
            self._last_s = status.elapsed_s
            self.points = (*self.points, status.resistance_ohm)[-MOST:]
