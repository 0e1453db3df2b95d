"""Lines of a calibration: true where they must be, and fair where three points do not lie on one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.hal.calibration import Line
from appliance.service.fit import Point, levelled, through


def on(line: Line, nominal_ma: float) -> float:
    return line.gain * nominal_ma + line.offset_ma


@given(st.floats(0.9, 1.1), st.floats(-0.5, 0.5))
def test_a_straight_board_is_found_as_it_is(gain: float, offset_ma: float) -> None:
    points = [Point(ma, gain * ma + offset_ma, 0.01) for ma in (2.0, 10.0, 25.0)]
    for line in (through(points[0], points[2]), levelled(*points)):
        assert line.gain == pytest.approx(gain)
        assert line.offset_ma == pytest.approx(offset_ma, abs=1e-9)


@given(st.floats(-0.1, 0.1), st.floats(0.001, 0.1), st.floats(0.001, 0.1), st.floats(0.001, 0.1))
def test_a_bow_is_shared_out_by_what_each_point_is_allowed(bow_ma: float, a: float, b: float, c: float) -> None:
    points = (Point(2.0, 2.0, a), Point(10.0, 10.0 + bow_ma, b), Point(25.0, 25.0, c))
    line = levelled(*points)
    shares = [(p.true_ma - on(line, p.nominal_ma)) / p.allowed_ma for p in points]
    assert shares[1] == pytest.approx(-shares[0], abs=1e-6)
    assert shares[1] == pytest.approx(-shares[2], abs=1e-6)
    assert abs(points[1].true_ma - on(line, 10.0)) <= abs(bow_ma) + 1e-9
