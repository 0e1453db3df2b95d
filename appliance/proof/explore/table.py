"""The result for people: which states are reached and what follows, and each invariant with its count of checks."""

from rich.table import Table

from appliance.proof.explore.found import Found


def state_table(found: Found) -> Table:
    """A row for each state."""
    table = Table("state", title=f"{found.states:,} places, {found.transitions:,} transitions")
    table.add_column("places", justify="right")
    table.add_column("transitions", justify="right")
    table.add_column("leads to (times seen)")
    for each in found.per_state:
        leads = ", ".join(f"{name} {times:,}" for name, times in each.leads_to.items())
        table.add_row(each.state, f"{each.places:,}", f"{each.transitions:,}", leads)
    return table


def invariant_table(found: Found) -> Table:
    """A row for each invariant; one that was never checked is no proof and says so."""
    title = "what must hold" if found.without is None else f"what must hold, without {found.without}"
    table = Table("invariant", "what", title=title)
    table.add_column("checks", justify="right")
    table.add_column("", justify="right")
    for each in found.invariants:
        verdict = f"{each.violations:,} VIOLATED" if each.violations else "holds" if each.checks else "NEVER CHECKED"
        table.add_row(each.name, each.what, f"{each.checks:,}", verdict)
    return table
