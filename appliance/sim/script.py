"""Bench scripts: what happens to the patient and the board, and when, as TOML.

A script has one optional `[patient]` and any number of `[[at]]`: `t_s` after the bench's start, or `state` with
`after_s` after the daemon first entered it; `do` names the action, the other keys are its parameters. A mistake is
one sentence with file and line; nothing of a wrong script is ever run.
"""

import heapq
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Final, NamedTuple, Protocol

from appliance.errors import ConfigError
from appliance.sim import patient
from appliance.sim.actions import ActionError, Param, Value, checked, filled
from appliance.units import ns_from_s

PHENOTYPES: Final = (*patient.PHENOTYPES, *patient.LOADS)  # people first, then what is taken for one
SITES: Final = ("hands", "feet", "underarms", "child_hands")
# The daemon's states (safety.md). `sim` does not import the link; a test compares the two lists.
STATES: Final = (
    "SELF_TEST",
    "IDLE",
    "ARMED",
    "CONTACT",
    "RAMP_UP",
    "HOLD",
    "RAMP_DOWN",
    "REVERSE",
    "PAUSED",
    "DONE",
    "FAULT",
)
SCRIPT_FOLDER: Final = Path(__file__).resolve().parent / "scripts"

_A_DAY_S: Final = 86_400.0
_PATIENT: Final[dict[str, Param]] = {
    "phenotype": Param(str, "who is in the water", "typical_palm", choices=PHENOTYPES),
    "site": Param(str, "which part of the body", "hands", choices=SITES),
    "seed": Param(int, "draws every tolerance and noise", 1, 0, 2**63 - 1),
    # [S] clinical.md: tap 50-800, distilled 0.5-5; salted water goes beyond
    "conductivity_us_per_cm": Param(float, "of the water", 300.0, 0.1, 100_000.0),
}
_TIMING: Final[dict[str, Param]] = {
    "t_s": Param(float, "seconds after the bench's start", None, 0.0, _A_DAY_S),
    "state": Param(str, "state of the daemon", None, choices=STATES),
    "after_s": Param(float, "seconds after the daemon first entered the state", None, 0.0, _A_DAY_S),
}


class Patient(NamedTuple):
    """Who is in the water."""

    phenotype: str = "typical_palm"
    site: str = "hands"
    seed: int = 1
    conductivity_us_per_cm: float = 300.0


class Step(NamedTuple):
    """One `[[at]]`: due `after_ns` after the bench's start, or after the first entry of `state`."""

    state: str | None
    after_ns: int
    action: str
    params: Mapping[str, Value]
    line: int


class Script(NamedTuple):
    """One script, checked."""

    name: str
    patient: Patient = Patient()
    steps: tuple[Step, ...] = ()


class Actor(Protocol):
    """What a script needs of the bench."""

    @property
    def now_ns(self) -> int:
        """Bench time."""
        ...

    def advance_to(self, t_ns: int) -> None:
        """Let the bench live until `t_ns`."""
        ...

    def act(self, action: str, **params: Value) -> None:
        """Do one action now."""
        ...


def load_script(path: Path) -> Script:
    """Read a script; a bare name such as `hand_floats_up` is looked for among those that come with the bench.

    Raises:
        ConfigError: E503 the file cannot be read; E504 it is wrong.
    """
    shipped = SCRIPT_FOLDER / f"{path.name}.toml"
    chosen = shipped if path.name == str(path) and not path.exists() and shipped.exists() else path
    try:
        text = chosen.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError("E503", f"cannot read the bench script {chosen}: {error}") from error
    return parse_script(text, str(chosen))


def parse_script(text: str, name: str) -> Script:
    """Check a script's text; `name` stands in the errors.

    Raises:
        ConfigError: E504, naming file and line, what was found and what was expected.
    """
    lines = _Lines(text)
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        found = re.search(r"at line (\d+)", str(error))
        line = int(found.group(1)) if found else max(1, len(text.splitlines()))
        raise ConfigError("E504", f"{name}:{line}: this is not TOML: {error}") from error
    for key in tables:
        if key not in ("patient", "at"):
            raise _wrong(name, lines.of(key, 0), f"unknown table or key {key!r}; expected [patient] or [[at]]")
    return Script(name, _patient(tables, name, lines), _steps(tables, name, lines))


def _patient(tables: Mapping[str, object], name: str, lines: "_Lines") -> Patient:
    table = tables.get("patient", {})
    if not isinstance(table, dict):
        raise _wrong(name, lines.of("patient", 0), "patient must be a table: [patient]")
    try:
        return Patient._make(filled("patient", _PATIENT, table)[field] for field in Patient._fields)
    except ActionError as error:
        raise _wrong(name, lines.of("patient", 0, error.key), error.message) from error


def _steps(tables: Mapping[str, object], name: str, lines: "_Lines") -> tuple[Step, ...]:
    listed = tables.get("at", [])
    if not isinstance(listed, list) or not all(isinstance(table, dict) for table in listed):
        raise _wrong(name, lines.of("at", 0), "at must be a list of tables: [[at]]")
    steps = []
    for index, table in enumerate(listed):
        try:
            steps.append(_step(table, lines.of("at", index)))
        except ActionError as error:
            raise _wrong(name, lines.of("at", index, error.key), error.message) from error
    return tuple(steps)


def _step(table: dict[str, object], line: int) -> Step:
    """One `[[at]]`, or an `ActionError` that names the key at fault."""
    timing = filled("at", {key: _TIMING[key] for key in _TIMING if key in table}, _only(table, _TIMING))
    if "t_s" in timing and "state" in timing:
        raise ActionError("both t_s and state are given; expected one of them", "state")
    if "t_s" not in timing and "state" not in timing:
        raise ActionError("neither t_s nor state is given; expected one of them")
    if "after_s" in timing and "state" not in timing:
        raise ActionError("after_s needs a state; with t_s it has no meaning", "after_s")
    action = table.get("do")
    if not isinstance(action, str):
        raise ActionError('an [[at]] needs do = "<action>"', "do" if "do" in table else None)
    given = {key: value for key, value in table.items() if key not in _TIMING and key != "do"}
    try:
        params = checked(action, given)
    except ActionError as error:
        raise ActionError(error.message, error.key or "do") from error
    state = timing.get("state")
    after_s = timing.get("t_s", timing.get("after_s", 0.0))
    return Step(None if state is None else str(state), ns_from_s(float(after_s)), action, params, line)


def _only(table: Mapping[str, object], keys: Mapping[str, Param]) -> dict[str, object]:
    return {key: value for key, value in table.items() if key in keys}


def _wrong(name: str, line: int, message: str) -> ConfigError:
    return ConfigError("E504", f"{name}:{line}: {message}")


class _Lines:
    """Where each table and key of a script stands. `tomllib` gives values without places."""

    _HEADER: Final = re.compile(r"\s*\[\[?\s*([^\]\s]+)\s*\]")
    _KEY: Final = re.compile(r"\s*[\"']?([A-Za-z0-9_-]+)[\"']?\s*[.=]")

    def __init__(self, text: str) -> None:
        """Index `text` line by line."""
        self._tables: dict[str, list[int]] = {}
        self._keys: dict[tuple[str, int, str], int] = {}
        table = ""
        for number, line in enumerate(text.splitlines(), start=1):
            if header := self._HEADER.match(line):
                table = header.group(1)
                self._tables.setdefault(table, []).append(number)
            elif key := self._KEY.match(line):
                index = len(self._tables.get(table, ())) - 1
                self._keys.setdefault((table, index, key.group(1)), number)

    def of(self, table: str, index: int, key: str | None = None) -> int:
        """Line of a key, else of its table's header, else of the top-level key of that name, else the first."""
        headers = self._tables.get(table, [])
        header = headers[index] if index < len(headers) else self._keys.get(("", -1, table), 1)
        return header if key is None else self._keys.get((table, index, key), header)


class ScriptRunner:
    """Does a script's actions on a bench, on a virtual clock or a real one, each once and in order of time."""

    def __init__(self, script: Script, bench: Actor) -> None:
        """Times count from the bench's time now."""
        self._bench = bench
        self._waiting = list(script.steps)
        self._order = 0
        self._due: list[tuple[int, int, Step]] = []
        self._release(None, bench.now_ns)

    @property
    def next_ns(self) -> int | None:
        """Bench time of the next action that is known, or None."""
        return self._due[0][0] if self._due else None

    def observe_state(self, state: str, t_ns: int) -> None:
        """The daemon was seen in `state` at `t_ns`: steps that wait for it become due, once."""
        if self._waiting:
            self._release(state, t_ns)

    def due(self, t_ns: int) -> tuple[Step, ...]:
        """Do every action that is due at `t_ns`, and tell which."""
        done = []
        while self._due and self._due[0][0] <= t_ns:
            step = heapq.heappop(self._due)[2]
            self._bench.act(step.action, **step.params)
            done.append(step)
        return tuple(done)

    def advance_to(self, t_ns: int) -> tuple[Step, ...]:
        """Let the bench live until `t_ns`, doing each action at its own instant on the way."""
        if not self._due or self._due[0][0] > t_ns:  # the usual case
            self._bench.advance_to(t_ns)
            return ()
        done: list[Step] = []
        while self._due and self._due[0][0] <= t_ns:
            at_ns = max(self._due[0][0], self._bench.now_ns)
            self._bench.advance_to(at_ns)
            done += self.due(at_ns)
        self._bench.advance_to(max(t_ns, self._bench.now_ns))
        return tuple(done)

    def _release(self, state: str | None, t_ns: int) -> None:
        for step in [step for step in self._waiting if step.state == state]:
            self._waiting.remove(step)
            self._order += 1
            heapq.heappush(self._due, (t_ns + step.after_ns, self._order, step))
