"""One whole session in one process on the bench's virtual clock: the daemon, the vendor drivers, chips and patient.

Nothing is shortened: every tick runs the same code as on the appliance, down to the registers.
"""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from appliance.config import Board
from appliance.control.commands import Commands
from appliance.control.daemon import Daemon
from appliance.hal.board import HardwareBoard
from appliance.hal.calibration import Calibration, Day
from appliance.hal.port_factory import PortFactory
from appliance.hal.scales import Scales
from appliance.link.messages import Event, Plan, Status
from appliance.proof.direct_talk import DirectTalk
from appliance.proof.permission import DemoPermission
from appliance.proof.person import Person
from appliance.safety import hard_limits
from appliance.service.calibrate import Calibrator, InstantMeter
from appliance.sim.bench import Bench
from appliance.sim.script import Script, ScriptRunner

CALIBRATION_DAY: Final = Day(date(2026, 1, 1), True)  # of a simulated calibration: the same in every run
GIVE_UP_S: Final = 600.0  # longer than plan and every wait of a session together


@dataclass
class Trace:
    """What the plot shows, ten times a second."""

    t_s: list[float] = field(default_factory=list)
    set_ma: list[float] = field(default_factory=list)
    measured_ma: list[float] = field(default_factory=list)
    felt_ma: list[float] = field(default_factory=list)
    patient_v: list[float] = field(default_factory=list)
    resistance_ohm: list[float] = field(default_factory=list)


@dataclass
class Phase:
    """One stay in one state."""

    state: str
    start_s: float
    end_s: float


class Simulation:
    """Bench, board, daemon and person of one session, in one process."""

    def __init__(
        self,
        numbers: Board,
        plan: Plan,
        *,
        phenotype: str,
        seed: int,
        conductivity_us_per_cm: float = 300.0,
        calibrate: bool = True,
        script: Script | None = None,
    ) -> None:
        """`plan.site` is where; `phenotype` and `seed` are who, in which water, with which tolerances.

        `calibrate`: as a technician would, on the dummy load with a meter, before the session.
        """
        self.bench = Bench(
            numbers,
            phenotype=phenotype,
            site=plan.site,
            seed=seed,
            conductivity_us_per_cm=conductivity_us_per_cm,
        )
        self.talk = DirectTalk()
        clock = self.bench.clock
        board = HardwareBoard(numbers, self.bench.i2c, PortFactory(self.bench.pins), clock, simulated=True)
        calibration = Calibration.identity(numbers, simulated=True)
        if calibrate:
            meter = InstantMeter(self.bench.meter_ma)
            calibration = Calibrator(board, numbers, clock, meter, _unheard).run(CALIBRATION_DAY).calibration
        scales = Scales(numbers, calibration)
        commands = Commands(DemoPermission(), hard_limits.CURRENT_MA, simulated=True)
        self.daemon = Daemon(board, clock, numbers, scales, self.talk, commands, boot=f"simulated-{seed}", rested=True)
        scripted = frozenset(step.action for step in script.steps) if script is not None else frozenset()
        self._runner = ScriptRunner(script, self.bench) if script is not None else None
        self.person = Person(plan, self.talk.send, self.bench.act, scripted=scripted)
        self.trace = Trace()
        self.phases: list[Phase] = []
        self.talk.on_status = self._see
        self.plan = plan
        self._begun_ns = 0
        self._hold_mc = self._hold_s = self._mark_mc = 0.0
        self._limit_s = plan.duration_s + GIVE_UP_S

    @property
    def t_s(self) -> float:
        """Simulated time since the daemon began."""
        return (self.bench.now_ns - self._begun_ns) / 1e9

    def begin(self) -> None:
        """Open the board; the self-test begins with the first step."""
        self._begun_ns = self.bench.now_ns
        self.daemon.start()

    def run(self, on_progress: Callable[[Status], None] | None = None) -> None:
        """Until the session has ended, or nothing more can come."""
        for status in self.statuses():
            if on_progress is not None:
                on_progress(status)

    def statuses(self) -> Iterator[Status]:
        """Step to the end; yields every status."""
        self.begin()
        last: Status | None = None
        while self.t_s < self._limit_s:
            self.step()
            if self.talk.last is not last and self.talk.last is not None:
                last = self.talk.last
                yield last
                if self._over(last):
                    return

    def step(self) -> None:
        """One tick, and what the script does before the next."""
        self.daemon.step()
        state = self.daemon.session.state
        t_s = self.t_s
        if not self.phases or self.phases[-1].state != state:
            self._weigh_hold(state, t_s)
            self.phases.append(Phase(state, t_s, t_s))
            if self._runner is not None:
                self._runner.observe_state(state, self.bench.now_ns)
        self.phases[-1].end_s = t_s
        if self._runner is not None:
            self._runner.due(self.bench.now_ns)

    def _weigh_hold(self, entered: str, t_s: float) -> None:
        """What was felt in HOLD alone: charge and time between entering and leaving it."""
        charge_mc = self.bench.felt.charge_mc
        if self.phases and self.phases[-1].state == "HOLD":
            self._hold_mc += charge_mc - self._mark_mc
            self._hold_s += t_s - self.phases[-1].start_s
        if entered == "HOLD":
            self._mark_mc = charge_mc

    @property
    def felt_mean_hold_ma(self) -> float | None:
        """Mean current that the patient felt over HOLD; None when there was no HOLD."""
        return self._hold_mc / self._hold_s if self._hold_s > 0.0 else None

    def _over(self, status: Status) -> bool:
        if status.state in ("DONE", "FAULT"):
            return True
        return self.person.started and status.state == "IDLE" and status.outcome is not None

    def _see(self, status: Status) -> None:
        self.person.look(status)
        trace = self.trace
        trace.t_s.append(self.t_s)
        trace.set_ma.append(status.set_ma)
        trace.measured_ma.append(status.return_ma if status.return_ma is not None else float("nan"))
        trace.felt_ma.append(abs(self.bench.felt.current_ma))
        trace.patient_v.append(status.patient_v if status.patient_v is not None else float("nan"))
        trace.resistance_ohm.append(status.resistance_ohm if status.resistance_ohm is not None else float("nan"))

    def event(self, kind: str) -> Event | None:
        """The last event of a kind."""
        found = [event for event in self.talk.events if event.kind == kind]
        return found[-1] if found else None


def timed(simulation: Simulation, on_progress: Callable[[Status], None] | None = None) -> float:
    """Run it; simulated seconds per second of this machine."""
    begun = time.perf_counter()
    simulation.run(on_progress)
    spent_s = time.perf_counter() - begun
    return simulation.t_s / spent_s if spent_s > 0.0 else 0.0


def _unheard(_message: str) -> None:
    """Progress that nobody reads."""
