"""Is each control missed? What must fail without it, as hazards.toml names it, and what did."""

from collections.abc import Mapping
from typing import Literal, NamedTuple

from appliance.proof.hazards import Control, Hazards
from appliance.proof.safety_report.evidence import Evidence
from appliance.proof.safety_report.shapes_faults import Explore, Faults
from appliance.proof.safety_report.stages import EXPLORE_OF, FAULTS_OF, STORY, cells_of

Verdict = Literal["missed", "not missed", "redundant", "not shown"]


class Removal(NamedTuple):
    """One control of the daemon, taken out."""

    name: str
    verdict: Verdict
    named: int  # cells and invariants that must fail
    failed: tuple[str, ...]  # those that did
    why: str  # what is not as it must be, or of what it is redundant

    @property
    def good(self) -> bool:
        """Whether removing it is answered: something fails, or another control is named that holds alone."""
        return self.verdict in ("missed", "redundant")


def removals(hazards: Hazards, found: Mapping[str, Evidence]) -> tuple[Removal, ...]:
    """In the order of the risk file."""
    return tuple(_removal(name, hazards.control[name], found) for name in hazards.removable)


def _removal(name: str, control: Control, found: Mapping[str, Evidence]) -> Removal:
    cells = cells_of(control)
    named = (*cells, *control.invariants)
    if not named:
        return _elsewhere(name, control)
    failed, gaps = [], []
    for stage, wanted in ((FAULTS_OF.format(name), cells), (EXPLORE_OF.format(name), control.invariants)):
        evidence = found.get(stage)
        if wanted and (evidence is None or not evidence.counts or evidence.result is None):
            gaps.append("not run" if evidence is None else f"{evidence.status}: {evidence.why}")
        elif wanted and evidence is not None:
            failed += [each for each in wanted if each in _failing(evidence)]
    if gaps:
        return Removal(name, "not shown", len(named), tuple(failed), "; ".join(gaps))
    if control.redundant_of and not failed and _is_redundant(found.get(FAULTS_OF.format(name))):
        return Removal(name, "redundant", len(named), (), f"{', '.join(control.redundant_of)} hold alone")
    left = [each for each in named if each not in failed]
    if left:
        return Removal(name, "not missed", len(named), tuple(failed), f"still passes without it: {', '.join(left)}")
    return Removal(name, "missed", len(named), tuple(failed), "")


def _elsewhere(name: str, control: Control) -> Removal:
    """No cell and no invariant is named."""
    if control.redundant_of:
        return Removal(name, "redundant", 0, (), f"{', '.join(control.redundant_of)} hold alone")
    return Removal(name, "not shown", 0, (), "the risk file names nothing that fails without it")


def _is_redundant(evidence: Evidence | None) -> bool:
    """Its story happens only without those that hold alone."""
    result = None if evidence is None else evidence.result
    return isinstance(result, Faults) and result.story is not None and result.story.is_redundant


def _failing(evidence: Evidence) -> frozenset[str]:
    result = evidence.result
    if isinstance(result, Faults):
        told = result.story is not None and result.story.is_missed
        return frozenset(cell.cell for cell in result.failing) | ({STORY} if told else set())
    return result.violated if isinstance(result, Explore) else frozenset()
