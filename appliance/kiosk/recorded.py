"""Statuses as a daemon sends them, one a picture of the gallery: every screen in every state that looks different.

They have the shape of the protocol and no more; the gallery and the tests show them without a device.
"""

import math
from collections.abc import Callable
from typing import Any, Final, NamedTuple

from msgspec.structs import replace

from appliance.link.messages import Contact, Interlocks, Limit, Paused, Plan, Status, Trip

PLAN: Final = Plan(site="hands", set_ma=15.0, max_ma=20.0, duration_s=1800.0)
INTERLOCKS: Final = Interlocks(
    e_stop=False,
    pedal=False,
    tray_left_out=False,
    tray_right_out=False,
    latch_tripped=False,
    watchdog_ok=True,
    relay_open=True,
    reversed=False,
)
IDLE: Final = Status(
    tick=1000,
    t_mono_ns=5_000_000_000,
    simulated=False,
    state="IDLE",
    session=None,
    site=None,
    direction="normal",
    plan=None,
    set_ma=0.0,
    target_ma=0.0,
    return_ma=0.0,
    source_ma=0.0,
    patient_v=0.0,
    compliance_v=0.0,
    resistance_ohm=None,
    charge_mc=0.0,
    elapsed_s=0.0,
    remaining_s=0.0,
    half_done=False,
    no_current=True,
    stopping=False,
    can_weaken=False,
    can_strengthen=False,
    contact=None,
    paused=None,
    interlocks=INTERLOCKS,
    blocked=None,
    trips=(),
    limits=(),
    limited_by=None,
    lease_left_s=None,
    wait_s=0.0,
    outcome=None,
    reason=None,
)
TRACE: Final = tuple(
    2050 + 700 * math.exp(-i / 12) + 4.0 * max(0, i - 20) + 25 * math.sin(i * 1.7) * math.sin(i * 0.53)
    for i in range(96)
)


class Recorded(NamedTuple):
    """One picture: a status and how old it is."""

    status: Status | None
    age_s: float | None = 0.1
    trace: tuple[float, ...] = TRACE
    refused: str | None = None
    limits: tuple[Limit, ...] = ()
    theme: str | None = None  # None: as asked for


def _session(**changes: Any) -> Status:
    base = replace(IDLE, session="7f3a", site="hands", plan=PLAN, remaining_s=1800.0)
    return replace(base, **changes)


def _flowing(**changes: Any) -> Status:
    return _session(
        **{
            "state": "HOLD",
            "set_ma": 14.0,
            "target_ma": 14.0,
            "return_ma": 14.0,
            "source_ma": 14.0,
            "patient_v": 29.6,
            "compliance_v": 37.0,
            "resistance_ohm": 2114.0,
            "charge_mc": 9700.0,
            "elapsed_s": 696.0,
            "remaining_s": 1104.0,
            "no_current": False,
            "can_weaken": True,
            "can_strengthen": True,
            "lease_left_s": 1.7,
            **changes,
        }
    )


def _contact(stage: str, meter: float, left_s: float | None = None, why: str | None = None) -> Status:
    seen = Contact(stage=stage, meter=meter, steady_left_s=left_s, why=why)  # type: ignore[arg-type]
    return _session(state="CONTACT", no_current=False, return_ma=0.3, contact=seen)


def _paused(reason: str, *, by_person: bool, **changes: Any) -> Status:
    pause = Paused(reason=reason, ends_in_s=105.0, by_person=by_person)  # type: ignore[arg-type]
    return _session(state="PAUSED", paused=pause, elapsed_s=1040.0, remaining_s=760.0, **changes)


def _done(outcome: str, reason: str, **changes: Any) -> Status:
    numbers = {"elapsed_s": 1800.0, "charge_mc": 25200.0, "remaining_s": 0.0}
    return _session(**{"state": "DONE", "outcome": outcome, "reason": reason, **numbers, **changes})


def _fault(code: str, **changes: Any) -> Status:
    trip = Trip(code=code, monitor="disagreement", reaction="CUT", t_session_s=696.0)
    return _session(**{"state": "FAULT", "outcome": "fault", "reason": code, "trips": (trip,), **changes})


_CHARGE: Final = Limit(reason="limit.charge", value=1500.0, unit="s")
_LIMITED: Final[Callable[[], Status]] = lambda: _flowing(  # noqa: E731
    target_ma=15.0,
    set_ma=11.0,
    return_ma=11.0,
    limited_by="limit.voltage",
    resistance_ohm=4010.0,
    remaining_s=552.0,
    direction="reversed",
    half_done=True,
    can_strengthen=False,
)
_RAMP: Final = _flowing(
    state="RAMP_UP", target_ma=15.0, set_ma=6.5, return_ma=6.5, remaining_s=1786.0, resistance_ohm=2900.0
)
_FEET: Final = replace(PLAN, site="feet", set_ma=20.0, max_ma=25.0)

RECORDED: Final[dict[str, Recorded]] = {
    "wait": Recorded(replace(IDLE, state="SELF_TEST", no_current=False)),
    "attract": Recorded(IDLE),
    "attract_simulated": Recorded(replace(IDLE, simulated=True)),
    "attract_rest": Recorded(replace(IDLE, wait_s=754.0), refused="E112"),
    "attract_refused": Recorded(IDLE, refused="E110"),
    "attract_no_date": Recorded(IDLE, refused="E115"),
    "attract_not_started": Recorded(replace(IDLE, outcome="not_started", reason="E214")),
    "armed": Recorded(_session(state="ARMED")),
    "armed_shortened": Recorded(
        _session(state="ARMED", plan=replace(PLAN, set_ma=20.0, duration_s=1500.0)), limits=(_CHARGE,)
    ),
    "armed_beside": Recorded(_session(state="ARMED", plan=replace(PLAN, someone_beside=True)), limits=(_CHARGE,)),
    "armed_feet": Recorded(_session(state="ARMED", site="feet", plan=_FEET)),
    "contact_start": Recorded(_contact("none", 0.0)),
    "contact_one": Recorded(_contact("in_water", 0.4)),
    "contact_why": Recorded(_contact("in_water", 0.4, why="E216")),
    "contact_soft": Recorded(_contact("both", 0.8, why="E215")),
    "contact_three": Recorded(_contact("both", 1.3, 2.6)),
    "contact_one_left": Recorded(_contact("steady", 1.3, 0.4)),
    "treatment_ramp": Recorded(_RAMP, trace=TRACE[:3]),
    "treatment_hold": Recorded(_flowing()),
    "treatment_limited": Recorded(_LIMITED()),
    "treatment_at_limit": Recorded(_flowing(target_ma=20.0, set_ma=20.0, return_ma=20.0, can_strengthen=False)),
    "treatment_fading": Recorded(_flowing(state="RAMP_DOWN", target_ma=0.0, set_ma=8.0, return_ma=8.2)),
    "treatment_stopping": Recorded(
        _flowing(state="RAMP_DOWN", stopping=True, target_ma=0.0, set_ma=8.0, return_ma=8.2, can_strengthen=False)
    ),
    "treatment_reverse": Recorded(
        _session(state="REVERSE", remaining_s=900.0, elapsed_s=900.0, resistance_ohm=None, compliance_v=2.0)
    ),
    "treatment_waiting": Recorded(_flowing(), age_s=1.4),
    "treatment_unmeasured": Recorded(_flowing(return_ma=None, resistance_ohm=None)),
    "treatment_simulated": Recorded(_flowing(simulated=True)),
    "treatment_feet": Recorded(_flowing(site="feet", plan=_FEET, target_ma=20.0, set_ma=20.0, return_ma=20.1)),
    "paused_hands_out": Recorded(_paused("hands_out", by_person=False)),
    "paused_area": Recorded(_paused("area", by_person=False)),
    "paused_pedal": Recorded(_paused("pedal", by_person=True)),
    "paused_stings": Recorded(_paused("stings", by_person=True)),
    "paused_tray": Recorded(_paused("tray", by_person=True)),
    "paused_operator_lost": Recorded(_paused("operator_lost", by_person=True)),
    "paused_unmeasured": Recorded(_paused("stings", by_person=True, no_current=False, return_ma=0.4)),
    "paused_waiting": Recorded(_paused("hands_out", by_person=False), age_s=1.4),
    "done": Recorded(_done("completed", "time")),
    "done_charge": Recorded(_done("completed", "charge", elapsed_s=1500.0, charge_mc=30000.0)),
    "done_stopped": Recorded(_done("stopped", "stop", elapsed_s=612.0, charge_mc=8300.0)),
    "done_partial": Recorded(_done("partial", "pause_timeout", elapsed_s=612.0, charge_mc=8300.0)),
    "done_unmeasured": Recorded(_done("stopped", "stop", elapsed_s=612.0, charge_mc=8300.0, no_current=False)),
    "fault": Recorded(_fault("E203")),
    "fault_unmeasured": Recorded(_fault("E402", no_current=False, return_ma=3.0)),
    "fault_idle": Recorded(replace(IDLE, state="FAULT", reason="E323")),
    "lost": Recorded(_flowing(), age_s=2.6),
    "lost_simulated": Recorded(_flowing(simulated=True), age_s=2.6),
    "lost_idle": Recorded(IDLE, age_s=2.6),
    "lost_never": Recorded(None, age_s=None),
}
