"""The chapters of the report that tell what each stage found. A stage without a result has no chapter, but its line."""

from collections.abc import Callable, Sequence
from typing import Any, Final

from appliance.proof.safety_report.markdown import number, some, table
from appliance.proof.safety_report.removal import Removal
from appliance.proof.safety_report.shapes import Kills, Mutants, Result, Tests
from appliance.proof.safety_report.shapes_faults import Cell, Explore, Faults
from appliance.proof.safety_report.shapes_people import Lift, LiftCell, Phenotypes, Signature

MOST_CELLS: Final = 40  # failing cells listed; the JSON has them all
SHOWN: Final = 4


def _explore(found: Explore) -> list[str]:
    rows = [(f"`{each.name}`", each.what, f"{each.checks:,}", each.violations) for each in found.invariants]
    lines = table(("invariant", "what must hold", "checks", "violations"), rows)
    if found.counterexample is not None:
        lines += [f"Shortest story to a violation of `{found.counterexample.invariant}`:", ""]
        lines += [*(f"1. {step}" for step in found.counterexample.story), ""]
    return lines


def _faults(found: Faults) -> list[str]:
    by_fault: dict[str, list[Cell]] = {}
    for row in found.rows:
        by_fault.setdefault(row.fault, []).append(row)
    lines = [f"People: {', '.join(found.phenotypes)}. Worst values over all cells of a fault; zero from the event.", ""]
    heads = ("fault", "cells", "beyond", "mA", "mA/cm²", "mC", "ms to zero", "acted first", "codes")
    lines += table(heads, [_fault(name, rows) for name, rows in sorted(by_fault.items())])
    bad = found.failing
    if bad:
        lines += [f"Beyond budget ({len(bad)}{f', {MOST_CELLS} shown' if len(bad) > MOST_CELLS else ''}):", ""]
        lines += [*(f"- `{row.cell}`: {'; '.join(row.why)}" for row in bad[:MOST_CELLS]), ""]
    return lines + _open_points(found)


def _open_points(found: Faults) -> list[str]:
    """What stays beyond budget on this board, and what would change it."""
    lines: list[str] = []
    if found.open_points:
        rows = [
            (f"`{name}`", sum(row.open_point == name for row in found.rows), p.why, p.missed, p.hardware, p.person)
            for name, p in found.open_points.items()
        ]
        lines += ["Open on this board: no software can find these.", ""]
        lines += table(("open point", "cells", "why", "missed by", "hardware needed", "until then"), rows)
    if found.stale:
        lines += [f"**Stale** open points, which no cell needs: {', '.join(found.stale)}", ""]
    return lines


def _fault(name: str, rows: Sequence[Cell]) -> tuple[object, ...]:
    zeros = [row.ms_to_zero for row in rows if row.ms_to_zero is not None]
    layers = sorted({row.first for row in rows if row.first})
    codes = sorted({code for row in rows for code in row.codes})
    return (
        f"`{name}`",
        len(rows),
        sum(not row.passed for row in rows),
        number(max(row.peak_ma for row in rows), 2),
        number(max(row.peak_density_ma_per_cm2 for row in rows), 3),
        number(max(row.charge_mc for row in rows), 2),
        number(max(zeros, default=None)),
        some(layers, SHOWN),
        some(codes, SHOWN),
    )


def hardware_only(found: Faults) -> list[str]:
    """Cells that would be beyond budget with software alone, by fault."""
    by_fault: dict[str, list[Cell]] = {}
    for row in found.rows:
        if row.hardware_only:
            by_fault.setdefault(row.fault, []).append(row)
    rows = []
    for name, cells in sorted(by_fault.items()):
        states = sorted({cell.state for cell in cells})
        why = cells[0].without_hardware
        rows.append((f"`{name}`", len(cells), some(states, 8), why[0] if why else "-"))
    return table(("fault", "cells", "states", "without the board's protection, for example"), rows)


def _kills(found: Kills) -> list[str]:
    rows = [
        (
            each.how,
            each.state,
            each.runs,
            each.spoiled,
            number(each.worst_ms_to_zero),
            number(each.worst_ms_to_open),
            number(each.worst_peak_ma, 2),
            "yes" if each.passed else each.not_run or some([f"NO: {why}" for why in each.why] or ["NO"], 1),
        )
        for each in found.rows
    ]
    heads = ("how", "state", "runs", "spoiled", "worst ms to zero", "to open", "peak mA", "within budget")
    said = f"{found.rounds} rounds at {found.set_ma:g} mA. After a loss the times count from the STOP that follows it."
    return [said, "", *table(heads, rows)]


def _lift(found: Lift) -> list[str]:
    seeds: dict[tuple[str, str, float], list[LiftCell]] = {}
    for cell in found.cells:
        seeds.setdefault((cell.patient, cell.current, cell.over_s), []).append(cell)
    rows = [
        (
            patient,
            current,
            f"{over_s:g}",
            f"{max(c.peak_density_ma_per_cm2 / c.density_ceiling_ma_per_cm2 for c in cells):.2f}",
            number(max(c.ms_over_density for c in cells)),
            number(max(c.excess_uc_per_cm2 for c in cells), 2),
            _seeds_beyond(cells),
        )
        for (patient, current, over_s), cells in seeds.items()
    ]
    heads = ("patient", "current", "lifted over s", "peak / ceiling", "ms over", "excess µC/cm²", "within budget")
    return ["Of all seeds the worst of every number.", "", *table(heads, rows)]


def _seeds_beyond(cells: Sequence[LiftCell]) -> str:
    beyond = [str(cell.seed) for cell in cells if not cell.passes]
    return f"NO: seeds {some(beyond, SHOWN)}" if beyond else "yes"


def _signature(found: Signature) -> list[str]:
    rows = [
        (
            r.case,
            r.expected,
            r.accepted,
            r.refused,
            some([f"{k} {n}" for k, n in sorted(r.reasons.items())], 5),
            r.wrong,
        )
        for r in found.rows
    ]
    return table(("case", "expected", "accepted", "refused", "reasons", "wrong"), rows)


def _phenotypes(found: Phenotypes) -> list[str]:
    names = dict.fromkeys(each.phenotype for each in found.sessions)
    rows = []
    for name in names:
        own = [each for each in found.sessions if each.phenotype == name]
        trips = sorted({f"{trip.code} {trip.monitor}" for each in own for trip in each.trips})
        bad = sum(each.phenotype == name for each in found.unexpected)
        rows.append((name, len(own), bad, some(trips, 6), number(max(each.over_set_ma for each in own), 2)))
    return table(("person", "sessions", "not as expected", "false trips", "most over set, mA"), rows)


def _mutants(found: Mutants) -> list[str]:
    modules = [(f"`{m.path}`", m.mutants, m.killed, m.timeout, m.survived) for m in found.modules]
    by_reason: dict[tuple[str, str], list[str]] = {}
    for each in found.survivors:
        by_reason.setdefault((each.where, each.reason or "NO REASON"), []).append(f"`{each.change}`")
    rows = [(f"`{where}`", some(changes, SHOWN), why) for (where, why), changes in by_reason.items()]
    return [
        *table(("module", "mutants", "killed", "never ended", "survived"), modules),
        *table(("survivors in", "changes", "why they may live"), rows),
    ]


def _tests(found: Tests) -> list[str]:
    return [] if found.passed else ["Failed:", "", *(f"- `{name}`" for name in found.failed), ""]


def controls(found: Sequence[Removal]) -> list[str]:
    """Every control of the daemon, taken out."""
    rows = [
        (f"`{each.name}`", each.verdict if each.good else each.verdict.upper(), some(each.failed, 2), each.why or "-")
        for each in found
    ]
    return table(("control", "without it", "fails then", "remark"), rows)


_CHAPTERS: Final[dict[type, Callable[[Any], list[str]]]] = {
    Explore: _explore,
    Faults: _faults,
    Kills: _kills,
    Lift: _lift,
    Signature: _signature,
    Phenotypes: _phenotypes,
    Mutants: _mutants,
    Tests: _tests,
}


def chapter(result: Result) -> list[str]:
    """Lines under the heading of a stage that was run."""
    return _CHAPTERS[type(result)](result)
