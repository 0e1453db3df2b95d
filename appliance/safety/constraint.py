"""The one choke point for every value that can raise current: a value that may only fall, and why it fell.

Every tightening keeps its reason, so that people are told; there is no way to raise the value again.
"""

from typing import NamedTuple


class Reason(NamedTuple):
    """One limit that lowered the value: a sentence key, and what it left."""

    key: str
    value: float


class Constraint:
    """A value with the reasons that lowered it, the most limiting last."""

    __slots__ = ("reasons", "value")

    def __init__(self, value: float) -> None:
        """Start from what was asked for."""
        self.value = value
        self.reasons: list[Reason] = []

    def tighten(self, limit: float, key: str) -> None:
        """Lower the value to `limit` if it is above, and remember `key`. Never raises the value.

        A limit that is not a number counts as zero: an unknown limit allows nothing.
        """
        if limit != limit:  # noqa: PLR0124 - NaN
            limit = 0.0
        if limit < self.value:
            self.value = limit
            self.reasons.append(Reason(key, limit))

    @property
    def binding(self) -> str | None:
        """Key of the limit that holds the value now; None when it is as asked."""
        return self.reasons[-1].key if self.reasons else None
