"""What interrupted a session, and what may lead back from it.

An interruption by a person, or by what a person must see to, ends by a person alone: hands still in the water are no
consent. It must never be turned into one that ends by itself.
"""

from collections.abc import Iterable
from typing import Final

from appliance.safety import hard_limits
from appliance.safety.trip import PauseReason

RESUME_AFTER_S: Final = 2.0  # at zero before the first try by itself
RESUME_TRY_S: Final = 10.0
RESUME_BETWEEN_S: Final = 3.0
BY_PERSON: Final = frozenset(("pedal", "stings", "tray", "operator_lost"))
LOWER_AFTER: Final = frozenset(("pedal", "stings"))


def main_reason(reasons: Iterable[PauseReason | None], otherwise: PauseReason) -> PauseReason:
    """The first that is a person's, for none that ends by itself replaces it: a lifted tray opens its loop as well."""
    return next((reason for reason in reasons if reason is not None and reason in BY_PERSON), otherwise)


class Interruption:
    """One for a session: its reason, and since when the session has been away from its treatment."""

    __slots__ = ("_since_ns", "reason")

    def __init__(self) -> None:
        self.reason: PauseReason | None = None
        self._since_ns: int | None = None

    def end(self) -> None:
        """Contact is good again, or a new session begins."""
        self.reason = self._since_ns = None

    def note(self, reason: PauseReason) -> None:
        """Another reason; it replaces no person's by one that ends by itself."""
        self.reason = main_reason((reason, self.reason), reason)

    def begin(self, t_ns: int) -> None:
        """The session is away: its time runs once, over PAUSED and every try at CONTACT together."""
        if self._since_ns is None:
            self._since_ns = t_ns

    def left_s(self, t_ns: int) -> float:
        """Until the session ends by itself."""
        away_s = 0.0 if self._since_ns is None else (t_ns - self._since_ns) / 1e9
        return max(0.0, hard_limits.PAUSED_S - away_s)

    @property
    def by_person(self) -> bool:
        """Whether only a person leads back."""
        return self.reason in BY_PERSON

    @property
    def lowers(self) -> bool:
        """Whether it goes on one step weaker."""
        return self.reason in LOWER_AFTER
