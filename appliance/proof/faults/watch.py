"""One cell: a fault happens to a rig that stands in a state; what is felt and who acts is written down.

It only looks. The instant within the tick is drawn from the cell's name, so that over the grid every phase comes and
each cell repeats itself exactly.
"""

from typing import Final
from zlib import crc32

from appliance.proof.faults.model import SET_MA, SET_SHARE, Budget, Cell
from appliance.proof.faults.rig import RAMP_MA_PER_S, Rig
from appliance.safety import hard_limits
from appliance.safety.monitors.loopback import ComplianceLoopback
from appliance.safety.trip import strongest
from appliance.sim.bench import Bench
from appliance.sim.felt import FeltWindow

PHASES: Final = 8  # ticks until the schedule of conversions repeats
HIDDEN_S: Final = 0.3  # between the hidden fault and the acute one
FALLS_MA: Final = 0.08  # a fall beyond the dither of 0.06 mA from end to end
LIMITER_SHARE: Final = 0.985
ENDINGS: Final = frozenset(("FAULT", "PAUSED", "ARMED", "IDLE", "DONE"))


class Watch:
    """Looks at board and daemon from the fault on."""

    def __init__(self, rig: Rig, budget: Budget) -> None:
        self._rig = rig
        self._budget = budget
        session, bench = rig.daemon.session, rig.bench
        self.state = rig.state
        self.at_ns = bench.now_ns
        self.event_ns = None if budget.from_volts else bench.now_ns  # from when the budget's time runs
        self.before_ma = abs(bench.true_ma)
        self.set_ma = session.base_ma if session.base_ma > 0.0 else rig.daemon.gate.base_ma
        self.legitimate_ma = self._legitimate_ma()
        self._most_ma = rig.plan.max_ma if budget.wishes else session.choice_ma
        self._ramp_ns: int | None = None
        self._ramps_later = rig.state not in ("RAMP_UP", "HOLD")
        self.over_since_ns = 0  # the last look before more flowed than is legitimate
        self.over_ns: int | None = None  # the last look at which it did
        self._looked_ns = bench.now_ns
        self.peak_supply_v = 0.0
        self.first = ""
        self.off_ns: int | None = None
        self.fall_ns: int | None = None
        self.hardware_acted = False
        self.codes: tuple[str, ...] = ()
        self._was_on = bench.protection.out_ok
        self._permitted = bench.protection.permit
        self._enabled = rig.daemon.gate.enabled
        self.felt: FeltWindow | None = None

    def _legitimate_ma(self) -> float:
        """The most current that this state may give while it is watched, without the fault."""
        session, rig = self._rig.daemon.session, self._rig
        if session.state == "CONTACT":
            return hard_limits.PROBE_MA
        if session.state in ("RAMP_UP", "HOLD"):
            most_ma = rig.plan.max_ma if self._budget.wishes else session.choice_ma
            return max(session.base_ma, min(most_ma, session.base_ma + RAMP_MA_PER_S * self._budget.watch_s))
        return session.base_ma

    @property
    def allowed_ma(self) -> float:
        """What is as set: never above set + max(2 %, 0.25 mA)."""
        return self.legitimate_ma + max(SET_MA, SET_SHARE * self.legitimate_ma)

    @property
    def _over_ma(self) -> float:
        """From here on more flows than the budget lets pass without a clock."""
        return self.legitimate_ma + max(self._budget.over_ma, self._budget.over_share * self.legitimate_ma)

    def look(self) -> None:
        """At the board, between ticks and after each."""
        bench = self._rig.bench
        protection = bench.protection
        self._follow_ramp()
        if self._budget.forced:
            self.peak_supply_v = max(self.peak_supply_v, bench.circuit.compliance_v)
            if abs(bench.true_ma) > self._over_ma:
                self.over_ns = bench.now_ns
                self.over_since_ns = self.over_since_ns or self._looked_ns
        self._looked_ns = bench.now_ns
        if self._budget.from_volts:
            self._follow_volts()
        if self._was_on and self.off_ns is None and not (protection.out_ok and bench.relays.k1_closed):
            self.off_ns = bench.now_ns
        if self._permitted and not protection.permit and not self.hardware_acted:
            self.hardware_acted = self.off_ns is None or self.off_ns == bench.now_ns
            if not self.first:
                self.first = f"hardware: {cut_by(bench)}"
        if self._budget.fall_ms is not None and self.fall_ns is None and self._falls(abs(bench.true_ma)):
            self.fall_ns = bench.now_ns
        if self._rig.alive and not self.first:
            self._look_at_daemon()

    @property
    def over_ms(self) -> float:
        """How long more flowed than was legitimate, from its beginning to its end."""
        return 0.0 if self.over_ns is None else (self.over_ns - self.over_since_ns) / 1e6

    def _follow_ramp(self) -> None:
        """A ramp that begins under way may rise as a plan may ask."""
        if not self._ramps_later:
            return
        if self._ramp_ns is None and self._rig.state == "RAMP_UP":
            self._ramp_ns = self._rig.bench.now_ns
        if self._ramp_ns is not None:
            risen_ma = RAMP_MA_PER_S * (self._rig.bench.now_ns - self._ramp_ns) / 1e9
            self.legitimate_ma = max(self.legitimate_ma, min(self._most_ma, risen_ma))

    def _follow_volts(self) -> None:
        """The event is when V_COMP last left what was asked by more than its monitor lets pass."""
        s, bench = self._rig.daemon.sample, self._rig.bench
        if not s.enabled:
            return
        apart_v = abs(bench.circuit.compliance_v - s.asked_compliance_v)
        if apart_v <= ComplianceLoopback.MARGIN_V + ComplianceLoopback.SHARE * s.asked_compliance_v:
            self.event_ns = None
        elif self.event_ns is None:
            self.event_ns = bench.now_ns

    def _falls(self, now_ma: float) -> bool:
        return now_ma < self.before_ma - max(FALLS_MA, 0.02 * self.before_ma)

    def _look_at_daemon(self) -> None:
        """Whether the program reacts now, and by what."""
        daemon = self._rig.daemon
        state, trips = daemon.session.state, daemon.seen.trips
        ends = state in ENDINGS or (state == "RAMP_DOWN" and bool(trips))
        opened = self._enabled and not daemon.gate.enabled
        if not opened and (state == self.state or not ends):
            return
        if trips and state != "FAULT":
            self.first = strongest(trips).monitor
        elif state == "FAULT":
            cuts = [trip.monitor for trip in trips if trip.reaction == "CUT"]
            self.first = cuts[0] if cuts else f"exception {' '.join(daemon.session.codes)}"
        else:
            self.first = "session"

    def close(self) -> None:
        """Keep what was felt and which codes were named."""
        self.felt = self._rig.bench.felt.window
        named = list(self._rig.daemon.session.codes)
        for event in self._rig.simulation.talk.events:
            code = event.detail.get("code") if event.kind == "trip" else None
            if event.t_mono_ns >= self.at_ns and code is not None and code not in named:
                named.append(str(code))
        self.codes = tuple(named) if self._rig.state == "FAULT" or self.first else ()

    @property
    def limited(self) -> bool:
        """Whether the high-side limiter held the current."""
        felt = self.felt
        return felt is not None and felt.peak_ma >= LIMITER_SHARE * self._rig.bench.parts.limiter_ma


def cut_by(bench: Bench) -> str:
    """Which part of the hardware took PERMIT away."""
    protection = bench.protection
    if protection.e_stop:
        return "red switch"
    if not protection.powered:
        return "supply"
    if protection.timer_tripped:
        return "treatment timer"
    return "comparator" if protection.watchdog_ok(bench.now_ns) else "watchdog"


def happen(rig: Rig, cell: Cell, budget: Budget) -> Watch:
    """Let the fault happen at its instant, and watch for as long as the budget asks."""
    draw = crc32(cell.id.encode())
    for _ in range(draw % PHASES):
        rig.step()
    if cell.first is not None:
        cell.first.inject(rig)
        rig.run_s(HIDDEN_S)
    rig.clock.watching = True
    watches: list[Watch] = []

    def strike() -> None:
        rig.bench.felt.mark(rig.bench.now_ns)
        watches.append(Watch(rig, budget))
        rig.looks.append(watches[0].look)
        cell.fault.inject(rig)

    rig.clock.at_share((draw // PHASES % 100) / 100.0, strike)
    rig.step()
    watch = watches[0]
    end_ns = watch.at_ns + round(budget.watch_s * 1e9)
    while rig.bench.now_ns < end_ns:
        rig.step()
    rig.looks.remove(watch.look)
    rig.clock.watching = False
    watch.close()
    return watch
