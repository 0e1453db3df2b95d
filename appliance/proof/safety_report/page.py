"""The report as one page of Markdown: verdict first, then what was asked, how it was shown, and what remains.

It never leaves out a stage: one that is missing, broken or of other sources is named in the verdict and in its chapter.
"""

from collections.abc import Sequence
from typing import Final, NamedTuple

from appliance.proof.hazards import Hazards
from appliance.proof.safety_report.evidence import Evidence
from appliance.proof.safety_report.markdown import some, table
from appliance.proof.safety_report.provisional import Provisional
from appliance.proof.safety_report.removal import Removal, Verdict
from appliance.proof.safety_report.sections import chapter, controls, hardware_only
from appliance.proof.safety_report.shapes_faults import Faults

ASKED: Final = """\
Three rules above all: the patient's current is decided in one place; whatever fails, it goes to zero; what was
delivered is recorded as measured. Budgets, from the physical event to zero at the patient:

| event | budget |
|---|---|
| open circuit, hand out | 50 ms |
| over the site's limit | 20 ms; 60 ms with one sensor lying |
| control program dead | current 100 ms, relay 120 ms |
| STOP | falls within 50 ms, zero within 2 s, within 0.5 s at a second press |
| red switch | 10 ms, by wire |
| area shrinks over 1 s to 60 s | at most 1.1 x the density ceiling |
| area shrinks in 0.05 s to 1 s | at most 1.5 x, over the ceiling for at most 20 ms |
| area shrinks faster | over the ceiling for at most 25 ms, at most 10 µC/cm² in excess |
| current above the set | at most 2 % or 0.25 mA |
"""
BAD: Final[tuple[Verdict, ...]] = ("not missed", "not shown")
LIMITS: Final = """\
- Everything here is **simulated**. The bench answers I2C byte by byte and integrates a lumped circuit with generic
  device models; no board was built, and nobody was treated. What the bench does not model, nothing here can show.
- Program, drivers and monitors are the ones that would run on the device; only the bench below them stands in.
- The exploration walks the real session machine, over abstracted inputs: complete over those, silent on others.
- Faults are the ones that somebody thought of; of double faults only a sample is run.
- People are phenotypes with drawn tolerances; the numbers behind them are from the literature or derived ([D]).
- Ratings of severity and likelihood are judgements, to be signed by a clinician and a risk manager.
"""


class Report(NamedTuple):
    """What the page is made of."""

    hazards: Hazards
    stages: Sequence[Evidence]
    removal_stages: Sequence[Evidence]
    removals: Sequence[Removal]
    numbers: Sequence[Provisional]
    version: str
    sources: str
    wall_utc: str
    quick: bool

    @property
    def bad(self) -> tuple[str, ...]:
        """What keeps this from being a whole and good report, worst first."""
        failed = [f"**FAILED** {e.stage.title}: {e.why}" for e in self.stages if e.status == "failed"]
        absent = [f"**{e.status.upper()}** {e.stage.title}: {e.why}" for e in self.stages if not e.counts]
        named = {verdict: [f"`{r.name}`" for r in self.removals if r.verdict == verdict] for verdict in BAD}
        return (
            *failed,
            *absent,
            *(f"**{verdict.upper()}** without it: {', '.join(names)}" for verdict, names in named.items() if names),
        )


def page(report: Report) -> str:
    """The whole text."""
    lines = [
        "# Safety report",
        "",
        "SIMULATED. Not a certified medical device, no claim of conformity.",
        "",
        f"Made {report.wall_utc} by `make safety-report`, from version `{report.version}`, sources `{report.sources}`.",
        "",
        *_verdict(report),
        "## What was asked",
        "",
        *ASKED.splitlines(),
        "",
        *_shown(report),
        *_chapters(report),
        *_removals(report),
        *_hazards(report.hazards),
        *_remains(report),
    ]
    return "\n".join(lines).rstrip() + "\n"


def _verdict(report: Report) -> list[str]:
    note = (
        ["QUICK: fewer cells, seeds and repetitions than a report for release, and no mutants.", ""]
        if report.quick
        else []
    )
    if report.bad:
        return ["## NOT PASSED", "", *(f"- {each}" for each in report.bad), "", *note]
    said = "Every stage was run on this version and is within its budgets. Every control of the daemon is missed when"
    return ["## Passed", "", f"{said} it is taken out, or the control that holds instead is named.", "", *note]


def _shown(report: Report) -> list[str]:
    rows = [
        (
            each.stage.title,
            each.stage.how,
            each.result.figure if each.result is not None else each.why,
            each.status if each.status == "passed" else each.status.upper(),
            "-" if each.kept is None else f"{each.kept.seconds:.0f} s",
            "-" if each.kept is None else each.kept.wall_utc,
        )
        for each in report.stages
    ]
    good = sum(each.good for each in report.removals)
    runs = sum(each.counts for each in report.removal_stages)
    said = f"{good} of {len(report.removals)} controls answered; {runs} of {len(report.removal_stages)} runs made"
    whole = good == len(report.removals)
    rows.append(("Controls taken out", "`--without`", said, "passed" if whole else "FAILED", "-", "-"))
    return ["## How it was shown", "", *table(("stage", "by", "figures", "result", "took", "made"), rows)]


def _chapters(report: Report) -> list[str]:
    lines = []
    for each in report.stages:
        lines += [f"## {each.stage.title}", ""]
        if each.result is None:
            lines += [f"{each.status.upper()}: {each.why}", ""]
            continue
        lines += [f"{each.result.figure}.", "", *chapter(each.result)]
        if isinstance(each.result, Faults):
            lines += ["### Cells that hold only thanks to hardware", "", *hardware_only(each.result)]
    return lines


def _removals(report: Report) -> list[str]:
    text = "Each control of the daemon is taken out from outside; what hazards.toml names must then fail."
    return ["## Controls taken out", "", text, "", *controls(report.removals)]


def _hazards(hazards: Hazards) -> list[str]:
    rows = []
    for hazard in hazards.hazard:
        before, after = hazard.before, hazard.after
        rows.append(
            (
                hazard.id,
                hazard.name,
                f"{before.severity}, {before.likelihood}: {before.risk}",
                f"{after.severity}, {after.likelihood}: {after.risk}",
                some([f"`{name}`" for name in hazard.controls], 40),
                len(hazards.tests_of(hazard)),
                hazard.residual,
            )
        )
    heads = ("id", "hazard", "before", "after", "controls", "tests", "what is left")
    return ["## Hazards", "", *table(heads, rows)]


def _remains(report: Report) -> list[str]:
    hazards = report.hazards
    still = [f"- {hazard.id} {hazard.name}: {each}" for hazard in hazards.hazard for each in hazard.open]
    reasoned = [(f"`{n}`", c.what, c.analysis) for n, c in hazards.control.items() if c.analysis is not None]
    numbers = [(each.where, f"`{each.name}`", f"`{each.value}`", each.why or "-") for each in report.numbers]
    return [
        "## Limits of this evidence",
        "",
        *LIMITS.splitlines(),
        "",
        "Controls that no simulation shows:",
        "",
        *table(("control", "what", "by reasoning"), reasoned),
        "## Still open",
        "",
        *still,
        "",
        "## Numbers that wait for a clinician's signature [D]",
        "",
        *table(("file", "number", "value", "why"), numbers),
    ]
