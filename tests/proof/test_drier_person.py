"""Skin beside that of earlier sessions, on the whole bench: what CONTACT really measures of a person is what counts."""

import pytest

from appliance.config import load_board
from appliance.link.messages import Plan
from appliance.proof.simulate import Simulation

NUMBERS = load_board()
TYPICAL_OHM = 3350.0  # median of 12 seeds of the typical palm in CONTACT
MINUTES_20_S = 1200.0


@pytest.mark.parametrize(
    ("phenotype", "median_ohm", "duration_s"),
    [
        ("typical_palm", TYPICAL_OHM, MINUTES_20_S),
        ("dry_palm", TYPICAL_OHM, MINUTES_20_S / 2),
        ("dry_palm", TYPICAL_OHM / 1.5, None),
        ("dry_palm", None, MINUTES_20_S),
    ],
)
def test_a_persons_own_skin_gets_its_time_drier_skin_less_or_none(
    phenotype: str, median_ohm: float | None, duration_s: float | None
) -> None:
    plan = Plan("hands", 15.0, 18.0, MINUTES_20_S, median_contact_ohm=median_ohm)
    simulation = Simulation(NUMBERS, plan, phenotype=phenotype, seed=3, calibrate=False)
    simulation.begin()
    session = simulation.daemon.session
    while simulation.t_s < 60.0 and session.state != "RAMP_UP" and session.outcome is None:
        simulation.step()
    if duration_s is None:
        assert (session.state, session.outcome, session.reason) == ("IDLE", "not_started", "E703")
        assert simulation.bench.felt.peak_ma < 0.5
    else:
        assert session.plan is not None
        assert (session.state, session.plan.duration_s) == ("RAMP_UP", duration_s)
