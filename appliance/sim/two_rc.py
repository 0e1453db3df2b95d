"""Closed form of two RC skins in series behind one source and one resistance, over a step of constant input."""

from math import exp, sqrt


def settle(
    source_v: float, ohm: float, skin_1: tuple[float, float, float], skin_2: tuple[float, float, float], dt_s: float
) -> tuple[float, float]:
    """Volts of both skins after `dt_s`. A skin is (ohm, farad, volts at the start).

    v' = A v + b with A = -[[1/RC1 + 1/r1 c1, 1/RC1], [1/RC2, 1/RC2 + 1/r2 c2]]; both eigenvalues are real, negative.
    """
    r1, c1, v1 = skin_1
    r2, c2, v2 = skin_2
    end_a = source_v / (ohm + r1 + r2)
    end_1, end_2 = end_a * r1, end_a * r2
    d1, d2 = v1 - end_1, v2 - end_2
    b, c = -1.0 / (ohm * c1), -1.0 / (ohm * c2)
    a, d = b - 1.0 / (r1 * c1), c - 1.0 / (r2 * c2)
    middle, half = (a + d) * 0.5, (a - d) * 0.5
    root = sqrt(half * half + b * c)
    slow, fast = exp((middle + root) * dt_s), exp((middle - root) * dt_s)
    even, odd = (slow + fast) * 0.5, (slow - fast) * 0.5 / root
    return (
        end_1 + even * d1 + odd * (half * d1 + b * d2),
        end_2 + even * d2 + odd * (c * d1 - half * d2),
    )
