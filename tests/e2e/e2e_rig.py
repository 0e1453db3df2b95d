"""The appliance as it runs, for tests: bench, daemon and recorder as processes, peers on real sockets.

Waits are bounded and generous; what is asserted about time is read from the bench's diary, in bench time.
"""

import os
import signal
import subprocess
import sys
import time
import uuid
from itertools import pairwise
from pathlib import Path
from typing import Final, NamedTuple, Self

from appliance.cli.demo.stage import START_S, Stage
from appliance.errors import LinkError
from appliance.link.messages import Accepted, Acknowledge, Plan, Refused, Start, State, Stop
from appliance.proof.kills.peer import PATIENCE_S, Peer, until
from appliance.proof.programs import Programs
from appliance.sim.felt_log import Happened, Sample, read_felt
from appliance.sim.remote import BenchControl
from appliance.sim.wire import control_path

QUIET: Final[tuple[State, ...]] = ("IDLE", "DONE", "FAULT")
SET_MA: Final = 4.0
PLAN: Final = Plan(
    site="hands", set_ma=SET_MA, max_ma=6.0, duration_s=600.0, polarity="fixed_normal", ramp_ma_per_s=1.0
)
SURGE_MA: Final = max(0.02 * SET_MA, 0.25)  # safety design: never above set + this
MS: Final = 1_000_000


class Diary(NamedTuple):
    """What the bench wrote down."""

    events: list[Happened]
    samples: list[Sample]

    def all(self, kind: str, detail: str = "", since_ns: int = 0) -> list[Happened]:
        """Events of a kind whose detail begins so."""
        return [e for e in self.events if e.kind == kind and e.t_ns >= since_ns and e.detail.startswith(detail)]

    def first(self, kind: str, detail: str = "", since_ns: int = 0) -> Happened:
        """The first of them."""
        found = self.all(kind, detail, since_ns)
        assert found, f"no {kind} {detail} since {since_ns}"
        return found[0]

    def last(self, kind: str, detail: str = "") -> Happened:
        """The last of them."""
        return self.all(kind, detail)[-1]

    def between(self, from_ns: int, to_ns: int = 1 << 62) -> list[Sample]:
        """Samples whose whole window lies between."""
        return [b for a, b in pairwise(self.samples) if a.t_ns >= from_ns and b.t_ns <= to_ns]

    def peak_ma(self, from_ns: int, to_ns: int = 1 << 62) -> float:
        """Most that was felt."""
        return max((sample.peak_ma for sample in self.between(from_ns, to_ns)), default=0.0)

    def states(self, since_ns: int = 0) -> list[str]:
        """The daemon's states in order."""
        return [event.detail for event in self.all("state", since_ns=since_ns)]


class Appliance:
    """Bench, daemon and recorder in a directory of their own, on a processor that they share."""

    def __init__(self, directory: Path) -> None:
        self.stage = Stage.make(directory)
        self.stage.logs.mkdir()
        self.programs = Programs(self.stage.logs)
        self.recorded = False
        self._cpu = min(os.sched_getaffinity(0))

    def __enter__(self) -> Self:
        stage = self.stage
        self.programs.start("bench", "--socket", stage.bench, "--patient", "typical_palm", "--seed", "7", cpu=self._cpu)
        self.programs.wait_for(control_path(stage.bench), START_S)
        self.body = BenchControl(stage.bench)
        self.start_daemon()
        self.start_recorder()
        return self

    def __exit__(self, *_: object) -> None:
        self.kiosk.close()
        self.technician.close()
        self.body.close()
        self.programs.stop()

    # ------------------------------------------------------------ programs

    def start_daemon(self) -> None:
        """`ionto control`, and a kiosk and a technician that are connected to it."""
        stage = self.stage
        words = ("--bench", stage.bench, "--socket", stage.control, "--state-dir", self.state_dir)
        self.programs.start("control", *words, cpu=self._cpu)
        self.connect()

    def connect(self) -> None:
        """Once the daemon serves: a socket file that a killed one left is refused until then."""

        def served() -> bool:
            self.programs.check()
            try:
                self.technician = Peer(self.stage.control, "technician")
            except LinkError:
                return False
            return True

        until(served, "the daemon serves")
        self.kiosk = Peer(self.stage.control, "kiosk", renews=True)

    def start_recorder(self) -> None:
        """`ionto recorder`."""
        words = ("--demo", "--socket", self.stage.control, "--state-dir", self.stage.records)
        self.programs.start("recorder", *words)
        self.recorded = True

    def kill(self, name: str, number: signal.Signals = signal.SIGKILL) -> None:
        """A signal that no program can refuse."""
        self.recorded = self.recorded and name != "recorder"
        os.kill(self.programs._running[name].pid, number)

    def buried(self, name: str) -> None:
        """Wait for one that was killed."""
        until(lambda: self.programs.ended(name), f"{name} ends")
        self.programs.stop_one(name)

    @property
    def state_dir(self) -> Path:
        """Where the daemon keeps its ledger."""
        return self.stage.directory / "control"

    # ------------------------------------------------------------ a treatment

    def to_idle(self) -> None:
        """Whatever is going on ends, hands out, all acknowledged, and all programs run."""
        if not self.recorded:
            self.start_recorder()
        self.body.act("estop", release=True)
        self.kiosk.renews = True
        self.kiosk.wait(*QUIET, "SELF_TEST") if self.kiosk.state in {*QUIET, "SELF_TEST"} else self.stop()
        self.body.act("hands_out", over_s=0.0)

        def idle() -> bool:
            if self.technician.state in {"DONE", "FAULT"}:
                self.technician.send(Acknowledge())
                if self.kiosk.state == "DONE":
                    self.kiosk.send(Acknowledge())
                time.sleep(0.3)
            return self.technician.state == "IDLE" and self.kiosk.state == "IDLE"

        until(idle, "IDLE")

    def stop(self) -> None:
        """STOP until it has ended."""
        self.technician.send(Stop(), Stop())
        self.technician.wait(*QUIET)

    def ask_start(self, start: Start) -> Accepted | Refused:
        """Its answer, once the recorder is there and the ledger written."""
        answers: list[Accepted | Refused] = []

        def answered() -> bool:
            answers.append(self.kiosk.ask(start))
            return isinstance(answers[-1], Accepted) or answers[-1].code not in {"E108", "E114"}

        until(answered, "an answer to start")
        return answers[-1]

    def begin(self, plan: Plan = PLAN) -> str:
        """From IDLE to the first current, as a person does it; the session's id."""
        self.to_idle()
        self.refill_trays()
        session = uuid.uuid4().hex
        answer = self.ask_start(Start(session, "demo", plan))
        assert isinstance(answer, Accepted), answer
        self.kiosk.wait("ARMED")
        self.body.act("hands_in")
        self.let_pass(0.5)  # the pedal is seen at rest first
        self.body.act("pedal")
        self.kiosk.wait("CONTACT")
        return session

    def refill_trays(self) -> None:
        """Both out and back in, as before every treatment."""
        self.body.act("trays_refilled")
        self.let_pass(0.7)

    def hold(self, plan: Plan = PLAN) -> str:
        """A session in HOLD; its id."""
        return self.reach("HOLD", plan)

    def reach(self, state: State, plan: Plan = PLAN) -> str:
        """A session in `state`; its id."""
        session = self.begin(plan)
        self.kiosk.wait(state)
        return session

    def let_pass(self, seconds: float) -> None:
        """Let bench time pass."""
        end_ns = self.now_ns() + round(seconds * 1e9)
        until(lambda: self.now_ns() >= end_ns, f"{seconds} s of bench time", PATIENCE_S + 4 * seconds)

    # ------------------------------------------------------------ what the bench knows

    def now_ns(self) -> int:
        """Bench time."""
        return self.body.felt().t_ns

    def diary(self) -> Diary:
        """All of it."""
        entries = read_felt(self.stage.felt)
        events = [entry for entry in entries if isinstance(entry, Happened)]
        return Diary(events, [entry for entry in entries if isinstance(entry, Sample)])

    def wait_for(self, kind: str, detail: str = "", since_ns: int = 0) -> Happened:
        """Until the diary has it."""
        until(lambda: bool(self.diary().all(kind, detail, since_ns)), f"{kind} {detail}")
        return self.diary().first(kind, detail, since_ns)

    def stays_at_zero(self, seconds: float) -> None:
        """From now on nothing reaches the patient for so long, in bench time."""
        from_ns = self.now_ns()
        self.let_pass(seconds)
        diary = self.diary()
        assert diary.all("current_on", since_ns=from_ns) == []
        assert diary.peak_ma(from_ns) < 0.1


def ionto(*words: str | Path) -> "subprocess.CompletedProcess[str]":
    """Run a program that is expected to end by itself."""
    return subprocess.run(
        [sys.executable, "-m", "appliance.cli.main", *map(str, words)],
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )
