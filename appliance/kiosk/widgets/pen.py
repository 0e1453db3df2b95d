"""Soft-edged strokes and shapes with round ends: not every window has multisampling, so no edge relies on it."""

import math
from collections.abc import Sequence
from typing import Final

from kivy.graphics import SmoothEllipse, SmoothLine, SmoothRoundedRectangle

SOFT_PX: Final = 1.2  # width of the soft edge
POINTS: Final = 90  # of a circle


def disc(x: float, y: float, radius: float) -> None:
    """A filled circle."""
    SmoothEllipse(pos=(x - radius, y - radius), size=(2 * radius, 2 * radius))


def stroke(points: Sequence[float], width: float, *, round_ends: bool = True) -> None:
    """A line through x, y, x, y …, `width` pixels wide."""
    SmoothLine(points=list(points), width=width / 2, overdraw_width=SOFT_PX)
    if round_ends:
        disc(points[0], points[1], width / 2)
        disc(points[-2], points[-1], width / 2)


def arc(x: float, y: float, radius: float, start_deg: float, end_deg: float, width: float) -> None:
    """Part of a circle, clockwise from 12 o'clock, with round ends."""
    SmoothLine(circle=(x, y, radius, start_deg, end_deg, POINTS), width=width / 2, overdraw_width=SOFT_PX)
    for angle_deg in (start_deg, end_deg):
        angle = math.radians(angle_deg)
        disc(x + radius * math.sin(angle), y + radius * math.cos(angle), width / 2)


def circle(x: float, y: float, radius: float, width: float) -> None:
    """An outlined circle."""
    SmoothLine(circle=(x, y, radius), width=width / 2, overdraw_width=SOFT_PX)


def block(box: Sequence[float], radius: float) -> None:
    """A filled rounded rectangle: x, y, width, height."""
    SmoothRoundedRectangle(pos=box[:2], size=box[2:], radius=[radius])


def frame(box: Sequence[float], radius: float, width: float) -> None:
    """The outline of a rounded rectangle, inside its box."""
    x, y, wide, high = box
    half = width / 2
    SmoothLine(
        rounded_rectangle=(x + half, y + half, wide - width, high - width, radius), width=half, overdraw_width=SOFT_PX
    )
