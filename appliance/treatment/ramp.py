"""Slew of the set: up no faster than the plan's ramp, down no faster than asked. It never overshoots."""


def slew(now_ma: float, goal_ma: float, up_ma_per_s: float, down_ma_per_s: float, dt_s: float) -> float:
    """One step of `dt_s` from `now_ma` towards `goal_ma`."""
    if goal_ma > now_ma:
        return min(goal_ma, now_ma + up_ma_per_s * dt_s)
    return max(goal_ma, now_ma - down_ma_per_s * dt_s)
