"""Drives one session as the tick does, and checks at every tick what must hold for the patient whatever happens."""

from dataclasses import dataclass, field

from appliance.safety import hard_limits
from appliance.safety.monitors.area import AreaLevel, AreaTrend
from appliance.safety.monitors.current import OpenCircuit, OverSet
from appliance.safety.monitors.interlock import Pedal, Tray
from appliance.safety.monitors.timing import LeaseLost
from appliance.safety.trip import Trip
from appliance.treatment.plan import TreatmentPlan
from appliance.treatment.session import Seen, Session

TICK_NS = 5_000_000
TICK_S = 0.005
RUNNING = ("RAMP_UP", "HOLD", "RAMP_DOWN")
COUNTS_TICKS = 2  # of the pedal: one reading may be noise
BY_PERSON = ("pedal", "stings", "tray", "operator_lost")  # of the safety design, 'Resuming'
MAY_ENERGISE = ("CONTACT", *RUNNING)
HANDS = TreatmentPlan("hands", 15.0, 18.0, 600.0)
FEET = TreatmentPlan("feet", 20.0, 22.0, 600.0)

OPEN, AREA, TREND, CUT = OpenCircuit.TRIP, AreaLevel.TRIP, AreaTrend.TRIP, OverSet.TRIP
TRAY, PEDAL, LEASE = Tray.TRIP, Pedal.TRIP, LeaseLost.TRIP


@dataclass
class Driver:
    """`tick` advances everything by `tick_ns`; the fields are what the world is like."""

    tick_ns: int = TICK_NS
    contact: str = "good"
    pedal: bool = False
    lease_alive: bool = True
    blocked: str | None = None
    allowed_ma: float = 25.0  # what the constraint chain leaves
    share: float = 1.0  # of the base that really flows
    trips: list[Trip] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.session = Session()
        self.seen = Seen(t_ns=10**10)
        self.states: list[str] = ["SELF_TEST"]
        self.reversals = 0
        self._needs_person = False
        self._asked = False
        self._pressed_in_pause = False
        self._read, self._same = False, 0
        self._was = (0.0, "SELF_TEST", False)
        self._flowed: tuple[float, bool] | None = None  # when and in which direction, in this session

    @property
    def t_s(self) -> float:
        return self.seen.t_ns / 1e9

    # ------------------------------------------------------------ the world

    def tick(self, *trips: Trip) -> None:
        """One tick; `trips` speak in it. Pedal, tray and lease trip by themselves as their monitors would."""
        session, seen = self.session, self.seen
        dt_s = self.tick_ns / 1e9
        energised = session.energise
        seen.t_ns += self.tick_ns
        seen.dt_s = dt_s
        seen.trips.clear()
        seen.trips.extend(trips)
        if energised:
            seen.trips.extend(self._standing())
        seen.contact = self.contact  # type: ignore[assignment]
        seen.contact_why = None if self.contact == "good" else "E214"
        seen.return_ma = 0.3 if session.state == "CONTACT" else session.base_ma * self.share if energised else 0.0
        seen.at_zero = seen.return_ma < hard_limits.ZERO_MA
        seen.pedal, seen.lease_alive, seen.blocked = self.pedal, self.lease_alive, self.blocked
        elapsed_s, flowed_ma = session.dose.elapsed_s, seen.return_ma
        self._note_pedal()
        session.step(seen)
        session.ramp(min(session.goal_ma, self.allowed_ma if self.lease_alive else 0.0), dt_s)
        assert session.dose.elapsed_s == elapsed_s or flowed_ma >= 0.1, "time counted without current"
        self.check(dt_s)

    def _standing(self) -> list[Trip]:
        standing = []
        if self.pedal:
            standing.append(PEDAL)
        if self.blocked is not None:
            standing.append(TRAY)
        if not self.lease_alive:
            standing.append(LEASE)
        return standing

    def _note_pedal(self) -> None:
        """A press and a release, each of two readings, by its own count."""
        self._same = self._same + 1 if self.pedal == self._read else 1
        self._read = self.pedal
        if self.session.state != "PAUSED":
            self._pressed_in_pause = False
        elif self._same < COUNTS_TICKS:
            return
        elif self.pedal:
            self._pressed_in_pause = True
        elif self._pressed_in_pause:
            self._asked = True
            self._pressed_in_pause = False

    def run(self, seconds: float, until: str | None = None) -> None:
        """Up to `seconds`, or until a state is reached."""
        for _ in range(round(seconds * 1e9 / self.tick_ns)):
            if until is not None and self.session.state == until:
                return
            self.tick()
        if until is not None:
            assert self.session.state == until, f"still {self.session.state} after {seconds} s"

    def time_to_zero(self) -> float:
        """Seconds until no current is asked for."""
        began_s = self.t_s
        while self.session.base_ma > 0.0:
            self.tick()
            assert self.t_s - began_s < 60.0
        return self.t_s - began_s

    # ------------------------------------------------------------ people

    def resume(self) -> bool:
        done = self.session.resume(lease_alive=self.lease_alive, blocked=self.blocked)
        self._asked = self._asked or done
        self.check()
        return done

    def press_and_release(self, held_s: float = 0.2) -> None:
        self.tick()  # it is seen at rest for as long as counts
        self.pedal = True
        self.run(held_s)
        self.pedal = False
        for _ in range(COUNTS_TICKS):
            self.tick()

    def to_idle(self) -> "Driver":
        self.session.self_test_passed()
        self.tick()
        return self

    def to_contact(self, plan: TreatmentPlan = HANDS) -> "Driver":
        self.to_idle()
        assert self.session.start("s1", plan)
        verdict, self.contact = self.contact, "measuring"
        self.tick()
        if plan.limits.needs_pedal:
            self.press_and_release()
        else:
            assert self.session.begin(lease_alive=True, blocked=None)
            self.tick()
        assert self.session.state == "CONTACT"
        self.contact = verdict
        return self

    def to_hold(self, plan: TreatmentPlan = HANDS) -> "Driver":
        self.to_contact(plan)
        self.run(60.0, "HOLD")
        return self

    # ------------------------------------------------------------ what must always hold

    def check(self, dt_s: float = 0.0) -> None:
        """Called after each tick and after each command that may change the state."""
        session = self.session
        was_ma, was, was_reversed = self._was
        state, base_ma = session.state, session.base_ma
        self._was = (base_ma, state, session.reversed)
        if state != was:
            self.states.append(state)
        assert session.energise == (state in MAY_ENERGISE)
        assert base_ma == 0.0 or state in RUNNING, f"{base_ma} mA in {state}"
        assert base_ma >= 0.0
        self._check_rise(base_ma - was_ma, dt_s)
        if state == "RAMP_UP" and was != "RAMP_UP":
            assert was == "CONTACT", f"RAMP_UP from {was}"
        if session.reversed != was_reversed and state not in ("ARMED", "IDLE", "SELF_TEST"):
            assert state in ("REVERSE", "PAUSED", "DONE", "FAULT")
            assert was == "REVERSE"
            assert not session.energise
            self.reversals += 1
        self._check_dwell()
        assert session.contact_s <= hard_limits.CONTACT_TOTAL_S + 2 * dt_s
        self._check_consent(was, state)

    def _check_dwell(self) -> None:
        """Within a session the other direction has its second at zero before it, whatever interrupts that."""
        session = self.session
        if session.state == "IDLE":
            self._flowed = None
        if not session.energise:
            return
        if self._flowed is not None and self._flowed[1] != session.reversed:
            waited_s = self.t_s - self._flowed[0]
            assert waited_s >= hard_limits.REVERSAL_DWELL_S, "turned without its second at zero"
        self._flowed = (self.t_s, session.reversed)

    def _check_rise(self, rise_ma: float, dt_s: float) -> None:
        session = self.session
        if session.plan is None or rise_ma <= 0.0:
            return
        assert rise_ma <= session.plan.ramp_ma_per_s * dt_s + 1e-9
        assert session.base_ma <= session.choice_ma + 1e-9
        assert session.choice_ma <= session.plan.max_ma

    def _check_consent(self, was: str, state: str) -> None:
        """After a person's pause only a person leads back."""
        if state == "CONTACT" and was == "PAUSED":
            assert self._asked or not self._needs_person, "current came back unasked"
        if state != "PAUSED":
            self._asked = False
        self._needs_person = state == "PAUSED" and self.session.pause in BY_PERSON
