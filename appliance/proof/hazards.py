"""`hardware/hazards.toml` read and checked: hazard → cause → control → tests and proof. The risk file of this device.

It only reads. What it must never do is accept a gap: a control that nobody tests, one that answers no cause, a name
that stands for nothing. Whether the tests exist and the controls matter is asked by tests/proof and by the report.
"""

import re
from pathlib import Path
from typing import Annotated, Final, Literal, NoReturn

import msgspec

from appliance.config import DEFAULT_BOARD_FILE, Part, load_toml
from appliance.errors import ConfigError

DEFAULT_HAZARDS_FILE: Final = DEFAULT_BOARD_FILE.with_name("hazards.toml")

# Programs and tools beside the daemon: `--without` composes a daemon and cannot take these out; their tests show them.
BESIDE: Final = ("kiosk.", "records.", "link.", "service.")

Kind = Literal["software", "hardware", "human"]
Severity = Literal["negligible", "minor", "serious", "critical"]
Likelihood = Literal["improbable", "remote", "occasional", "probable", "frequent"]
Risk = Literal["low", "medium", "high"]
Words = Annotated[str, msgspec.Meta(min_length=3, max_length=400)]
HazardId = Annotated[str, msgspec.Meta(pattern=r"^H[1-9][0-9]?$")]
NodeId = Annotated[str, msgspec.Meta(pattern=r"^tests/[a-z0-9_/]+\.py::test_[a-z0-9_]+$")]
CellId = Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9_+.]+/[A-Z_]+/[a-z_]+$")]
Snake = Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9_]+$")]

# Acceptability by our own policy [D], as ISO 14971 asks a maker to have one: columns are `Severity`, from negligible.
_MATRIX: Final[dict[Likelihood, tuple[Risk, Risk, Risk, Risk]]] = {
    "improbable": ("low", "low", "low", "medium"),
    "remote": ("low", "low", "medium", "medium"),
    "occasional": ("low", "medium", "medium", "high"),
    "probable": ("low", "medium", "high", "high"),
    "frequent": ("medium", "high", "high", "high"),
}
_SEVERITIES: Final[tuple[Severity, ...]] = ("negligible", "minor", "serious", "critical")


class Control(Part, frozen=True):
    """One thing that keeps a cause from becoming harm, and how it is shown to work."""

    kind: Kind
    what: Words
    tests: tuple[NodeId, ...] = ()
    faults: tuple[CellId, ...] = ()  # cells of `ionto faults` that fail without it
    invariants: tuple[Snake, ...] = ()  # of `ionto explore`, violated without it
    story: bool = False  # `ionto faults --without` tells what it forbids, with it and without
    redundant_of: tuple[str, ...] = ()  # controls that hold alone when it is removed: why nothing fails
    analysis: Words | None = None  # hardware that no simulation can show: what was reasoned, from which design

    @property
    def proved(self) -> bool:
        """Whether something is named that fails without it, or why nothing does."""
        return bool(self.faults or self.invariants or self.story or self.redundant_of)


class Cause(Part, frozen=True):
    """One way to the hazard, and the controls on that way, nearest first."""

    what: Words
    controls: Annotated[tuple[str, ...], msgspec.Meta(min_length=1)]


class Rating(Part, frozen=True):
    """Severity and likelihood of the harm, in words."""

    severity: Severity
    likelihood: Likelihood

    @property
    def risk(self) -> Risk:
        """What our policy makes of the two."""
        return _MATRIX[self.likelihood][_SEVERITIES.index(self.severity)]


class Hazard(Part, frozen=True):
    """One source of harm. `open` names what is still to be built, decided or measured."""

    id: HazardId
    name: Words
    harm: Words
    before: Rating
    after: Rating
    residual: Words
    cause: Annotated[tuple[Cause, ...], msgspec.Meta(min_length=1)]
    open: tuple[Words, ...] = ()

    @property
    def controls(self) -> tuple[str, ...]:
        """Names of its controls, each once, in the order of its causes."""
        return tuple(dict.fromkeys(name for cause in self.cause for name in cause.controls))


class _File(Part, frozen=True):
    """As it is read: each control by itself, so that an error names it."""

    hazard: Annotated[tuple[Hazard, ...], msgspec.Meta(min_length=1)]
    control: dict[str, dict[str, object]]


class Hazards(Part, frozen=True):
    """The whole file."""

    hazard: tuple[Hazard, ...]
    control: dict[str, Control]

    @property
    def removable(self) -> tuple[str, ...]:
        """Names of the software controls of the daemon: each must be missed when it is taken out."""
        return tuple(n for n, c in self.control.items() if c.kind == "software" and not n.startswith(BESIDE))

    def tests_of(self, hazard: Hazard) -> tuple[str, ...]:
        """Node ids of every test of every control of `hazard`, each once."""
        controls = [self.control[name] for name in hazard.controls]
        return tuple(dict.fromkeys(test for each in controls for test in each.tests))


def load_hazards(path: Path = DEFAULT_HAZARDS_FILE) -> Hazards:
    """Read and check the file.

    Raises:
        ConfigError: E503 it cannot be read; E501 it is not TOML, or a key is unknown, missing, of the wrong type or
            stands for nothing; the message names file, key and what was expected.
    """
    read = load_toml(path, _File)
    controls = {name: _read_control(f"{path.name}: control {name!r}", table) for name, table in read.control.items()}
    found = Hazards(read.hazard, controls)
    _check_hazards(found, path.name)
    for name, control in found.control.items():
        _check_control(name, control, found, path.name)
    return found


def _read_control(where: str, table: dict[str, object]) -> Control:
    try:
        return msgspec.convert(table, Control)
    except msgspec.ValidationError as error:
        _refuse(where, str(error))


def _check_hazards(found: Hazards, file: str) -> None:
    known: set[str] = set()
    for hazard in found.hazard:
        where = f"{file}: hazard {hazard.id}"
        if hazard.id in known:
            _refuse(where, "the id is used twice; expected each once")
        known.add(hazard.id)
        if not hazard.residual.endswith(".") or re.search(r"\. [A-Z]", hazard.residual):
            _refuse(f"{where}: residual", "expected one sentence")
        for cause in hazard.cause:
            for name in cause.controls:
                if name not in found.control:
                    _refuse(f"{where}: cause {cause.what!r}", f"control {name!r} is unknown; expected a [control.…]")


def _check_control(name: str, control: Control, found: Hazards, file: str) -> None:
    where = f"{file}: control {name!r}"
    if not any(name in hazard.controls for hazard in found.hazard):
        _refuse(where, "no cause names it; expected at least one")
    if not control.tests and (control.kind != "hardware" or control.analysis is None):
        _refuse(f"{where}: tests", "expected at least one test, or for hardware alone an analysis")
    if control.kind != "software" and control.proved:
        _refuse(where, "only software is removed for a proof; expected no faults, invariants, story or redundant_of")
    for other in control.redundant_of:
        if other == name or other not in found.control:
            _refuse(f"{where}: redundant_of", f"{other!r} is no other control")


def _refuse(where: str, why: str) -> NoReturn:
    raise ConfigError("E501", f"{where}: {why}")
