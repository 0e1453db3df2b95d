"""Which cells a control guards, as `hazards.toml` says: what `--without` runs when nothing else is asked for."""

from pathlib import Path
from typing import NamedTuple

from appliance.proof.faults.model import Cell
from appliance.proof.hazards import DEFAULT_HAZARDS_FILE, load_hazards


class Guards(NamedTuple):
    """What is missed when one control is taken out, as the risk file names it."""

    cells: frozenset[str]
    invariants: tuple[str, ...]

    def keeps(self, cell: Cell) -> bool:
        """Whether this cell is one of them."""
        return cell.id in self.cells


def guarded_by(control: str, path: Path = DEFAULT_HAZARDS_FILE) -> Guards:
    """Nothing for a control that the file does not know."""
    known = load_hazards(path).control.get(control)
    return Guards(frozenset(), ()) if known is None else Guards(frozenset(known.faults), known.invariants)
