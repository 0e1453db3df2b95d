"""A self-test that is cut in the middle leaves no test pin asserted, and the next one begins anew and can pass."""

import pytest

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


@pytest.mark.parametrize("code", [500, 2000, 4000])
def test_a_dummy_load_that_falls_out_under_full_current_lets_nobody_feel_it(code: int) -> None:
    """K3 falls back with the test's current and volts on, hands in the water: K1 must not get the time to close."""
    plan = Plan(site="hands", set_ma=15.0, max_ma=20.0, duration_s=60.0)
    simulation = Simulation(NUMBERS, plan, phenotype="very_sweaty_palm", seed=1, calibrate=False)
    simulation.begin()
    daemon, bench = simulation.daemon, simulation.bench
    bench.act("hands_in")
    for _ in range(2000):
        simulation.step()
        if daemon.self_test is not None and daemon.self_test.order.code >= code:
            break
    assert daemon.gate.code > 0
    bench.felt.mark(bench.now_ns)
    bench.act("dummy_relay_stuck", on=False)
    for _ in range(100):
        simulation.step()
    assert daemon.session.codes[0] == "E338"
    assert bench.felt.window.peak_ma < 0.1
