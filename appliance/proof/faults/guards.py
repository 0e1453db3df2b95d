"""Which cells a control guards, as `hazards.toml` says: what `--without` runs when nothing else is asked for."""

from collections.abc import Callable
from pathlib import Path

from appliance.proof.faults.model import Cell
from appliance.proof.hazards import DEFAULT_HAZARDS_FILE, load_hazards


def guarded_by(control: str, path: Path = DEFAULT_HAZARDS_FILE) -> Callable[[Cell], bool] | None:
    """Whether `control` guards a cell; None when the file names no cell for it, so that all must be run."""
    known = load_hazards(path).control.get(control)
    if known is None or not known.faults:
        return None
    ids = frozenset(known.faults)
    return lambda cell: cell.id in ids
