"""What a run of the campaign came to, as JSON and as the lines that a person reads first."""

from collections import Counter
from collections.abc import Sequence

import msgspec

from appliance.proof.faults.grid import Grid
from appliance.proof.faults.model import Row
from appliance.proof.open_points import OpenPoint, OpenPoints, covering, stale
from appliance.proof.stories import Told


class Summary(msgspec.Struct, frozen=True):
    """Everything that `ionto faults --json` prints; the safety report is made from it."""

    cells: int
    passed: int
    failed: int  # beyond their budgets, and no open point covers how
    open: int  # beyond their budgets, as open points say
    impossible: int
    faults: int
    phenotypes: tuple[str, ...]
    rows: tuple[Row, ...]
    hardware_only: tuple[str, ...]
    seconds: float
    quick: bool
    rules: tuple[str, ...]
    impossible_by_rule: dict[str, int]
    open_points: dict[str, OpenPoint]  # those that cover a cell of this run
    stale: tuple[str, ...]  # in a full run: points, or patterns of theirs, that no cell needs any more
    simulated: bool = True
    without: str | None = None
    story: Told | None = None  # of the control that is taken out

    @property
    def good(self) -> bool:
        """Every cell is within its budget or stands as an open point, and every open point is needed."""
        happened = self.story is not None and (self.story.with_all or self.story.without)
        return self.failed == 0 and not self.stale and not happened


def summarise(
    grid: Grid,
    ran: Sequence[Row],
    points: OpenPoints,
    *,
    seconds: float,
    fast: bool,
    full: bool,
    without: str | None = None,
    story: Told | None = None,
) -> Summary:
    """Gather it. `full`: the whole grid ran on the whole device, so that an open point that nobody needs is seen."""
    rows = [msgspec.structs.replace(row, open_point=covering(points, row)) for row in ran]
    passed = sum(row.passed for row in rows)
    left_open = sum(row.open_point is not None for row in rows)
    named = {row.open_point for row in rows}
    return Summary(
        cells=len(grid.cells),
        passed=passed,
        failed=len(grid.cells) - passed - left_open,
        open=left_open,
        impossible=len(grid.impossible),
        faults=len({cell.fault_name for cell in grid.cells if cell.first is None}),
        phenotypes=tuple(dict.fromkeys(cell.phenotype for cell in grid.cells)),
        rows=tuple(sorted(rows, key=lambda row: row.cell)),
        hardware_only=tuple(sorted(row.cell for row in rows if row.hardware_only)),
        seconds=round(seconds, 1),
        quick=fast,
        rules=grid.rules,
        impossible_by_rule=dict(Counter(each.reason for each in grid.impossible).most_common()),
        open_points={name: point for name, point in points.items() if name in named},
        stale=stale(points, rows) if full else (),
        without=without,
        story=story,
    )


def opening(grid: Grid) -> list[str]:
    """Said before anything runs: how many cells, by which rules, and which cannot be."""
    pairs = sum(cell.first is not None for cell in grid.cells)
    faults = len({cell.fault.name for cell in grid.cells})
    lines = [f"{len(grid.cells)} cells ({pairs} of two faults), {faults} faults; {len(grid.impossible)} cannot be"]
    lines += [f"  chosen: {rule}" for rule in grid.rules]
    for reason, count in Counter(each.reason for each in grid.impossible).most_common():
        lines.append(f"  cannot be: {count}, {reason}")
    return lines


def by_layer(rows: Sequence[Row]) -> list[str]:
    """Who acted first, counted."""
    return [f"  {count:5d}  {layer}" for layer, count in Counter(row.first for row in rows).most_common()]
