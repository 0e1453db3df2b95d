"""The loop: compliance regulator, limiter, high-side switch, relays, patient, sink; solved between events.

Exponential integrator: the current is imposed in regulation (each skin then has a closed form over the whole step) or
follows from the volts when something limits it (two skins behind one resistance, closed form, small steps after an
edge). The skin's resistance is frozen per step. It never decides anything: it tells when a comparator tripped.
Where it is simpler than reality is listed in `appliance.sim`.
"""

import math
from typing import Final

from appliance.config import Board
from appliance.sim.felt import Felt
from appliance.sim.history import NO_SKINS
from appliance.sim.leaks import Ends, Flow
from appliance.sim.patient import Patient
from appliance.sim.steps import LIMITED, OPEN, REGULATED, Steps
from appliance.sim.tolerances import Parts
from appliance.units import NS_PER_S

FIRST_STEP_S: Final = 2e-6  # after a make, break or relay edge; at most 5 us
STEP_GROWTH: Final = 1.5
EDGE_STEP_S: Final = 100e-6  # steps grow to this while the sink is coming back
STEADY_STEP_S: Final = 2e-3  # and to this while the volts alone limit
MOVING_STEP_S: Final = 1e-3  # area moves in steps of this at most
LONGEST_STEP_S: Final = 12e-3  # two ticks and a little: motion and softening follow the skin's state
NEAR_TRIP: Final = 0.97  # of the lower threshold: below it nobody needs to watch the comparators
FUSE_SHARE: Final = 2.0  # [B] 0451.062: five seconds at twice its rating
FUSE_S: Final = 5.0
SURE_V: Final = 0.5  # spare volts beyond which regulation holds until the next look


class Circuit(Steps):
    """State at `t_ns`. Whoever changes an input first solves to now, then calls `rewire`."""

    def __init__(self, board: Board, parts: Parts, patient: Patient, felt: Felt, t_ns: int, hum_phase: float) -> None:
        super().__init__(board, parts, patient, felt, t_ns, hum_phase)
        self._step_s = FIRST_STEP_S
        self._fuse_a = board.protect.fuse_ma * 1e-3
        self._fuse_s = 0.0
        self._worst_v = math.inf  # most volts that the loop will need at this set; inf = not known

    # ------------------------------------------------------------ inputs changed

    def rewire(self) -> None:
        """An input changed at `t_ns`: small steps again, unless the loop stays in regulation."""
        self.sure = False
        self.patient.update(self.t_ns)
        if self.mode == REGULATED:
            if self.closed and self._fits():
                return
            self.sink.follow(self.current_a)
        if not (self.out_ok or self.clamp_open):
            self.sink.clamp()
        closed = self.closed
        self.mode = LIMITED if closed else OPEN
        self._step_s = FIRST_STEP_S
        self.quiet = not closed and self._quiet_open()
        if not closed:
            self._flow(0.0, 0.0)

    def set_current(self, dac_v: float) -> None:
        """DAC1 moved. In regulation this is one closed step."""
        self.set_dac_v = dac_v
        self.sink.set_v = dac_v * self.parts.set_divider
        if self.mode != REGULATED or not self._fits():
            self.rewire()

    def aim(self, to_v: float) -> None:
        """The compliance regulator gets another target."""
        self.compliance_to_v = to_v
        self.quiet = self.quiet and self.mode != LIMITED
        self.sure = self.mode == REGULATED and self._is_sure()

    def _fits(self) -> bool:
        """After a change of the set: is it within the volts and the limiter? Then regulation simply goes on."""
        set_a = self.sink.set_a
        if self.sink.shorted or self._leaky or set_a > self._limit_a:
            return False
        fixed_v = set_a * self._loop_ohm()
        self._worst_v = math.inf
        if not self.dummy:
            patient, sign = self.patient, self.polarity
            fixed_v += sign * (patient.left.e_v + patient.right.e_v)
            v1, end_1, _, v2, end_2, _ = patient.settling(set_a, sign)
            if fixed_v + v1 + v2 > self.compliance_v:
                return False
            self._worst_v = fixed_v + (v1 if v1 > end_1 else end_1) + (v2 if v2 > end_2 else end_2)
        elif fixed_v > self.compliance_v:
            return False
        self.current_a = set_a
        self.source_a = self._source_a(set_a)
        self.quiet = self._quiet(set_a)
        self.sure = self._is_sure()
        return True

    def _is_sure(self) -> bool:
        """In regulation: whether the volts are enough by far, on their way too, and no comparator is near."""
        now_v, to_v = self.compliance_v, self.compliance_to_v
        return self.quiet and (now_v if now_v < to_v else to_v) - self._worst_v > SURE_V

    # ------------------------------------------------------------ solving

    def solve(self, to_ns: int) -> bool:
        """Solve up to `to_ns`; stops and returns True at the instant at which a comparator trips."""
        while self.t_ns < to_ns:
            if self._advance((to_ns - self.t_ns) / NS_PER_S, to_ns):
                return True
        return False

    def _advance(self, dt_s: float, to_ns: int) -> bool:
        """One step of at most `dt_s`; True when a comparator's output changed to 'over' at its end."""
        patient = self.patient
        moving = patient.moving_until_ns + _MOVED_NS > self.t_ns
        if moving and self._driven:
            dt_s = min(dt_s, MOVING_STEP_S)
        if self.mode == OPEN:
            seen_v = self._comparator_v(0.0, self.source_a)
            dt_s = self.comparators.cut(*seen_v, dt_s if self.quiet else min(dt_s, EDGE_STEP_S))
            end_ns = self._end(dt_s, to_ns)
            patient.update(end_ns)
            self._rest(dt_s, end_ns)
            if self.mode == OPEN and self.closed:
                self.rewire()
        else:
            patient.update(self.t_ns)
            if moving and not self.closed:
                self.rewire()
                return False
            if self._leaky:
                self._leaking(dt_s, to_ns)
            elif self.mode == REGULATED:
                self._regulated(dt_s if dt_s < LONGEST_STEP_S else LONGEST_STEP_S, to_ns)
            else:
                self._limited(dt_s, to_ns)
        return not (self.quiet and self.mode == REGULATED) and self.comparators.newly_over()

    def _regulated(self, dt_s: float, to_ns: int) -> None:
        """The sink imposes the set: each skin has a closed form. Falls back to LIMITED when the volts run out."""
        if self.dummy:
            self._regulated_dummy(dt_s, to_ns)
            return
        patient, sign = self.patient, self.polarity
        left, right = patient.left, patient.right
        set_a = self.sink.set_a
        loop_a = set_a + self._drain_a()
        through_a = loop_a * sign
        source_a = self._source_a(loop_a)
        if not self.quiet:
            dt_s = self.comparators.cut(*self._comparator_v(set_a, source_a), dt_s)
        skins = v1, end_1, tau_1_ns, v2, end_2, tau_2_ns = patient.settling(loop_a, sign)
        if patient.softened:
            dt_s = min(dt_s, max(tau_1_ns / NS_PER_S, FIRST_STEP_S), max(tau_2_ns / NS_PER_S, FIRST_STEP_S))
        end_ns = self._end(dt_s, to_ns)
        dt_ns = end_ns - self.t_ns
        dt_s = dt_ns / NS_PER_S
        new_1 = end_1 + (v1 - end_1) * math.exp(-dt_ns / tau_1_ns)
        new_2 = end_2 + (v2 - end_2) * math.exp(-dt_ns / tau_2_ns)
        e_v = sign * (left.e_v + right.e_v)
        fixed_v = set_a * self._loop_ohm() + e_v
        next_v = self._supply_after(dt_s)
        if set_a > 0.0 and next_v < fixed_v + new_1 + new_2:  # a set of zero needs no volts
            if dt_s > 10.0 * FIRST_STEP_S:
                self._regulated(dt_s * 0.25, to_ns)
            else:
                self._lose_regulation(set_a, dt_s, to_ns)
            return
        left.v, right.v = sign * new_1, sign * new_2
        base_v = loop_a * patient.r_inst_ohm + e_v
        self._keep(end_ns, set_a, source_a, base_v, next_v, skins)
        self.current_a, self.source_a, self.patient_a = set_a, source_a, through_a
        self.load_v = base_v + new_1 + new_2
        through_ma = through_a * 1000.0
        patient.live(dt_s, through_ma)
        self.felt.volts = self.load_v
        self.felt.add(end_ns, dt_s, through_ma, through_ma, patient.area_cm2)
        if not self.quiet:
            self.quiet = self._quiet(set_a)
        self._worst_v = fixed_v + (end_1 if end_1 > new_1 else new_1) + (end_2 if end_2 > new_2 else new_2)
        self.sure = self._is_sure()

    def _regulated_dummy(self, dt_s: float, to_ns: int) -> None:
        """In regulation through the dummy load; a welded K1 lets the patient have a share."""
        set_a = self.sink.set_a
        through_a = set_a + self._drain_a()
        source_a = self._source_a(through_a)
        dt_s = self.comparators.cut(*self._comparator_v(set_a, source_a), dt_s)
        end_ns = self._end(dt_s, to_ns)
        dt_s = (end_ns - self.t_ns) / NS_PER_S
        next_v = self._supply_after(dt_s)
        if set_a * (self._board_ohm + self.parts.dummy_ohm) > next_v:
            self._lose_regulation(set_a, dt_s, to_ns)
            return
        self._beside_dummy(through_a, dt_s, end_ns)
        load_v = (through_a - abs(self.patient_a)) * self.parts.dummy_ohm
        self._keep(end_ns, set_a, source_a, load_v, next_v, NO_SKINS)
        self.current_a, self.source_a, self.load_v, self.dummy_a = set_a, source_a, load_v, through_a
        self.sure = self.quiet and self.compliance_to_v >= next_v

    def _limited(self, dt_s: float, to_ns: int, lost: bool = False) -> None:
        """Volts, limiter or a sink that is coming back decide. Small steps, growing."""
        sink = self.sink
        emf_v = self._emf()
        loop_ohm = self._loop_ohm()
        available_a = max(0.0, (self.compliance_v - emf_v) / loop_ohm)
        limit_a = min(available_a, self._limit_a)
        ceiling_a = sink.ceiling_a
        held = ceiling_a <= limit_a  # the sink itself decides
        if held and not lost and sink.settled(ceiling_a):
            self.mode = REGULATED
            self._worst_v = math.inf
            sink.follow(sink.set_a)
            self.current_a = sink.set_a
            self.quiet = self._quiet(sink.set_a)
            return
        start_a = min(ceiling_a, limit_a)
        steady = sink.saturated and start_a < sink.set_a
        still = steady and abs(self.compliance_to_v - self.compliance_v) < 0.2
        self._step_s = min(self._step_s, STEADY_STEP_S if still or sink.shorted else EDGE_STEP_S)
        dt_s = min(dt_s, self._step_s)
        if not held and not steady:
            dt_s = min(dt_s, max(sink.until_below(start_a), 1e-7))
        dt_s = self.comparators.cut(*self._comparator_v(start_a, self._source_a(start_a)), dt_s)
        end_ns = self._end(dt_s, to_ns)
        dt_s = (end_ns - self.t_ns) / NS_PER_S
        mean_a = sink.regulate(dt_s) if held else start_a
        by_volts = not held and start_a == available_a
        was = (self.patient.left.v, self.patient.right.v)
        self._charge(mean_a, self.compliance_v if by_volts else None, loop_ohm, dt_s, end_ns)
        next_v = self._supply_after(dt_s)
        end_a = max(0.0, min((next_v - self._emf()) / loop_ohm, self._limit_a, sink.ceiling_a))
        if steady and end_a > sink.set_a and dt_s > 2.5 * FIRST_STEP_S:
            self.patient.left.v, self.patient.right.v = was
            self._step_s = FIRST_STEP_S  # the crossing is sought with small steps
            return
        if not held:
            sink.integrate((start_a + end_a) * 0.5, dt_s)
        self._step_s *= STEP_GROWTH
        self._commit_limited(start_a, end_a, next_v, dt_s, end_ns)
        self.quiet = still and self._quiet(sink.set_a)

    def _commit_limited(self, start_a: float, end_a: float, next_v: float, dt_s: float, end_ns: int) -> None:
        """Write a limited step down."""
        before_v = self.load_v if self.current_a else self._emf() + start_a * self._outer_ohm()
        self.current_a = end_a
        self.source_a = self._source_a(end_a)
        self.load_v = self._emf() + end_a * self._outer_ohm()
        self._keep_straight(end_ns, start_a, end_a, before_v, next_v)
        self.sure = False
        self._feel(start_a, end_a, dt_s, end_ns)
        self._heat_fuse(start_a, dt_s)

    def _heat_fuse(self, current_a: float, dt_s: float) -> None:
        """F2 is a last resort: it holds its rating for ever."""
        if current_a > FUSE_SHARE * self._fuse_a:
            self._fuse_s += dt_s
            if self._fuse_s > FUSE_S:
                self.fuse_ok = False
                self.rewire()

    def _ends(self, sink_a: float) -> Ends:
        """The board as a load sees it."""
        return Ends(self.compliance_v, self._head_ohm, self._limit_a, sink_a, self._sense_ohm, self.tap_ohm)

    def _leaking(self, dt_s: float, to_ns: int) -> None:
        """A line leaks to 0 V: what the sink does not carry is felt all the same. Never counts as regulated."""
        sink = self.sink
        emf_v, outer_ohm = self._emf(), self._outer_ohm()
        start = self.leaks.flow(self._ends(sink.ceiling_a), emf_v, outer_ohm)
        held = start.sense_a >= sink.ceiling_a
        steady = sink.saturated or (held and sink.settled(sink.ceiling_a))
        self._step_s = min(self._step_s, STEADY_STEP_S if steady else EDGE_STEP_S)
        dt_s = self.comparators.cut(*self._leak_v(start), min(dt_s, self._step_s))
        self._step_s *= STEP_GROWTH
        end_ns = self._end(dt_s, to_ns)
        dt_s = (end_ns - self.t_ns) / NS_PER_S
        if held:
            sink.regulate(dt_s)
        else:
            sink.integrate(start.sense_a, dt_s)
        self._charge(start.load_a, start.drive_v, start.drive_ohm, dt_s, end_ns)
        next_v = self._supply_after(dt_s)
        self.comparators.move(*self._leak_v(start), dt_s)
        before_v = self.load_v
        end = self.leaks.flow(self._ends(sink.ceiling_a)._replace(supply_v=next_v), self._emf(), outer_ohm)
        self.current_a, self.source_a = end.sense_a, end.source_a
        self.load_v = self._emf() + end.load_a * outer_ohm
        sense_v = start.sense_a * self.parts.r_measure_ohm, end.sense_a * self.parts.r_measure_ohm
        self._note(end_ns, (*sense_v, start.source_a, end.source_a), before_v, next_v)
        self._feel(start.load_a, end.load_a, dt_s, end_ns)
        self._heat_fuse(start.source_a, dt_s)
        self.quiet = self.sure = False

    def _leak_v(self, flow: Flow) -> tuple[float, float]:
        """Volts at both comparators."""
        return self._comparator_v(flow.sense_a, flow.source_a)

    def _rest(self, dt_s: float, end_ns: int) -> None:
        """No current. The skin discharges through itself; a sink that is on winds up; volts may wait on the loop."""
        self._relax(dt_s)
        self.patient.live(dt_s, 0.0)
        if self.out_ok:
            self.sink.integrate(0.0, dt_s)
        next_v = self._supply_after(dt_s)
        self._flow(0.0, self.load_v)
        self.load_v, self.source_a = self._open_ends(next_v)
        if self._leaky and self._driven and self._whole:
            self.source_a = self.leaks.aside_a(self._ends(0.0))
        self._keep(end_ns, 0.0, self.source_a, self.load_v, next_v, NO_SKINS)
        self.felt.volts = 0.0
        self.felt.add(end_ns, dt_s, 0.0, 0.0, self.patient.area_cm2)
        self.felt.wait(next_v if self.out_ok and self.k1_closed else 0.0)
        self.quiet = self._quiet_open()
        self.sure = self.quiet and abs(self.compliance_to_v - next_v) < 0.01

    def _lose_regulation(self, set_a: float, dt_s: float, to_ns: int) -> None:
        """The volts run out: go on with a limited step, so that time passes."""
        self.mode = LIMITED
        self.sink.follow(set_a)
        self._step_s = FIRST_STEP_S
        self.quiet = False
        self._limited(dt_s, to_ns, lost=True)

    def _quiet(self, set_a: float) -> bool:
        """Whether neither comparator can trip at `set_a`, and nobody moves."""
        trips = self.comparators
        lower_a = min(trips.return_trip_v / self._sense_ohm, trips.source_trip_v / self._source_gain_ohm)
        return not trips.over and set_a < NEAR_TRIP * lower_a and self.patient.moving_until_ns <= self.t_ns

    def _quiet_open(self) -> bool:
        """The same for the open loop."""
        if not self._whole or self._leaky:
            return not self._driven
        return not self._driven or self.patient.moving_until_ns <= self.t_ns

    def _flow(self, current_a: float, load_v: float) -> None:
        self.current_a = self.patient_a = self.dummy_a = current_a
        self.load_v = load_v
        self.felt.current_ma = 0.0


_MOVED_NS: Final = round(2.0 * MOVING_STEP_S * NS_PER_S)  # a step that began before the end of a move sees its end
