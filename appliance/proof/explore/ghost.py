"""What has happened so far, kept beside the machine by its own reading of inputs: who asked, what passed, how long.

The machine has fields for most of this; an invariant that asked them would believe the one it is to judge. It must
never be read by the machine.
"""

from typing import Final

from appliance.link.messages import Acknowledge, Begin, Command, Pause, Resume, Role, Stop
from appliance.safety import hard_limits
from appliance.safety.sample import Sample, State
from appliance.treatment.session import RUNNING, Session

Asked = list[tuple[Role, Command]]

TICK_NS: Final = 5_000_000
NO_SESSION: Final = frozenset(("SELF_TEST", "IDLE", "DONE", "FAULT"))
HELD_TICKS: Final = 2  # of a pedal or a tray, before it counts (safety design)
STOP_NS: Final = 2_000_000_000
STOP_AGAIN_NS: Final = 500_000_000
SLACK_NS: Final = 2 * TICK_NS
LEASE_NS: Final = round(hard_limits.LEASE_S * 1e9)
RED_SWITCH_NS: Final = 100_000_000
DWELL_NS: Final = round(hard_limits.REVERSAL_DWELL_S * 1e9)
PAUSED_NS: Final = round(hard_limits.PAUSED_S * 1e9)
CONTACT_NS: Final = round(hard_limits.CONTACT_TOTAL_S * 1e9)
# Who may release a fault (safety design): a kiosk what a person did or one late tick; the rest needs a technician.
KIOSK_CODES: Final = frozenset(("E401", "E408"))
WITH_RED_SWITCH: Final = frozenset(("E402", "E404", "E405"))  # which it takes with it by wire


class Ghost:
    """History of one run of the machine."""

    def __init__(self) -> None:
        self.tested = False  # since power came or the last FAULT
        self.acknowledged = True  # since the last FAULT, by a role that may
        self.red_switch = False  # pushed as the last FAULT began, so that what it takes by wire is its own
        self.fault_ns = 0
        self.permit = False  # this session's start was allowed
        self.person = False  # a person began, since ARMED
        self.good = False  # the probe found contact good in this tick
        self.needs_person = False  # a person interrupted; only a person may lead back
        self.stopped = False  # STOP in this session
        self.pedal_at = 0  # 1 seen released, 2 then pressed; in ARMED and in PAUSED
        self.pedal_read = False  # the last reading, and for how many ticks
        self.pedal_ticks = 0
        self.held_ticks = 0
        self.tray_ticks = 0
        self.trays_open_ticks = 0
        self.trays_proved = False  # seen out since the last treatment, or since power came
        self.stop_by_ns: int | None = None
        self.zero_by_ns: int | None = None
        self.contact_ns = 0
        self.away_ns = 0
        self.sessions = 0
        self.recording: str | None = None  # whose start was told, and whose end was not
        self.flowed_reversed: bool | None = None  # in which direction the output last closed in this session
        self.reset_ticks = 0  # that LATCH_RESET may still be pulsed
        self.ramp_since_ns = 0
        self.heard_ns = 0  # from the operator's screen, last
        self.silent_at_ma = 0.0  # the set when that had been too long ago

    def commands(self, asked: Asked, was: State, codes: list[str]) -> None:
        """What people and programs asked for in this tick."""
        for role, command in asked:
            if isinstance(command, Acknowledge) and was == "FAULT":
                may = KIOSK_CODES | WITH_RED_SWITCH if self.red_switch else KIOSK_CODES
                self.acknowledged = role == "technician" or may.issuperset(codes)
            elif isinstance(command, Pause) and was in (*RUNNING, "CONTACT", "REVERSE", "PAUSED"):
                self.needs_person = True
        if was not in NO_SESSION and any(isinstance(command, Stop) for _, command in asked):
            self.stopped = True

    def switch(self, was: State, state: State, now_ns: int, *, pushed: bool) -> None:
        """The red switch, whose poles do not open at once."""
        if state == "FAULT" != was:
            self.fault_ns, self.red_switch = now_ns, False
        if state == "FAULT" and pushed and now_ns - self.fault_ns <= RED_SWITCH_NS:
            self.red_switch = True

    def new_session(self, *, allowed: bool) -> None:
        """A start was accepted. `allowed`: whether it had every right to be."""
        self.sessions += 1
        self.permit = allowed
        self.needs_person = self.stopped = False
        self.contact_ns = self.away_ns = 0
        self.flowed_reversed = None
        self.stop_by_ns = self.zero_by_ns = None
        self.reset_ticks = 2

    def flows_the_same_way(self, *, reversed_: bool) -> bool:
        """Whether an output that closes now is of the direction that it had in this session before."""
        before, self.flowed_reversed = self.flowed_reversed, reversed_
        return before in (None, reversed_)

    def trays(self, *, out: bool, treated: bool) -> None:
        """Whether their switches were seen to open since treatment time last counted."""
        self.trays_open_ticks = self.trays_open_ticks + 1 if out else 0
        self.trays_proved = (self.trays_proved or self.trays_open_ticks >= HELD_TICKS) and not treated

    def screen(self, now_ns: int, *, heard: bool) -> None:
        """Whether the operator's screen was heard of in this tick."""
        if heard:
            self.heard_ns = now_ns

    def silent(self, now_ns: int) -> bool:
        """Whether the screen has been silent for longer than its lease."""
        return now_ns - self.heard_ns > LEASE_NS

    def persons(self, asked: Asked, was: State, session: Session, s: Sample, *, written: bool) -> None:
        """Whether a person began, interrupted or led back in this tick."""
        self.pedal_ticks = self.pedal_ticks + 1 if s.pedal == self.pedal_read else 1
        self.pedal_read = s.pedal
        ready = not s.lease_lost and not s.tray_out
        touched = any(isinstance(command, Resume if was == "PAUSED" else Begin) for _, command in asked)
        released = False
        if was in ("ARMED", "PAUSED"):
            released = self._pedal(s.pedal) and ready
        if was == "ARMED" and session.plan is not None and written:
            limits = session.plan.limits
            touch = touched and ready and (session.plan.someone_beside or not limits.needs_pedal)
            self.person = touch or (released and limits.needs_pedal)
        elif was == "PAUSED" and ready and (touched or released):
            self.needs_person = False
        self._interruptions(was, s)

    def _pedal(self, pressed: bool) -> bool:
        """True when it was released, pressed and released again, each for as long as counts."""
        if self.pedal_ticks < HELD_TICKS:
            return False
        if self.pedal_at == 0:
            self.pedal_at = 0 if pressed else 1
        elif self.pedal_at == 1:
            self.pedal_at = 2 if pressed else 1
        elif not pressed:
            self.pedal_at = 1
            return True
        return False

    def _interruptions(self, was: State, s: Sample) -> None:
        self.held_ticks = self.held_ticks + 1 if s.pedal and s.enabled else 0
        self.tray_ticks = self.tray_ticks + 1 if s.tray_out and s.enabled else 0
        if self.held_ticks >= HELD_TICKS or self.tray_ticks >= HELD_TICKS or (s.lease_lost and s.enabled):
            self.needs_person = True
        if (was == "REVERSE" and (s.pedal or s.tray_out or s.lease_lost)) or (was == "PAUSED" and s.lease_lost):
            self.needs_person = True

    def entered(self, was: State, session: Session, now_ns: int, *, pressed: bool, again: bool) -> None:
        """A state was left or entered; `again`: left and entered anew."""
        state = session.state
        if state == "FAULT":
            self.tested = self.acknowledged = False
        if state == was and not again:
            return
        if state in ("ARMED", "PAUSED"):
            self.pedal_at = 0 if pressed or self.pedal_ticks < HELD_TICKS else 1
        if state == "ARMED":
            self.person = self.needs_person = False
        elif state == "RAMP_UP":
            self.ramp_since_ns = now_ns

    def time(self, was: State, session: Session, dt_ns: int) -> None:
        """How long it took."""
        if was == "CONTACT":
            self.contact_ns += dt_ns
        if was == "PAUSED" or (was == "CONTACT" and session.resuming):
            self.away_ns += dt_ns
        elif was in RUNNING:
            self.away_ns = 0

    def deadlines(self, asked: Asked, was: State, now_ns: int) -> None:
        """When a stop must have been obeyed."""
        for _, command in asked:
            if isinstance(command, Stop) and was in (*RUNNING, "CONTACT"):
                again = self.stop_by_ns is not None
                by_ns = now_ns + (STOP_AGAIN_NS if again else STOP_NS)
                self.stop_by_ns = by_ns if self.stop_by_ns is None else min(self.stop_by_ns, by_ns)

    def must_be_zero(self, by_ns: int) -> None:
        """A trip was spoken: its reaction ends by then."""
        self.zero_by_ns = by_ns if self.zero_by_ns is None else min(self.zero_by_ns, by_ns)

    def is_zero(self) -> None:
        """The output is open and set to nothing."""
        self.stop_by_ns = self.zero_by_ns = None
