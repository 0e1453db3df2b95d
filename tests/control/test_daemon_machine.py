"""Any order of commands, people, lying samples and irregular time: what must hold for the patient holds at every tick.

The real daemon over the ideal board; `daemon_watch` looks after each point of the grid.
"""

import pytest
from daemon_watch import ENERGISED, Watch
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from appliance.control.talk import Request
from appliance.errors import SensingError
from appliance.link.messages import (
    Acknowledge,
    Adjust,
    Begin,
    Command,
    Pause,
    Plan,
    Renew,
    Resume,
    Role,
    Start,
    Stop,
)
from appliance.proof.stories.bench import TickBench

PLANS = (
    Plan("hands", 15.0, 18.0, 90.0, ramp_ma_per_s=1.0, someone_beside=True),
    Plan("hands", 20.0, 25.0, 1800.0, ramp_ma_per_s=5.0),
    Plan("feet", 25.0, 25.0, 60.0, "fixed_reversed", ramp_ma_per_s=1.0),
    Plan("underarms", 5.0, 8.0, 70.0, ramp_ma_per_s=0.5),
    Plan("child_hands", 8.0, 40.0, 90.0, ramp_ma_per_s=1.0, someone_beside=True, median_contact_ohm=950.0),
)
COMMANDS: tuple[Command, ...] = (Begin(), Pause(), Resume(), Adjust(-1), Adjust(1), Stop(), Renew())
ROLES: tuple[Role, ...] = ("kiosk", "technician", "recorder")
CALLS = (
    "read_return_counts",
    "collect_monitor_counts",
    "write_set_code",
    "write_compliance_code",
    "kick",
    "read_inputs",
)
COUNTS = st.integers(-32768, 32767)
Fault = tuple[str, float]
FAULTS: st.SearchStrategy[Fault] = st.one_of(
    st.tuples(st.just("clock"), st.sampled_from([11, 24, 24, 101, 5000])),
    st.tuples(st.just("silent"), st.integers(0, len(CALLS) - 1)),
    st.tuples(st.just("return"), COUNTS),
    st.tuples(st.sampled_from(["return gain", "both gains"]), st.sampled_from([0.0, 0.5, 0.97, 1.02, 1.04, 1.5])),
    st.tuples(st.sampled_from(["source", "patient_volts", "compliance_volts", "set_volts"]), COUNTS),
)
SPELLS_S = (0.005, 0.02, 0.1, 0.5, 1.0, 3.0, 8.0)
BEGUN_S = (None, 0.0, 12.0, 31.0, 44.0)  # of treatment before the story begins; None: nobody has come
MOST_S = 150.0  # of one story: beyond it nothing new happens


class Story(RuleBasedStateMachine):
    """One appliance and everybody around it."""

    @initialize(
        board_ma=st.sampled_from([25.0, 25.0, 12.0]), plan=st.sampled_from(PLANS), under_way_s=st.sampled_from(BEGUN_S)
    )
    def switched_on(self, board_ma: float, plan: Plan, under_way_s: float | None) -> None:
        self.bench = TickBench(board_ma)
        self.watch = Watch(self.bench, board_ma)
        self.sessions = 0
        self.until_s = 0.0
        self._run_until("IDLE", 30.0)
        if under_way_s is not None:
            self._treat(plan)
            self._run(under_way_s)
        self.until_s = self.bench.clock.t_ns / 1e9 + MOST_S

    def _run(self, seconds: float) -> None:
        end_ns = self.bench.clock.t_ns + round(seconds * 1e9)
        while self.bench.clock.t_ns < end_ns:
            self.watch.step()

    def _run_until(self, state: str, seconds: float) -> None:
        end_ns = self.bench.clock.t_ns + round(seconds * 1e9)
        while self.bench.clock.t_ns < end_ns and self.bench.state != state:
            self.watch.step()

    def _ask(self, command: Command, role: Role = "kiosk") -> None:
        self.bench.clients.inbox.append(Request(1, role, command))
        self.watch.step()

    def _treat(self, plan: Plan) -> None:
        """As a person does who wants it."""
        self.sessions += 1
        self.bench.board.tray_out = True
        self._run(0.02)
        self.bench.board.tray_out = False
        self._run(0.01)
        self._ask(Start(f"s{self.sessions}", "good", plan))
        self._run(0.05)
        if plan.someone_beside or plan.site in ("feet", "underarms"):
            self._ask(Begin())
        else:
            self.press(0.1)
        self._run_until("RAMP_UP", 1.0)
        self._run(0.05)

    @property
    def awake(self) -> bool:
        """Whether this story still goes on."""
        return self.bench.clock.t_ns / 1e9 < self.until_s

    # ------------------------------------------------------------ people and their programs

    @rule(plan=st.sampled_from(PLANS))
    def a_treatment_is_begun(self, plan: Plan) -> None:
        if self.bench.state == "DONE":
            self._ask(Acknowledge())
        self._treat(plan)

    @rule(command=st.sampled_from(COMMANDS), role=st.sampled_from(ROLES))
    def a_command(self, command: Command, role: Role) -> None:
        """The socket refuses what is not of a role; here even those come through."""
        self._ask(command, role)

    @rule(
        plan=st.sampled_from(PLANS), session=st.sampled_from(["s1", "s2", "new"]), permit=st.sampled_from(["good", "x"])
    )
    def a_start_at_any_time(self, plan: Plan, session: str, permit: str) -> None:
        self._ask(Start(session, permit, plan))

    @rule(role=st.sampled_from(ROLES))
    def somebody_acknowledges(self, role: Role) -> None:
        self._ask(Acknowledge(), role)
        if self.bench.state == "SELF_TEST":
            self._run_until("IDLE", 8.0)

    @rule(held_s=st.sampled_from([0.005, 0.1, 0.4, 1.6]))
    def press(self, held_s: float) -> None:
        self.bench.board.pedal = True
        self._run(held_s)
        self.bench.board.pedal = False
        self._run(0.02)

    @rule(alive=st.booleans())
    def the_screen(self, alive: bool) -> None:
        self.bench.screen_alive = alive

    @rule(command=st.sampled_from([Begin(), Resume(), Adjust(-1), Adjust(1), Acknowledge()]), pedal=st.booleans())
    def the_screen_falls_silent_and_people_go_on(self, command: Command, pedal: bool) -> None:
        """Nothing that anybody does in the place of looking counts as looking."""
        self.bench.screen_alive = False
        for _ in range(5):
            self._run(0.6)
            if pedal:
                self.press(0.05)
            self._ask(command)
        self.bench.screen_alive = True
        self._run(0.6)

    @rule(there=st.booleans())
    def skin(self, there: bool) -> None:
        self.bench.has_skin = there

    @rule(ohm=st.sampled_from([None, 500.0, 1500.0, 2000.0, 2600.0, 8000.0]))
    def the_loop(self, ohm: float | None) -> None:
        self.bench.board.patient_ohm = ohm

    @rule(tray=st.booleans(), e_stop=st.sampled_from([False, False, False, True]))
    def switches(self, tray: bool, e_stop: bool) -> None:
        self.bench.board.tray_out, self.bench.board.e_stop = tray, e_stop

    # ------------------------------------------------------------ time

    @precondition(lambda self: self.awake)
    @rule(seconds=st.sampled_from(SPELLS_S))
    def time_passes(self, seconds: float) -> None:
        self._run(seconds)

    @precondition(lambda self: self.awake)
    @rule(seconds=st.sampled_from([3.0, 20.0, 40.0]))
    def a_long_time_passes(self, seconds: float) -> None:
        self._run(seconds)

    @rule(ms=st.sampled_from([1, 4, 8, 9, 9, 9]), often=st.integers(1, 30))
    def the_grid_is_irregular(self, ms: int, often: int) -> None:
        for _ in range(often):
            self.bench.clock.t_ns += ms * 1_000_000
            self.watch.step()

    # ------------------------------------------------------------ what lies or fails

    @rule(fault=FAULTS, lasts_s=st.sampled_from([0.005, 0.05, 0.5]))
    def something_lies(self, fault: Fault, lasts_s: float) -> None:
        """One thing for a moment; most of them end in FAULT."""
        self.watch.lied = True
        name, value = fault
        board = self.bench.board
        if name == "clock":
            self.bench.clock.t_ns += round(value * 1e6)
        elif name == "silent":
            board.fail[CALLS[int(value)]] = SensingError("E206", "silent")
        elif name == "return":
            board.return_counts = int(value)
        elif name in ("return gain", "both gains"):
            board.return_gain = value
            board.source_gain = value if name == "both gains" else 1.0
        else:
            board.monitor_counts[name] = int(value)  # type: ignore[index]
        self._run(lasts_s)
        board.fail.clear()
        board.monitor_counts.clear()
        board.return_counts = None
        board.return_gain = board.source_gain = 1.0
        self._run(0.05)

    @rule()
    def everything_is_put_right(self) -> None:
        """And a technician releases what had tripped."""
        board = self.bench.board
        board.patient_ohm = 2000.0
        board.tray_out = board.e_stop = False
        self.bench.has_skin = self.bench.screen_alive = True
        self._run(0.3)
        if self.bench.state == "FAULT":
            self._ask(Acknowledge(), "technician")
            self._run_until("IDLE", 8.0)
        self.watch.lied = self.bench.state in ENERGISED


Story.TestCase.settings = settings(
    max_examples=20, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck)
)
TestAnyStory = Story.TestCase


@pytest.mark.parametrize("plan", PLANS, ids=lambda plan: plan.site)
def test_a_story_without_incident_reaches_its_current_and_its_end(plan: Plan) -> None:
    """Else the machine above could be content with an appliance that does nothing."""
    story = Story()
    story.switched_on(25.0, plan, 0.0)
    for _ in range(30):
        story._run(5.0)
    states = story.watch.states
    assert {"ARMED", "CONTACT", "RAMP_UP", "HOLD"} <= set(states)
    assert "FAULT" not in states
    assert states[-1] == ("HOLD" if plan.duration_s > 1000 else "DONE")
    story.teardown()


def in_hold() -> Story:
    story = Story()
    story.switched_on(25.0, PLANS[1], 21.0)
    assert story.bench.state == "HOLD"
    return story


def test_what_flowed_until_a_late_tick_is_cut_is_accounted() -> None:
    story = in_hold()
    session = story.bench.daemon.session
    before_mc = session.dose.charge_mc
    story.bench.clock.t_ns += 20_000_000
    story.watch.step()
    assert story.bench.state == "FAULT"
    assert session.dose.charge_mc - before_mc == pytest.approx(20.0 * 0.025, rel=0.3)


@pytest.mark.parametrize(("jump_s", "most_mc"), [(-0.05, 0.0), (-100.0, 0.0), (1000.0, 2.01)])
def test_a_clock_that_jumps_takes_nothing_back_and_adds_no_more_than_the_watchdog_lets_flow(
    jump_s: float, most_mc: float
) -> None:
    story = in_hold()
    session = story.bench.daemon.session
    story.bench.board.return_counts = story.bench.board.read_return_counts()
    before_mc = session.dose.charge_mc
    story.bench.daemon.tick(story.bench.clock.t_ns + round(jump_s * 1e9), 0)
    assert story.bench.state == "FAULT"
    assert 0.0 <= session.dose.charge_mc - before_mc <= most_mc
