"""Skin much drier than in earlier sessions: treated already, or cracked, creamed or inflamed. Less time, or none today.

Dryness is what a treatment is for, and it raises the contact resistance: x 1.1-1.5 a week, x 3 at most (clinical basis,
the load). Beyond what a course explains, more current time only harms. It is judged on what the session's first CONTACT
measured, before any treatment current; the median of earlier sessions comes with the plan, and null means no check.
"""

from typing import Final

# A fortnight's sessions have their median about a week ago: x 1.5 at the fastest drying, x 1.8 with a fifth of spread
# in how deep the hands are. Bath and body, a third of the loop, do not dry, so a loop at x 2 is beyond that [D]. The
# bench's treated palm beside an untreated one is x 2.6; the same person on another day x 0.93-1.03 (signature's R).
SHORTER_ABOVE: Final = 2.0  # times the median
SHORTER_SHARE: Final = 0.5  # of the plan's time: the least step that a person and a record notice [D]
DEFERRED_ABOVE: Final = 3.0  # times the median: no course dries skin further [D], so this is something else


def time_share(contact_ohm: float | None, median_ohm: float | None) -> float:
    """Share of the plan's time that skin of `contact_ohm` may get: 1, a half, or 0 for 'not today'.

    Args:
        contact_ohm: whole loop as the first CONTACT measured it; None when it was not, which allows nothing.
        median_ohm: the same of earlier sessions; None when there are too few to compare with.
    """
    if median_ohm is None:
        return 1.0
    if contact_ohm is None or not contact_ohm <= DEFERRED_ABOVE * median_ohm:
        return 0.0
    return SHORTER_SHARE if contact_ohm > SHORTER_ABOVE * median_ohm else 1.0
