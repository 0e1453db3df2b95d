"""What the campaign speaks of: a fault, a cell of the grid, what was felt in it, and what it was held against.

Data only. Nothing here decides whether a cell passes.
"""

from collections.abc import Callable
from typing import Final, Literal, NamedTuple

import msgspec

from appliance.proof.faults.rig import Rig
from appliance.proof.lift import AreaBudget

# CONTACT_RESUME: CONTACT after a reversal or a pause, which the daemon enters by itself.
Where = Literal[
    "SELF_TEST",
    "IDLE",
    "ARMED",
    "CONTACT",
    "CONTACT_RESUME",
    "RAMP_UP",
    "HOLD",
    "RAMP_DOWN",
    "REVERSE",
    "PAUSED",
    "DONE",
    "FAULT",
]
# What the fault does at the patient, or would do: it chooses the budget.
Effect = Literal[
    "over",  # more current than set, both sensors true
    "over_little",  # the same, but less than what counts as over
    "over_blind",  # more current than set, one sensor lies
    "stuck",  # the output stays where it is
    "under",  # less current than set
    "lie",  # one reading is false, the current stays as set
    "blind",  # a reading or a line that guards is wrong, perhaps not by much or not yet
    "frozen",  # a reading stands still near the truth
    "volts",  # compliance other than asked, the current stays as set
    "open",  # the loop opens
    "remake",  # the loop opens and closes again under way
    "area",  # skin leaves the water
    "jerk",  # and comes back at once
    "load",  # something else takes the patient's place
    "glitch",  # one transfer is wrong, the next is right
    "unkicked",  # the hardware cuts, as when it is not kicked
    "deaf",  # a switch that a person must use no longer answers
    "interlock",  # a switch says: open at once
    "pedal",  # a person says: fade
    "stop",  # a person says: STOP
    "wire",  # the red switch
    "supply",  # power goes
    "bus",  # chips fall silent
    "dead",  # the program stands still
    "late",  # the program comes late and goes on
    "exception",  # the program meets an error
    "wish",  # the program asks for more than may be
    "unasked",  # someone asks again and again for current
    "lease",  # nobody watches any more
    "mute",  # a protective part is dead; nothing changes yet
    "none",  # something that must be borne
]


class Fault(NamedTuple):
    """One fault, ready to happen.

    `inject` does it to a rig; `needs` names the rule in `possible.py` for where it can be, '' = everywhere; `family` is
    the bench's, or 'program' or 'person'.
    """

    name: str
    effect: Effect
    what: str
    inject: Callable[[Rig], None]
    needs: str = ""
    family: str = "program"
    over_s: float = 0.0  # how long the movement takes
    codes: frozenset[str] = frozenset()  # of these, one must be named; empty = any
    hidden: bool = False
    code: int | None = None  # of DAC1, when the fault puts it there: what it does hangs on the code of now


# Safety design, budgets: current never above set + max(2 %, 0.25 mA).
SET_MA: Final = 0.25
SET_SHARE: Final = 0.02


class Cell(NamedTuple):
    """One cell: a fault, perhaps after a hidden one, in a state, on a person."""

    fault: Fault
    where: Where
    phenotype: str
    first: Fault | None = None  # the hidden one

    @property
    def fault_name(self) -> str:
        """As the grid's rows are named."""
        return self.fault.name if self.first is None else f"{self.first.name}+{self.fault.name}"

    @property
    def id(self) -> str:
        """As in hazards.toml."""
        return f"{self.fault_name}/{self.where}/{self.phenotype}"


class Budget(NamedTuple):
    """What a cell may come to. None = not bounded here."""

    name: str
    reason: str
    watch_s: float
    over_ms: float | None = None  # current back at what is legitimate, or zero
    over_ma: float = SET_MA  # what counts as over: more than this above the set, and more than this share
    over_share: float = SET_SHARE
    from_volts: bool = False  # the event is when V_COMP has left what was asked by more than the monitor's margin
    zero_ms: float | None = None  # current below 0.1 mA for good
    off_ms: float | None = None  # output cut: nothing can come any more
    fall_ms: float | None = None  # current falls
    forced: bool = False  # the fault itself can raise the current: bounded by hardware alone
    bound_ma: float | None = None  # most current allowed; None = as set
    wishes: bool = False  # more may be asked for: as far as the prescription, as fast as the ramp
    area: AreaBudget | None = None
    ends: frozenset[str] = frozenset()  # states in which it may end; empty = any
    named: bool = False  # it must end in FAULT, with a code, or the next self-test must name it
    then: Literal["nothing", "go_on", "self_test", "restart", "next_session"] = "nothing"
    codes: frozenset[str] = frozenset()


class Row(msgspec.Struct, frozen=True):
    """One cell after it ran, as it is printed."""

    cell: str
    fault: str
    state: str
    phenotype: str
    effect: str
    budget: str
    passed: bool
    why: tuple[str, ...]  # what was beyond its bound
    set_ma: float = 0.0  # at the fault
    peak_ma: float = 0.0
    over_ma: float = 0.0  # peak less the most that was legitimate
    peak_density_ma_per_cm2: float = 0.0
    density_ceiling_ma_per_cm2: float = 0.0
    ms_over_density: float = 0.0
    excess_uc_per_cm2: float = 0.0
    charge_mc: float = 0.0
    peak_open_v: float = 0.0
    ms_over_30_ma: float = 0.0
    ms_over_set: float = 0.0  # how long after the fault more flowed than was legitimate
    ms_to_zero: float | None = None  # from the physical event; None = current went on, or there was none
    ms_to_off: float | None = None
    ms_to_fall: float | None = None
    first: str = ""  # which layer acted first
    held: str = ""  # limiter, or nothing: what held the current until then
    codes: tuple[str, ...] = ()
    end: str = ""
    later: str = ""  # what came of it afterwards
    hardware_only: bool = False
    without_hardware: tuple[str, ...] = ()  # what is beyond its bound when no hardware protects
    seconds: float = 0.0
    open_point: str | None = None  # of hardware/open-points.toml, which covers how it failed


class Impossible(msgspec.Struct, frozen=True):
    """A cell that cannot be, and the rule that says so."""

    cell: str
    reason: str


ENERGISED: Final[frozenset[str]] = frozenset(("CONTACT", "CONTACT_RESUME", "RAMP_UP", "HOLD", "RAMP_DOWN"))
RUNNING: Final[frozenset[str]] = frozenset(("RAMP_UP", "HOLD", "RAMP_DOWN"))
STATES: Final[tuple[Where, ...]] = (
    "SELF_TEST",
    "IDLE",
    "ARMED",
    "CONTACT",
    "CONTACT_RESUME",
    "RAMP_UP",
    "HOLD",
    "RAMP_DOWN",
    "REVERSE",
    "PAUSED",
    "DONE",
    "FAULT",
)
