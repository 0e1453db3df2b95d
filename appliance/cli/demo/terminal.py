"""The treatment in a terminal: the kiosk's own words and numbers, the keys of a simulated person. Decides nothing."""

import select
import sys
import termios
import tty
from types import TracebackType
from typing import Final, Self

from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from appliance.cli.demo.lines import DASH, clock, milliamperes, ohms
from appliance.errors import CATALOGUE
from appliance.kiosk.shown import Shown
from appliance.kiosk.view_model import build
from appliance.link.messages import Status

KEYS: Final = "[enter] START / OK   [space] pedal   [i] hands in   [o] hands out   [t] trays   [s] STOP   [q] quit"
BARS: Final = "▁▂▃▄▅▆▇█"
TRACE_WIDTH: Final = 60
STYLES: Final = {"FAULT": "bold red", "PAUSED": "bold yellow", "DONE": "bold green"}


class Keys:
    """Keys as they are pressed, without waiting; the terminal is as before when the block ends."""

    def __enter__(self) -> Self:
        """No echo, no line editing; Ctrl-C still interrupts."""
        self._file = sys.stdin.fileno()
        self._before = termios.tcgetattr(self._file)
        tty.setcbreak(self._file)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """Put the terminal back."""
        termios.tcsetattr(self._file, termios.TCSADRAIN, self._before)

    def read(self, wait_s: float) -> str:
        """A key, or nothing after `wait_s`."""
        ready = select.select([self._file], [], [], wait_s)[0]
        return sys.stdin.read(1) if ready else ""


def picture(shown: Shown, felt_ma: float) -> RenderableType:
    """The whole view. `felt_ma` is what the bench knows, apart from what was measured."""
    view = build(shown)
    status = shown.status
    style = STYLES.get(status.state, "bold cyan") if status is not None else "dim"
    parts: list[RenderableType] = [Text(view.title or " ", style=style), Text(view.body or " ")]
    if status is not None:
        parts += ["", _time(status), "", _numbers(status, felt_ma), Text(sparkline(shown.trace), style="cyan")]
        parts += [Text(line, style="yellow") for line in _reasons(shown, status)]
    return Panel(Group(*parts), title=view.simulated, subtitle=Text(KEYS), padding=(1, 2))


def _time(status: Status) -> RenderableType:
    """State and time as a bar."""
    row = Table.grid(padding=(0, 2))
    total_s = status.elapsed_s + status.remaining_s
    row.add_row(
        Text(f"{status.state:<10}", style="bold"),
        ProgressBar(total=max(total_s, 1.0), completed=status.elapsed_s, width=40),
        Text(f"{clock(status.remaining_s).strip()} left"),
    )
    return row


def _numbers(status: Status, felt_ma: float) -> RenderableType:
    """Set, measured, felt: three different numbers."""
    volts = DASH if status.patient_v is None else f"{status.patient_v:.1f} V"
    table = Table.grid(padding=(0, 3))
    table.add_row("set", "measured", "felt (bench)", "volts", "resistance", "charge", style="dim")
    table.add_row(
        milliamperes(status.set_ma),
        milliamperes(status.return_ma),
        milliamperes(felt_ma),
        volts,
        ohms(status.resistance_ohm),
        f"{status.charge_mc / 1000:.2f} C",
    )
    return table


def _reasons(shown: Shown, status: Status) -> list[str]:
    """Why something is not as asked."""
    codes = [trip.code for trip in status.trips] + ([shown.refused] if shown.refused else [])
    said = [f"{code}: {CATALOGUE[code].title}" for code in dict.fromkeys(codes)]
    return said + ([f"limited by {status.limited_by}"] if status.limited_by else [])


def sparkline(values: tuple[float, ...]) -> str:
    """Resistance of the last minutes as bars, between its own least and most."""
    last = values[-TRACE_WIDTH:]
    if len(last) < 2:
        return ""
    least, most = min(last), max(last)
    span = (most - least) or 1.0
    bars = "".join(BARS[round((value - least) / span * (len(BARS) - 1))] for value in last)
    return f"{bars}  {ohms(least)} to {ohms(most)}"
