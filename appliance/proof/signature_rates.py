"""How often the body signature is wrong: people who are refused, and things that are taken for people.

Every case runs the real daemon, drivers and bench from power-up through CONTACT, with tolerances, water, motion and hum
of its seed; nothing is fed to the probe directly. What is no person is only ever shown the probe.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from random import Random
from statistics import median
from typing import Final, Literal, NamedTuple

import msgspec

from appliance.config import Board
from appliance.link.messages import Plan
from appliance.proof.lift import SITE_OF
from appliance.proof.simulate import Simulation
from appliance.safety import hard_limits
from appliance.safety.hard_limits import SITES
from appliance.sim.patient import PHENOTYPES
from appliance.sim.script import Script, parse_script
from appliance.treatment.signature import Signature

Expected = Literal["accept", "refuse"]
Before = Literal["first", "again", "resume", "half_out", "one_tray", "short"]  # the last four: after hands were out

REFUSE_S: Final = 13.0  # of CONTACT: two or three judgements; the whole 120 s would only be more of the same
SHORT_MA: Final = 5.0  # before the hands come out: little, because only what CONTACT finds afterwards counts
HOLD_S: Final = 1.0
WATER_US_PER_CM: Final = (50.0, 800.0)  # clinical basis, the load: tap water [S]
HALF: Final = 0.5  # of one hand, the other flat in the water
STUCK_S: Final = 300.0
ENDED: Final = ("RAMP_UP", "DONE", "FAULT")


class Case(NamedTuple):
    """Who or what is between the plates. `water_us_per_cm` None = tap water, drawn by the seed.

    What is no person is shown to every site in turn, seed by seed: each has its own least loop and area.
    """

    name: str
    phenotype: str
    expected: Expected
    before: Before = "first"
    water_us_per_cm: float | None = None


CASES: Final = (
    Case("unused hands", "typical_palm", "accept"),
    Case("sweaty hands", "very_sweaty_palm", "accept"),
    Case("sweaty hands again", "very_sweaty_palm", "accept", "again"),
    Case("treated hands", "dry_palm", "accept"),
    Case("child", "child_palm", "accept"),
    Case("feet", "typical_sole", "accept"),
    Case("callused feet", "callused_sole", "accept"),
    Case("underarms", "underarm", "accept"),
    Case("hands resumed", "typical_palm", "accept", "resume"),
    Case("sweaty hands resumed", "very_sweaty_palm", "accept", "resume"),
    Case("hand half out", "typical_palm", "refuse", "half_out"),
    Case("sweaty hand half out", "very_sweaty_palm", "refuse", "half_out"),
    Case("one tray after a pause", "typical_palm", "refuse", "one_tray"),
    Case("cable after a pause", "typical_palm", "refuse", "short"),
    Case("dummy load", "dummy_load", "refuse"),
    Case("cable shorted", "cable_short", "refuse"),
    Case("distilled water", "distilled", "refuse"),
    *(Case(f"one tray, {us:g} uS/cm", "one_tray", "refuse", "first", us) for us in (50.0, 100.0, 200.0, 400.0, 800.0)),
)


class Judged(msgspec.Struct, frozen=True):
    """One try at CONTACT, from its beginning to current or to the end of patience."""

    accepted: bool
    seconds: float  # of CONTACT
    refusals: int  # signatures that were measured and refused
    reasons: tuple[str, ...]  # why, each once


class Row(msgspec.Struct, frozen=True):
    """One case over all seeds. A person who was refused at first and accepted later is delayed, and accepted."""

    case: str
    expected: Expected
    accepted: int
    refused: int
    delayed: int
    judgements: int
    unjudged: int  # seeds without any: the session ended before, which refuses nobody
    reasons: dict[str, int]
    median_s: float | None  # to be accepted
    worst_s: float | None

    @property
    def wrong(self) -> int:
        """False refusals of people; or false accepts of what is none, and seeds in which nothing was judged."""
        return self.refused if self.expected == "accept" else self.accepted + self.unjudged


class Job(NamedTuple):
    """One case and seed."""

    numbers: Board
    case: Case
    seed: int


def run_job(job: Job) -> Judged:
    """From power-up to the verdict."""
    case = job.case
    site = SITE_OF.get(case.phenotype) or tuple(SITES)[job.seed % len(SITES)]
    limits = SITES[site]
    low, high = WATER_US_PER_CM
    water = case.water_us_per_cm or low * (high / low) ** Random(job.seed).random()  # noqa: S311 - must repeat itself
    plan = Plan(
        site=site,
        set_ma=SHORT_MA,
        max_ma=limits.prescriber_ma,
        duration_s=limits.default_s,
        ramp_ma_per_s=hard_limits.RAMP_UP_MA_PER_S,
    )
    script = _script(case)
    simulation = Simulation(
        job.numbers, plan, phenotype=case.phenotype, seed=job.seed, conductivity_us_per_cm=water, script=script
    )
    simulation.begin()
    while script is not None and simulation.t_s < STUCK_S and simulation.daemon.session.state != "PAUSED":
        simulation.step()
    if case.before != "first":
        for side in (simulation.bench.patient.left, simulation.bench.patient.right):
            side.onset = 1.0  # after a whole treatment, or one that was interrupted a moment ago
    return _judge(simulation, patience_s=REFUSE_S if case.expected == "refuse" else STUCK_S)


def _script(case: Case) -> Script | None:
    """Treated until the skin has had its onset; hands out, then back in, by half, or something else instead."""
    if case.before in ("first", "again"):
        return None
    whole_cm2 = PHENOTYPES[case.phenotype].area_cm2
    left_cm2 = HALF * whole_cm2 if case.before == "half_out" else whole_cm2
    steps = ['"ARMED"\nafter_s = 1\ndo = "hands_in"', f'"HOLD"\nafter_s = {HOLD_S}\ndo = "hands_out"']
    if case.before in ("one_tray", "short"):
        steps += [f'"PAUSED"\nafter_s = 1\ndo = "{case.before}"']
    else:
        lifted = '"PAUSED"\nafter_s = 1\ndo = "lift"\nover_s = 0.3\nto_area_cm2 ='
        steps += [f'{lifted} {left_cm2}\nhand = "left"', f'{lifted} {whole_cm2}\nhand = "right"']
    return parse_script("".join(f"[[at]]\nstate = {step}\n" for step in steps), case.name)


def _judge(simulation: Simulation, patience_s: float) -> Judged:
    """Watch CONTACT, however often the device tries, until current is let through or patience ends."""
    session, run = simulation.daemon.session, simulation.daemon.run_now
    reasons: list[str] = []
    last: Signature | None = run.last
    seconds = 0.0
    while simulation.t_s < STUCK_S and seconds < patience_s:
        before_s = simulation.t_s
        simulation.step()
        if session.state in ENDED or session.outcome == "not_started":
            break
        probe = run.probe
        if session.state != "CONTACT" or probe is None:
            continue
        seconds += simulation.t_s - before_s
        if probe.signature is not None and probe.signature is not last:
            last = probe.signature
            if probe.verdict != "good":
                reasons.append(probe.why or "")
    accepted = session.state == "RAMP_UP"
    final = None if accepted else session.reason or run.contact_why
    named = dict.fromkeys([*reasons, final] if final else reasons)
    return Judged(accepted, seconds, len(reasons), tuple(named))


def row_of(case: Case, judged: Sequence[Judged]) -> Row:
    """All seeds of one case together."""
    accepted = [each for each in judged if each.accepted]
    took_s = [each.seconds for each in accepted]
    return Row(
        case=case.name,
        expected=case.expected,
        accepted=len(accepted),
        refused=len(judged) - len(accepted),
        delayed=sum(each.refusals > 0 for each in accepted),
        unjudged=sum(not each.accepted and not each.refusals for each in judged),
        judgements=sum(each.refusals + each.accepted for each in judged),
        reasons=dict(Counter(reason for each in judged for reason in each.reasons)),
        median_s=median(took_s) if took_s else None,
        worst_s=max(took_s, default=None),
    )


def signature_rates(
    numbers: Board, cases: Iterable[Case], seeds: Sequence[int], jobs: int
) -> Iterator[tuple[Case, Judged]]:
    """Every case with every seed, on `jobs` processes, in order, so that a caller can show progress."""
    todo = [Job(numbers, case, seed) for case in cases for seed in seeds]
    with ProcessPoolExecutor(max_workers=jobs) as pool:
        for job, judged in zip(todo, pool.map(run_job, todo, chunksize=4), strict=True):
            yield job.case, judged
