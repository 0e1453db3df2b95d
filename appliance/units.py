"""Unit conversions shared by every package. Numbers carry their unit in their name, not in a wrapper."""

from typing import Final

NS_PER_S: Final = 1_000_000_000
NS_PER_MS: Final = 1_000_000
NS_PER_US: Final = 1_000


def s_from_ns(duration_ns: int) -> float:
    """Seconds from nanoseconds."""
    return duration_ns / NS_PER_S


def ns_from_s(duration_s: float) -> int:
    """Whole nanoseconds from seconds."""
    return round(duration_s * NS_PER_S)


def ns_from_ms(duration_ms: float) -> int:
    """Whole nanoseconds from milliseconds."""
    return round(duration_ms * NS_PER_MS)
