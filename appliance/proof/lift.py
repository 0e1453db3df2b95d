"""The table of a lifted hand: every phenotype, from a flick to a minute, held against the area budgets of safety.md.

A cell in which the hand was never lifted under current proves nothing and does not pass.
"""

from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from typing import Final, NamedTuple

from rich.table import Table

from appliance.config import Board
from appliance.link.messages import Plan
from appliance.proof.simulate import Simulation
from appliance.safety.hard_limits import SITES, SiteLimits

OVER_S: Final = (0.02, 0.3, 3.0, 10.0, 30.0, 60.0)
TO_AREA_CM2: Final = 10.0
LIFT_AFTER_S: Final = 20.0  # of HOLD: the references have settled
REACH_HOLD_S: Final = 240.0
WATCH_S: Final = 1.5  # after the movement: the slowest pause takes 0.3 s, and the hand does not come back yet
LEAST_MA: Final = 0.5
SITE_OF: Final = {
    "very_sweaty_palm": "hands",
    "typical_palm": "hands",
    "dry_palm": "hands",
    "child_palm": "child_hands",
    "typical_sole": "feet",
    "callused_sole": "feet",
    "underarm": "underarms",
}


class AreaBudget(NamedTuple):
    """What may be felt while the wet area shrinks; None = not bounded for this speed."""

    peak_ratio: float | None
    ms_over: float | None
    excess_uc_per_cm2: float | None


SLOW: Final = AreaBudget(1.1, None, None)  # [D] safety.md, Budgets: over 1 s and more
MEDIUM: Final = AreaBudget(1.5, 20.0, None)  # [D] 0.05 to 1 s
FAST: Final = AreaBudget(None, 25.0, 10.0)  # [D] faster


class LiftFelt(NamedTuple):
    """What the patient felt of one lift, as the bench knows it."""

    lifted_under_current: bool
    peak_density_ma_per_cm2: float
    density_ceiling_ma_per_cm2: float
    ms_over_density: float
    excess_uc_per_cm2: float

    @property
    def peak_ratio(self) -> float:
        """Peak density over the site's ceiling."""
        return self.peak_density_ma_per_cm2 / self.density_ceiling_ma_per_cm2


class LiftCell(NamedTuple):
    """One cell of the table."""

    phenotype: str
    over_s: float
    felt: LiftFelt
    current: str = "default"
    seed: int = 1

    @property
    def who(self) -> str:
        """For a table."""
        return self.phenotype if self.current == "default" else f"{self.phenotype}, most"

    @property
    def passes(self) -> bool:
        """Whether the lift happened and stayed within its budget."""
        budget = budget_of(self.over_s)
        pairs = (
            (self.felt.peak_ratio, budget.peak_ratio),
            (self.felt.ms_over_density, budget.ms_over),
            (self.felt.excess_uc_per_cm2, budget.excess_uc_per_cm2),
        )
        return self.felt.lifted_under_current and all(bound is None or value <= bound for value, bound in pairs)


def budget_of(over_s: float) -> AreaBudget:
    """The budget of a lift that takes `over_s` seconds."""
    if over_s >= 1.0:
        return SLOW
    return MEDIUM if over_s >= 0.05 else FAST


def set_of(limits: SiteLimits, current: str) -> float:
    """Milliamperes of a plan: the site's default, or the most that a prescriber may set."""
    return limits.prescriber_ma if current == "prescriber" else limits.default_ma


def run_lift(numbers: Board, phenotype: str, over_s: float, seed: int, current: str = "default") -> LiftFelt:
    """One session: in HOLD one hand lifts to `TO_AREA_CM2` over `over_s` seconds and stays there."""
    site = SITE_OF[phenotype]
    limits = SITES[site]
    set_ma = set_of(limits, current)
    plan = Plan(site=site, set_ma=set_ma, max_ma=limits.prescriber_ma, duration_s=limits.default_s)
    simulation = Simulation(numbers, plan, phenotype=phenotype, seed=seed)
    simulation.begin()
    session, bench = simulation.daemon.session, simulation.bench
    while simulation.t_s < REACH_HOLD_S and session.state not in ("DONE", "FAULT"):
        simulation.step()
        if session.state == "HOLD" and simulation.t_s - simulation.phases[-1].start_s >= LIFT_AFTER_S:
            break
    lifted_under_current = session.state == "HOLD" and abs(bench.true_ma) > LEAST_MA
    bench.felt.mark(bench.now_ns)
    bench.act("lift", to_area_cm2=TO_AREA_CM2, over_s=over_s, hand="left")
    end_s = simulation.t_s + over_s + WATCH_S
    while simulation.t_s < end_s:
        simulation.step()
    felt = bench.felt.window
    return LiftFelt(
        lifted_under_current,
        felt.peak_density_ma_per_cm2,
        limits.density_ma_per_cm2,
        felt.ms_over_density,
        felt.excess_uc_per_cm2,
    )


class Lift(NamedTuple):
    """One cell to run."""

    numbers: Board
    phenotype: str
    over_s: float
    seed: int
    current: str


def _run(lift: Lift) -> LiftCell:
    return LiftCell(lift.phenotype, lift.over_s, run_lift(*lift), lift.current, lift.seed)


def lift_cells(
    numbers: Board,
    phenotypes: Sequence[str],
    over_s: Sequence[float],
    seeds: Sequence[int],
    currents: Sequence[str] = ("default",),
    jobs: int = 1,
) -> Iterator[LiftCell]:
    """Run the grid on `jobs` processes, cell by cell, so that a caller can show progress."""
    todo = [
        Lift(numbers, phenotype, each_s, seed, current)
        for seed in seeds
        for phenotype in phenotypes
        for current in currents
        for each_s in over_s
    ]
    with ProcessPoolExecutor(max_workers=jobs) as pool:
        yield from pool.map(_run, todo)


def worse(one: LiftCell, other: LiftCell) -> LiftCell:
    """Of two seeds the worse of every number; within budget when both are."""
    numbers = (max(pair) for pair in zip(one.felt[1:], other.felt[1:], strict=True))
    felt = LiftFelt(one.felt.lifted_under_current and other.felt.lifted_under_current, *numbers)
    return one._replace(felt=felt)


def lift_table(cells: Iterable[LiftCell]) -> Table:
    """As people read it: of all seeds the worst peak over ceiling, milliseconds over it, excess charge; and passes."""
    rows: dict[str, dict[float, LiftCell]] = {}
    for cell in cells:
        row = rows.setdefault(cell.who, {})
        row[cell.over_s] = worse(row.get(cell.over_s, cell), cell)
    columns = sorted({over_s for row in rows.values() for over_s in row})
    table = Table(
        title=f"SIMULATED. A hand lifted to {TO_AREA_CM2:g} cm² in HOLD: what was felt",
        caption="peak density / site ceiling · ms over the ceiling · µC/cm² in excess",
    )
    table.add_column("lifted over")
    for each_s in columns:
        table.add_column(f"{each_s:g} s\n{_bounds(budget_of(each_s))}", justify="right")
    for who, row in rows.items():
        table.add_row(who, *(_shown(row.get(each_s)) for each_s in columns))
    return table


def _bounds(budget: AreaBudget) -> str:
    """A budget in a column's head."""
    bounds = (("≤ {:g} x", budget.peak_ratio), ("≤ {:g} ms", budget.ms_over), ("≤ {:g} µC", budget.excess_uc_per_cm2))
    return " · ".join(text.format(bound) for text, bound in bounds if bound is not None)


def _shown(cell: LiftCell | None) -> str:
    """One cell, never by colour alone."""
    if cell is None:
        return "-"
    if not cell.felt.lifted_under_current:
        return "[red]never lifted\nunder current[/red]"
    felt = cell.felt
    colour, word = ("green", "pass") if cell.passes else ("red", "FAIL")
    numbers = f"{felt.peak_ratio:.2f} x · {felt.ms_over_density:.1f} ms · {felt.excess_uc_per_cm2:.2f} µC"
    return f"{numbers}\n[{colour}]{word}[/{colour}]"
