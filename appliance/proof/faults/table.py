"""The campaign for people: faults down, states across, the worst cell of each shown; then what only hardware holds."""

import textwrap
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from rich.table import Table

from appliance.proof.faults.model import STATES, Impossible, Row
from appliance.proof.open_points import OpenPoint
from appliance.proof.stories import Told

SHORT: Final = {"SELF_TEST": "SELF\nTEST", "CONTACT_RESUME": "CONTACT\nresume", "RAMP_DOWN": "RAMP\nDOWN"}


def worst(rows: Iterable[Row]) -> Row | None:
    """The cell to show: one that failed, else the one that took longest, else the one that felt most."""
    return max(rows, key=_badness, default=None)


def _badness(row: Row) -> tuple[bool, bool, float, float]:
    return (_failed(row), not row.passed, row.ms_to_zero or row.ms_to_off or 0.0, row.peak_ma)


def _failed(row: Row) -> bool:
    return not row.passed and row.open_point is None


def fault_table(rows: Sequence[Row], impossible: Sequence[Impossible], title: str) -> Table:
    """One line a fault."""
    table = Table(
        title=f"SIMULATED. {title}",
        caption="worst over people: mA felt · ms until zero, or until the output is cut · H = held by hardware alone",
    )
    table.add_column("fault", no_wrap=True)
    shown = [state for state in STATES if any(row.state == state for row in rows)]
    for state in shown:
        table.add_column(SHORT.get(state, state), justify="right")
    cells: dict[tuple[str, str], list[Row]] = {}
    for row in rows:
        cells.setdefault((row.fault, row.state), []).append(row)
    cannot = {tuple(each.cell.split("/")[:2]) for each in impossible}
    for fault in dict.fromkeys(row.fault for row in rows):
        table.add_row(fault, *(_shown(cells.get((fault, state), []), (fault, state) in cannot) for state in shown))
    return table


def _shown(rows: Sequence[Row], impossible: bool) -> str:
    """Never by colour alone."""
    row = worst(rows)
    if row is None:
        return "cannot be" if impossible else "-"
    time_ms = row.ms_to_zero if row.ms_to_zero is not None else row.ms_to_off
    numbers = f"{row.peak_ma:.1f} mA" + (f"\n{time_ms:.0f} ms" if time_ms is not None else "")
    mark = " H" if any(each.hardware_only for each in rows) else ""
    verdict = "[red]FAIL[/red]" if _failed(row) else "[green]pass[/green]" if row.passed else "[yellow]OPEN[/yellow]"
    return f"{numbers}\n{verdict}{mark}"


def failures(rows: Iterable[Row]) -> list[str]:
    """One line a cell that failed."""
    return [f"{row.cell}: {'; '.join(row.why)} [{row.budget}]" for row in rows if _failed(row)]


def open_lines(rows: Sequence[Row], points: Mapping[str, OpenPoint]) -> list[str]:
    """Each open point: how many cells, why, by how much, and what would be needed."""
    lines = []
    for name, point in points.items():
        lines.append(f"  {name}, cells: {sum(row.open_point == name for row in rows)}")
        for head in ("why", "missed", "hardware", "person"):
            lines += textwrap.wrap(
                f"{head}: {getattr(point, head)}", 116, initial_indent="    ", subsequent_indent="      "
            )
    return lines


def story_lines(told: Told) -> list[str]:
    """What a control forbids, and whether it happened: for people."""
    word = {True: "HAPPENS", False: "does not happen"}
    lines = [
        f"{told.control} forbids: {told.what}",
        f"  with every control: {word[told.with_all]}",
        f"  without {told.control}: {word[told.without]}",
    ]
    if told.without_others is not None:
        lines.append(f"  without it and {', '.join(told.others)}: {word[told.without_others]}")
    if not told.is_as_named:
        return [*lines, "  this is not as the risk file says: the control is untested"]
    return [*lines, f"  redundant: held by {', '.join(told.others)}" if told.others else "  the control is missed"]
