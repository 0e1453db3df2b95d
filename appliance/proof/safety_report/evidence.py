"""Evidence of a stage: made by running its command, kept as JSON, used again while its sources are the same.

Whatever is not there, could not be run or is of other sources is said so; it never counts as passed.
"""

import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, Literal, NamedTuple

import msgspec

from appliance.errors import ConfigError
from appliance.proof.safety_report.shapes import Result, decode
from appliance.proof.safety_report.stages import Stage
from appliance.proof.safety_report.version import commit, fingerprint

Status = Literal["passed", "failed", "missing", "broken", "other version"]
LONGEST_S: Final = 4 * 3600.0  # no stage needs a third of it
LAST_WORDS: Final = 400  # characters of what a command said at its end
CANNOT_RUN: Final = 2


class Kept(msgspec.Struct, frozen=True):
    """One file of the build directory."""

    stage: str
    words: tuple[str, ...]
    named: tuple[str, ...]
    fingerprint: str
    commit: str
    wall_utc: str
    exit: int
    seconds: float
    said: str  # the end of what it said on standard error
    result: msgspec.Raw


class Evidence(NamedTuple):
    """What is known of a stage."""

    stage: Stage
    status: Status
    why: str  # '' when it passed
    kept: Kept | None = None
    result: Result | None = None

    @property
    def counts(self) -> bool:
        """Whether it was made, of these sources: passed or failed."""
        return self.status in ("passed", "failed")


def path_of(stage: Stage, directory: Path) -> Path:
    """Where its file lies."""
    return directory / f"{stage.name}.json"


def read(stage: Stage, directory: Path) -> Evidence:
    """Judge what is in the directory."""
    path = path_of(stage, directory)
    try:
        kept = msgspec.json.decode(path.read_bytes(), type=Kept)
    except FileNotFoundError:
        return Evidence(stage, "missing", f"not made; {stage.how} makes it")
    except (OSError, msgspec.DecodeError) as error:
        return Evidence(stage, "broken", f"{path.name} cannot be read: {error}")
    other = _other_version(stage, kept)
    if other:
        return Evidence(stage, "other version", other, kept)
    return _judge(stage, kept)


def _other_version(stage: Stage, kept: Kept) -> str:
    """Why it is not of this version, or nothing."""
    if (kept.words, kept.named) != (stage.words, stage.named):
        return f"made for other arguments or cells: {' '.join(kept.words)}"
    if kept.fingerprint != fingerprint(with_tests=stage.with_tests):
        return f"made from {kept.commit} on {kept.wall_utc}; the sources have changed since"
    return ""


def _judge(stage: Stage, kept: Kept) -> Evidence:
    """What the result of this version says."""
    if kept.exit not in (0, 1):
        return Evidence(stage, "broken", f"could not be run: {kept.said or f'exit status {kept.exit}'}", kept)
    try:
        result = decode(bytes(kept.result), stage.shape, stage.name)
    except ConfigError as error:
        return Evidence(stage, "broken", error.message, kept)
    passed = result.passed and kept.exit == 0
    return Evidence(stage, "passed" if passed else "failed", "" if passed else result.figure, kept, result)


def make(stage: Stage, directory: Path, words: tuple[str, ...] = ()) -> None:
    """Run the stage and keep what it printed; `words` replaces the command line of an `ionto` command.

    Raises:
        ConfigError: E503, the directory cannot be written.
    """
    before = fingerprint(with_tests=stage.with_tests)
    begun_s = time.monotonic()
    command = words or (sys.executable, "-m", "appliance.cli.main", *stage.words)
    try:
        done = subprocess.run(  # noqa: S603 - our own commands
            command, capture_output=True, timeout=LONGEST_S, check=False, stdin=subprocess.DEVNULL
        )
        code, out, said = done.returncode, done.stdout, done.stderr.decode(errors="replace")
    except subprocess.TimeoutExpired:
        code, out, said = CANNOT_RUN, b"", f"not done after {LONGEST_S / 3600:g} h"
    if fingerprint(with_tests=stage.with_tests) != before:
        code, said = CANNOT_RUN, "the sources changed while it ran; run it again"
    if code in (0, 1) and not _is_json(out):
        code, said = CANNOT_RUN, f"no JSON came {said}"
    keep(
        stage,
        directory,
        code,
        said.strip()[-LAST_WORDS:],
        out if code in (0, 1) else b"null",
        time.monotonic() - begun_s,
    )


def keep(stage: Stage, directory: Path, code: int, said: str, result: bytes, seconds: float) -> None:
    """Write the stage's file.

    Raises:
        ConfigError: E503, it cannot be written.
    """
    now = datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC")
    kept = Kept(
        stage=stage.name,
        words=stage.words,
        named=stage.named,
        fingerprint=fingerprint(with_tests=stage.with_tests),
        commit=commit(),
        wall_utc=now,
        exit=code,
        seconds=round(seconds, 1),
        said=said,
        result=msgspec.Raw(result),
    )
    path = path_of(stage, directory)
    try:
        directory.mkdir(parents=True, exist_ok=True)
        path.write_bytes(msgspec.json.encode(kept))
    except OSError as error:
        raise ConfigError("E503", f"cannot write {path}: {error.strerror or error}") from error


def gather(
    stages: tuple[Stage, ...], directory: Path, maker: Callable[[Stage, Path], None] | None
) -> tuple[Evidence, ...]:
    """All of them; `maker` makes what is not there yet, None only reads."""
    found = []
    for stage in stages:
        evidence = read(stage, directory)
        if maker is not None and not evidence.counts:
            maker(stage, directory)
            evidence = read(stage, directory)
        found.append(evidence)
    return tuple(found)


def _is_json(raw: bytes) -> bool:
    try:
        msgspec.json.decode(raw)
    except msgspec.DecodeError:
        return False
    return True
