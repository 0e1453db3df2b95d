"""Which sessions `ionto phenotypes` runs: every combination for every seed, or spread, each seed one in turn."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import pytest

from appliance.config import load_board
from appliance.proof import phenotypes
from appliance.proof.conditions import grid

CHOSEN = grid(polarise_s=(1.0, 5.0), motion_hz=(0.2, 1.0), hum_hz=(50.0, 60.0))


class Pool:
    """Runs nothing: says what would be run."""

    def __init__(self, max_workers: int) -> None:
        del max_workers

    def __enter__(self) -> "Pool":
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def map(self, _run: Callable[[Any], Any], jobs: Iterable[Any]) -> Iterator[Any]:
        return iter(jobs)


@pytest.mark.parametrize(("spread", "sessions"), [(False, 2 * 8 * 8), (True, 2 * 8)])
def test_spread_or_not_every_combination_is_met(spread: bool, sessions: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(phenotypes, "ProcessPoolExecutor", Pool)
    who = ("typical_palm", "underarm")
    jobs = [*phenotypes.run_all(load_board(), who, range(1, 9), 60.0, 1, CHOSEN, spread=spread)]
    assert len(jobs) == sessions
    for name in who:
        assert {job.conditions for job in jobs if job.phenotype == name} == set(CHOSEN)  # type: ignore[attr-defined]
        assert {job.seed for job in jobs if job.phenotype == name} == set(range(1, 9))
