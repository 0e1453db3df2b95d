"""The session state machine: what may be energised now, and what leads on. Pure: time and measurements are arguments.

It never decides how much current flows: it names a goal, the constraint chain lowers it, `ramp` follows. Every state
reaches zero on any trip; no state but CONTACT leads to RAMP_UP; after a person's pause only a person leads back.
"""

from dataclasses import dataclass, field
from typing import Final, Literal

from appliance.safety import hard_limits
from appliance.safety.constraint import Reason
from appliance.safety.sample import State
from appliance.safety.trip import PauseReason, Trip, strongest
from appliance.treatment.dose import Dose
from appliance.treatment.pause import RESUME_AFTER_S, RESUME_BETWEEN_S, RESUME_TRY_S, Interruption, main_reason
from appliance.treatment.pedal import Pedal
from appliance.treatment.plan import LEAST_MA, TreatmentPlan, compare_contact
from appliance.treatment.ramp import slew

Outcome = Literal["completed", "stopped", "partial", "not_started", "fault"]
After = Literal["REVERSE", "PAUSED", "DONE"]
Verdict = Literal["seeking", "measuring", "good"]

STOP_S: Final = 1.8  # STOP reaches zero within 2 s
STOP_AGAIN_S: Final = 0.4  # a second press within 0.5 s
STING_S: Final = 0.5
PEDAL_ENDS_S: Final = 1.5  # held this long, the pedal ends the session
ZERO_WAIT_S: Final = 0.5  # for the measured current to vanish before K2 may move
OPEN_WAIT_S: Final = 0.035  # K1 has opened, its operate time and a tick long, before K2 may move (hardware design, 1)
RED_SWITCH_S: Final = 0.1  # its poles, and the chips that lose their power with it, do not open at once [D]
HELD_S: Final = 10.0  # a ramp that limits hold up this long is a HOLD
STEP_MA: Final = 1.0  # the patient's step
AFTER_RANK: Final[dict[After, int]] = {"REVERSE": 0, "PAUSED": 1, "DONE": 2}
RUNNING: Final = frozenset(("RAMP_UP", "HOLD", "RAMP_DOWN"))
ENERGISED: Final = frozenset(("CONTACT", "RAMP_UP", "HOLD", "RAMP_DOWN"))


@dataclass(slots=True)
class Seen:
    """What one tick tells the session."""

    t_ns: int = 0
    dt_s: float = 0.0
    trips: list[Trip] = field(default_factory=list)
    contact: Verdict = "seeking"
    contact_why: str | None = None
    contact_ohm: float | None = None  # the whole loop, once contact is good
    return_ma: float = 0.0
    at_zero: bool = True  # return and source measured below 0.1 mA
    pedal: bool = False
    lease_alive: bool = False
    blocked: str | None = None  # an interlock that forbids energising now


class Session:
    """One daemon has one, for ever; `plan` is None between sessions."""

    def __init__(self) -> None:
        self.state: State = "SELF_TEST"
        self.since_ns = 0
        self.entries = 0  # a state that was left and entered again is a new one
        self.plan: TreatmentPlan | None = None
        self.id: str | None = None
        self.dose = Dose()
        self.base_ma = 0.0  # the ramp's value, before dither
        self.choice_ma = 0.0  # the patient's own choice
        self.reversed = False
        self.half_done = False
        self.drier: Reason | None = None  # than in earlier sessions: why the plan is shorter, or was not begun
        self.outcome: Outcome | None = None
        self.reason: str | None = None
        self.codes: list[str] = []  # of FAULT
        self.by_red_switch = False  # it began the FAULT; what it takes by wire is then no fault of its own
        self.pedal = Pedal()
        self.resuming = False
        self.ramped_up = False  # the permit is spent
        self.contact_s = 0.0
        self._fall_ma_per_s = 0.0
        self._after: After = "DONE"
        self._stops = 0
        self._lowered = False  # since the last ramp: tries that find no hands lower no further
        self._away = Interruption()
        self._zero_since_ns: int | None = None
        self._t_ns = 0

    # ------------------------------------------------------------ what it wants

    @property
    def energise(self) -> bool:
        """Whether ENABLE may be on."""
        return self.state in ENERGISED

    @property
    def active(self) -> bool:
        """Whether a session is under way."""
        return self.plan is not None and self.state not in ("IDLE", "DONE", "FAULT", "SELF_TEST")

    @property
    def goal_ma(self) -> float:
        """Where the ramp should go, before any limit."""
        return self.choice_ma if self.state in ("RAMP_UP", "HOLD") else 0.0

    @property
    def stopping(self) -> bool:
        """Whether current fades towards an end."""
        return self.state == "RAMP_DOWN" and self._after != "REVERSE"

    def ramp(self, allowed_ma: float, dt_s: float) -> None:
        """Move the base towards what the limits allow. Energised states only; else it is zero."""
        if self.state not in RUNNING:
            self.base_ma = 0.0
            return
        plan = self.plan
        up = plan.ramp_ma_per_s if plan is not None else 0.0
        down = self._fall_ma_per_s if self.state == "RAMP_DOWN" else hard_limits.RAMP_DOWN_MA_PER_S
        self.base_ma = slew(self.base_ma, allowed_ma, up, down, dt_s)

    @property
    def pause(self) -> PauseReason | None:
        """Why it is interrupted; None when it is not."""
        return self._away.reason

    @property
    def away_left_s(self) -> float:
        """Until an interrupted session ends by itself."""
        return self._away.left_s(self._t_ns)

    @property
    def remaining_s(self) -> float:
        """Treatment time still to go: to the plan's end or, at the current of now, to the charge ceiling."""
        plan = self.plan
        if plan is None:
            return 0.0
        current_ma = max(LEAST_MA, self.base_ma if self.state == "HOLD" else self.choice_ma)
        by_charge_s = (plan.limits.charge_mc - self.dose.charge_mc) / current_ma
        return max(0.0, min(plan.duration_s - self.dose.elapsed_s, by_charge_s))

    @property
    def half_left_s(self) -> float:
        """To where as much time lies behind as is still to go, however often the current was changed."""
        return (self.remaining_s - self.dose.elapsed_s) / 2.0

    # ------------------------------------------------------------ commands

    def self_test_passed(self) -> None:
        """SELF_TEST → IDLE."""
        if self.state == "SELF_TEST":
            self._enter("IDLE")

    def start(self, session_id: str, plan: TreatmentPlan) -> bool:
        """IDLE → ARMED with a plan that has passed its limits. False when the state does not allow it."""
        if self.state != "IDLE":
            return False
        self.id, self.plan = session_id, plan
        self.dose = Dose()
        self.choice_ma = plan.set_ma
        self.reversed = plan.polarity == "fixed_reversed"
        self.half_done = self.resuming = self.ramped_up = False
        self.outcome = self.reason = self.drier = None
        self.contact_s = 0.0
        self._stops = 0
        self._away.end()
        self.pedal.forget()
        self._enter("ARMED")
        return True

    def begin(self, *, lease_alive: bool, blocked: str | None) -> bool:
        """A touch in ARMED, where touch may begin."""
        plan = self.plan
        if self.state != "ARMED" or plan is None or not lease_alive or blocked is not None:
            return False
        if plan.limits.needs_pedal and not plan.someone_beside:
            return False
        self._enter_contact(resuming=False)
        return True

    def stop(self) -> None:
        """STOP: from anywhere, by anyone, idempotent."""
        if not self.active:
            return
        self._stops += 1
        if self.state in RUNNING:
            self._fade("DONE", STOP_S if self._stops == 1 else STOP_AGAIN_S, "stopped", "stop")
        else:
            self._finish("stopped", "stop")

    def refuse(self, reason: str) -> None:
        """ARMED → IDLE: something that must be there before any current is not."""
        if self.state == "ARMED":
            self._not_started(reason)

    def stings(self) -> bool:
        """'It stings': to zero in 0.5 s, and only a person leads back."""
        if self.state in RUNNING:
            self._pause("stings", STING_S)
        elif self.state == "CONTACT":
            self._pause("stings", 0.0)
        elif self.state in ("REVERSE", "PAUSED"):
            self._enter_paused("stings")
        else:
            return False
        return True

    def resume(self, *, lease_alive: bool, blocked: str | None) -> bool:
        """PAUSED → CONTACT by a person, under a live lease."""
        if self.state != "PAUSED" or not lease_alive or blocked is not None or self._turning:
            return False
        if self._away.lowers and not self._lowered:
            self._lowered = True
            self.choice_ma = max(LEAST_MA, self.choice_ma - STEP_MA)
        self._enter_contact(resuming=True)
        return True

    def adjust(self, steps: int) -> bool:
        """The patient's own choice, 1 mA a step, within what the plan allows."""
        plan = self.plan
        if plan is None or self.state not in ("RAMP_UP", "HOLD", "CONTACT", "PAUSED", "REVERSE"):
            return False
        wanted_ma = self.choice_ma + steps * STEP_MA
        bounded_ma = min(plan.max_ma, max(LEAST_MA, wanted_ma))
        changed = bounded_ma != self.choice_ma
        self.choice_ma = bounded_ma
        return changed

    def acknowledge(self) -> bool:
        """DONE was read → IDLE; FAULT was read → SELF_TEST (which must pass before IDLE)."""
        if self.state == "DONE":
            self._enter("IDLE")
        elif self.state == "FAULT":
            self._enter("SELF_TEST")
        else:
            return False
        self.plan = None
        self.id = None
        self.codes = []
        self.by_red_switch = self.reversed = False
        return True

    # ------------------------------------------------------------ one tick

    def step(self, seen: Seen) -> None:
        """Look at one tick. What flowed until now is accounted; then trips; then what the state waits for."""
        self._t_ns = seen.t_ns
        self.pedal.see(seen.t_ns, pressed=seen.pedal)
        if self.energise:
            treating, holding = self.state in RUNNING, self.state == "HOLD"
            self.dose.add(seen.return_ma, seen.dt_s, treating=treating, holding=holding)
        if seen.trips:
            self._react(seen.trips)
        if self.state in RUNNING:
            self._run()
        elif self.state == "CONTACT":
            self._contact(seen)
        elif self.state == "REVERSE":
            self._reverse(seen)
        elif self.state == "PAUSED":
            self._paused(seen)
        elif self.state == "ARMED":
            self._armed(seen)

    def _react(self, trips: list[Trip]) -> None:
        trip = strongest(trips)
        if trip.reaction == "CUT":
            self.fault([t.code for t in trips if t.reaction == "CUT"])
        elif not self.energise:
            return
        elif trip.reaction == "PAUSE" and trip.pause is not None:
            also_falls = any(t.reaction == "RAMP_DOWN" for t in trips)  # a weak current falls faster so
            fade_s = min(trip.fade_s, self._planned_fall_s) if also_falls else trip.fade_s
            self._pause(main_reason([t.pause for t in trips], trip.pause), fade_s)
        elif self.state == "CONTACT":
            self._pause("operator_lost", 0.0)
        else:
            self._fade("PAUSED", self._planned_fall_s, None, None, "operator_lost")

    def fault(self, codes: list[str]) -> None:
        """CUT: zero, open, kick withheld, from any state."""
        for code in codes:
            if code not in self.codes:
                self.codes.append(code)
        if self.state == "FAULT":
            self.by_red_switch = self.by_red_switch or ("E401" in codes and self._for_s() <= RED_SWITCH_S)
            return
        self.by_red_switch = "E401" in codes
        if self.active:
            self.outcome, self.reason = "fault", codes[0]
        self._enter("FAULT")

    def _armed(self, seen: Seen) -> None:
        """Wait for the pedal: seen released, pressed, released, so that it is proved every time."""
        if self._for_s() >= hard_limits.ARMED_S:
            self._not_started(seen.blocked or "armed_timeout")
            return
        plan = self.plan
        if plan is None or not plan.limits.needs_pedal:
            return
        if self.pedal.let_go and seen.lease_alive and seen.blocked is None:
            self._enter_contact(resuming=False)

    def _contact(self, seen: Seen) -> None:
        self.contact_s += seen.dt_s
        if seen.contact == "good":
            self._found(seen.contact_ohm)
        elif self.contact_s >= hard_limits.CONTACT_TOTAL_S:
            self._give_up(seen.contact_why or "contact_timeout")
        elif not self.resuming:
            if self._for_s() >= hard_limits.CONTACT_S:
                self._not_started(seen.contact_why or "contact_timeout")
        elif self.away_left_s <= 0.0:
            self._finish("partial", "pause_timeout")
        elif self._for_s() >= RESUME_TRY_S:
            self._enter_paused(self.pause or "contact_lost")

    def _found(self, contact_ohm: float | None) -> None:
        """Contact is good. The first of a session is compared with earlier ones; later ones have softened skin."""
        if self.plan is not None and not self.ramped_up:
            self.plan, self.drier = compare_contact(self.plan, contact_ohm)
            if self.plan.duration_s <= 0.0:
                self._not_started("E703")
                return
        self.ramped_up = True
        self._away.end()
        self._enter("RAMP_UP")

    def _run(self) -> None:
        plan = self.plan
        if plan is None:
            self.fault(["E410"])
            return
        if self.state == "RAMP_DOWN":
            if self.base_ma <= 0.0:
                self._faded()
            return
        fall_s = self._planned_fall_s
        fall_mc = 0.5 * self.base_ma * fall_s
        if plan.duration_s - self.dose.elapsed_s <= fall_s:
            self._fade("DONE", fall_s, "completed", "time")
        elif plan.limits.charge_mc - self.dose.charge_mc <= fall_mc:
            self._fade("DONE", fall_s, "completed", "charge")
        elif plan.reverses and not self.half_done and self.half_left_s <= fall_s:
            self._fade("REVERSE", fall_s, None, None)
        elif self.state == "RAMP_UP" and self._settled():
            self._enter("HOLD")

    def _settled(self) -> bool:
        """At the patient's choice, or held below it by limits for longer than the ramp would have needed."""
        if self.plan is None or self.base_ma >= self.choice_ma:
            return True
        return self._for_s() >= self.choice_ma / self.plan.ramp_ma_per_s + HELD_S

    def _reverse(self, seen: Seen) -> None:
        """Zero → open → 25 ms → measured zero → K2 → dwell → CONTACT."""
        if seen.pedal or not seen.lease_alive or seen.blocked is not None:
            self._enter_paused("pedal" if seen.pedal else "tray" if seen.blocked else "operator_lost")
        elif self._zero_since_ns is None:
            if self._for_s() >= OPEN_WAIT_S and seen.at_zero:
                self._zero_since_ns = seen.t_ns
                self.reversed = not self.reversed
                self.half_done = True
            elif self._for_s() >= ZERO_WAIT_S:
                self.fault(["E303"])
        elif not self._turning:
            self._away.note("contact_lost")
            self._enter_contact(resuming=True)

    def _paused(self, seen: Seen) -> None:
        if self.away_left_s <= 0.0:
            self._finish("partial", "pause_timeout")
            return
        if self.pedal.held_s >= PEDAL_ENDS_S:
            self._finish("stopped", "pedal_held")
            return
        if not self._away.by_person and not seen.lease_alive:
            self._away.note("operator_lost")
        elif not self._away.by_person and seen.blocked is not None:  # a tray, a tick after its loop or at any time
            self._away.note("tray")
        if seen.blocked is not None or self._turning:
            return
        if self.pedal.let_go:
            self.resume(lease_alive=seen.lease_alive, blocked=seen.blocked)
        elif not self._away.by_person and not seen.pedal and seen.lease_alive:
            waited_s = RESUME_BETWEEN_S if self.resuming else RESUME_AFTER_S
            if self._for_s() >= waited_s:
                self._enter_contact(resuming=True)

    @property
    def _planned_fall_s(self) -> float:
        return self.base_ma / hard_limits.RAMP_DOWN_MA_PER_S

    @property
    def _turning(self) -> bool:
        """The direction has just changed: zero lasts its second, whatever interrupts it meanwhile."""
        zero_ns = self._zero_since_ns
        return zero_ns is not None and (self._t_ns - zero_ns) / 1e9 < hard_limits.REVERSAL_DWELL_S

    # ------------------------------------------------------------ transitions

    def _for_s(self) -> float:
        return (self._t_ns - self.since_ns) / 1e9

    def _enter(self, state: State) -> None:
        self.state = state
        self.entries += 1
        self.since_ns = self._t_ns
        if state == "RAMP_UP":
            self.base_ma = 0.0
            self.resuming = self._lowered = False
        elif state not in RUNNING:
            self.base_ma = 0.0

    def _enter_contact(self, *, resuming: bool) -> None:
        self.resuming = resuming
        if resuming:
            self._away.begin(self._t_ns)
        self._enter("CONTACT")

    def _enter_paused(self, reason: PauseReason) -> None:
        self._away.note(reason)
        self._away.begin(self._t_ns)
        self.pedal.forget()
        self._enter("PAUSED")

    def _pause(self, reason: PauseReason, fade_s: float) -> None:
        """A pause from an energised state; before the first RAMP_UP it leads back to ARMED, where a person begins."""
        if self.state == "CONTACT" and not self.ramped_up:
            self.pedal.forget()
            self._enter("ARMED")
        elif self.state == "CONTACT":
            self._enter_paused(reason)
        elif fade_s > 0.0:
            self._fade("PAUSED", fade_s, None, None, reason)
        elif self.state == "RAMP_DOWN" and self._after == "DONE":
            self._faded()
        else:
            self._enter_paused(reason)

    def _fade(
        self, after: After, in_s: float, outcome: Outcome | None, reason: str | None, pause: PauseReason | None = None
    ) -> None:
        """RAMP_DOWN towards `after`. A fade under way is only ever made faster, and its end only ever more final."""
        rate = self.base_ma / in_s if in_s > 0.0 else 1e9
        if self.state != "RAMP_DOWN":
            self._fall_ma_per_s, self._after = rate, after
            self.outcome, self.reason = outcome, reason
            if pause is not None:
                self._away.note(pause)
            self._enter("RAMP_DOWN")
            return
        self._fall_ma_per_s = max(self._fall_ma_per_s, rate)
        if AFTER_RANK[after] > AFTER_RANK[self._after]:
            self._after = after
            self.outcome, self.reason = outcome, reason
        if pause is not None:
            self._away.note(pause)

    def _faded(self) -> None:
        if self._after == "DONE":
            self._finish(self.outcome or "stopped", self.reason or "stop")
        elif self._after == "PAUSED":
            self._enter_paused(self.pause or "contact_lost")
        else:
            self._zero_since_ns = None
            self._enter("REVERSE")

    def _finish(self, outcome: Outcome, reason: str) -> None:
        self.outcome, self.reason = outcome, reason
        self._enter("DONE")

    def _not_started(self, reason: str) -> None:
        self.outcome, self.reason = "not_started", reason
        self.plan = None
        self._enter("IDLE")

    def _give_up(self, reason: str) -> None:
        if self.ramped_up:
            self._finish("partial", reason)
        else:
            self._not_started(reason)
