"""Straight lines through what a calibration measured. Pure arithmetic; believing one is not decided here."""

from typing import NamedTuple

from appliance.hal.calibration import Line


class Point(NamedTuple):
    """Nominal and true milliamperes of one point, and how far a line may pass it by."""

    nominal_ma: float
    true_ma: float
    allowed_ma: float = 0.0


def through(a: Point, b: Point) -> Line:
    """True = gain x nominal + offset through both points, whose nominal values differ."""
    gain = (b.true_ma - a.true_ma) / (b.nominal_ma - a.nominal_ma)
    return Line(gain=gain, offset_ma=a.true_ma - gain * a.nominal_ma)


def levelled(low: Point, middle: Point, high: Point) -> Line:
    """The line that misses three points by the same share of what each is allowed: the least worst case [D].

    The DAC's integral non-linearity is a bow of up to 14.5 codes: a line through its ends misses the middle by all of
    it. Tilting and raising the ends within their own allowance takes back what is the middle's.
    """
    chord = through(low, high)
    share = (middle.nominal_ma - low.nominal_ma) / (high.nominal_ma - low.nominal_ma)
    bow_ma = middle.true_ma - (chord.gain * middle.nominal_ma + chord.offset_ma)
    level = bow_ma / (middle.allowed_ma + (1.0 - share) * low.allowed_ma + share * high.allowed_ma)
    return through(
        low._replace(true_ma=low.true_ma + level * low.allowed_ma),
        high._replace(true_ma=high.true_ma + level * high.allowed_ma),
    )
