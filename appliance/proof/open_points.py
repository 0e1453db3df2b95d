"""`hardware/open-points.toml` read and checked: what no software on this board can find, and what would be needed.

An open point covers cells of `ionto faults` that fail in the one way that it names: a cell that fails in another way
still fails, and a point whose cells no longer fail is stale. It never makes a cell pass.
"""

from collections.abc import Iterable
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Annotated, Final, Literal, Protocol

import msgspec

from appliance.config import DEFAULT_BOARD_FILE, Part, load_toml
from appliance.errors import ConfigError
from appliance.proof.hazards import Words

DEFAULT_OPEN_POINTS_FILE: Final = DEFAULT_BOARD_FILE.with_name("open-points.toml")

Beginning = Annotated[str, msgspec.Meta(min_length=2, max_length=400)]  # of a breach: "8." is 8.00 to 8.99 mA
CellPattern = Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9_+.*-]+/[A-Z_*]+/[a-z_*]+$")]


class Judged(Protocol):
    """A cell that was run, as far as it matters here."""

    @property
    def cell(self) -> str:
        """Its id."""
        ...

    @property
    def passed(self) -> bool:
        """Whether it is within its budget."""
        ...

    @property
    def why(self) -> tuple[str, ...]:
        """One sentence for each breach."""
        ...


class OpenPoint(Part, frozen=True):
    """One dead part that this board's pins and channels do not show."""

    cells: Annotated[tuple[CellPattern, ...], msgspec.Meta(min_length=1)]  # fault/state/person; * stands for anything
    breach: Annotated[tuple[Beginning, ...], msgspec.Meta(min_length=1)]  # how the sentences of its breaches begin
    why: Words  # why software cannot find it here
    missed: Words  # by how much the budget is missed
    hardware: Words  # what would let software find it
    person: Words  # what finds it until then
    mark: Literal["D"]  # derived, not measured: it waits for the board and for whoever signs for it

    def covers(self, row: Judged) -> bool:
        """Whether `row` failed, in a cell and in no other way than this point says."""
        return (
            not row.passed
            and any(fnmatchcase(row.cell, pattern) for pattern in self.cells)
            and all(breach.startswith(self.breach) for breach in row.why)
        )


OpenPoints = dict[str, OpenPoint]


def load_open_points(path: Path = DEFAULT_OPEN_POINTS_FILE) -> OpenPoints:
    """Read and check the file: points by their names.

    Raises:
        ConfigError: E503 it cannot be read; E501 it is not TOML, or a key is unknown, missing or of the wrong type; the
            message names file, point and key.
    """
    return {name: _read(f"{path.name}: {name}", table) for name, table in load_toml(path, _Tables).items()}


_Tables = dict[str, dict[str, object]]


def _read(where: str, table: dict[str, object]) -> OpenPoint:
    try:
        return msgspec.convert(table, OpenPoint)
    except msgspec.ValidationError as error:
        raise ConfigError("E501", f"{where}: {error}") from error


def covering(points: OpenPoints, row: Judged) -> str | None:
    """Name of the first point that covers `row`; None when it passed, or fails in a way that nobody owns."""
    return next((name for name, point in points.items() if point.covers(row)), None)


def stale(points: OpenPoints, rows: Iterable[Judged]) -> tuple[str, ...]:
    """Patterns that cover no cell of a full run: what they speak of is found by now, or does not exist."""
    covered = {(name, row.cell) for row in rows for name, point in points.items() if point.covers(row)}
    return tuple(
        f"{name}: {pattern}"
        for name, point in points.items()
        for pattern in point.cells
        if not any(owner == name and fnmatchcase(cell, pattern) for owner, cell in covered)
    )
