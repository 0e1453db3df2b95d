"""The bench's diary of what the patient felt: `felt.jsonl`, one JSON object a line, on disk as soon as it is written.

The first line says that it is simulated and with what; then 50 lines a second while anything flows or changes, and
one line at every event. It is written by the bench, so that it goes on when the daemon is dead. It never contains
what the chips measured.
"""

from pathlib import Path
from typing import Final

import msgspec

from appliance.errors import ConfigError, RecordsError
from appliance.sim.script import Script
from appliance.sim.wire import FeltNow, Line
from appliance.units import NS_PER_S

FILE_NAME: Final = "felt.jsonl"
SAMPLE_NS: Final = NS_PER_S // 50
ZERO_MA: Final = 0.1  # [D] safety.md: below it 'no current'


class Header(Line, frozen=True, tag="header"):
    """First line. Times of all lines are bench time, which began at `start_ns`."""

    seed: int
    phenotype: str
    site: str
    conductivity_us_per_cm: float
    script: str
    start_ns: int
    simulated: bool = True

    @classmethod
    def of(cls, script: Script, start_ns: int) -> "Header":
        """The header of a bench that runs `script`."""
        who = script.patient
        return cls(who.seed, who.phenotype, who.site, who.conductivity_us_per_cm, script.name, start_ns)


class Sample(Line, frozen=True, tag="sample"):
    """What is felt now; `peak_ma` since the sample before, without sign."""

    t_ns: int
    current_ma: float
    peak_ma: float
    density_ma_per_cm2: float
    charge_mc: float
    volts: float


class Happened(Line, frozen=True, tag="event"):
    """Something happened.

    Kinds: daemon_connected, daemon_lost, state, action, stall, level (an interlock line of the board changed),
    current_on and current_zero (the patient crossed `ZERO_MA`), end.
    """

    t_ns: int
    kind: str
    detail: str
    current_ma: float


Entry = Header | Sample | Happened


class FeltLog:
    """Writes the diary."""

    def __init__(self, run_dir: Path, header: Header) -> None:
        """Begin the file anew.

        Raises:
            ConfigError: E503, it cannot be written.
        """
        try:
            run_dir.mkdir(parents=True, exist_ok=True)
            self._file = (run_dir / FILE_NAME).open("wb", buffering=0)
        except OSError as error:
            raise ConfigError("E503", f"cannot write {run_dir / FILE_NAME}: {error.strerror}") from error
        self._encoder = msgspec.json.Encoder()
        self._next_ns = 0
        self._shown: tuple[float, float, float] = (0.0, 0.0, 0.0)
        self._flows = False
        self.lost_lines = 0
        self._write(header)

    def see(self, felt: FeltNow, peak_ma: float) -> bool:
        """Look at what is felt, and at the most since a sample was last written; True when one is written now.

        Called at least every millisecond; a surge shorter than that still shows in `peak_ma`.
        """
        flows = abs(felt.current_ma) >= ZERO_MA
        if flows != self._flows:
            self._flows = flows
            self.event(felt, "current_on" if flows else "current_zero", "")
        if felt.t_ns < self._next_ns:
            return False
        self._next_ns = felt.t_ns - felt.t_ns % SAMPLE_NS + SAMPLE_NS
        shown = (round(felt.current_ma, 3), round(felt.volts, 2), round(felt.charge_mc, 2))
        if shown == self._shown and peak_ma < ZERO_MA:
            return False
        self._shown = shown
        self._sample(felt, peak_ma)
        return True

    def event(self, felt: FeltNow, kind: str, detail: str) -> None:
        """Write an event, and what was felt at it."""
        self._write(Happened(felt.t_ns, kind, detail, round(felt.current_ma, 5)))

    def close(self) -> None:
        """End the file."""
        self._file.close()

    def _sample(self, felt: FeltNow, peak_ma: float) -> None:
        self._write(
            Sample(
                felt.t_ns,
                round(felt.current_ma, 5),
                round(peak_ma, 5),
                round(felt.density_ma_per_cm2, 6),
                round(felt.charge_mc, 4),
                round(felt.volts, 4),
            )
        )

    def _write(self, entry: Entry) -> None:
        try:
            self._file.write(self._encoder.encode(entry) + b"\n")
        except OSError:  # a full disk must not end the bench while someone is in it
            self.lost_lines += 1


def read_felt(path: Path) -> list[Entry]:
    """Read a diary back; a last line cut short by a power loss is left out.

    Raises:
        RecordsError: E601, the file cannot be read or is no diary.
    """
    decoder = msgspec.json.Decoder(Entry)
    try:
        lines = path.read_bytes().split(b"\n")[:-1]
        return [decoder.decode(line) for line in lines]
    except (OSError, msgspec.DecodeError) as error:
        raise RecordsError("E601", f"cannot read {path}: {error}") from error
