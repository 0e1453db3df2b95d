"""The control daemon: one thread, one tick, in one order: sense, judge, decide, constrain, gate, act, talk, kick.

It alone is responsible for the patient. It receives its ports and never imports the bench. Any exception in a tick is a
CUT; the watchdog is kicked last, and only when everything above it finished in time and no CUT stands.
"""

import logging
from collections.abc import Callable
from typing import Final

from appliance.config import Board
from appliance.control.commands import Commands
from appliance.control.core import TICK_NS, Core
from appliance.control.gate import Order
from appliance.control.self_test import SelfTest
from appliance.control.talk import Talk
from appliance.errors import IontoError
from appliance.hal.ports import BoardPort, Clock
from appliance.hal.scales import Scales
from appliance.safety import hard_limits
from appliance.safety.monitors import build_monitors
from appliance.safety.monitors.timing import ClockJump
from appliance.safety.sample import Sample
from appliance.safety.trip import Monitor, Trip
from appliance.treatment.session import RUNNING

log = logging.getLogger("ionto.control")

SUB_TICKS: Final = 3  # of a tick, in CONTACT
LATE_COUNTED_NS: Final = 5_000_000
LEAST_EDGE_NS: Final = 2_500_000  # two quick edges trip the window
STATUS_EVERY: Final = 20
END_NS: Final = 3_000_000_000  # of a planned end: STOP takes 2 s, systemd waits 5
END_TICKS: Final = 40  # with the output open, for the last events and the ledger's line
BUS_SILENT: Final = frozenset(("E206", "E311"))  # a chip did not answer
BUS_LOST_RETRY: Final = 40  # ticks between tries of a bus that failed
RELAY_TRAVEL_FACTOR: Final = 1.6  # of the operate time: the mirror contact's own tolerance [D]


class Daemon(Core):
    """The tick, and the loop that runs it; `tick` is the whole of its life."""

    def __init__(
        self,
        board: BoardPort,
        clock: Clock,
        numbers: Board,
        scales: Scales,
        talk: Talk,
        commands: Commands,
        *,
        board_ma: float = hard_limits.CURRENT_MA,
        boot: str = "",
        rested: bool,
    ) -> None:
        """As `Core`; `commands` is what clients may ask for."""
        super().__init__(board, clock, numbers, scales, talk, board_ma=board_ma, boot=boot, rested=rested)
        self.commands = commands
        self.monitors: tuple[Monitor, ...] = build_monitors(round(RELAY_TRAVEL_FACTOR * self.operate_ns))
        self.sub_tick = 0
        self.late_count = 0
        self.worst_late_ns = 0
        self._last_ns: int | None = None
        self._last_kick_ns = 0
        self._due_ns = 0
        self._expected_ns = 0  # the grid before any skip: what lateness is measured against

    # ------------------------------------------------------------ the tick

    def tick(self, now_ns: int, late_ns: int) -> None:
        """One tick or, in CONTACT, one sub-tick."""
        try:
            self._sense(now_ns, late_ns)
            trips = self._judge()
            self._decide(trips)
            order = self._constrain()
            self._act(order)
        except Exception as error:  # any exception in a tick is a CUT
            self._cut(error)
        try:
            self._talk()
            self._kick(now_ns)
        except Exception as error:  # the kick is lost with it
            self._cut(error)

    def _sense(self, now_ns: int, late_ns: int) -> None:
        s = self.sample
        s.t_ns = now_ns
        s.late_ns = late_ns
        s.state = self.session.state
        s.lease_lost = not self.lease.alive(now_ns)
        if self.bus_lost_at is not None:
            if self.tick_count - self.bus_lost_at < BUS_LOST_RETRY:
                return
            self.board.open_chips()  # they may have lost their power, and their set-up with it
            self.bus_lost_at = None
        self.sense.read(s, self.gate, self.tick_count)
        if not s.saturated:
            self.shown.add(s.return_ma)
        if s.state == "CONTACT" and self.sense.ready and not self.run_now.steps_now:
            self.sense.start(self.run_now.contact_channel())

    def _judge(self) -> list[Trip]:
        s = self.sample
        trips = self.seen.trips
        trips.clear()
        if s.state == "FAULT":
            return trips
        for monitor in self.monitors:
            trip = monitor.check(s)
            if trip is not None:
                trips.append(trip)
        return trips

    def _decide(self, trips: list[Trip]) -> None:
        s, session, seen, run = self.sample, self.session, self.seen, self.run_now
        now_ns = s.t_ns
        elapsed_ns = 0 if self._last_ns is None else now_ns - self._last_ns
        # no output outlives the watchdog and its pump without a tick: a clock that leaps accounts for no more
        seen.dt_s = max(0, min(elapsed_ns, ClockJump.MOST_NS)) / 1e9
        self._last_ns = now_ns
        seen.t_ns = now_ns
        seen.return_ma = s.return_ma
        seen.at_zero = self.at_zero
        seen.pedal = s.pedal
        seen.lease_alive = not s.lease_lost
        seen.blocked = self.commands.blocked(self)
        self._see_trays()
        for request in self.talk.poll():
            self.commands.handle(request, self)
        was = session.state
        if was == "SELF_TEST":
            self._self_test(s)
        elif was == "CONTACT":
            seen.contact = run.contact(s, self.gate, self.sense)
            seen.contact_why = run.contact_why
            seen.contact_ohm = run.last.loop_ohm if run.last is not None else None
        session.step(seen)
        if session.state != "SELF_TEST":
            self._drop_self_test()
        self.commands.after_step(self)
        if self.between_states:
            self._enter()
        self.journal.record(session, trips, s, run)

    def _enter(self) -> None:
        self.entered = self.session.entries
        self.run_now.enter(self.session, self.sample)
        self.gate.bounds = self.run_now.bounds(self.session)

    def _see_trays(self) -> None:
        inputs = self.sense.inputs
        if inputs is not None:
            left_out, right_out = inputs.tray_left_out, inputs.tray_right_out
            self.trays.see(left_out=left_out, right_out=right_out, treating=self.session.state in RUNNING)

    def _drop_self_test(self) -> None:
        """A self-test that ended, or was cut in the middle: its pins rest, and the next one begins anew."""
        if self.gate.testing:
            self.gate.end_test(self.sample.t_ns)
            self.self_test = None

    def _self_test(self, s: Sample) -> None:
        test = self.self_test
        if test is None:
            self.board.open_chips()  # as after a lost bus: nothing is taken from before
            self.bus_lost_at = None  # and all is measured anew, from the next tick on
            test = self.self_test = SelfTest(self.numbers, self.scales)
        test.step(s)
        if not test.done:
            return
        self.journal.self_test(test, s.t_ns)
        self.self_test = None
        if test.failed is not None:
            self.session.fault([test.failed])
        else:
            self.run_now.probe_offset_ma = test.probe_offset_ma
            self.session.self_test_passed()

    def _constrain(self) -> Order:
        """The single choke point of every path that can raise current."""
        return self.run_now.order(self.session, self.sample, self.sense)

    def _act(self, order: Order) -> None:
        s, state = self.sample, self.session.state
        if state == "SELF_TEST" and self.self_test is not None:
            self.gate.act_test(self.self_test.order, s.t_ns)
        elif self.bus_lost_at is None:
            self.gate.act(order, self.run_now.generation, s.t_ns)
        if state != "CONTACT" and self.bus_lost_at is None:
            self.sense.start_next(self.tick_count)
        elif s.state == state and self.sense.ready and self.bus_lost_at is None:
            self.sense.start(self.run_now.contact_channel())  # the first look at a step begins right after it
        self.output_timer.tick(s.t_ns, enabled=self.gate.enabled)
        if self.reset_pulse:
            self.reset_pulse -= 1
            self.board.latch_reset(self.reset_pulse > 0)

    def _cut(self, error: Exception) -> None:
        """Zero by pin, FAULT, and the reason kept."""
        self.gate.cut(self.sample.t_ns)
        code = error.code if isinstance(error, IontoError) else "E410"
        if code in BUS_SILENT:
            self.bus_lost_at = self.tick_count
            if self._red_switch():
                code = "E401"  # it takes the chips' power, too
        if self.session.state != "FAULT":
            log.error("CUT: %s", error, exc_info=not isinstance(error, IontoError))
        self.self_test = None
        self.session.fault([code])
        self._enter()
        try:
            self.journal.record(self.session, [], self.sample, self.run_now)
        except Exception:  # the record is what failed: the log keeps it, and the tick goes on
            log.exception("the CUT could not be recorded")

    def _red_switch(self) -> bool:
        """Whether it is pushed, as far as the pins can be read."""
        try:
            return self.board.read_inputs().e_stop
        except Exception:  # the chips' silence is then all that is known
            return False

    def _talk(self) -> None:
        if self.sub_tick == 0 and self.tick_count % STATUS_EVERY == 0:
            self.talk.status(self.commands.status(self))

    def _kick(self, now_ns: int) -> None:
        """Last: only on a whole tick, in time, and while no CUT stands."""
        if self.sub_tick != 0 or self.session.state == "FAULT":
            return
        if self.self_test is not None and not self.self_test.order.kicks(line_high=self.board.kick_high):
            return
        if now_ns - self._last_kick_ns < LEAST_EDGE_NS:
            return
        if self.clock.now_ns() - now_ns > LATE_COUNTED_NS:
            return  # this tick took too long: the watchdog shall know
        self._last_kick_ns = now_ns
        self.board.kick()

    # ------------------------------------------------------------ the loop

    def run(self, stop: Callable[[], bool]) -> None:
        """Tick on a 5 ms grid until `stop`. A missed tick is skipped, never made up."""
        self.start()
        while not stop():
            self.step()
        self.end(lambda: False)
        self.close()

    def start(self) -> None:
        """Open the chips and put the grid on now. Chips that do not answer are a FAULT, and the next self-test's."""
        try:
            self.board.open_chips()
        except IontoError as error:
            self._cut(error)
        self._due_ns = self._expected_ns = self.clock.now_ns()

    def step(self) -> None:
        """Wait for the next point of the grid, run its tick, choose the next."""
        self.clock.sleep_until_ns(self._due_ns)
        now_ns = self.clock.now_ns()
        late_ns = now_ns - self._expected_ns
        if late_ns > LATE_COUNTED_NS:
            self.late_count += 1
        self.worst_late_ns = max(self.worst_late_ns, late_ns)
        self.tick(now_ns, late_ns)
        self._advance()

    def _advance(self) -> None:
        """Next point of the grid: a third of a tick in CONTACT, else the whole; what has passed is skipped.

        Who leaves CONTACT in the middle of a tick is given a whole one from there: the next reading is then of what was
        put out since, and no conversion that still saw the probe is held against a ceiling of zero.
        """
        tick_start_ns = self._due_ns - self.sub_tick * TICK_NS // SUB_TICKS
        if self.session.state == "CONTACT":
            self.sub_tick = (self.sub_tick + 1) % SUB_TICKS
        elif self.sub_tick:
            tick_start_ns, self.sub_tick = self._due_ns, 0
        if self.sub_tick:
            self._due_ns = self._expected_ns = tick_start_ns + self.sub_tick * TICK_NS // SUB_TICKS
            return
        self.tick_count += 1
        self._due_ns = self._expected_ns = tick_start_ns + TICK_NS
        behind_ns = self.clock.now_ns() - self._due_ns
        if behind_ns > TICK_NS:
            self._due_ns += behind_ns // TICK_NS * TICK_NS

    def end(self, hurry: Callable[[], bool]) -> None:
        """A planned end is a STOP: no jolt, the dose is told, the ledger is closed. `hurry` cuts it short."""
        if not self.session.active:
            return
        self.session.stop()
        self.commands.ending = True
        end_ns, rest = self.clock.now_ns() + END_NS, END_TICKS
        while rest and self.clock.now_ns() < end_ns and not hurry():
            self.step()
            rest -= not self.gate.enabled

    def close(self) -> None:
        """Zero, open, and let go of the board."""
        try:
            self.gate.zero(self.clock.now_ns())
        except Exception as error:  # whatever it is, the pins are still let go
            log.error("at the end: %s", error)
        finally:
            self.board.safe()
            self.board.close()
