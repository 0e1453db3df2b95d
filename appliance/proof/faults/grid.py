"""Which cells there are: faults x states x people, and pairs of faults, by rules that are said and counted beforehand.

A cell that cannot be has the rule that says so. Nothing is run here.
"""

from collections.abc import Callable, Iterable, Sequence
from itertools import product
from typing import Final, NamedTuple

from appliance.proof.faults.bench_faults import bench_faults
from appliance.proof.faults.model import ENERGISED, STATES, Cell, Fault, Impossible, Where
from appliance.proof.faults.software import SOFTWARE
from appliance.proof.lift import SITE_OF
from appliance.proof.phenotypes import NOT_A_PERSON
from appliance.sim.patient import PHENOTYPES

PEOPLE: Final = tuple(SITE_OF)
LOADS: Final = tuple(name for name in NOT_A_PERSON)
EXTREMES: Final = ("very_sweaty_palm", "typical_palm", "dry_palm", "underarm")
AT_REST: Final = "very_sweaty_palm"
ABOUT_PEOPLE: Final = frozenset(("patient", "water", "lead"))
TYPICAL: Final = "typical_palm"
UNDER_WAY: Final = frozenset(STATES) - {"SELF_TEST", "IDLE", "DONE", "FAULT"}
# A load is run in the one state in which it might be taken for a person.
LOAD_STATES: Final[frozenset[str]] = frozenset(("CONTACT",))
REACHED_BY_LOADS: Final[frozenset[str]] = frozenset(("ARMED", "CONTACT"))

# Pairs: the hidden one has been there for a while, then one of these comes.
ACUTE: Final = (
    "dac_stuck_4095",
    "dac_stuck_8",
    "daemon_killed",
    "stalled_60",
    "lead_break",
    "lift_0.02",
    "lift_3",
    "tray_out",
    "pedal_held",
    "stop",
    "estop",
    "error_sense",
)
PAIR_STATES: Final[tuple[Where, ...]] = ("CONTACT", "RAMP_UP", "HOLD")
PAIR_PEOPLE: Final = ("very_sweaty_palm",)

RULES: Final = (
    "faults of people, water and leads: every person in every state in which current flows",
    "faults of board and program do not know skin: there the wettest, the typical, the driest and the smallest site",
    f"at rest nothing hangs on skin until CONTACT, where the wettest gets the most: {AT_REST}",
    "loads that are no person: CONTACT, where they might be taken for one",
    f"pairs: each hidden fault, then each of {len(ACUTE)} acute ones, in {', '.join(PAIR_STATES)}, on {PAIR_PEOPLE[0]}",
)


class Grid(NamedTuple):
    """What will be run, and what cannot be."""

    cells: tuple[Cell, ...]
    impossible: tuple[Impossible, ...]
    rules: tuple[str, ...]


def all_faults() -> tuple[Fault, ...]:
    """Of the bench and of the program."""
    return (*bench_faults(), *SOFTWARE)


def why_impossible(cell: Cell) -> str | None:
    """The rule by which a cell cannot be; None when it can."""
    for fault in (cell.fault, cell.first):
        if fault is None:
            continue
        for rule in (_rule_of_needs, _rule_of_loads):
            reason = rule(fault.needs, cell.where, cell.phenotype)
            if reason is not None:
                return reason
    return None


def _rule_of_needs(needs: str, where: str, phenotype: str) -> str | None:
    if needs == "energised" and where not in ENERGISED:
        return "needs a closed output: in this state it is open"
    if needs == "plan" and where not in UNDER_WAY:
        return "needs a session under way: in this state there is none"
    if needs == "k1_used" and where == "SELF_TEST":
        return "an open contact does not weld: this self-test has read K1's mirror and holds its coil off"
    if needs == "no_pause" and where == "PAUSED":
        return "to resume from a pause is what a person's touch does"
    if needs in ("hands_in", "patient") and phenotype not in PHENOTYPES:
        return "needs a person's hand: this load has none"
    return None


def _rule_of_loads(_needs: str, where: str, phenotype: str) -> str | None:
    if phenotype in LOADS and where not in REACHED_BY_LOADS:
        return "what is no person never leaves CONTACT"
    return None


def singles(faults: Iterable[Fault], everything: bool) -> list[Cell]:
    """Each fault alone."""
    cells = [Cell(f, w, p) for f, w, p in product(faults, STATES, (*PEOPLE, *LOADS))]
    return cells if everything else [cell for cell in cells if _representative(cell)]


def _representative(cell: Cell) -> bool:
    if cell.phenotype in LOADS:
        return cell.where in LOAD_STATES
    if cell.where not in ENERGISED:
        return cell.phenotype == AT_REST
    return cell.fault.family in ABOUT_PEOPLE or cell.phenotype in EXTREMES


def pairs(faults: Sequence[Fault]) -> list[Cell]:
    """One hidden, then one acute."""
    hidden = [f for f in faults if f.hidden]
    acute = [f for f in faults if f.name in ACUTE]
    return [Cell(a, w, p, h) for h, a, w, p in product(hidden, acute, PAIR_STATES, PAIR_PEOPLE)]


def quick(faults: Sequence[Fault]) -> list[Cell]:
    """Every fault once: two of three in HOLD, every third in the next state that it can be in."""
    cells = []
    for number, fault in enumerate(faults):
        can = [w for w in STATES if why_impossible(Cell(fault, w, TYPICAL)) is None]
        where: Where = "HOLD" if "HOLD" in can and number % 3 else can[number // 3 % len(can)]
        cells.append(Cell(fault, where, TYPICAL if where in ENERGISED else AT_REST))
    return cells


def build(
    *, only: str | None = None, fast: bool = False, everything: bool = False, keep: Callable[[Cell], bool] | None = None
) -> Grid:
    """The grid; `only`: faults or cells whose name begins so; `keep`: a further choice."""
    faults = all_faults()
    cells = quick(faults) if fast else [*singles(faults, everything), *pairs(faults)]
    if only is not None:
        cells = [cell for cell in cells if _matches(cell, only)]
    if keep is not None:
        cells = [cell for cell in cells if keep(cell)]
    can: list[Cell] = []
    cannot: list[Impossible] = []
    for cell in cells:
        reason = why_impossible(cell)
        if reason is None:
            can.append(cell)
        else:
            cannot.append(Impossible(cell.id, reason))
    rules = ("every fault once: two of three in HOLD, the others over all states",) if fast else RULES
    return Grid(tuple(can), tuple(cannot), ("everything",) if everything else rules)


def _matches(cell: Cell, only: str) -> bool:
    return only in (cell.id, cell.fault_name) or (only.endswith(("/", "*")) and cell.id.startswith(only.rstrip("*")))
