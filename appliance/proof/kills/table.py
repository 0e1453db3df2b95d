"""The result of a campaign of kills for people: ways down, states across, the worst of each."""

import sys

from rich.console import Console
from rich.table import Table

from appliance.proof.kills.model import KINDS, STATES, Row
from appliance.proof.kills.summary import Summary


def kills_table(summary: Summary) -> None:
    """Print it."""
    passed = sum(summary.row_passed(row) for row in summary.rows)
    table = Table(
        title=f"SIMULATED. {passed} of {len(summary.rows)} cells within budget, {summary.rounds} rounds",
        caption="worst: mA felt · ms until zero, or until K1 is open; after a loss from the STOP · passed of run",
    )
    table.add_column("way", no_wrap=True)
    shown = [where for where in (*STATES, "ARMED") if any(row.state == where for row in summary.rows)]
    for where in shown:
        table.add_column(where.replace("_", "\n"), justify="right")
    by_id = {row.id: row for row in summary.rows}
    for kind in KINDS:
        if any(row.how == kind.name for row in summary.rows):
            cells = [by_id.get(f"{kind.name}/{where}") for where in shown]
            table.add_row(kind.name, *("-" if row is None else _shown(row, summary) for row in cells))
    Console(width=None if sys.stdout.isatty() else 150).print(table)
    print(f"{summary.seconds:.0f} s, {summary.seconds / max(1, summary.rounds_done):.0f} s a round")


def _shown(row: Row, summary: Summary) -> str:
    """Never by colour alone."""
    if row.not_run is not None:
        return "[yellow]not run[/yellow]"
    zero, opened = row.worst_ms_to_zero, row.worst_ms_to_open
    time = f"\n{zero:.0f} ms" if zero is not None else f"\nK1 {opened:.0f} ms" if opened is not None else ""
    spoiled = f" +{row.spoiled} spoiled" if row.spoiled else ""
    verdict = "[green]pass[/green]" if summary.row_passed(row) else "[red]FAIL[/red]"
    return f"{row.worst_peak_ma:.2f} mA{time}\n{verdict} {row.runs - row.failed}/{row.runs}{spoiled}"


def failures(summary: Summary) -> list[str]:
    """One line a breach, a spoiled try, a cell that was not run."""
    lines = [f"FAILED {row.id}: {why}" for row in summary.rows for why in row.why]
    lines += [f"not run {row.id}: {row.not_run}" for row in summary.rows if row.not_run is not None]
    lines += [f"spoiled by the machine: {line}" for line in summary.spoiled]
    return lines or ["none failed, none spoiled"]
