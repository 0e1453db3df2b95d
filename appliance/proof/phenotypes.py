"""Every phenotype on its site over many seeds: how sessions end, whether a monitor cried wolf, how true the dose is.

Under chosen conditions (`conditions.py`) every combination is run. Never more than what the plan's site allows.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from typing import Final, NamedTuple

import msgspec

from appliance.config import Board
from appliance.link.messages import Plan
from appliance.proof.conditions import Conditions
from appliance.proof.lift import SITE_OF, set_of
from appliance.proof.simulate import Simulation
from appliance.safety.hard_limits import SITES

NOT_A_PERSON: Final = ("distilled", "one_tray", "cable_short", "dummy_load")
EVERYONE: Final = (*SITE_OF, *NOT_A_PERSON)
CONTACTS: Final = 2  # a whole session needs one at its start and one after the reversal


class FalseTrip(msgspec.Struct, frozen=True):
    """A monitor spoke although nothing was wrong."""

    monitor: str
    code: str
    set_ma: float


class Ended(msgspec.Struct, frozen=True):
    """One session."""

    phenotype: str
    seed: int
    conditions: Conditions
    outcome: str
    reason: str | None
    trips: tuple[FalseTrip, ...]
    tries: int  # of CONTACT, more than needed
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
    conditions: Conditions = Conditions()


def run_job(job: Job) -> Ended:
    """Run one session to its end."""
    name = SITE_OF.get(job.phenotype, "hands")
    site = SITES[name]
    duration_s = min(job.duration_s, site.max_s)
    set_ma = set_of(site, job.conditions.current)
    plan = Plan(site=name, set_ma=set_ma, max_ma=site.prescriber_ma, duration_s=duration_s)
    simulation = Simulation(job.numbers, plan, phenotype=job.phenotype, seed=job.seed)
    job.conditions.apply(simulation.bench)
    simulation.run()
    session, end = simulation.daemon.session, simulation.event("end")
    limited = end.detail.get("limited_by") if end is not None else None
    hold_ma = simulation.felt_mean_hold_ma
    return Ended(
        phenotype=job.phenotype,
        seed=job.seed,
        conditions=job.conditions,
        outcome=session.outcome or session.state,
        reason=session.reason,
        trips=tuple(_trips(simulation)),
        tries=max(0, sum(phase.state == "CONTACT" for phase in simulation.phases) - CONTACTS),
        limited_by=None if limited is None else str(limited),
        hold_error=None if hold_ma is None or limited is not None else hold_ma / set_ma - 1.0,
        charge_error=simulation.bench.felt.charge_mc / session.dose.charge_mc - 1.0 if session.ramped_up else None,
        over_set_ma=simulation.bench.felt.peak_ma - set_ma,
    )


def _trips(simulation: Simulation) -> Iterator[FalseTrip]:
    """What the record says of trips."""
    for event in simulation.talk.events:
        if event.kind == "trip":
            detail = event.detail
            yield FalseTrip(str(detail["monitor"]), str(detail["code"]), float(detail["set_ma"] or 0.0))


def trips_by_monitor(found: Iterable[Ended]) -> Counter[str]:
    """False trips of all sessions together, by the monitor that spoke."""
    return Counter(trip.monitor for ended in found for trip in ended.trips)


def run_all(
    numbers: Board,
    phenotypes: Sequence[str],
    seeds: Sequence[int],
    duration_s: float,
    jobs: int,
    conditions: Sequence[Conditions] = (Conditions(),),
    *,
    spread: bool = False,
) -> Iterator[Ended]:
    """All of them, on `jobs` processes, in order. `spread`: each seed under one of the conditions, in turn."""
    todo = [
        Job(numbers, phenotype, seed, duration_s, each)
        for phenotype in phenotypes
        for seed in seeds
        for each in ((conditions[seed % len(conditions)],) if spread else conditions)
    ]
    with ProcessPoolExecutor(max_workers=jobs) as pool:
        yield from pool.map(run_job, todo)
