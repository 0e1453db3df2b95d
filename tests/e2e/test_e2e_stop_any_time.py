"""STOP at any moment of a treatment, in the middle of a DAC write too, on the bench's virtual clock."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from appliance.config import load_board
from appliance.link.messages import Plan, Stop
from appliance.proof.simulate import Simulation

BOARD = load_board()
PLAN = Plan("hands", 4.0, 6.0, 60.0, "reverse_at_half", 1.0)
TICK_S = 0.005
ZERO_MA = 0.1
STARTED = ("ARMED", "CONTACT", "RAMP_UP", "HOLD", "RAMP_DOWN", "REVERSE")


class Hammer:
    """Sends STOP in the middle of the n-th write to the current's DAC from now on, before or after its bytes."""

    def __init__(self, simulation: Simulation) -> None:
        self._simulation = simulation
        self._board = simulation.daemon.board
        self._write = self._board.write_set_code
        self._board.write_set_code = self._seen  # type: ignore[method-assign]
        self.left = 0
        self.after = False

    def _seen(self, code: int) -> None:
        self.left -= 1
        if self.left == 0 and not self.after:
            self._simulation.talk.send(Stop())
        self._write(code)
        if self.left == 0 and self.after:
            self._simulation.talk.send(Stop())


def felt_ma(simulation: Simulation) -> float:
    return abs(simulation.bench.felt.current_ma)


@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    state=st.sampled_from(STARTED),
    ticks=st.integers(0, 400),
    at_write=st.integers(1, 4),
    again=st.lists(st.integers(0, 60), max_size=3),
    after=st.booleans(),
)
def test_stop_hammered_around_dac_writes_never_leaves_current_on(
    state: str, ticks: int, at_write: int, again: list[int], after: bool
) -> None:
    simulation = Simulation(BOARD, PLAN, phenotype="typical_palm", seed=7, calibrate=False)
    hammer = Hammer(simulation)
    simulation.daemon.start()
    session = simulation.daemon.session
    while session.state != state:
        simulation.step()
    for _ in range(ticks):
        simulation.step()
    if session.state in {"IDLE", "DONE"}:
        return  # it has ended by itself
    before_ma = felt_ma(simulation)
    hammer.left, hammer.after = at_write, after
    for _ in range(100):
        if hammer.left <= 0:
            break
        simulation.step()
    else:  # the DAC rests in this state: then it comes between two ticks
        simulation.talk.send(Stop())
    simulation.bench.felt.mark(simulation.bench.now_ns)
    for gap in again:
        for _ in range(gap):
            simulation.step()
        simulation.talk.send(Stop())
    until_ns = simulation.bench.now_ns + 2_050_000_000
    while simulation.bench.now_ns < until_ns:
        simulation.step()
    assert felt_ma(simulation) < ZERO_MA
    assert session.state in {"DONE", "IDLE"}
    assert simulation.bench.felt.window.peak_ma <= max(before_ma + 0.3, 4.25)
    simulation.bench.felt.mark(simulation.bench.now_ns)
    for _ in range(800):
        simulation.step()
    assert simulation.bench.felt.window.peak_ma < ZERO_MA
    assert not simulation.daemon.gate.enabled
    assert simulation.bench.circuit.sink.set_a * 1000.0 < ZERO_MA
    assert session.state in {"DONE", "IDLE"}
