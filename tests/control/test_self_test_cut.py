"""A self-test that is cut in the middle leaves no test pin asserted, and the next one begins anew and can pass."""

from appliance.config import load_board
from appliance.link.messages import Acknowledge, Plan
from appliance.proof.simulate import Simulation

NUMBERS = load_board()


def test_the_red_switch_in_the_middle_of_a_self_test() -> None:
    plan = Plan(site="hands", set_ma=15.0, max_ma=20.0, duration_s=60.0)
    simulation = Simulation(NUMBERS, plan, phenotype="typical_palm", seed=1, calibrate=False)
    simulation.begin()
    session, pins = simulation.daemon.session, NUMBERS.pin
    while not simulation.bench.pins.read(pins.dummy_load.gpio):
        simulation.step()
    for _ in range(60):
        simulation.step()
    simulation.bench.act("estop")
    for _ in range(20):
        simulation.step()
    assert session.state == "FAULT"
    assert "E401" in session.codes
    for pin in (pins.dummy_load, pins.test_shift, pins.latch_reset, pins.enable):
        assert not simulation.bench.pins.read(pin.gpio)
    simulation.bench.act("estop", release=True)
    simulation.talk.send(Acknowledge(), role="technician")
    for _ in range(1200):
        simulation.step()
        if session.state == "ARMED":
            break
    assert session.state == "ARMED"
