"""Bench, daemon and recorder as programs in a private directory, and the people at them: a kiosk, a technician, a body.

Bench and daemon share a processor unless they are told apart: when a virtual machine is not given it for a while, both
stand still, and the bench's clock leaves that out. It must never leave a program running.
"""

import signal
import time
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path
from typing import Final, NamedTuple, Self

from appliance.errors import LinkError, RecordsError
from appliance.link.messages import Accepted, Acknowledge, Plan, Refused, Start, State, Stop
from appliance.link.socket_file import lock_file
from appliance.proof.kills.diary import Blow, Diary
from appliance.proof.kills.judge import BEFORE_NS
from appliance.proof.kills.peer import PATIENCE_S, Peer, UnmetError, until
from appliance.proof.programs import IONTO, Programs
from appliance.records.queries import Records, SessionRow
from appliance.sim.bench_clock import BenchClock
from appliance.sim.felt_log import FILE_NAME
from appliance.sim.remote import BenchControl
from appliance.sim.server import CLOCK_FILE_NAME
from appliance.sim.wire import control_path
from appliance.units import NS_PER_MS, ns_from_s

SICK: Final = "appliance.cli.sick_control"
PHENOTYPE: Final = "typical_palm"
SEED: Final = "7"
START_S: Final = 30.0
HAND_NS: Final = 5 * NS_PER_MS  # a twentieth of the shortest budget
TRAYS_S: Final = 0.1
ANSWER_S: Final = 20.0
AGAIN_S: Final = 0.1  # between two asks that are refused for a moment
SOON: Final = frozenset(("E108", "E114"))  # the ledger is being written, the recorder is not there yet


class LateHandError(Exception):
    """We struck later than we can say: this try shows nothing."""


class Places(NamedTuple):
    """Processors."""

    daemon: int
    bench: int


class Rig:
    """One of each, and what a cell needs of them."""

    def __init__(self, directory: Path, places: Places) -> None:
        """`directory` is made."""
        directory.mkdir(mode=0o700, parents=True)
        self.directory = directory
        self.places = places
        self.socket = directory / "control.sock"
        self.programs = Programs(directory)
        self.diary = Diary(directory / FILE_NAME)
        self.kiosk: Peer | None = None
        self.technician: Peer | None = None
        self.recording = False
        self._sick: bool | None = None  # of the daemon that runs; None: none does
        self._rested = False  # that daemon knows of no session before it, so it need not rest

    def __enter__(self) -> Self:
        bench = self.directory / "bench.sock"
        words = ("--socket", bench, "--patient", PHENOTYPE, "--seed", SEED)
        self.programs.start("bench", *words, cpu=self.places.bench)
        self.programs.wait_for(control_path(bench), START_S)
        self.body = BenchControl(bench)
        self.clock = BenchClock(self.directory / CLOCK_FILE_NAME)
        return self

    def __exit__(self, *_: object) -> None:
        self.hang_up()
        with suppress(AttributeError):  # the bench never came
            self.body.close()
            self.clock.close()
        self.programs.stop()

    # ------------------------------------------------------------ programs

    def start_daemon(self, *, sick: bool = False, rested: bool = False) -> None:
        """The daemon, or the one that can fall ill; kiosk and technician connect.

        `rested`: nothing tells it of another before it, so it need not wait for the treatment timer.
        """
        self._rested = rested
        if rested:
            (self.directory / "state" / "doses.jsonl").unlink(missing_ok=True)
            lock_file(self.socket).unlink(missing_ok=True)
        words = ("--bench", self.directory / "bench.sock", "--socket", self.socket)
        state = ("--state-dir", self.directory / "state")
        module = SICK if sick else IONTO
        self.programs.start("control", *words, *state, cpu=self.places.daemon, module=module)
        self._sick = sick
        self.connect()

    def connect(self) -> None:
        """Kiosk and technician, as soon as the daemon serves: a socket file that a killed one left refuses them."""

        def served() -> bool:
            self.programs.check()
            try:
                self.technician = Peer(self.socket, "technician")
            except LinkError:
                return False
            return True

        if self.technician is None:
            until(served, "the daemon serves", START_S)
        if self.kiosk is None:
            self.kiosk = Peer(self.socket, "kiosk", renews=True)

    def hang_up(self) -> None:
        """Both clients close."""
        for peer in (self.kiosk, self.technician):
            if peer is not None:
                peer.close()
        self.kiosk = self.technician = None

    def start_recorder(self) -> None:
        """`ionto recorder`."""
        words = ("--demo", "--socket", self.socket, "--state-dir", self.directory / "records")
        self.programs.start("recorder", *words)
        self.recording = True

    def bury(self, name: str) -> None:
        """SIGKILL, and wait for its end."""
        self.programs.send(name, signal.SIGKILL)
        until(lambda: self.programs.ended(name), f"{name} ends")
        self.programs.stop_one(name)
        if name == "recorder":
            self.recording = False
        else:
            self.hang_up()
            self._sick = None

    def end_daemon(self) -> None:
        """SIGTERM, as systemd does."""
        self.programs.stop_one("control")
        self.hang_up()
        self._sick = None

    def log(self, name: str) -> str:
        """What a program said."""
        return (self.directory / f"{name}.log").read_text(errors="replace")

    # ------------------------------------------------------------ people

    @property
    def screen(self) -> Peer:
        """The kiosk. Raises `UnmetError`: it hung up."""
        if self.kiosk is None:
            raise UnmetError("no kiosk is connected")
        return self.kiosk

    @property
    def service(self) -> Peer:
        """The technician. Raises `UnmetError`: it hung up."""
        if self.technician is None:
            raise UnmetError("no technician is connected")
        return self.technician

    def ready(self, *, sick: bool) -> None:
        """All programs run, whatever was is acknowledged, hands are out, IDLE. Raises `UnmetError`."""
        if self._sick is not None and (self._sick != sick or not self._rested):
            self.end_daemon()
        if self._sick is None:
            self.start_daemon(sick=sick, rested=True)
        self.connect()
        if not self.recording:
            self.start_recorder()
        self.to_idle()
        self.body.act("hands_out", over_s=0.0)
        self.refill_trays()
        self.diary.read().forget()

    def to_idle(self) -> None:
        """Stop what runs, acknowledge what ended, wait for the self-test."""

        def idle() -> bool:
            state = self.service.state
            if state in {"DONE", "FAULT"}:
                peer = self.service if state == "FAULT" else self.screen
                peer.send(Acknowledge())
                time.sleep(2 * AGAIN_S)
            elif state not in {None, "IDLE", "SELF_TEST"}:
                self.service.send(Stop(), Stop())
                time.sleep(2 * AGAIN_S)
            return state == "IDLE" and self.screen.state == "IDLE"

        until(idle, "IDLE")

    def refill_trays(self) -> None:
        """Both out and back in, as before every treatment."""
        self.body.act("trays_refilled", for_s=TRAYS_S)
        self.let_pass(2 * TRAYS_S)

    def ask_start(self, session: str, plan: Plan) -> Accepted | Refused:
        """The answer that stands: what passes in a moment is asked again. Raises `UnmetError`."""
        end_s = time.monotonic() + ANSWER_S
        while True:
            answer = self.screen.ask(Start(session, "demo", plan))
            if isinstance(answer, Accepted) or answer.code not in SOON or time.monotonic() > end_s:
                return answer
            time.sleep(AGAIN_S)

    # ------------------------------------------------------------ the bench's witness

    def strike(self, do: Callable[[], None]) -> Blow:
        """Do it now. Raises `LateHandError`: between our look at the clock and the deed we stood still ourselves."""
        before_ns = self.clock.now_ns()
        do()
        late_ns = self.clock.now_ns() - before_ns
        if late_ns > HAND_NS:
            raise LateHandError(f"our own hand took {late_ns / NS_PER_MS:.0f} ms")
        return self.blow(before_ns)

    def blow(self, t_ns: int) -> Blow:
        """What was so just before."""
        diary = self.diary.read()
        felt_ma = diary.peak_ma(t_ns - BEFORE_NS, t_ns)
        return Blow(t_ns, felt_ma, diary.charge_mc(t_ns), diary.flowed_at(t_ns), diary.closed_at(t_ns))

    def let_pass(self, seconds: float) -> None:
        """Let bench time pass."""
        end_ns = self.clock.now_ns() + ns_from_s(seconds)
        until(lambda: self.clock.now_ns() >= end_ns, f"{seconds} s of bench time", PATIENCE_S + 4 * seconds)

    def wait_state(self, *states: State, since_ns: int = 0, patience_s: float = PATIENCE_S) -> int:
        """Bench time at which the daemon entered one of them. Raises `UnmetError`; at once in FAULT."""
        found: list[int] = []

        def there() -> bool:
            events = self.diary.read().all("state", since_ns=since_ns)
            found.extend(event.t_ns for event in events if event.detail in states)
            if not found and any(event.detail == "FAULT" for event in events):
                raise UnmetError(f"FAULT instead of {' or '.join(states)}: {self.why_fault()}")
            return bool(found)

        until(there, " or ".join(states), patience_s)
        return found[0]

    def still_in(self, *states: State) -> None:
        """Raises `UnmetError`: the daemon has gone on to another state."""
        now = self.diary.read().all("state")[-1].detail
        if now not in states:
            why = f": {self.why_fault()}" if now == "FAULT" else ""
            raise UnmetError(f"{now} instead of {' or '.join(states)}{why}")

    def why_fault(self) -> str:
        """What the daemon says of it, for a message."""
        with suppress(UnmetError, LinkError):
            trips = self.service.wait("FAULT").trips
            return ", ".join(f"{trip.code} {trip.monitor}" for trip in trips) or "no trip"
        return " | ".join(self.log("control").splitlines()[-2:])

    def recorded(self, session: str) -> SessionRow | None:
        """The session as the records have it."""
        try:
            with closing(Records(self.directory / "records" / "records.db")) as records:
                return records.session(session)
        except RecordsError:
            return None

    def recorded_seqs(self, row: SessionRow) -> list[int]:
        """Numbers of a session's events, in order."""
        with closing(Records(self.directory / "records" / "records.db")) as records:
            return sorted(event.seq for event in records.events(row))
