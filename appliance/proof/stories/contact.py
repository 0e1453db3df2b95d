"""What rules of CONTACT forbid: that no person, too little skin or wrong water gets a ramp. Down to the registers."""

from functools import partial
from typing import Final, NamedTuple

from appliance.config import load_board
from appliance.link.messages import Plan
from appliance.proof.simulate import Simulation, timed
from appliance.proof.stories.story import Lacks, Story
from appliance.proof.without import without
from appliance.safety.hard_limits import SITES
from appliance.sim.script import parse_script

_FINGERTIPS: Final = '[[at]]\nstate = "CONTACT"\nafter_s = 0.0\ndo = "lift"\nto_area_cm2 = 30.0\nover_s = 0.01\n'
# Hands that jerk up to 60 cm2 and back in, three times a second, for longer than CONTACT tries.
_RESTLESS: Final = "".join(
    f'[[at]]\nstate = "CONTACT"\nafter_s = {0.05 + 0.3 * n:.2f}\ndo = "jerk"\n'
    "to_area_cm2 = 60.0\nout_ms = 75\nstay_ms = 90\n"
    for n in range(430)
)


class _Device(NamedTuple):
    """Who or what is at the device, and what happens in CONTACT."""

    phenotype: str
    script: str = ""


def _simulated(device: _Device, lacks: Lacks) -> Simulation:
    limits = SITES["hands"]
    plan = Plan("hands", limits.default_ma, limits.prescriber_ma, 60.0, ramp_ma_per_s=1.0)
    script = parse_script(device.script, "story") if device.script else None
    simulation = Simulation(load_board(), plan, phenotype=device.phenotype, seed=1, script=script)
    for name in sorted(lacks):
        without(simulation.daemon, name)
    return simulation


def _treated(device: _Device, lacks: Lacks) -> bool:
    """Whether a ramp begins."""
    simulation = _simulated(device, lacks)
    timed(simulation)
    return "RAMP_UP" in {phase.state for phase in simulation.phases}


def _strong_probe(lacks: Lacks) -> bool:
    """Whether a palm feels more than a probe before its first ramp."""
    simulation = _simulated(_Device("typical_palm"), lacks)
    simulation.begin()
    most_ma = 0.0
    while simulation.t_s < 60.0 and simulation.daemon.session.state not in ("RAMP_UP", "FAULT"):
        simulation.step()
        most_ma = max(most_ma, abs(simulation.bench.felt.current_ma))
    return most_ma > 1.0


def _story(control: str, what: str, device: _Device, others: tuple[str, ...] = ()) -> Story:
    return Story(control, what, partial(_treated, device), others)


CONTACT: Final = (
    _story("contact.signature", "a dummy load is treated as a person", _Device("dummy_load")),
    _story("contact.area", "fingertips get the current of a hand", _Device("typical_palm", _FINGERTIPS)),
    _story("contact.soft_water", "a treatment begins in distilled water", _Device("distilled")),
    _story("contact.body_min", "leads that touch are treated as a person", _Device("cable_short")),
    Story("limit.probe", "CONTACT puts out more than a probe", _strong_probe, ("gate.bounds",)),
    _story("contact.stable", "hands that never hold still are ramped into", _Device("typical_palm", _RESTLESS)),
)
