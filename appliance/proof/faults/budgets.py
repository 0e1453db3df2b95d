"""Which budget a cell is held against: chosen by what the fault does at the patient, each with its reason.

Numbers are those of the safety design ('Budgets' and the table of monitors) and of the hardware design, chapter 5. A
budget is never moved here to let a cell pass.
"""

from typing import Final

from appliance.proof.faults.model import ENERGISED, Budget, Cell, Effect
from appliance.proof.faults.rig import Rig
from appliance.proof.lift import budget_of
from appliance.proof.phenotypes import NOT_A_PERSON
from appliance.safety import hard_limits
from appliance.safety.monitors.current import OverSet
from appliance.treatment.session import RUNNING

HANDS_FREE: Final = "kiosk: at this site the hands are free to press STOP; the pedal is proved before hands next use it"
FAULT_ONLY: Final = frozenset(("FAULT",))
NOT_RUNNING: Final = frozenset(("CONTACT", "ARMED", "IDLE", "PAUSED", "FAULT", "DONE"))
LEASE_MS: Final = 2000.0
FOUND_MS: Final = 150.0  # what a loop that fades takes besides: a tick, its time constant, the skin's
WAITS_FOR_A_PERSON: Final = frozenset(("PAUSED", "DONE"))
PROBE_PEAK_MA: Final = 8.0  # [M] deck 02: what 5 V of the probe can give at a make
REACTION_S: Final = 0.5  # watched after an event that must be over in a fraction of it
CONTACT_S: Final = 5.0  # longer than a CONTACT that finds what it looks for

_OVER: Final = Budget(
    "over 20 ms",
    "safety: over the limit 20 ms, both sensors true, the limit being the set and max(0.5 mA, 5 %) (table, over_set); "
    "hardware alone bounds the height",
    REACTION_S,
    over_ms=20.0,
    over_ma=OverSet.MARGIN_MA,
    over_share=OverSet.SHARE,
    forced=True,
    named=True,
)
_BLIND: Final = _OVER._replace(
    name="over 60 ms",
    reason="safety: over the limit 60 ms, one sensor lies, the limit being max(0.5 mA, 5 %) (table, disagreement)",
    over_ms=60.0,
)
_LITTLE: Final = Budget(
    "a little over",
    "safety, table: below over_set's 5 % and 0.5 mA; mismatch 100 ms, reference two conversions 40 ms apart",
    REACTION_S,
    over_ms=120.0,
    forced=True,
    named=True,
)
_LIE: Final = Budget(
    "one sensor lies",
    "safety: 60 ms with one sensor lying: found before the next fault needs the sensor",
    REACTION_S,
    zero_ms=60.0,
    named=True,
)
# safety, table: 'stale' sees 64 ticks at a time; what froze within one such time is seen at the end of the next.
_FROZEN: Final = Budget("stands still", "safety, table: stale, twice 64 ticks", 1.0, zero_ms=650.0, named=True)
# Where hum moves the reading, stale correlates over 16 such times (monitors/stale.py); nobody feels the difference.
_STUCK: Final = Budget(
    "output stands still",
    "as set, so nobody is hurt: stale within twice 1024 ticks; in a ramp mismatch, once it is 0.4 mA away",
    10.6,
    zero_ms=10_400.0,
    named=True,
)
_UNDER: Final = Budget("too little", "safety, table: mismatch, 100 ms; nobody is hurt", 0.5, zero_ms=120.0, named=True)
_VOLTS: Final = Budget(
    "volts wait",
    "safety, table: compliance_loopback 40 ms, converted every 40 ms, from when V_COMP has left what was asked by "
    "0.5 V and 3 %; before, and where it is what was asked, found at the end; the current stays as set",
    2.5,
    zero_ms=120.0,
    from_volts=True,
    named=True,
)
_OPEN: Final = Budget("open 50 ms", "safety: open circuit or hand out 50 ms to an output that is cut", 0.3, off_ms=50.0)
_REMAKE: Final = Budget(
    "make", "hardware 8, deck 02: the pulse of a make stays below 30 mA, not 1 ms above", REACTION_S, forced=True
)
_DEAD: Final = Budget(
    "daemon dead 100 ms",
    "safety: current 100 ms, relay 120 ms after the last good kick; a new program resumes nothing",
    0.4,
    zero_ms=100.0,
    off_ms=100.0,
    then="restart",
)
_BY_EFFECT: Final[dict[Effect, Budget]] = {
    "over": _OVER,
    "over_little": _LITTLE,
    "over_blind": _BLIND,
    "stuck": _STUCK,
    "under": _UNDER,
    "lie": _LIE,
    "frozen": _FROZEN,
    "volts": _VOLTS,
    "open": _OPEN,
    "remake": _REMAKE,
    "area": Budget("area", "", 1.5),
    "jerk": Budget("area", "", 1.0, forced=True),
    "blind": Budget(
        "a guard is gone",
        "as set, so nobody is hurt by it alone: named at once, or by the next self-test",
        REACTION_S,
        named=True,
    ),
    "glitch": Budget(
        "one transfer", "safety: over 20 ms; the next tick writes and reads anew", 0.5, over_ms=20.0, forced=True
    ),
    "unkicked": Budget(
        "hardware cuts",
        "safety: 100 ms after the last good kick, and the program says so",
        0.4,
        zero_ms=100.0,
        named=True,
    ),
    "deaf": Budget(
        "deaf switch", "hardware 3: proved in each session, before anyone is energised", 0.2, then="next_session"
    ),
    "load": Budget("another load", "no person in it: current as set, never more", REACTION_S),
    "interlock": Budget("cut 50 ms", "safety: tray open, enable low at once; as an open circuit", 0.3, off_ms=50.0),
    "pedal": Budget("pause", "safety: falling within 50 ms; zero in 0.5 s", 1.0, fall_ms=50.0, zero_ms=600.0),
    "stop": Budget("STOP", "safety: falling within 50 ms; zero within 2 s", 2.5, fall_ms=50.0, zero_ms=2000.0),
    "wire": Budget("red switch 10 ms", "safety: e-stop by wire, 10 ms", 0.3, zero_ms=10.0, off_ms=10.0, named=True),
    "supply": Budget("supply", "hardware 5: the latch wakes tripped; zero at once", 0.3, zero_ms=10.0, named=True),
    "bus": Budget("silent chip", "architecture: two retries within the tick, then CUT", 0.3, zero_ms=20.0, named=True),
    "dead": _DEAD,
    "late": Budget("late", "safety, table: a tick over 10 ms late is a CUT", 0.3, zero_ms=40.0, named=True),
    "exception": Budget("exception", "safety: any exception in a tick is a CUT", 0.3, zero_ms=20.0, named=True),
    "wish": Budget(
        "wish", "safety: the chain holds: never above the prescription, never faster than its ramp", 6.0, wishes=True
    ),
    "unasked": Budget("unasked", "safety: a person's pause ends by a person, a FAULT by acknowledgement", 1.0),
    "lease": Budget(
        "lease",
        "safety: 2 s, then down at 3 mA/s; current returns by a person alone",
        12.0,
        zero_ms=LEASE_MS + FOUND_MS,
        ends=NOT_RUNNING,
    ),
    "mute": Budget("hidden", "no effect yet: found by the next self-test", 0.2, then="self_test"),
    "none": Budget("borne", "must be borne: nothing above the set", REACTION_S),
}
# What only a loop in regulation shows: in CONTACT it may pass unseen, if it does not pass for a person.
_SEEN_LATER: Final[frozenset[Effect]] = frozenset(("lie", "frozen", "stuck", "under", "load", "volts"))
_OVERS: Final[frozenset[Effect]] = frozenset(("over", "over_little", "over_blind"))
_DEVICE: Final[frozenset[Effect]] = _OVERS | {"stuck", "under", "volts", "lie", "frozen", "blind", "unkicked"}
STUCK_CODES: Final = 33.0  # what dac_loopback lets pass: offset of the chip
STUCK_SHARE: Final = 0.02


def effect_of(cell: Cell, rig: Rig) -> Effect:
    """What the fault does here: a DAC that goes to a code does what the code of now makes of it."""
    fault = cell.fault
    if fault.code is None or cell.where not in ENERGISED:
        return fault.effect
    apart = fault.code - rig.daemon.gate.code
    near = STUCK_CODES + STUCK_SHARE * rig.daemon.gate.code
    return "stuck" if abs(apart) <= near else "over" if apart > 0 else "under"


def budget_for(cell: Cell, rig: Rig) -> Budget:
    """The budget of a cell whose rig stands in its state."""
    effect = effect_of(cell, rig)
    if cell.where not in ENERGISED:
        return _at_rest(effect)
    budget = _BY_EFFECT[effect]
    budget = budget._replace(watch_s=budget.watch_s + cell.fault.over_s)
    if effect in ("area", "jerk"):
        over_s = cell.fault.over_s
        reason = f"safety, area budgets: shrinking over {over_s:g} s"
        budget = budget._replace(area=budget_of(over_s), reason=reason)
    if effect == "lease" and cell.where in RUNNING:
        fall_ms = rig.daemon.session.choice_ma / hard_limits.RAMP_DOWN_MA_PER_S * 1000.0
        budget = budget._replace(zero_ms=LEASE_MS + fall_ms + FOUND_MS, ends=WAITS_FOR_A_PERSON)
    if effect == "deaf" and not rig.limits.needs_pedal and "pedal" in cell.fault.name:
        return _BY_EFFECT["none"]._replace(name="hands are free", reason=HANDS_FREE)
    if cell.where.startswith("CONTACT"):
        budget = _in_contact(budget, effect)
    return _nobody_there(budget) if cell.phenotype in NOT_A_PERSON else budget


def _nobody_there(budget: Budget) -> Budget:
    """A load in the person's place: what goes through it hurts nobody. The hardware's bound and the naming stay."""
    return budget if budget.bound_ma is None else budget._replace(bound_ma=None, over_ms=None, forced=True)


def _in_contact(budget: Budget, effect: Effect) -> Budget:
    """The probe: at most 0.5 mA and 5 V."""
    if effect in _SEEN_LATER:
        reason = "safety: contact is a person's; what is none, or is not known, stays in CONTACT or ends"
        return Budget("no contact", reason, CONTACT_S, ends=NOT_RUNNING)
    if effect in ("remake", "open"):
        reason = "hardware 8, deck 02: the probe gives below 8 mA; an open loop is what CONTACT waits in"
        return budget._replace(bound_ma=PROBE_PEAK_MA, forced=False, off_ms=None, reason=reason)
    if effect in _OVERS:
        return budget._replace(bound_ma=PROBE_PEAK_MA, reason=budget.reason + "; 5 V of the probe bound it")
    return budget


def _at_rest(effect: Effect) -> Budget:
    """Output open: nothing may be felt, now or when the session goes on, until the fault is found."""
    if effect == "mute":
        return Budget("off, hidden", "output open; found by the next self-test", 0.1, bound_ma=0.1, then="self_test")
    if effect == "deaf":
        reason = "hardware 3: proved in each session, before anyone is energised"
        return Budget("off, deaf switch", reason, 0.1, bound_ma=0.1, then="next_session")
    if effect == "dead":
        reason = "output open; a new program resumes nothing"
        return Budget("off, dead", reason, 0.3, bound_ma=0.1, then="restart")
    reason = "output open: nothing flows; whoever goes on meets the fault in CONTACT, with the probe, or not at all"
    return Budget("off", reason, 0.1, bound_ma=0.1, then="go_on", named=effect in _DEVICE)
