"""The bench as its own process in real time: it lives, serves one daemon and records what the patient feels.

It goes on living and recording when the daemon dies; that is what it is for. One thread, at most a millisecond
between two looks. It must never wait for anyone, and it is never part of a real device. The caller gives the process
its real-time class (above the daemon's); without one, the bench's stalls are slipped and counted (`bench_clock`).
"""

import gc
import select
import signal
import socket
from collections.abc import Callable
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Final, Protocol

from appliance.config import Board
from appliance.errors import ConfigError
from appliance.sim.actions import checked
from appliance.sim.bench import Bench
from appliance.sim.bench_clock import BEAT_NS, ClockFile
from appliance.sim.claims import Claims
from appliance.sim.control_port import ControlPort
from appliance.sim.daemon_port import DaemonPort, WiredBench
from appliance.sim.felt_log import FeltLog, Header
from appliance.sim.script import STATES, Actor, Patient, Script, ScriptRunner
from appliance.sim.wire import Act, Answer, AskFelt, AskMeter, Done, FeltNow, MeterNow, Observed, Question, control_path
from appliance.units import NS_PER_S, ns_from_ms

CLOCK_FILE_NAME: Final = "bench.clock"
_BEAT_S: Final = BEAT_NS / NS_PER_S


class FeltNumbers(Protocol):
    """What the patient feels now."""

    @property
    def current_ma(self) -> float:
        """Through the skin, signed."""
        ...

    @property
    def density_ma_per_cm2(self) -> float:
        """Of the smaller wet area."""
        ...

    @property
    def charge_mc(self) -> float:
        """Since the bench's start."""
        ...

    @property
    def volts(self) -> float:
        """Across the patient."""
        ...

    @property
    def w_peak_ma(self) -> float:
        """Most since the last mark."""
        ...

    def mark(self, t_ns: int) -> None:
        """Begin a new window for `w_peak_ma`."""
        ...


class LiveBench(WiredBench, Actor, Protocol):
    """What the server needs of a bench."""

    @property
    def felt(self) -> FeltNumbers:
        """What the patient feels, apart from what the chips measure."""
        ...

    def meter_ma(self) -> float:
        """A perfect meter in the path of the dummy load or the patient."""
        ...


MakeBench = Callable[[Patient, int], LiveBench]


class BenchServer:
    """One bench in real time with its sockets, script, clock and diary."""

    def __init__(self, board: Board, script: Script, socket_path: Path, run_dir: Path, make: MakeBench) -> None:
        """Make the bench in `run_dir`, and listen last: who can connect is answered.

        Raises:
            LinkError: E106, the socket or the run directory is in use.
            ConfigError: E503, something cannot be written; E504, no such patient.
        """
        clock_file = run_dir / CLOCK_FILE_NAME
        lines = {getattr(board.pin, name).gpio: name for name in board.pin.__struct_fields__}
        with ExitStack() as opened:
            self._clock = opened.enter_context(closing(ClockFile(clock_file)))
            start_ns = self._clock.beat()
            self._bench = make(script.patient, start_ns)
            self._runner = ScriptRunner(script, self._bench)
            self._log = opened.enter_context(closing(FeltLog(run_dir, Header.of(script, start_ns))))
            claims = opened.enter_context(closing(Claims()))
            daemons = claims.listen(socket_path, socket.SOCK_SEQPACKET)
            people = claims.listen(control_path(socket_path), socket.SOCK_STREAM)
            hang_ns = ns_from_ms(board.i2c.timeout_ms)
            port = DaemonPort(daemons, self._bench, clock_file, tuple(lines), hang_ns, self._happened)
            self._daemon = opened.enter_context(closing(port))
            self._people = opened.enter_context(closing(ControlPort(people, self._answer)))
            self._opened = opened.pop_all()
        self._watched = {1 << gpio: name for gpio, name in lines.items() if name != "watchdog_kick"}  # 200 edges/s
        self._mask = sum(self._watched)
        self._levels = self._daemon.levels()
        self._stalls = 0
        self._ending = False
        self._clock.begin()

    def run(self) -> None:
        """Live until `stop`."""
        gc.freeze()  # what was built lives as long as the process: no need to look at it again and again
        self._clock.begin()
        daemon = self._daemon
        people = self._people
        while not self._ending:
            ports: dict[socket.socket, DaemonPort | ControlPort] = dict.fromkeys(people.sockets, people)
            ports.update(dict.fromkeys(daemon.sockets, daemon))
            ready = select.select(ports, (), (), _BEAT_S)[0]
            self._live()
            for each in ready:
                ports[each].serve(each)
        self._log.event(self.felt(), "end", f"{self._clock.stalls} stalls, {self._clock.slip_ns} ns slipped")

    def stop(self) -> None:
        """End `run` within a millisecond or two; may be called from a signal handler."""
        self._ending = True

    def close(self) -> None:
        """Close the sockets, the clock and the diary."""
        self._opened.close()

    def felt(self) -> FeltNow:
        """What is felt now."""
        felt = self._bench.felt
        return FeltNow(
            self._bench.now_ns,
            felt.current_ma,
            felt.density_ma_per_cm2,
            felt.charge_mc,
            felt.volts,
            self._clock.slip_ns,
            self._clock.stalls,
        )

    def _live(self) -> None:
        """Bring the bench to now, do what the script says, and write down what is felt and what changed."""
        now_ns = max(self._clock.beat(), self._bench.now_ns)
        for step in self._runner.advance_to(now_ns):
            self._happened("action", f"{step.action} {step.params} (script line {step.line})")
        felt = self.felt()
        if self._log.see(felt, self._bench.felt.w_peak_ma):
            self._bench.felt.mark(now_ns)
        if self._clock.stalls != self._stalls:
            self._stalls = self._clock.stalls
            self._log.event(felt, "stall", f"{felt.slip_ns} ns slipped so far")
        levels = self._daemon.levels()
        changed = (levels ^ self._levels) & self._mask
        if changed:
            self._levels = levels
            for bit, name in self._watched.items():
                if changed & bit:
                    self._log.event(felt, "level", f"{name} {'high' if levels & bit else 'low'}")

    def _happened(self, kind: str, detail: str) -> None:
        if kind == "state":
            self._runner.observe_state(detail, self._bench.now_ns)
        self._log.event(self.felt(), kind, detail)

    def _answer(self, question: Question) -> Answer:
        if isinstance(question, AskFelt):
            return self.felt()
        if isinstance(question, AskMeter):
            return MeterNow(self._bench.meter_ma())
        if isinstance(question, Act):
            params = checked(question.action, question.params)
            self._bench.act(question.action, **params)
            self._happened("action", f"{question.action} {params}")
        elif isinstance(question, Observed):
            if question.state not in STATES:
                raise ConfigError("E504", f"no state {question.state!r}; expected one of {', '.join(STATES)}")
            self._happened("state", question.state)
        else:
            self.stop()
        return Done()


def serve(board: Board, script: Script, socket_path: Path, run_dir: Path, made: Callable[[], None]) -> None:
    """Be the bench until SIGTERM, SIGINT or a shutdown over the control channel. Raises as `BenchServer`.

    `made` is called when all is made and before it lives: nobody shall wait for a bench that is being made.
    """

    def make(patient: Patient, start_ns: int) -> LiveBench:
        return Bench(
            board,
            phenotype=patient.phenotype,
            site=patient.site,
            seed=patient.seed,
            conductivity_us_per_cm=patient.conductivity_us_per_cm,
            start_ns=start_ns,
            real_time=True,
        )

    server = BenchServer(board, script, socket_path, run_dir, make)
    try:
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: server.stop())
        made()
        server.run()
    finally:
        server.close()
