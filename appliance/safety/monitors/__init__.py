"""The monitors: each one comparison with its own constant, reason and source. The daemon builds one fixed tuple.

Thresholds are those of the table in the safety design, marked [D]: derived, awaiting a clinician's signature.
"""

from appliance.safety.monitors.area import AreaLevel, AreaTrend, SkinResistance
from appliance.safety.monitors.capacitance import AreaCapacitance
from appliance.safety.monitors.current import Disagreement, Mismatch, OpenCircuit, OverSet, OverSite
from appliance.safety.monitors.dummy_load import DummyLoad
from appliance.safety.monitors.fading import AreaFading
from appliance.safety.monitors.interlock import EStop, Latch, Pedal, PolarityRelay, SafetyRelay, Tray, WatchdogOk
from appliance.safety.monitors.loopback import AdcIdentity, ComplianceLoopback, DacLoopback, Reference
from appliance.safety.monitors.saturation import Saturation
from appliance.safety.monitors.slew import Slew
from appliance.safety.monitors.stale import Stale
from appliance.safety.monitors.timing import ClockJump, LateTick, LeaseLost
from appliance.safety.trip import Monitor


def build_monitors(relay_travel_ns: int) -> tuple[Monitor, ...]:
    """All monitors, in the order in which they look. `relay_travel_ns` is the slowest relay's operate time.

    No argument leaves one out: the daemon has no way to run without a monitor.
    """
    skin = SkinResistance()
    return (
        OverSite(),
        OverSet(),
        Disagreement(),
        Mismatch(),
        Slew(),
        OpenCircuit(),
        AreaLevel(skin),
        AreaTrend(skin),
        AreaCapacitance(),
        AreaFading(),
        ComplianceLoopback(),
        DacLoopback(),
        Reference(),
        Stale(),
        Saturation(),
        AdcIdentity(),
        DummyLoad(),
        EStop(),
        SafetyRelay(relay_travel_ns),
        PolarityRelay(relay_travel_ns),
        Latch(),
        WatchdogOk(),
        Tray(),
        Pedal(),
        LateTick(),
        ClockJump(),
        LeaseLost(),
    )


__all__ = ["build_monitors"]
