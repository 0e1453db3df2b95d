"""What comes after: a person goes on, the program is started anew, the device is switched on the next morning.

A fault that met an open output is felt by nobody until someone goes on. A dead protective part must be found before it
is needed. Nothing here judges.
"""

from functools import partial
from typing import Final, NamedTuple

from appliance.control.daemon import Daemon
from appliance.errors import IontoError
from appliance.link.messages import Acknowledge, Resume, Start, Stop
from appliance.proof.faults.model import Budget
from appliance.proof.faults.rig import Rig
from appliance.safety import hard_limits
from appliance.sim.felt import FeltWindow

GO_ON_S: Final = 16.0  # self-test, waiting for the pedal, CONTACT, and the first second of the ramp
SELF_TEST_S: Final = 6.0
RAMPED_S: Final = 1.0
PRESS_AFTER_S: Final = 0.4
START_AFTER_S: Final = 0.7  # lifted out and pushed back, which takes half a second


class Later(NamedTuple):
    """What came of it."""

    what: str  # as people read it
    state: str
    codes: tuple[str, ...]
    felt: FeltWindow | None = None
    allowed_ma: float = 0.0

    @property
    def found(self) -> bool:
        """Whether the device itself says that it is at fault."""
        return self.state == "FAULT"


NOTHING: Final = Later("", "", ())


def afterwards(rig: Rig, budget: Budget) -> Later:
    """As the budget asks; what should have been named and was not must be found by the next self-test."""
    if budget.named and budget.then == "nothing" and rig.state != "FAULT":
        return _next_morning(rig)
    if budget.then == "go_on":
        later = _go_on(rig)
        return later if later.found or not budget.named else _morning_after(rig, later)
    if budget.then == "next_session":
        return _next_session(rig)
    if budget.then == "self_test":
        return _next_morning(rig)
    if budget.then == "restart":
        return _restart(rig)
    return NOTHING


def _go_on(rig: Rig) -> Later:
    """A person follows the screen until treatment current flows, or nothing leads there."""
    rig.bench.felt.mark(rig.bench.now_ns)
    rig.simulation.person.started = True
    person = _Follower(rig)
    until_ns = rig.bench.now_ns + round(GO_ON_S * 1e9)
    while rig.bench.now_ns < until_ns and not person.over():
        rig.step()
        person.look()
    felt = rig.bench.felt.window
    codes = tuple(rig.daemon.session.codes)
    named = f"{rig.state} {' '.join(codes)}".strip()
    what = f"then {named} after {person.came_from}" if person.came_from else f"then {named}"
    return Later(what, rig.state, codes, felt, person.allowed_ma)


def _morning_after(rig: Rig, before: Later) -> Later:
    """Nobody saw it, and nobody felt it: the self-test of the next morning must."""
    next_ = _next_morning(rig)
    return before._replace(what=f"{before.what}; {next_.what}", state=next_.state, codes=next_.codes)


class _Follower:
    """Presses what the screen asks for."""

    def __init__(self, rig: Rig) -> None:
        self._rig = rig
        self._acknowledged = False
        self._pressed = ""
        self.came_from = ""
        self._state = rig.state
        self.allowed_ma = hard_limits.PROBE_MA
        self._contacts = 0

    def over(self) -> bool:
        """Treatment current flows, the device gave up, or a CONTACT came to nothing."""
        rig = self._rig
        if rig.state == "RAMP_UP":
            return rig.for_s >= RAMPED_S
        if rig.state == "FAULT":
            return self._acknowledged and rig.for_s > 0.1
        return self._contacts > 1

    def look(self) -> None:
        """Once per tick."""
        rig = self._rig
        state = rig.state
        self.allowed_ma = max(self.allowed_ma, rig.daemon.session.base_ma)
        if state != self._state:
            self.came_from, self._state = self._state, state
            self._pressed = ""
            self._contacts += self.came_from == "CONTACT"
        if rig.for_s >= PRESS_AFTER_S and self._pressed != state:
            self._pressed = state
            self._press(state)

    def _press(self, state: str) -> None:
        rig = self._rig
        if state == "FAULT" and self._acknowledged:
            return
        if state in ("FAULT", "DONE"):
            self._acknowledged = True
            rig.send(Acknowledge(), "technician")
        elif state == "IDLE":
            self._acknowledged = True
            rig.bench.act("trays_refilled")
            start = Start(id=f"again-{rig.bench.now_ns}", permit="demo", plan=rig.plan)
            rig.after(START_AFTER_S, partial(rig.send, start))
        elif state == "ARMED":
            self._acknowledged = True
            rig.bench.act("pedal")
        elif state == "PAUSED":
            self._acknowledged = True
            rig.send(Resume())


def _next_session(rig: Rig) -> Later:
    """STOP, and someone else begins: whoever is not heard by the device must not be treated by it."""
    rig.send(Stop())
    rig.run_until(lambda: rig.state in ("DONE", "FAULT", "IDLE"), 3.0)
    return _go_on(rig)


def _next_morning(rig: Rig) -> Later:
    """STOP, off, on again: a new program on the same board, and its self-test."""
    rig.send(Stop())
    rig.run_until(lambda: rig.state in ("DONE", "FAULT", "IDLE"), 3.0)
    rig.run_s(0.1)
    if rig.state == "FAULT" and rig.daemon.session.codes:
        codes = tuple(rig.daemon.session.codes)
        return Later(f"found at the end: {' '.join(codes)}", "FAULT", codes)
    rig.bench.power(False)
    rig.bench.advance_to(rig.bench.now_ns + 300_000_000)
    rig.bench.power(True)
    return _restart(rig)


def _restart(rig: Rig) -> Later:
    """The program comes up again: it may do nothing but test itself."""
    rig.bench.felt.mark(rig.bench.now_ns)
    try:
        rig.replace_daemon()
    except IontoError as error:  # it says why and does not run
        return Later(f"refuses to start: {error.code}", "FAULT", (error.code,), rig.bench.felt.window)
    rig.run_until(lambda: _tested(rig.daemon), SELF_TEST_S)
    codes = tuple(rig.daemon.session.codes)
    what = f"self-test: {' '.join(codes) or rig.state}"
    return Later(what, rig.state, codes, rig.bench.felt.window, 0.0)


def _tested(daemon: Daemon) -> bool:
    return daemon.session.state != "SELF_TEST"
