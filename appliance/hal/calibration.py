"""What one board's calibration found: gains, offsets and probe codes, kept as a JSON file beside the identity.

A calibration beyond the bounds of the board file is refused, on saving and on loading: it is a fault of the board or
of the meter, not a correction. Nothing here measures; the technician's command does.
"""

import os
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Final, NamedTuple, NoReturn

import msgspec

from appliance.config import Board, DacCode, NotNegative, Part, Positive
from appliance.errors import ConfigError

PROBES_MA: Final = (0.1, 0.3, 0.5)


class Day(NamedTuple):
    """A date (UTC), and whether anything had set the clock that says so."""

    wall_date: date
    trusted: bool


class Line(Part, frozen=True):
    """true = gain x nominal + offset."""

    gain: Positive
    offset_ma: float


NOMINAL: Final = Line(gain=1.0, offset_ma=0.0)


class Calibration(Part, frozen=True, rename={"return_": "return"}):
    """One board's own numbers."""

    board_name: str
    board_revision: int
    simulated: bool
    wall_date: date  # UTC
    clock_trusted: bool  # of that date
    proved_ma: Positive  # the highest current at which the meter was read
    set: Line
    return_: Line
    source: Line
    patient_volts_gain: Positive
    compliance_volts_gain: Positive
    probe_codes: tuple[DacCode, DacCode, DacCode]  # for PROBES_MA, trimmed on the dummy load
    residual_ma: NotNegative  # largest difference from the meter that was left

    @classmethod
    def identity(cls, board: Board, simulated: bool = False) -> "Calibration":
        """Nominal factors: where a calibration starts. Not what a patient is treated with."""
        first, second, third = (round(probe_ma / board.dac.set.ma_per_code) for probe_ma in PROBES_MA)
        return cls(
            board_name=board.board.name,
            board_revision=board.board.revision,
            simulated=simulated,
            wall_date=date(1970, 1, 1),
            clock_trusted=False,
            proved_ma=max(board.calibration.points_ma),
            set=NOMINAL,
            return_=NOMINAL,
            source=NOMINAL,
            patient_volts_gain=1.0,
            compliance_volts_gain=1.0,
            probe_codes=(first, second, third),
            residual_ma=0.0,
        )

    @property
    def measured(self) -> bool:
        """Whether a meter stood behind it: no board is nominal to the last digit."""
        return (self.set, self.return_) != (NOMINAL, NOMINAL)

    def check(self, board: Board) -> None:
        """Refuse what is beyond the board file's bounds.

        Raises:
            ConfigError: E511, naming the value and its bound.
        """
        bounds = board.calibration
        if (self.board_name, self.board_revision) != (board.board.name, board.board.revision):
            _refuse(f"it is of board {self.board_name} revision {self.board_revision}")
        gains = {
            "set.gain": self.set.gain,
            "return.gain": self.return_.gain,
            "source.gain": self.source.gain,
            "patient_volts_gain": self.patient_volts_gain,
            "compliance_volts_gain": self.compliance_volts_gain,
        }
        for name, gain in gains.items():
            if not abs(gain - 1.0) <= bounds.max_gain_error:
                _refuse(f"{name} = {gain:.4f} is more than {bounds.max_gain_error:g} from 1")
        for name, line in {"set": self.set, "return": self.return_, "source": self.source}.items():
            if not abs(line.offset_ma) <= bounds.max_offset_ma:
                _refuse(f"{name}.offset_ma = {line.offset_ma:.3f} is beyond {bounds.max_offset_ma:g}")
        if not self.residual_ma <= bounds.max_residual_ma:
            _refuse(f"residual_ma = {self.residual_ma:.3f} is beyond {bounds.max_residual_ma:g}")
        self._check_probes(board)

    def _check_probes(self, board: Board) -> None:
        """The probe reaches people: its codes must be what the bounds allow for their currents."""
        first, second, third = self.probe_codes
        if not first < second < third:
            _refuse(f"probe_codes {self.probe_codes} do not rise")
        ma_per_code = board.dac.set.ma_per_code
        for code, probe_ma in zip(self.probe_codes, PROBES_MA, strict=True):
            slack_ma = board.calibration.max_offset_ma + probe_ma * board.calibration.max_gain_error
            if not abs(code * ma_per_code - probe_ma) <= slack_ma:
                _refuse(f"probe code {code} for {probe_ma:g} mA is more than {slack_ma:.2f} mA off")

    def save(self, path: Path, board: Board) -> None:
        """Write the file whole or not at all.

        Raises:
            ConfigError: E511 beyond the bounds; E503 the file cannot be written.
        """
        self.check(board)
        new = path.with_name(f"{path.name}.new")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with new.open("wb") as file:
                file.write(msgspec.json.format(msgspec.json.encode(self)) + b"\n")
                file.flush()
                os.fsync(file.fileno())
            new.replace(path)
            _sync_directory(path.parent)
        except OSError as error:
            raise ConfigError("E503", f"cannot write {path}: {error.strerror or error}") from error


def load_calibration(path: Path, board: Board, simulated: bool) -> Calibration:
    """Read and check a calibration. Its age is judged by `control.proved`, before anybody is treated with it.

    Raises:
        ConfigError: E511, when it is missing, unreadable, of another board or a simulated one, or beyond the bounds.
    """
    try:
        found = msgspec.json.decode(path.read_bytes(), type=Calibration)
    except OSError as error:
        raise ConfigError(
            "E511", f"no calibration: {path}: {error.strerror or error}; run `ionto calibrate`"
        ) from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise ConfigError("E511", f"{path} is damaged: {error}; run `ionto calibrate`") from error
    if found.simulated != simulated:
        _refuse(f"{path} is of a {'simulated' if found.simulated else 'real'} board")
    found.check(board)
    return found


def utc_today(*, trusted: bool) -> Day:
    """Now; `trusted`: whether anything has set the clock of this machine."""
    return Day(datetime.now(UTC).date(), trusted)


def _sync_directory(path: Path) -> None:
    fd = os.open(path, os.O_RDONLY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


def _refuse(why: str) -> NoReturn:
    raise ConfigError("E511", f"the calibration is refused: {why}; calibrate again")
