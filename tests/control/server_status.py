"""A status as a server sends it: nothing goes on."""

import msgspec

from appliance.link.messages import Interlocks, Status

INTERLOCKS = Interlocks(False, False, False, False, False, True, True, False)
STATUS = Status(
    tick=0,
    t_mono_ns=0,
    simulated=True,
    state="IDLE",
    session=None,
    site=None,
    direction="normal",
    plan=None,
    set_ma=0.0,
    target_ma=0.0,
    return_ma=None,
    source_ma=None,
    patient_v=None,
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


def status_of(tick: int) -> Status:
    return msgspec.structs.replace(STATUS, tick=tick)
