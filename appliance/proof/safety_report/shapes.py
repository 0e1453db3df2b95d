"""What each stage found, as the report reads it: kills, mutants and tests here, others beside, and how all are read.

A figure that a command did not give is an error, never a zero: E501 names the stage and the field.
"""

from typing import Final, Protocol, TypeVar

import msgspec

from appliance.errors import ConfigError
from appliance.proof.safety_report.shapes_people import Lift, Phenotypes


class Result(Protocol):
    """What the report asks of every stage."""

    @property
    def passed(self) -> bool:
        """Whether everything is within its budget."""
        ...

    @property
    def figure(self) -> str:
        """The result in one line."""
        ...


class Kill(msgspec.Struct, frozen=True):
    """One row of `ionto kills --json`."""

    how: str
    state: str
    runs: int
    worst_ms_to_zero: float | None
    worst_ms_to_open: float | None
    worst_peak_ma: float
    passed: bool
    spoiled: int = 0  # tries that count as nothing: the machine stood still
    not_run: str | None = None  # why this machine cannot show it: that is no pass
    why: tuple[str, ...] = ()


class Kills(msgspec.Struct, frozen=True):
    """`ionto kills --json`."""

    rounds: int
    set_ma: float
    rows: tuple[Kill, ...]

    @property
    def passed(self) -> bool:
        """Every kill was survived by the patient within the budget."""
        return bool(self.rows) and all(row.passed for row in self.rows)

    @property
    def figure(self) -> str:
        """Ways, runs and the slowest."""
        runs, bad = sum(row.runs for row in self.rows), sum(not row.passed for row in self.rows)
        spoiled = sum(row.spoiled for row in self.rows)
        slowest = max((row.worst_ms_to_zero for row in self.rows if row.worst_ms_to_zero is not None), default=None)
        said = "no current was on" if slowest is None else f"slowest zero {slowest:.1f} ms"
        ways = len({row.how for row in self.rows})
        return f"{ways} ways, {runs} runs, {bad} rows not passed, {spoiled} spoiled and run again, {said}"


class Survivor(msgspec.Struct, frozen=True):
    """A mutant that no test noticed, and why it may live."""

    where: str
    change: str
    reason: str | None


LEAST_SCORE: Final = 0.90  # issue: at least 90 % killed


class Module(msgspec.Struct, frozen=True):
    """The mutants of one file; a timeout is one that never ended."""

    path: str
    mutants: int
    killed: int
    timeout: int
    survived: int


class Mutants(msgspec.Struct, frozen=True):
    """What `make mutants` leaves in mutants/summary.json. `stale`: listed as survivors, and killed or gone."""

    mutants: int
    killed: int
    timeouts: int
    stale: tuple[str, ...]
    modules: tuple[Module, ...]
    survivors: tuple[Survivor, ...]

    @property
    def share(self) -> float:
        """Of the mutants that tests noticed, 0 to 1; one that never ends is noticed."""
        return (self.killed + self.timeouts) / self.mutants if self.mutants else 0.0

    @property
    def passed(self) -> bool:
        """Enough were killed, every survivor has its reason, and no reason is left over."""
        return self.share >= LEAST_SCORE and all(each.reason for each in self.survivors) and not self.stale

    @property
    def figure(self) -> str:
        """Score."""
        return (
            f"{self.mutants:,} mutants of safety/ and treatment/, {100.0 * self.share:.1f} % killed "
            f"({self.timeouts} by timeout), {len(self.survivors)} survivors"
        )


class Tests(msgspec.Struct, frozen=True):
    """The tests that the risk file names, run once."""

    tests: int
    failed: tuple[str, ...]

    @property
    def passed(self) -> bool:
        """Some were run and none failed."""
        return self.tests > 0 and not self.failed

    @property
    def figure(self) -> str:
        """How many."""
        return f"{self.tests:,} tests that the risk file names, {len(self.failed)} failed"


R = TypeVar("R", bound=Result)
LISTS: Final[dict[object, str]] = {Phenotypes: "sessions", Lift: "cells"}


def decode(raw: bytes, shape: type[R], name: str) -> R:
    """The result of one stage.

    Raises:
        ConfigError: E501, naming the stage, the field and what was expected.
    """
    try:
        whole = msgspec.json.decode(raw)
        if isinstance(whole, list) and shape in LISTS:
            whole = {LISTS[shape]: whole}
        return msgspec.convert(whole, shape)
    except msgspec.DecodeError as error:
        raise ConfigError("E501", f"{name}: {error}") from error
