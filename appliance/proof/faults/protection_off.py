"""A bench whose hardware no longer protects: what shows which cells hold only thanks to hardware."""

import math

from appliance.sim.bench import Bench


def take_protection(bench: Bench) -> None:
    """Latch, watchdog, pump, both comparators and the limiter act no more; the supply and the switches' wires do.

    A cell in which none of these had acted is the same cell without them, so it need not be run again.
    """
    protection, parts = bench.protection, bench.parts
    protection.latch_dead = protection.wdo_dead = protection.pump_stuck = True
    parts.trip_return_v = parts.trip_source_v = math.inf
    parts.limiter_ma = math.inf
    bench.changed()
