"""A status as a server sends it: nothing goes on."""

import msgspec

from appliance.kiosk.recorded import IDLE
from appliance.link.messages import Status

STATUS = msgspec.structs.replace(
    IDLE, tick=0, t_mono_ns=0, simulated=True, return_ma=None, source_ma=None, patient_v=None
)


def status_of(tick: int) -> Status:
    return msgspec.structs.replace(STATUS, tick=tick)
