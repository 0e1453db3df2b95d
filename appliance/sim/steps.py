"""What one step of the circuit does: to the skins, to what is felt, to the supply, and what is written down of it.

`circuit` decides how long a step is and which current flows in it; nothing here does.
"""

import math

from appliance.config import Board
from appliance.sim.comparators import Comparators
from appliance.sim.felt import Felt
from appliance.sim.history import NO_SKINS, History, Skins
from appliance.sim.patient import Patient
from appliance.sim.tolerances import Parts
from appliance.sim.two_rc import settle
from appliance.sim.wiring import Wiring
from appliance.units import NS_PER_S

OPEN, REGULATED, LIMITED = range(3)


class Steps(Wiring):
    """The loop at `t_ns`."""

    def __init__(self, board: Board, parts: Parts, patient: Patient, felt: Felt, t_ns: int, hum_phase: float) -> None:
        super().__init__(board, parts, patient, felt)
        self.comparators = Comparators(parts, board.protect.filter_us * 1e-6)
        self.history = History(hum_phase)
        self.t_ns = t_ns
        self.mode = OPEN
        self.quiet = True  # no comparator can trip before the next change of an input
        self.sure = True  # the current stays as it is for a few milliseconds
        self.rise_s = board.dac.compliance.rise_98_ms * 1e-3 / math.log(50.0)
        self._fall_s = board.dac.compliance.fall_to_1v_ms * 1e-3 / math.log(37.6)  # deck 06: 37.6 V to 1 V

    def _end(self, dt_s: float, to_ns: int) -> int:
        end_ns = self.t_ns + (round(dt_s * NS_PER_S) or 1)
        return end_ns if end_ns < to_ns else to_ns

    def _supply_after(self, dt_s: float) -> float:
        """V_COMP after `dt_s`."""
        now_v, to_v = self.compliance_v, self.compliance_to_v
        if now_v == to_v:
            return now_v
        after_v = to_v + (now_v - to_v) * math.exp(-dt_s / (self.rise_s if to_v > now_v else self._fall_s))
        return to_v if abs(after_v - to_v) < 1e-4 else after_v

    # ------------------------------------------------------------ skins and felt

    def _feel(self, start_a: float, end_a: float, dt_s: float, end_ns: int) -> None:
        """The load's current over a limited step: the patient feels it unless the dummy takes it."""
        if self.dummy:
            self.dummy_a = end_a
            return
        sign = self.polarity
        self.patient_a = end_a * sign
        self.patient.live(dt_s, self.patient_a * 1000.0)
        self.felt.volts = self.load_v
        self.felt.add(end_ns, dt_s, start_a * sign * 1000.0, end_a * sign * 1000.0, self.patient.area_cm2)

    def _charge(self, mean_a: float, drive_v: float | None, ohm: float, dt_s: float, end_ns: int) -> None:
        """Both skins' volts over a limited step: at `mean_a`, or behind `ohm` where volts drive it."""
        patient = self.patient
        if self.dummy:
            self._beside_dummy(mean_a, dt_s, end_ns)
            return
        left, right = patient.left, patient.right
        r1, r2 = patient.skin_ohm(left), patient.skin_ohm(right)
        c1, c2 = patient.skin_f(left), patient.skin_f(right)
        if drive_v is not None:
            source_v = self.polarity * drive_v - left.e_v - right.e_v
            left.v, right.v = settle(source_v, ohm, (r1, c1, left.v), (r2, c2, right.v), dt_s)
            return
        through_a = mean_a * self.polarity
        for side, skin_ohm, farad in ((left, r1, c1), (right, r2, c2)):
            end_v = through_a * skin_ohm
            side.v = end_v + (side.v - end_v) * math.exp(-dt_s / (skin_ohm * farad))

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

    def _relax(self, dt_s: float) -> None:
        for side in (self.patient.left, self.patient.right):
            if side.v:
                soft = side.v / side.soften_v
                tau_s = side.rho_now_ohm_cm2 * side.c_f_per_cm2 / (1.0 + soft * soft)
                side.v = side.v * math.exp(-dt_s / tau_s) if self.patient.has_skin and abs(side.v) > 1e-6 else 0.0

    # ------------------------------------------------------------ writing down

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
        self._note(end_ns, flow, before_v, next_v)

    def _note(self, end_ns: int, flow: tuple[float, float, float, float], before_v: float, next_v: float) -> None:
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
