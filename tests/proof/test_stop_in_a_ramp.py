"""STOP early in a steep ramp, on the bench: the current fades, and no monitor takes the ramp for a leaving hand."""

import pytest

from appliance.config import load_board
from appliance.link.messages import Plan, Stop
from appliance.proof.simulate import Simulation

BOARD = load_board()
STEEP = Plan("hands", 15.0, 16.0, 600.0, "reverse_at_half", 1.0)
STEP_MA = 0.15  # of a tick; the dither alone is 0.06


@pytest.mark.parametrize("at_ma", [0.6, 1.2, 2.5])
@pytest.mark.parametrize("phenotype", ["typical_palm", "dry_palm"])
def test_it_fades_and_no_hand_has_left(phenotype: str, at_ma: float) -> None:
    simulation = Simulation(BOARD, STEEP, phenotype=phenotype, seed=3, calibrate=False)
    simulation.begin()
    session, felt_ma, steps_ma = simulation.daemon.session, 0.0, []
    while session.state != "DONE":
        if session.state == "RAMP_UP" and session.base_ma >= at_ma and not session.stopping:
            simulation.talk.send(Stop())
        simulation.step()
        before_ma, felt_ma = felt_ma, abs(simulation.bench.felt.current_ma)
        if session.stopping:
            steps_ma.append(before_ma - felt_ma)
        assert simulation.daemon.seen.trips == []
    assert steps_ma
    assert max(steps_ma) < STEP_MA
