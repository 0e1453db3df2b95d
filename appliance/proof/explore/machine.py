"""The machine that is explored: real daemon, session, commands, permission, gate and monitors; an abstract board.

Abstract are: the board's analog part and the probe's verdict (inputs), the sub-ticks of CONTACT (whole ticks), the
disk, and long quiet waits, of which only the last tick is run (`leap`). A test shows that a leap equals its ticks.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final, NamedTuple

from appliance.config import Board, load_board
from appliance.control.commands import Commands
from appliance.control.daemon import Daemon
from appliance.control.self_test import SelfTest
from appliance.control.self_test.trial import Readings, Script
from appliance.hal.calibration import Calibration
from appliance.hal.scales import Scales
from appliance.link.messages import Command, Role
from appliance.proof.explore import memento
from appliance.proof.explore.board import AbstractBoard, ManualClock
from appliance.proof.explore.ghost import TICK_NS, Ghost
from appliance.proof.explore.invariants import Checks
from appliance.proof.explore.people import Clients, ScriptedProbe, build_permission
from appliance.proof.explore.watch import Watch
from appliance.proof.explore.world import World
from appliance.safety import hard_limits
from appliance.safety.monitors.timing import ClockJump
from appliance.safety.sample import State
from appliance.treatment.trim import Trim

SELF_TEST_TICKS: Final = 2000  # more than a self-test has


class Tape:
    """A self-test's script that remembers what it was told, so that it can be told again: a generator has no copy."""

    opaque = True

    def __init__(self, script: Script, told: tuple[Readings, ...] = ()) -> None:
        self._script = script
        self.told = told

    def send(self, readings: Readings) -> int:
        """The next wait."""
        self.told = (*self.told, readings)
        return self._script.send(readings)


@contextmanager
def _long_tick(most_ns: int) -> Iterator[None]:
    """While one tick stands for many: the daemon accounts for as long a time in it."""
    most = ClockJump.MOST_NS
    setattr(ClockJump, "MOST_NS", max(most, most_ns))  # noqa: B010 - a constant for everyone else
    try:
        yield
    finally:
        setattr(ClockJump, "MOST_NS", most)  # noqa: B010


class _Still(Trim):
    """A trim that learns nothing."""

    __slots__ = ()

    def __init__(self, trim: Trim) -> None:
        super().__init__()
        self.share = trim.share

    def learn(self, base_ma: float, return_ma: float, source_ma: float, dt_s: float) -> None:
        """Nothing."""


class Place(NamedTuple):
    """Where a machine was."""

    contents: memento.Memento
    told: tuple[Readings, ...] | None  # of a self-test under way
    counts: dict[str, int]  # what else it remembers: numbers
    means: tuple[tuple[float, int], ...]


class Machine:
    """One composed daemon and all that it is told."""

    def __init__(self, prepare: Callable[[Daemon], None] | None = None, numbers: Board | None = None) -> None:
        """`prepare` may take the daemon's controls away, to see that something then fails."""
        self.numbers = numbers or load_board()
        self.scales = Scales(self.numbers, Calibration.identity(self.numbers, simulated=True))
        self.half_volt_code_v = self.numbers.dac.compliance.v_per_code / 2.0
        self.board_ma = hard_limits.CURRENT_MA
        self.clock = ManualClock()
        self.world = World()
        self.board = AbstractBoard(self.clock, self.world, self.numbers, self.scales)
        self.clients = Clients(self.world)
        self.permission, self.desk, self.permits = build_permission(self.world)
        commands = Commands(self.permission, self.board_ma, simulated=True)
        self.daemon = Daemon(
            self.board, self.clock, self.numbers, self.scales, self.clients, commands, boot="explored", rested=True
        )
        self.ghost = Ghost()
        self.checks = Checks()
        self.probe = ScriptedProbe(self.world, 1.0 / self.numbers.adc.return_.sps)
        self.asked: list[tuple[Role, Command]] = []  # in the present tick
        self.allowed = False  # whether the start that is asked for had every right
        self.longest_s = 0.0  # of the plans that are explored
        self.arrows: Counter[tuple[State, State]] = Counter()
        self.watch = Watch(self)
        self._root = (self.daemon, self.board, self.clock, self.clients, self.permission, self.ghost)
        self.daemon.start()
        self._tape()
        if prepare is not None:
            prepare(self.daemon)

    # ------------------------------------------------------------ time

    def ask(self, role: Role, command: Command) -> None:
        """Queue a command for the next tick."""
        self.asked.append((role, command))
        self.clients.send(command, role)

    def tick(self, dt_ns: int = TICK_NS) -> None:
        """One tick, `dt_ns` after the last.

        Raises:
            Violated: an invariant does not hold after it.
        """
        daemon, now_ns = self.daemon, self.clock.t_ns + dt_ns
        self.clock.t_ns = now_ns
        self.board.writes.clear()
        self.clients.answers.clear()
        self.clients.reports.clear()
        self.clients.told.clear()
        self.watch.before()
        if self.world.screen_alive:
            daemon.lease.renew(now_ns - TICK_NS)
        if daemon.run_now.probe is not None:
            daemon.run_now.probe = self.probe
            self.probe.hear()
        daemon.tick(now_ns, self.world.late_ns)
        daemon.tick_count += 1
        self._tape()
        self.arrows[self.watch.was.state, daemon.session.state] += 1
        self.watch.after(dt_ns)
        self.asked.clear()

    def _tape(self) -> None:
        test = self.daemon.self_test
        if test is not None and test._script is not None and not isinstance(test._script, Tape):
            test._script = Tape(test._script)  # type: ignore[assignment]

    def leap(self, wait_ns: int) -> None:
        """A quiet wait: of its ticks only the last is run, with the time of all, and no monitor listens.

        What the others would have done is done: they kicked, if the last one did, and were counted. A quiet wait is
        one in which no monitor speaks: the ticks before it have shown that, and the ticks after it hear again. Trim
        learns nothing from it: one step over so long a time would be none that it ever takes. The bound on the time
        that one tick may account for is lifted: this one stands for many.
        """
        daemon, skipped_ns = self.daemon, wait_ns - TICK_NS
        if any(write.name == "kick" for write in self.board.writes):
            self.board.kicked_ns += skipped_ns
        daemon.tick_count += skipped_ns // TICK_NS
        run = daemon.run_now
        trim, run._trim = run._trim, _Still(run._trim)
        listening, daemon.monitors = daemon.monitors, ()
        with _long_tick(wait_ns):
            self.tick(wait_ns)
        daemon.monitors = listening
        if run._trim.share != trim.share:  # a ramp began, which forgets it
            trim.restart()
        run._trim = trim
        for monitor in listening:
            if isinstance(monitor, ClockJump):
                monitor._last_ns = self.clock.t_ns

    @property
    def off(self) -> bool:
        """Nothing is put out towards a person."""
        return not self.board.to_patient

    # ------------------------------------------------------------ places

    def place(self) -> Place:
        """Where it is now."""
        test, told = self.daemon.self_test, self.told
        if test is None:
            return Place(memento.save(self._root), None, {}, ())
        means = tuple((mean.total, mean.n) for mean in test._means)
        counts = {name: value for name, value in vars(test).items() if isinstance(value, int)}
        return Place(memento.save(self._root), told, counts, means)

    def go(self, place: Place) -> None:
        """Back to a place."""
        memento.restore(place.contents)
        self.asked.clear()
        if place.told is not None:
            self.daemon.self_test = self._told_again(place)

    def _told_again(self, place: Place) -> SelfTest:
        """A self-test that has gone as far as the one that was left."""
        test = SelfTest(self.numbers, self.scales)
        told = place.told or ()
        if test._script is not None:
            for readings in told:
                test._wait = test._script.send(readings)
            test._script = Tape(test._script, told)  # type: ignore[assignment]
        vars(test).update(place.counts)
        for mean, (total, n) in zip(test._means, place.means, strict=True):
            mean.total, mean.n = total, n
        return test

    @property
    def told(self) -> tuple[Readings, ...] | None:
        """What a self-test under way was told so far."""
        test = self.daemon.self_test
        script: object = test._script if test is not None else None
        return script.told if isinstance(script, Tape) else None
