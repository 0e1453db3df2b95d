"""Samples of a healthy treatment, for the tests of the monitors: each test spoils one thing and looks who speaks."""

from typing import get_args

from appliance.safety.sample import Sample, State
from appliance.safety.trip import Monitor, Trip

STATES: tuple[State, ...] = get_args(State)
ENERGISED: frozenset[State] = frozenset(("CONTACT", "RAMP_UP", "HOLD", "RAMP_DOWN"))
RUNNING: frozenset[State] = frozenset(("RAMP_UP", "HOLD", "RAMP_DOWN"))
NOT_SELF_TEST: frozenset[State] = frozenset(STATES) - {"SELF_TEST"}
TICK_NS = 5_000_000
MA_PER_CODE = 0.007326


def healthy(state: State = "HOLD", *, set_ma: float = 15.0, t_ns: int = 10**10) -> Sample:
    """Both hands in at `set_ma`, everything as commanded; the energised states with the output long closed."""
    on = state in ENERGISED
    flowing_ma = 0.0 if not on else 0.3 if state == "CONTACT" else set_ma
    s = Sample()
    s.t_ns = t_ns
    s.state = state
    s.return_ma = flowing_ma
    s.source_ma = flowing_ma + 0.02 if on else 0.0
    s.patient_v = flowing_ma * 2.0
    s.set_ma = s.ramp_base_ma = flowing_ma
    s.set_code = round(flowing_ma / MA_PER_CODE)
    s.set_volts_code = float(s.set_code)
    s.asked_compliance_v = s.compliance_v = 1.2 * s.patient_v + 5.0 if on else 0.0
    s.config_ok = True
    s.pedal = False
    s.enabled = s.output_closed = on
    s.relay_open = not on
    s.site_ceiling_ma = 25.0 if on else 0.0
    s.area_cm2 = 150.0
    s.density_ceiling_ma_per_cm2 = 0.20
    s.r_inst_ohm = 690.0
    return s


def next_tick(s: Sample, ticks: int = 1) -> None:
    s.t_ns += ticks * TICK_NS


def watch(monitor: Monitor, s: Sample, ticks: int) -> tuple[int, Trip] | None:
    """Show the same sample for `ticks` ticks; the tick (from 1) at which the monitor spoke, and what it said."""
    for tick in range(1, ticks + 1):
        next_tick(s)
        trip = monitor.check(s)
        if trip is not None:
            return tick, trip
    return None
