"""Numbers of the safety core that were derived here, marked [D], and wait for a clinician's signature.

Read from the sources themselves, so that the list cannot lag behind: a constant whose own line carries the mark, and
every constant of a class whose docstring carries it.
"""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple

from appliance.proof.safety_report.version import ROOT
from appliance.safety.hard_limits import SITES

MARK: Final = "[D]"
FOLDERS: Final = ("safety", "treatment", "control")


class Provisional(NamedTuple):
    """One number."""

    where: str
    name: str
    value: str
    why: str


def provisional(root: Path = ROOT) -> tuple[Provisional, ...]:
    """All of them, by file."""
    found: list[Provisional] = []
    for folder in FOLDERS:
        for path in sorted((root / "appliance" / folder).rglob("*.py")):
            found += _of_file(path.relative_to(root / "appliance").as_posix(), path.read_text())
    found += [
        Provisional(
            "safety/hard_limits.py",
            f"SITES: {site}",
            f"{limits.device_ma:g} mA, prescriber {limits.prescriber_ma:g} mA, {limits.density_ma_per_cm2:g} mA/cm2, "
            f"{limits.nominal_area_cm2:g} cm2, {limits.max_s / 60:g} min",
            "ceilings of the clinical basis",
        )
        for site, limits in SITES.items()
    ]
    return tuple(found)


def _of_file(name: str, text: str) -> Iterator[Provisional]:
    lines = text.splitlines()
    tree = ast.parse(text)
    yield from _assigned(name, tree.body, lines, whole="")
    for node in tree.body:
        if isinstance(node, ast.ClassDef):
            said = ast.get_docstring(node) or ""
            whole = said.splitlines()[0] if MARK in said else ""
            for each in _assigned(name, node.body, lines, whole):
                yield each._replace(name=f"{node.name}.{each.name}")


def _assigned(name: str, body: list[ast.stmt], lines: list[str], whole: str) -> Iterator[Provisional]:
    """Constants of one body; `whole` is why all of them are provisional."""
    for node in body:
        if not isinstance(node, ast.AnnAssign | ast.Assign) or node.value is None:
            continue
        target = node.target if isinstance(node, ast.AnnAssign) else node.targets[0]
        if not isinstance(target, ast.Name) or not target.id.isupper() or target.id == "TRIP":
            continue
        _, _, comment = lines[node.lineno - 1].partition("#")
        if MARK in comment or whole:
            why = comment or whole
            yield Provisional(name, target.id, ast.unparse(node.value), " ".join(why.replace(MARK, "").split()))
