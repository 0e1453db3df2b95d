"""Compares each tick with the invariants: what was put out, how the state changed, how long things took.

It only reads the machine and its board; it must never change what the next tick sees.
"""

from typing import TYPE_CHECKING, Final

from appliance.proof.explore.amounts import DITHER, check_amounts, check_times
from appliance.proof.explore.board import Write
from appliance.proof.explore.ghost import DWELL_NS, SLACK_NS
from appliance.safety import hard_limits
from appliance.safety.sample import State
from appliance.treatment.session import RUNNING

if TYPE_CHECKING:
    from appliance.proof.explore.machine import Machine

RESTING: Final = frozenset(("IDLE", "ARMED", "REVERSE", "PAUSED", "DONE", "FAULT"))


class Before:
    """How it stood before the tick."""

    def __init__(self) -> None:
        self.state: State = "SELF_TEST"
        self.entries = 0
        self.code = 0
        self.to_patient = False
        self.elapsed_s = 0.0
        self.codes: list[str] = []
        self.id: str | None = None
        self.latch_set = False
        self.bus_lost = False
        self.written = True


class Watch:
    """Looks before and after each tick."""

    def __init__(self, machine: "Machine") -> None:
        self._m = machine
        self._check = machine.checks
        self.was = Before()

    def before(self) -> None:
        """Remember what the tick may change."""
        m, was = self._m, self.was
        session, board = m.daemon.session, m.board
        was.state, was.entries, was.id = session.state, session.entries, session.id
        was.code, was.to_patient, was.latch_set = board.set_code, board.to_patient, board.latch_set
        was.elapsed_s = session.dose.elapsed_s
        was.codes = session.codes
        was.bus_lost = m.daemon.bus_lost
        was.written = m.desk.written

    def after(self, dt_ns: int) -> None:
        """Bring the history up to date, then check.

        Raises:
            Violated: an invariant does not hold.
        """
        m, was, ghost = self._m, self.was, self._m.ghost
        session, s = m.daemon.session, m.daemon.sample
        now_ns = s.t_ns
        asked = m.asked
        ghost.time(was.state, session, dt_ns)
        if asked:
            if session.id not in (None, was.id):
                self._check("no_start_before_the_trays_are_proved", ghost.trays_proved, f"{session.id} was started")
                ghost.new_session(allowed=m.allowed)
            ghost.commands(asked, was.state, was.codes)
            ghost.deadlines(asked, was.state, now_ns)
        ghost.switch(was.state, session.state, now_ns, pushed=m.world.e_stop)
        ghost.trays(out=s.tray_out, treated=session.dose.elapsed_s > was.elapsed_s)
        ghost.screen(now_ns, heard=m.world.screen_alive or session.id not in (None, was.id))
        ghost.persons(asked, was.state, session, s, written=m.desk.written)
        ghost.good = was.state == "CONTACT" and m.world.verdict == "good"
        if m.clients.reports:
            ghost.tested = ghost.tested or m.clients.reports[-1]
        ghost.entered(was.state, session, now_ns, pressed=s.pedal, again=session.entries != was.entries)
        for write in m.board.writes:
            self._write(write)
        self._output()
        self._session()
        check_amounts(m, was.code, dt_ns)
        check_times(m)
        ghost.reset_ticks = max(0, ghost.reset_ticks - 1)

    # ------------------------------------------------------------ single writes

    def _write(self, write: Write) -> None:
        m, state = self._m, self._m.daemon.session.state
        if write.name == "reverse":
            self._polarity(write)
        elif write.name == "enable" and write.value and not write.enabled and not m.board.dummy:
            at_zero = write.set_code == 0 and write.compliance_code == 0
            self._check("closes_at_zero", at_zero, f"ENABLE closed at code {write.set_code}")
            same = m.ghost.flows_the_same_way(reversed_=write.reversed)
            found = f"the other way after {write.for_ns / 1e9:.2f} s"
            waited = same or write.for_ns >= DWELL_NS or state == "SELF_TEST"
            self._check("the_other_direction_waits", waited, found)
        elif write.name in ("set", "compliance") and write.value and m.board.to_patient and state != "SELF_TEST":
            early = write.for_ns <= m.daemon.operate_ns
            self._check("closes_at_zero", not early, f"{write.name} rose {write.for_ns / 1e6:.0f} ms after ENABLE")
        elif write.name == "kick":
            self._check("kick_withheld_in_fault", state != "FAULT", "kicked")
        elif write.name == "latch_reset" and write.value:
            testing = "SELF_TEST" in (state, self.was.state)
            at_start = m.ghost.reset_ticks > 0 and (self.was.latch_set or m.ghost.reset_ticks == 1)
            self._check("latch_reset_only_in_self_test_or_at_start", testing or at_start, f"pulsed in {state}")

    def _polarity(self, write: Write) -> None:
        m = self._m
        if bool(write.value) == write.reversed or m.board.dummy:
            return
        at_zero = not write.enabled and write.set_code == 0 and write.compliance_code == 0
        rested = write.for_ns > m.daemon.operate_ns
        measured = self.was.state != "REVERSE" or m.world.lingers_ma < hard_limits.ZERO_MA
        found = f"K2 moved {write.for_ns / 1e6:.0f} ms after ENABLE changed, code {write.set_code}"
        self._check("polarity_moves_only_at_zero_and_open", at_zero and rested and measured, found)

    # ------------------------------------------------------------ the output as it stands

    def _output(self) -> None:
        m, check, ghost = self._m, self._check, self._m.ghost
        board, session = m.board, m.daemon.session
        state = session.state
        off = not board.enabled and board.set_code == 0 and board.compliance_code == 0
        if state in RESTING:
            pin_only = m.daemon.bus_lost or (state == "FAULT" and self.was.state != state)  # a CUT is by pin first
            quiet = off or (pin_only and not board.enabled)
            check("no_output_at_rest", quiet, f"{state}: ENABLE {board.enabled}, code {board.set_code}")
        if state == "SELF_TEST":
            safe = not board.to_patient or (board.set_code == 0 and board.compliance_code == 0)
            check("self_test_never_reaches_a_person", safe, f"code {board.set_code}")
        elif board.to_patient:
            self._energised()
        if off:
            ghost.is_zero()
        elif ghost.stopped and self.was.to_patient:
            rose = board.set_code > self.was.code + 2 * DITHER
            check("stop_reaches_zero", not rose, "the set rose after STOP")
        if ghost.stopped and not self.was.to_patient:
            check("stop_is_final_and_idempotent", not board.to_patient or state == "SELF_TEST", f"{state} after STOP")

    def _energised(self) -> None:
        m, check, ghost, board = self._m, self._check, self._m.ghost, self._m.board
        state = m.daemon.session.state
        written = m.desk.written
        found = _missing(permit=ghost.permit, ledger=written, person=ghost.person)
        check("no_energising_without_permission", not found, f"{state} without {found}")
        released = ghost.tested and ghost.acknowledged
        check("no_energising_after_fault_without_release", released, f"{state}: tested {ghost.tested}")
        if state in ("CONTACT", "RAMP_UP", "HOLD"):
            name = "no_return_after_a_persons_pause_without_a_person"
            check(name, not ghost.needs_person, f"{state}, and nobody asked for it")
        volts = m.scales.compliance_set_v(m.board.compliance_code)
        most_v = hard_limits.PROBE_VOLTS if state == "CONTACT" else hard_limits.VOLTS
        check("volts_never_above_a_ceiling", volts <= most_v + m.half_volt_code_v, f"{volts:.2f} V in {state}")
        on_s = board.on_ns / 1e9
        check("output_time_within_timer", on_s <= hard_limits.OUTPUT_TIME_S, f"on for {on_s:.0f} s")

    # ------------------------------------------------------------ the session's change

    def _session(self) -> None:
        m, was, check, ghost = self._m, self.was, self._check, self._m.ghost
        session = m.daemon.session
        state = session.state
        if state == "RAMP_UP" and was.state != "RAMP_UP":
            missing = _missing(permit=ghost.permit, person=ghost.person, contact=ghost.good, test=ghost.tested)
            came = was.state == "CONTACT"
            check("ramp_up_skips_nothing", came and not missing, f"from {was.state} without {missing or 'CONTACT'}")
        if state in RUNNING and was.state == state:
            constrained = m.daemon.run_now.chain is not None
            check("ramp_up_skips_nothing", constrained, f"{state} without the constraint chain")
        if state in ("IDLE", "ARMED") and was.state in ("SELF_TEST", "FAULT", "IDLE"):
            released = ghost.tested and ghost.acknowledged
            check("no_energising_after_fault_without_release", released, f"{state}, tested {ghost.tested}")
        if m.asked and was.id is not None and was.state not in ("IDLE", "DONE", "FAULT"):
            ended = was.state == "ARMED" and not was.written  # the ledger failed it, in this tick
            same = session.id == was.id or not session.active or ended
            check("two_starts_one_session", same, f"{was.id} became {session.id}")
        grew = session.dose.elapsed_s > was.elapsed_s
        flows = m.daemon.sample.return_ma >= hard_limits.ZERO_MA and was.state in RUNNING
        if was.state in RUNNING or grew:
            check("time_counts_only_with_current", flows or not grew, f"counted in {was.state}")
        for trip in m.daemon.seen.trips:
            self._trip(trip.reaction, trip.fade_s)
        self._recorded()
        self._blown()

    def _recorded(self) -> None:
        m, session, ghost, name = self._m, self._m.daemon.session, self._m.ghost, "each_session_is_recorded"
        for kind, told in m.clients.told:
            before, ghost.recording = ghost.recording, told if kind == "start" else None
            fits = before is None if kind == "start" else before == told
            self._check(name, fits, f"{kind} of {told} while {before or 'nothing'} is recorded")
        running = session.id if session.active else None
        self._check(name, ghost.recording == running, f"{running} runs, {ghost.recording or 'nothing'} is recorded")

    def _trip(self, reaction: str, fade_s: float) -> None:
        m = self._m
        self._check("every_trip_reaches_zero", m.off or reaction != "CUT", "still energised after a CUT")
        if m.off:
            return
        now_ns = m.clock.t_ns
        fall_s = fade_s
        if reaction == "RAMP_DOWN":
            fall_s = m.daemon.session.base_ma / hard_limits.RAMP_DOWN_MA_PER_S
        m.ghost.must_be_zero(now_ns + round(fall_s * 1e9) + (SLACK_NS if reaction != "CUT" else 0))

    def _blown(self) -> None:
        m, world = self._m, self._m.world
        raised = world.breaks in ("poll", "sense") or world.bus == "reads_fail"
        if raised and not self.was.bus_lost:
            cut = not m.board.enabled and m.daemon.session.state == "FAULT"
            self._check("exceptions_cut", cut, f"{m.daemon.session.state} after an exception")


def _missing(**needed: bool) -> str:
    return " and ".join(name for name, there in needed.items() if not there)
