"""Every phenotype on its site over many seeds: how sessions end, whether a monitor cried wolf, how true the dose is."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from typing import Final, NamedTuple

import msgspec

from appliance.config import Board
from appliance.link.messages import Plan
from appliance.proof.lift import SITE_OF
from appliance.proof.simulate import Simulation
from appliance.safety.hard_limits import SITES

NOT_A_PERSON: Final = ("distilled", "one_tray", "cable_short", "dummy_load")
EVERYONE: Final = (*SITE_OF, *NOT_A_PERSON)


class Ended(msgspec.Struct, frozen=True):
    """One session."""

    phenotype: str
    seed: int
    outcome: str
    reason: str | None
    trips: tuple[str, ...]
    limited_by: str | None
    hold_error: float | None  # felt mean of HOLD over the set, less one; None when limited or never held
    charge_error: float | None  # felt charge over the measured, less one; None when nothing was delivered
    over_set_ma: float  # peak felt less the set; before RAMP_UP the probe, so never positive

    @property
    def as_expected(self) -> bool:
        """A person completes without a trip; what is no person is not started."""
        if self.phenotype in NOT_A_PERSON:
            return self.outcome == "not_started"
        return self.outcome == "completed" and not self.trips


class Job(NamedTuple):
    """One session to run."""

    numbers: Board
    phenotype: str
    seed: int
    duration_s: float


def run_job(job: Job) -> Ended:
    """Run one session to its end."""
    site = SITES[SITE_OF.get(job.phenotype, "hands")]
    name = SITE_OF.get(job.phenotype, "hands")
    duration_s = min(job.duration_s, site.max_s)
    plan = Plan(site=name, set_ma=site.default_ma, max_ma=site.prescriber_ma, duration_s=duration_s)
    simulation = Simulation(job.numbers, plan, phenotype=job.phenotype, seed=job.seed)
    simulation.run()
    session, end = simulation.daemon.session, simulation.event("end")
    limited = end.detail.get("limited_by") if end is not None else None
    hold_ma = simulation.felt_mean_hold_ma
    measured_mc = session.dose.charge_mc
    return Ended(
        phenotype=job.phenotype,
        seed=job.seed,
        outcome=session.outcome or session.state,
        reason=session.reason,
        trips=tuple(str(event.detail["code"]) for event in simulation.talk.events if event.kind == "trip"),
        limited_by=None if limited is None else str(limited),
        hold_error=None if hold_ma is None or limited is not None else hold_ma / site.default_ma - 1.0,
        charge_error=simulation.bench.felt.charge_mc / measured_mc - 1.0 if session.ramped_up else None,
        over_set_ma=simulation.bench.felt.peak_ma - site.default_ma,
    )


def run_all(
    numbers: Board, phenotypes: Sequence[str], seeds: Sequence[int], duration_s: float, jobs: int
) -> Iterator[Ended]:
    """All of them, on `jobs` processes, in order."""
    todo = [Job(numbers, phenotype, seed, duration_s) for phenotype in phenotypes for seed in seeds]
    with ProcessPoolExecutor(max_workers=jobs) as pool:
        yield from pool.map(run_job, todo)
