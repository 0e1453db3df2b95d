"""The result of a campaign of kills: kept as JSON from round to round, and read by the safety report."""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import msgspec

from appliance.errors import ConfigError
from appliance.proof.kills.campaign import Campaign
from appliance.proof.kills.model import Cell, Row


class Asked(NamedTuple):
    """What a result belongs to."""

    sources: str  # fingerprint of the tree
    set_ma: float
    rounds: int


class Summary(msgspec.Struct):
    """`ionto kills --json`."""

    simulated: bool
    sources: str
    set_ma: float
    rounds: int  # asked for
    rounds_done: int
    rows: tuple[Row, ...]
    spoiled: tuple[str, ...]
    seconds: float

    def row_passed(self, row: Row) -> bool:
        """Run in every round, and always within the budgets."""
        return row.not_run is None and row.runs >= self.rounds and not row.failed

    @property
    def passed(self) -> bool:
        """Every row."""
        return bool(self.rows) and all(self.row_passed(row) for row in self.rows)

    def as_json(self) -> bytes:
        """Each row says whether it passed."""
        whole = msgspec.to_builtins(self)
        for row, told in zip(self.rows, whole["rows"], strict=True):
            told["passed"] = self.row_passed(row)
        return msgspec.json.format(msgspec.json.encode(whole), indent=2)

    def give_back(self, campaign: Campaign) -> None:
        """What was found before counts on."""
        campaign.rows = {row.id: row for row in self.rows}
        campaign.spoiled = list(self.spoiled)
        campaign.rounds_done = self.rounds_done


def summarise(campaign: Campaign, asked: Asked, seconds: float) -> Summary:
    """As far as it has come."""
    rows, spoiled = tuple(campaign.rows.values()), tuple(campaign.spoiled)
    done = campaign.rounds_done
    return Summary(True, asked.sources, asked.set_ma, asked.rounds, done, rows, spoiled, round(seconds, 1))


def write(summary: Summary, path: Path) -> None:
    """Keep it, whole or not at all.

    Raises:
        ConfigError: E503, it cannot be written.
    """
    new = path.with_name(path.name + ".new")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        new.write_bytes(summary.as_json() + b"\n")
        new.replace(path)
    except OSError as error:
        raise ConfigError("E503", f"cannot write {path}: {error.strerror or error}") from error


def read(path: Path, asked: Asked, cells: Sequence[Cell]) -> Summary | None:
    """What was kept of the same sources, current and cells; None if there is nothing of the kind."""
    try:
        kept = msgspec.json.decode(path.read_bytes(), type=Summary)
    except (OSError, msgspec.DecodeError):
        return None
    same = (kept.sources, kept.set_ma) == (asked.sources, asked.set_ma)
    if not same or {row.id for row in kept.rows} != {cell.id for cell in cells}:
        return None
    kept.rounds = asked.rounds
    return kept
