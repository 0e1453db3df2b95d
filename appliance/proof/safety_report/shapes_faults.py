"""What `ionto explore --json` and `ionto faults --json` say, as far as the report uses it.

A field that is not named here is passed over; one that is missing is an error, never a zero.
"""

import msgspec


class Invariant(msgspec.Struct, frozen=True):
    """One sentence that held on every state, and how often it was asked."""

    name: str
    what: str
    checks: int
    violations: int


class Counterexample(msgspec.Struct, frozen=True):
    """The shortest way to a violation."""

    invariant: str
    story: tuple[str, ...]


class Explore(msgspec.Struct, frozen=True):
    """`ionto explore --json`."""

    states: int
    transitions: int
    invariants: tuple[Invariant, ...]
    seconds: float
    counterexample: Counterexample | None = None
    without: str | None = None

    @property
    def violated(self) -> frozenset[str]:
        """Names of invariants that do not hold."""
        found = {each.name for each in self.invariants if each.violations}
        return frozenset(found | ({self.counterexample.invariant} if self.counterexample else set()))

    @property
    def passed(self) -> bool:
        """Every invariant was asked, and none was violated."""
        return bool(self.invariants) and not self.violated and all(each.checks for each in self.invariants)

    @property
    def figure(self) -> str:
        """States, transitions, checks."""
        checks = sum(each.checks for each in self.invariants)
        return (
            f"{self.states:,} states, {self.transitions:,} transitions, {len(self.invariants)} invariants, "
            f"{checks:,} checks, {len(self.violated)} violated"
        )


class Cell(msgspec.Struct, frozen=True):
    """One row of `ionto faults --json`."""

    cell: str
    fault: str
    state: str
    phenotype: str
    passed: bool
    why: tuple[str, ...]
    peak_ma: float
    peak_density_ma_per_cm2: float
    charge_mc: float
    first: str
    ms_to_zero: float | None = None
    codes: tuple[str, ...] = ()
    hardware_only: bool = False
    without_hardware: tuple[str, ...] = ()
    open_point: str | None = None


class OpenPoint(msgspec.Struct, frozen=True):
    """What this board's software cannot find, and what would be needed."""

    why: str
    missed: str
    hardware: str
    person: str


class Told(msgspec.Struct, frozen=True):
    """What a control forbids, told with it, without it, and without those that hold alone."""

    what: str
    with_all: bool
    without: bool
    without_others: bool | None = None

    @property
    def is_missed(self) -> bool:
        """It happens without the control, and only then."""
        return self.without and not self.with_all

    @property
    def is_redundant(self) -> bool:
        """It happens only without the others as well."""
        return not self.without and not self.with_all and self.without_others is True


class Faults(msgspec.Struct, frozen=True):
    """`ionto faults --json`."""

    cells: int
    passed_cells: int = msgspec.field(name="passed")
    failed: int
    open: int
    impossible: int
    faults: int
    phenotypes: tuple[str, ...]
    rows: tuple[Cell, ...]
    seconds: float
    quick: bool
    hardware_only: tuple[str, ...] = ()
    open_points: dict[str, OpenPoint] = {}
    stale: tuple[str, ...] = ()
    without: str | None = None
    story: Told | None = None

    @property
    def failing(self) -> tuple[Cell, ...]:
        """Cells beyond their budget in a way that no open point owns."""
        return tuple(row for row in self.rows if not row.passed and row.open_point is None)

    @property
    def passed(self) -> bool:
        """Cells were run, each is there, each is within its budget or an open point, and no open point is stale."""
        return 0 < self.cells == len(self.rows) and not self.failed and not self.failing and not self.stale

    @property
    def figure(self) -> str:
        """Cells and faults."""
        return (
            f"{self.faults} faults, {self.cells:,} cells run, {self.failed} beyond budget, {self.open} open, "
            f"{self.impossible:,} impossible by rule, {len(self.hardware_only)} held by hardware alone"
        )
