"""Without one rule of CONTACT, what it refuses gets a treatment: on the bench, down to the registers."""

from typing import NamedTuple

import pytest

from appliance.config import load_board
from appliance.link.messages import Plan
from appliance.proof.simulate import Simulation, timed
from appliance.proof.without import without
from appliance.safety.hard_limits import SITES
from appliance.sim.script import parse_script

NUMBERS = load_board()
FINGERTIPS = '[[at]]\nstate = "CONTACT"\nafter_s = 0.0\ndo = "lift"\nto_area_cm2 = 30.0\nover_s = 0.01\n'
FLICKER = '[[at]]\nstate = "CONTACT"\nafter_s = 0.05\ndo = "lead_flicker"\nms = 60.0\ncount = 1000\n'


class Refused(NamedTuple):
    """Who or what is at the device, and what happens to them in CONTACT."""

    phenotype: str
    script: str = ""


CASES = {
    "contact.signature": Refused("dummy_load"),
    "contact.area": Refused("typical_palm", FINGERTIPS),
    "contact.soft_water": Refused("distilled"),
}


def treated(case: Refused, lacks: str | None) -> bool:
    """Whether a ramp begins."""
    limits = SITES["hands"]
    plan = Plan("hands", limits.default_ma, limits.prescriber_ma, 60.0, ramp_ma_per_s=1.0)
    script = parse_script(case.script, "test") if case.script else None
    simulation = Simulation(NUMBERS, plan, phenotype=case.phenotype, seed=1, script=script)
    if lacks is not None:
        without(simulation.daemon, lacks)
    timed(simulation)
    return "RAMP_UP" in {phase.state for phase in simulation.phases}


@pytest.mark.parametrize("control", CASES)
def test_without_this_rule_what_it_refuses_is_treated(control: str) -> None:
    case = CASES[control]
    assert (treated(case, None), treated(case, control)) == (False, True)


@pytest.mark.parametrize("lacks", [None, "contact.stable", "contact.signature"])
def test_a_lead_that_flickers_is_refused_by_either_of_two_rules(lacks: str | None) -> None:
    """Neither a current that stands still nor a curve like skin's comes of it: one rule alone is enough."""
    assert not treated(Refused("typical_palm", FLICKER), lacks)
