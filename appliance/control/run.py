"""What one run of the output works with: limits, compliance, probe, trim, dither; and the order that comes of them.

Every change of state begins a new generation, so that an order made before it cannot pass the gate.
"""

from typing import Final

from appliance.config import Board
from appliance.control.gate import NOTHING, Bounds, Gate, Order
from appliance.control.sense import Sense
from appliance.hal.ports import MonitorChannel
from appliance.hal.scales import Scales
from appliance.safety import hard_limits
from appliance.safety.constraint import Constraint
from appliance.safety.limits import CurrentLimits
from appliance.safety.sample import Sample
from appliance.treatment.compliance import RISE_V_PER_S, Compliance
from appliance.treatment.contact import ContactProbe, Probe, Verdict
from appliance.treatment.session import RUNNING, Session
from appliance.treatment.signature import Signature
from appliance.treatment.trim import Trim

DITHER_FROM_MA: Final = 2.0
PROBE_AFTER_NS: Final = 50_000_000  # K1 closed and 5 V settled first: a set that waits for volts winds the sink up
HALF_SUB_TICK_NS: Final = 833_333
LIMITED_BY_MA: Final = 0.1  # the base this far below its goal counts as limited
GAP_CHANNELS: Final[tuple[MonitorChannel, ...]] = ("source", "compliance_volts", "source", "set_volts")


class Run:
    """Working state between sensing and the gate."""

    def __init__(self, numbers: Board, scales: Scales, board_ma: float) -> None:
        self.generation = 0
        self.probe: ContactProbe | None = None
        self.contact_why: str | None = None
        self.first: Signature | None = None  # of this session's first CONTACT
        self.last: Signature | None = None
        self.probe_offset_ma = 0.0  # learned in self-test on the dummy load
        self.chain: Constraint | None = None  # the last decision on the current, with its reasons
        self.limited_s: dict[str, float] = {}
        self.compliance = Compliance(numbers.limit.volts, numbers.limit.probe_volts)
        self._trim = Trim()
        self._limits: CurrentLimits | None = None
        self._for: str | None = None  # session that limits and signatures are of
        self._command = Probe(0.0, False)
        self._window_s = 1.0 / numbers.adc.return_.sps
        self._scales = scales
        self._board_ma = board_ma
        self._dither_codes = hard_limits.MARGIN_CODES
        self._shift = 0xACE1
        self._gap = 0
        self._volts_ns: int | None = None
        self._last_ns = 0

    def enter(self, session: Session, s: Sample) -> None:
        """A new state: a new generation, and what this state works with."""
        self.generation += 1
        plan = session.plan
        if plan is None or session.state in ("IDLE", "DONE", "FAULT"):
            s.site_ceiling_ma = 0.0
            self.probe = None
            return
        site = plan.limits
        if session.state == "ARMED" or session.id != self._for:
            self._for = session.id
            self.first = self.last = None
            self.limited_s = {}
            self.contact_why = None
            self._limits = CurrentLimits(site, self._board_ma, plan.max_ma, self._scales.ma_per_code)
        if session.state == "CONTACT":
            s.site_ceiling_ma = site.device_ma
            s.area_cm2 = site.nominal_area_cm2
            s.density_ceiling_ma_per_cm2 = site.density_ma_per_cm2
            first_f = self.first.c_skin_f if session.ramped_up and self.first is not None else None
            self.probe = ContactProbe(site, first_f, self._window_s)
            self._command = Probe(0.0, False)
        elif session.state == "RAMP_UP" and self.last is not None:
            # Bath and body do not change with the skin. A fast skin (1 ms, after onset) hides in R_inst, which then
            # reads high and makes every movement look like a collapse: the lower of the two is nearer the truth.
            first_ohm = self.first.r_inst_ohm if self.first is not None else self.last.r_inst_ohm
            s.r_inst_ohm = min(first_ohm, self.last.r_inst_ohm)
            first_f = self.first.c_skin_f if self.first is not None else 0.0
            s.contact_c_f = max(first_f, self.last.c_skin_f)
            self.compliance.restart(self.last.loop_ohm)
            self._trim.restart()
            self._volts_ns = None

    def bounds(self, session: Session) -> Bounds:
        """The most that this state's orders may ask for, known to the gate beside the orders themselves."""
        if session.state == "CONTACT":
            corrected_ma = hard_limits.PROBE_MA - min(0.0, self.probe_offset_ma)
            return Bounds(corrected_ma, self.compliance.probe_v)
        if session.state in RUNNING and self._limits is not None:
            return Bounds(self._limits.ceiling_ma, self.compliance.most_v)
        return NOTHING

    # ------------------------------------------------------------ CONTACT

    def contact_channel(self) -> MonitorChannel:
        """What the next conversion in CONTACT should be of."""
        if self.probe is None or not self.probe.wants_source:
            return "patient_volts"
        self._gap += 1
        return GAP_CHANNELS[self._gap % 4]

    @property
    def steps_now(self) -> bool:
        """Whether this sub-tick writes a step of the probe at once: a conversion begun before it would straddle it."""
        return self.probe is not None and self.probe.steps_now

    def contact(self, s: Sample, gate: Gate, sense: Sense) -> Verdict:
        """Let the probe look at one sub-tick."""
        probe = self.probe
        if probe is None or not s.output_closed or s.t_ns - s.enabled_since_ns < PROBE_AFTER_NS:
            return "seeking"
        age_s = None
        if s.patient_v is not None and gate.step_at_ns is not None:
            age_s = (sense.volts_at_ns - gate.step_at_ns) / 1e9
        if probe.verdict != "good":
            self._command = probe.step(s.return_ma, s.source_ma, s.patient_v, age_s)
        self.contact_why = probe.why or ("E215" if probe.soft_water else None)
        if probe.verdict == "good" and probe.signature is not None:
            self.last = probe.signature
            if self.first is None:
                self.first = probe.signature
        return probe.verdict

    # ------------------------------------------------------------ the order

    def order(self, session: Session, s: Sample, sense: Sense) -> Order:
        """What the gate is asked to put out this tick."""
        dt_s = (s.t_ns - self._last_ns) / 1e9
        self._last_ns = s.t_ns
        state = session.state
        if state in RUNNING and self._limits is not None:
            return self._running(session, s, sense, self._limits, dt_s)
        session.ramp(0.0, dt_s)
        self.chain = None
        if state == "CONTACT":
            probe_ma = min(self._command.set_ma, hard_limits.PROBE_MA)
            probe_ma = max(0.0, probe_ma - self.probe_offset_ma) if probe_ma else 0.0
            late_ns = s.t_ns + HALF_SUB_TICK_NS if self._command.late_half else None
            volts = self.compliance.probe_v
            return Order(self.generation, True, probe_ma, 0, volts, session.reversed, write_at_ns=late_ns)
        return Order(self.generation, False, reversed=session.reversed)

    def _running(self, session: Session, s: Sample, sense: Sense, limits: CurrentLimits, dt_s: float) -> Order:
        compliance = self.compliance
        if s.patient_v is not None:
            if self._volts_ns is not None:
                compliance.observe(s.patient_v, s.return_ma, (s.t_ns - self._volts_ns) / 1e9)
            self._volts_ns = s.t_ns
        voltage_ma, regulation_ma = compliance.current_cap_ma(), compliance.regulation_cap_ma()
        chain = limits.apply(session.goal_ma, voltage_ma, regulation_ma, lease_alive=not s.lease_lost)
        self.chain = chain
        session.ramp(chain.value, dt_s)
        base_ma = session.base_ma
        if session.state == "HOLD":
            self._trim.learn(base_ma, s.return_ma, sense.last_source_ma, dt_s)
        self._note_limit(session, chain, dt_s)
        caps_ma = min(voltage_ma, regulation_ma)
        set_ma = min(base_ma * (1.0 + self._trim.share), limits.ceiling_ma, max(base_ma, caps_ma))
        volts = compliance.update(set_ma, RISE_V_PER_S[session.state], dt_s)
        dither = self._dither() if base_ma >= DITHER_FROM_MA else 0  # of the base: trim is no reason
        return Order(self.generation, True, set_ma, dither, volts, session.reversed)

    def _dither(self) -> int:
        """Next of a 16-bit maximal sequence: plus or minus four codes."""
        shift = self._shift
        bit = (shift ^ (shift >> 2) ^ (shift >> 3) ^ (shift >> 5)) & 1
        self._shift = (shift >> 1) | (bit << 15)
        return self._dither_codes if bit else -self._dither_codes

    def _note_limit(self, session: Session, chain: Constraint, dt_s: float) -> None:
        key = self.limiting(session, chain)
        if key is not None:
            self.limited_s[key] = self.limited_s.get(key, 0.0) + dt_s

    def limiting(self, session: Session, chain: Constraint | None) -> str | None:
        """The limit that holds the current below its goal now; a compliance that still rises is none."""
        if chain is None or session.state not in ("RAMP_UP", "HOLD"):
            return None
        if session.base_ma > session.goal_ma - LIMITED_BY_MA or session.base_ma < chain.value - LIMITED_BY_MA:
            return None
        if chain.binding == "limit.compliance":
            return "limit.voltage" if self.compliance.asked_v >= self.compliance.most_v - 0.5 else None
        return chain.binding
