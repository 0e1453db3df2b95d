"""One simulated device with a person at it, whose daemon can be stopped, delayed or made to err at any instant.

It drives and reports; it never judges. Everything that a fault in software does is done here from outside, to a
composed daemon: the daemon itself has no switch for it.
"""

from collections.abc import Callable
from typing import Final

from appliance.config import Board
from appliance.control.commands import Commands
from appliance.control.daemon import Daemon
from appliance.hal.board import bench_board
from appliance.link.messages import Command, Plan, Role
from appliance.proof.lift import SITE_OF
from appliance.proof.permission import DemoPermission
from appliance.proof.simulate import Simulation
from appliance.safety import hard_limits
from appliance.safety.hard_limits import SITES
from appliance.sim.bench import Bench
from appliance.units import NS_PER_MS

DURATION_S: Final = 110.0  # half of it is enough for the ramp, its wait for dry skin, and a HOLD that has settled
RAMP_MA_PER_S: Final = 1.0  # the steepest that a plan may ask for
LOOK_NS: Final = NS_PER_MS  # how often the board is looked at between two ticks


class WakeClock:
    """The daemon's clock: lets the bench live in small steps, does what is due on the way, and may jump."""

    def __init__(self, bench: Bench, look: Callable[[], None]) -> None:
        self._bench = bench
        self._look = look
        self._due: tuple[float, Callable[[], None]] | None = None
        self.jump_ns = 0
        self.watching = False

    def now_ns(self) -> int:
        """Bench time, and the jump."""
        return self._bench.now_ns + self.jump_ns

    def at_share(self, share: float, happen: Callable[[], None]) -> None:
        """Have `happen` called when `share` of the next sleep has passed."""
        self._due = (share, happen)

    def sleep_until_ns(self, t_mono_ns: int) -> None:
        """Let the bench live until then."""
        bench, until_ns = self._bench, t_mono_ns - self.jump_ns
        if self._due is not None:
            (share, happen), self._due = self._due, None
            bench.advance_to(bench.now_ns + max(0, round(share * (until_ns - bench.now_ns))))
            happen()
        if not self.watching:
            bench.advance_to(until_ns)
            return
        while bench.now_ns < until_ns:
            bench.advance_to(min(until_ns, bench.now_ns + LOOK_NS))
            self._look()


class Rig:
    """Bench, daemon and person of one session."""

    def __init__(
        self,
        numbers: Board,
        phenotype: str,
        seed: int,
        remove: Callable[[Daemon], None] | None = None,
        duration_s: float = DURATION_S,
    ) -> None:
        """`remove`: takes one control out of the composed daemon (`proof.without`)."""
        self.phenotype = phenotype
        self.site = SITE_OF.get(phenotype, "hands")
        self.limits = SITES[self.site]
        self.plan = Plan(
            site=self.site,
            set_ma=self.limits.default_ma,
            max_ma=self.limits.prescriber_ma,
            duration_s=duration_s,
            ramp_ma_per_s=RAMP_MA_PER_S,
        )
        self.simulation = Simulation(numbers, self.plan, phenotype=phenotype, seed=seed)
        self.numbers = numbers
        self.remove = remove
        self.bench = self.simulation.bench
        self.daemon = self.simulation.daemon
        self.alive = True  # the daemon runs
        self.looks: list[Callable[[], None]] = []
        self._later: list[tuple[int, Callable[[], None]]] = []
        self.clock = WakeClock(self.bench, self._look)
        self._compose()

    def _compose(self) -> None:
        """The daemon lives by our clock, and without what was taken out."""
        daemon = self.daemon
        daemon.clock = self.clock
        for part in (daemon.gate, daemon.sense):
            setattr(part, "_clock", self.clock)  # noqa: B010 - from outside, into parts that keep their own
        if self.remove is not None:
            self.remove(daemon)

    def replace_daemon(self) -> None:
        """The program is started anew on the same board: nothing of the old one is left but the board."""
        old, simulation = self.daemon, self.simulation
        simulation.talk.poll()
        self.clock.jump_ns = 0
        board = bench_board(self.numbers, self.bench.i2c, self.bench.pins, self.clock)  # pins rest from here on
        commands = Commands(DemoPermission(), hard_limits.CURRENT_MA, simulated=True)
        self.daemon = simulation.daemon = Daemon(
            board, self.clock, self.numbers, old.scales, simulation.talk, commands, boot="again", rested=False
        )
        self._compose()
        self.alive = True
        self.daemon.start()

    # ------------------------------------------------------------ time

    def _look(self) -> None:
        for look in self.looks:
            look()

    def after(self, seconds: float, happen: Callable[[], None]) -> None:
        """Have something happen later, between two ticks."""
        self._later.append((self.bench.now_ns + round(seconds * 1e9), happen))

    def step(self) -> None:
        """One tick; or a millisecond of the bench alone, when the program is dead."""
        if self._later and self._later[0][0] <= self.bench.now_ns:
            self._later.pop(0)[1]()
        if self.alive:
            self.simulation.step()
        else:
            self.bench.advance_to(self.bench.now_ns + LOOK_NS)
        self._look()

    def run_s(self, seconds: float) -> None:
        """Let it live."""
        until_ns = self.bench.now_ns + round(seconds * 1e9)
        while self.bench.now_ns < until_ns:
            self.step()

    def run_until(self, done: Callable[[], bool], most_s: float) -> bool:
        """Let it live until `done`; False when that did not come in time."""
        until_ns = self.bench.now_ns + round(most_s * 1e9)
        while not done():
            if self.bench.now_ns >= until_ns:
                return False
            self.step()
        return True

    def stall_ms(self, ms: float) -> None:
        """The program is not scheduled for a while; the board lives on."""
        until_ns = self.bench.now_ns + round(ms * NS_PER_MS)
        while self.bench.now_ns < until_ns:
            self.bench.advance_to(min(until_ns, self.bench.now_ns + LOOK_NS))
            self._look()

    # ------------------------------------------------------------ people

    @property
    def state(self) -> str:
        """The session's."""
        return self.daemon.session.state

    @property
    def for_s(self) -> float:
        """How long it has been in this state, as the simulation saw it."""
        phases = self.simulation.phases
        return self.simulation.t_s - phases[-1].start_s if phases and phases[-1].state == self.state else 0.0

    def send(self, command: Command, role: Role = "kiosk") -> None:
        """A command for the next tick."""
        self.simulation.talk.send(command, role)

    def leave(self) -> None:
        """Nobody looks at the screen any more, and nobody renews."""
        self.simulation.talk.on_status = None
