"""What `ionto signature`, `phenotypes` and `lift --json` say, as far as the report uses it."""

from collections import Counter
from typing import Final, Literal

import msgspec


class SignatureRow(msgspec.Struct, frozen=True):
    """One case of `ionto signature --json`."""

    case: str
    expected: Literal["accept", "refuse"]
    accepted: int
    refused: int
    reasons: dict[str, int]

    @property
    def wrong(self) -> int:
        """False refusals of people, or false accepts of what is none."""
        return self.refused if self.expected == "accept" else self.accepted


class Signature(msgspec.Struct, frozen=True):
    """`ionto signature --json`."""

    seeds: int
    rows: tuple[SignatureRow, ...]
    seconds: float

    @property
    def passed(self) -> bool:
        """Nobody refused for good, nothing else accepted."""
        return bool(self.rows) and not any(row.wrong for row in self.rows)

    @property
    def figure(self) -> str:
        """False accepts and refusals."""
        people = sum(row.wrong for row in self.rows if row.expected == "accept")
        others = sum(row.wrong for row in self.rows if row.expected == "refuse")
        return f"{len(self.rows)} cases x {self.seeds} seeds: {people} false refusals, {others} false accepts"


class FalseTrip(msgspec.Struct, frozen=True):
    """A monitor spoke although nothing was wrong."""

    monitor: str
    code: str


class Ended(msgspec.Struct, frozen=True):
    """One session of `ionto phenotypes --json`."""

    phenotype: str
    seed: int
    outcome: str
    trips: tuple[FalseTrip, ...]
    over_set_ma: float
    reason: str | None = None


NOT_A_PERSON: Final = ("distilled", "one_tray", "cable_short", "dummy_load")


class Phenotypes(msgspec.Struct, frozen=True):
    """`ionto phenotypes --json`, which is a plain list."""

    sessions: tuple[Ended, ...]

    @property
    def unexpected(self) -> tuple[Ended, ...]:
        """People who did not complete without a trip, and others who were started."""
        return tuple(each for each in self.sessions if not _as_expected(each))

    @property
    def passed(self) -> bool:
        """Everyone ended as expected."""
        return bool(self.sessions) and not self.unexpected

    @property
    def figure(self) -> str:
        """Sessions and false trips."""
        trips = Counter(trip.monitor for each in self.sessions for trip in each.trips)
        said = ", ".join(f"{name} {n}" for name, n in sorted(trips.items())) or "none"
        return f"{len(self.sessions):,} sessions, {len(self.unexpected)} not as expected, false trips: {said}"


def _as_expected(ended: Ended) -> bool:
    if ended.phenotype in NOT_A_PERSON:
        return ended.outcome == "not_started"
    return ended.outcome == "completed" and not ended.trips


class LiftCell(msgspec.Struct, frozen=True):
    """One cell of `ionto lift --json`."""

    patient: str
    current: str
    over_s: float
    seed: int
    peak_density_ma_per_cm2: float
    density_ceiling_ma_per_cm2: float
    ms_over_density: float
    excess_uc_per_cm2: float
    passes: bool


class Lift(msgspec.Struct, frozen=True):
    """`ionto lift --json`, which is a plain list."""

    cells: tuple[LiftCell, ...]

    @property
    def passed(self) -> bool:
        """Every lift was within the area budgets."""
        return bool(self.cells) and all(cell.passes for cell in self.cells)

    @property
    def figure(self) -> str:
        """Cells and the worst of them."""
        bad = sum(not cell.passes for cell in self.cells)
        worst = max((c.peak_density_ma_per_cm2 / c.density_ceiling_ma_per_cm2 for c in self.cells), default=0.0)
        return f"{len(self.cells)} lifts, {bad} beyond budget, worst peak {worst:.2f} x the density ceiling"
