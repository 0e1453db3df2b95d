"""The loop: compliance regulator, limiter, high-side switch, relays, patient, sink; solved between events.

Exponential integrator: the current is imposed in regulation (each skin then has a closed form over the whole step) or
follows from the volts when something limits it (two skins behind one resistance, closed form, small steps after an
edge). The skin's resistance is frozen per step. It never decides anything: it tells when a comparator tripped.
"""

import math
from typing import Final

from appliance.config import Board
from appliance.sim.comparators import Comparators
from appliance.sim.felt import Felt
from appliance.sim.history import NO_SKINS, History, Skins
from appliance.sim.patient import Patient
from appliance.sim.sink import Sink
from appliance.sim.tolerances import Parts
from appliance.sim.two_rc import settle
from appliance.units import NS_PER_S

OPEN, REGULATED, LIMITED = range(3)
FIRST_STEP_S: Final = 2e-6  # after a make, break or relay edge; at most 5 us
STEP_GROWTH: Final = 1.5
EDGE_STEP_S: Final = 100e-6  # steps grow to this while the sink is coming back
STEADY_STEP_S: Final = 2e-3  # and to this while the volts alone limit
MOVING_STEP_S: Final = 1e-3  # area moves in steps of this at most
LONGEST_STEP_S: Final = 12e-3  # two ticks and a little: motion and softening follow the skin's state
NEAR_TRIP: Final = 0.97  # of the lower threshold: below it nobody needs to watch the comparators
ADC_CLAMP_V: Final = 5.3  # 4.7 k and BAT54S at the ADC's inputs
OPEN_NODE_V: Final = 7.1  # deck 08: the node above an open R_M
SURE_V: Final = 0.5  # spare volts beyond which regulation holds until the next look


class Circuit:
    """State at `t_ns`. Whoever changes an input first solves to now, then calls `rewire`."""

    def __init__(self, board: Board, parts: Parts, patient: Patient, felt: Felt, t_ns: int, hum_phase: float) -> None:
        self.parts = parts
        self.patient = patient
        self.felt = felt
        self.sink = Sink(board, parts)
        self.comparators = Comparators(parts, board.protect.filter_us * 1e-6)
        self.history = History(hum_phase)
        self.t_ns = t_ns
        self.mode = OPEN
        self.quiet = True  # no comparator can trip before the next change of an input
        self.sure = True  # the current stays as it is for a few milliseconds
        # inputs
        self.out_ok = False
        self.k1_closed = False
        self.polarity = 1  # 1 rest, -1 reversed, 0 while K2's contacts travel
        self.dummy = False
        self.leads_ok = True
        self.fuse_ok = True
        self.high_side_shorted = False  # a fault: Q2
        self.set_dac_v = 0.0
        self.compliance_v = 0.0
        self.compliance_to_v = 0.0
        # outputs
        self.current_a = 0.0  # through R_S
        self.source_a = 0.0
        self.patient_a = 0.0  # signed, in the patient's direction
        self.dummy_a = 0.0  # through the dummy load, while it is in place
        self.load_v = 0.0  # between the taps of the patient's volts
        self._rise_s = board.dac.compliance.rise_98_ms * 1e-3 / math.log(50.0)
        self._fall_s = board.dac.compliance.fall_to_1v_ms * 1e-3 / math.log(37.6)  # deck 06: 37.6 V to 1 V
        self._on_ohm = board.sink.q3_on_ohm
        self._tap_ohm = board.adc.patient_volts.tap_ohm
        self._fuse_a = board.protect.fuse_ma * 1e-3
        self._fuse_s = 0.0
        self._step_s = FIRST_STEP_S
        self._worst_v = math.inf  # most volts that the loop will need at this set; inf = not known
        self.measure()

    # ------------------------------------------------------------ inputs changed

    def measure(self) -> None:
        """Sums of the parts as they are: whoever changes a part calls it."""
        p = self.parts
        self._head_ohm = p.r_limit_ohm + self._on_ohm + p.r_source_ohm
        self._sense_ohm = p.r_measure_ohm + p.r_sense_ohm
        self._board_ohm = self._head_ohm + self._sense_ohm
        self._source_gain_ohm = p.source_gain * p.r_source_ohm
        self._whole = not math.isinf(p.r_measure_ohm)

    @property
    def through_patient(self) -> bool:
        """Whether the relays lead to the patient's leads."""
        return self.k1_closed and self.polarity != 0 and self.leads_ok and self.fuse_ok

    @property
    def closed(self) -> bool:
        """Whether current can flow."""
        if not self._driven or not self._whole:
            return False
        return self.dummy or (self.through_patient and self.patient.connected)

    @property
    def _driven(self) -> bool:
        """Both ends on: one of Q2 and the sink is enough to cut."""
        return self.out_ok or (self.high_side_shorted and self.sink.shorted)

    def rewire(self) -> None:
        """An input changed at `t_ns`: small steps again, unless the loop stays in regulation."""
        self.sure = False
        self.patient.update(self.t_ns)
        if self.mode == REGULATED:
            if self.closed and self._fits():
                return
            self.sink.follow(self.current_a)
        if not self.out_ok:
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
        if self.sink.shorted or set_a * 1000.0 > self.parts.limiter_ma:
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
            dt_s = self.comparators.cut(*self._comparator_v(0.0, 0.0), dt_s if self.quiet else min(dt_s, EDGE_STEP_S))
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
            if self.mode == REGULATED:
                self._regulated(dt_s if dt_s < LONGEST_STEP_S else LONGEST_STEP_S, to_ns)
            else:
                self._limited(dt_s, to_ns)
        return not (self.quiet and self.mode == REGULATED) and self.comparators.newly_over()

    def _end(self, dt_s: float, to_ns: int) -> int:
        end_ns = self.t_ns + (round(dt_s * NS_PER_S) or 1)
        return end_ns if end_ns < to_ns else to_ns

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
        sink, parts = self.sink, self.parts
        emf_v = self._emf()
        loop_ohm = self._loop_ohm()
        available_a = max(0.0, (self.compliance_v - emf_v) / loop_ohm)
        limit_a = min(available_a, parts.limiter_ma * 1e-3)
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
        self._step_s = min(self._step_s, STEADY_STEP_S if still else EDGE_STEP_S)
        dt_s = min(dt_s, self._step_s)
        if not held and not steady:
            dt_s = min(dt_s, max(sink.until_below(start_a), 1e-7))
        dt_s = self.comparators.cut(*self._comparator_v(start_a, self._source_a(start_a)), dt_s)
        end_ns = self._end(dt_s, to_ns)
        dt_s = (end_ns - self.t_ns) / NS_PER_S
        mean_a = sink.regulate(dt_s) if held else start_a
        by_volts = not held and start_a == available_a
        was = (self.patient.left.v, self.patient.right.v)
        self._charge(mean_a, by_volts, loop_ohm, dt_s, end_ns)
        next_v = self._supply_after(dt_s)
        end_a = max(0.0, min((next_v - self._emf()) / loop_ohm, parts.limiter_ma * 1e-3, sink.ceiling_a))
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
        """Write a limited step down; the patient feels it unless the dummy takes it."""
        sign = self.polarity
        before_v = self.load_v if self.current_a else self._emf() + start_a * self._outer_ohm()
        self.current_a = end_a
        self.source_a = self._source_a(end_a)
        self.load_v = self._emf() + end_a * self._outer_ohm()
        self._keep_straight(end_ns, start_a, end_a, before_v, next_v)
        self.sure = False
        if self.dummy:
            self.dummy_a = end_a
            return
        self.patient_a = end_a * sign
        self.patient.live(dt_s, self.patient_a * 1000.0)
        self.felt.volts = self.load_v
        self.felt.add(end_ns, dt_s, start_a * sign * 1000.0, end_a * sign * 1000.0, self.patient.area_cm2)
        if start_a > 2.0 * self._fuse_a:  # [B] 0451.062: five seconds at twice its rating
            self._fuse_s += dt_s
            if self._fuse_s > 5.0:
                self.fuse_ok = False
                self.rewire()

    def _charge(self, mean_a: float, by_volts: bool, loop_ohm: float, dt_s: float, end_ns: int) -> None:
        """Both skins' volts over a limited step."""
        patient = self.patient
        if self.dummy:
            self._beside_dummy(mean_a, dt_s, end_ns)
            return
        left, right = patient.left, patient.right
        r1, r2 = patient.skin_ohm(left), patient.skin_ohm(right)
        c1, c2 = patient.skin_f(left), patient.skin_f(right)
        if by_volts:
            source_v = self.polarity * self.compliance_v - left.e_v - right.e_v
            left.v, right.v = settle(source_v, loop_ohm, (r1, c1, left.v), (r2, c2, right.v), dt_s)
            return
        through_a = mean_a * self.polarity
        for side, ohm, farad in ((left, r1, c1), (right, r2, c2)):
            side.v = through_a * ohm + (side.v - through_a * ohm) * math.exp(-dt_s / (ohm * farad))

    def _beside_dummy(self, loop_a: float, dt_s: float, end_ns: int) -> None:
        """The dummy load carries the loop's current; with K1 welded the patient lies beside it."""
        patient = self.patient
        if not (self.through_patient and patient.connected):
            self._relax(dt_s)
            self.felt.add(end_ns, dt_s, 0.0, 0.0, patient.area_cm2)
            self.patient_a = 0.0
            return
        left, right = patient.left, patient.right
        ohm = self.parts.dummy_ohm + patient.r_inst_ohm
        source_v = self.polarity * loop_a * self.parts.dummy_ohm - left.e_v - right.e_v
        start_a = (source_v - left.v - right.v) / ohm
        skin_1 = (patient.skin_ohm(left), patient.skin_f(left), left.v)
        skin_2 = (patient.skin_ohm(right), patient.skin_f(right), right.v)
        left.v, right.v = settle(source_v, ohm, skin_1, skin_2, dt_s)
        self.patient_a = (source_v - left.v - right.v) / ohm
        patient.live(dt_s, self.patient_a * 1000.0)
        self.felt.add(end_ns, dt_s, start_a * 1000.0, self.patient_a * 1000.0, patient.area_cm2)

    def _rest(self, dt_s: float, end_ns: int) -> None:
        """No current. The skin discharges through itself; a sink that is on winds up; volts may wait on the loop."""
        self._relax(dt_s)
        self.patient.live(dt_s, 0.0)
        if self.out_ok:
            self.sink.integrate(0.0, dt_s)
        next_v = self._supply_after(dt_s)
        self._flow(0.0, self.load_v)
        self.load_v = next_v if self.out_ok else 0.0  # Q2 on, the sink on: both taps see the ends of the open loop
        self.source_a = self.load_v / self._tap_ohm
        self._keep(end_ns, 0.0, self.source_a, self.load_v, next_v, NO_SKINS)
        self.felt.volts = 0.0
        self.felt.add(end_ns, dt_s, 0.0, 0.0, self.patient.area_cm2)
        self.felt.wait(next_v if self.out_ok and self.k1_closed else 0.0)
        self.quiet = self._quiet_open()
        self.sure = self.quiet and abs(self.compliance_to_v - next_v) < 0.01

    def _relax(self, dt_s: float) -> None:
        for side in (self.patient.left, self.patient.right):
            if side.v:
                soft = side.v / side.soften_v
                tau_s = side.rho_now_ohm_cm2 * side.c_f_per_cm2 / (1.0 + soft * soft)
                side.v = side.v * math.exp(-dt_s / tau_s) if self.patient.has_skin and abs(side.v) > 1e-6 else 0.0

    # ------------------------------------------------------------ numbers

    def _outer_ohm(self) -> float:
        """What lies between the taps, without skin."""
        return self.parts.dummy_ohm if self.dummy else self.patient.r_inst_ohm

    def _loop_ohm(self) -> float:
        return self._board_ohm + (self.parts.dummy_ohm if self.dummy else self.patient.r_inst_ohm)

    def _emf(self) -> float:
        """Volts of skin and electrodes against the loop's current."""
        if self.dummy:
            return 0.0
        left, right = self.patient.left, self.patient.right
        return self.polarity * (left.v + right.v + left.e_v + right.e_v)

    def _drain_a(self) -> float:
        """The volts tap's share that flows through the patient but not through R_S."""
        top_v = self.compliance_v - self.current_a * self._head_ohm
        return (top_v - self.load_v) / self._tap_ohm if top_v > self.load_v else 0.0

    def _source_a(self, through_a: float) -> float:
        """What R_HS carries: the loop's current and the tap at its top."""
        return through_a + (self.compliance_v - through_a * self._head_ohm) / self._tap_ohm

    def _supply_after(self, dt_s: float) -> float:
        """V_COMP after `dt_s`."""
        now_v, to_v = self.compliance_v, self.compliance_to_v
        if now_v == to_v:
            return now_v
        after_v = to_v + (now_v - to_v) * math.exp(-dt_s / (self._rise_s if to_v > now_v else self._fall_s))
        return to_v if abs(after_v - to_v) < 1e-4 else after_v

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
        if not self._whole:
            return not self.out_ok
        return not self._driven or self.patient.moving_until_ns <= self.t_ns

    def _comparator_v(self, current_a: float, source_a: float) -> tuple[float, float]:
        """Volts at the inputs of both comparators; an open R_M lets its upper end rise."""
        if not self._whole:
            live = self.out_ok and (self.dummy or (self.through_patient and self.patient.connected))
            return (min(self.compliance_v, OPEN_NODE_V) if live and self.sink.gate_v else 0.0), 0.0
        return current_a * self._sense_ohm, source_a * self._source_gain_ohm

    # ------------------------------------------------------------ writing down

    def _flow(self, current_a: float, load_v: float) -> None:
        self.current_a = self.patient_a = self.dummy_a = current_a
        self.load_v = load_v
        self.felt.current_ma = 0.0

    def _keep(
        self,
        end_ns: int,
        current_a: float,
        source_a: float,
        base_v: float,
        next_v: float,
        skins: Skins,
    ) -> None:
        """Note a step of constant current in the history, and go on to its end."""
        t_ns, now_v = self.t_ns, self.compliance_v
        if self.quiet and self.mode == REGULATED:
            self.comparators.hold(current_a * self._sense_ohm, source_a * self._source_gain_ohm)
        else:
            self.comparators.move(*self._comparator_v(current_a, source_a), (end_ns - t_ns) / NS_PER_S)
        sense_v = self._sense_v(current_a)
        ends = (sense_v, sense_v, source_a, source_a, base_v, base_v, now_v, next_v)
        self.history.segments.append((t_ns, end_ns, *ends, self.set_dac_v, *skins))
        self.compliance_v = next_v
        self.t_ns = end_ns

    def _keep_straight(self, end_ns: int, start_a: float, end_a: float, before_v: float, next_v: float) -> None:
        """Note a step in which current and volts go straight from one value to the other."""
        flow = (self._sense_v(start_a), self._sense_v(end_a), self._source_a(start_a), self.source_a)
        self.comparators.move(*self._comparator_v(start_a, flow[2]), (end_ns - self.t_ns) / NS_PER_S)
        head = (self.t_ns, end_ns, *flow, before_v, self.load_v, self.compliance_v, next_v)
        self.history.segments.append((*head, self.set_dac_v, *NO_SKINS))
        self.compliance_v = next_v
        self.t_ns = end_ns

    def ahead(self) -> tuple[float, Skins]:
        """Volts between the taps as long as `sure`: those that stand, and those of the skins, which settle."""
        if self.mode != REGULATED or self.dummy:
            return self.load_v, NO_SKINS
        patient, sign = self.patient, self.polarity
        loop_a = self.current_a + self._drain_a()
        base_v = loop_a * patient.r_inst_ohm + sign * (patient.left.e_v + patient.right.e_v)
        return base_v, patient.settling(loop_a, sign)

    def sense_v(self) -> float:
        """Volts over R_M now."""
        return self._sense_v(self.current_a)

    def _sense_v(self, current_a: float) -> float:
        if not self._whole:
            return min(self._comparator_v(0.0, 0.0)[0], ADC_CLAMP_V)
        return current_a * self.parts.r_measure_ohm


_MOVED_NS: Final = round(2.0 * MOVING_STEP_S * NS_PER_S)  # a step that began before the end of a move sees its end
