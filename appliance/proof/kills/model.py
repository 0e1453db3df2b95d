"""What a campaign of kills is made of: ways to hurt the programs, states, what one try found, one row of the result.

Budgets are those of the safety design ('Budgets', 'Reactions', the table of monitors). None is ever moved here.
"""

from typing import Final, Literal, NamedTuple

import msgspec

Where = Literal["CONTACT", "CONTACT_RESUME", "RAMP_UP", "HOLD", "RAMP_DOWN", "REVERSE", "ARMED"]
Outcome = Literal["passed", "failed", "spoiled", "not run"]

# REVERSE has its output open: it is the energising states' neighbour, and must stay so.
STATES: Final[tuple[Where, ...]] = ("CONTACT", "CONTACT_RESUME", "RAMP_UP", "HOLD", "RAMP_DOWN", "REVERSE")

ZERO_MS: Final = 100.0  # daemon dead: no current
OPEN_MS: Final = 120.0  # daemon dead: K1 open
LEASE_MS: Final = 2000.0  # without renewal
FALLS_MS: Final = 50.0  # stop asked: falling; also from the end of the lease
STOP_MS: Final = 2000.0  # STOP: to zero
PAUSE_MS: Final = 500.0  # a person's pause: to zero
FALL_MA_PER_S: Final = 3.0  # lease lost: no faster
SURGE_MA: Final = 0.25  # never above the set by more, or by the share below
SURGE_SHARE: Final = 0.02
ZERO_MA: Final = 0.1  # 'no current'


class Kind(NamedTuple):
    """One way to hurt a program."""

    name: str
    what: str
    states: tuple[Where, ...] = STATES
    sick: bool = False  # the daemon is one that can fall ill
    alone: bool = False  # nobody else's program may be on the daemon's processor: it would starve, too
    apart: bool = False  # the daemon's processor is taken away: the bench must live on another


KINDS: Final[tuple[Kind, ...]] = (
    Kind("sigkill", "SIGKILL of the daemon; another one is started"),
    Kind("sigstop", "SIGSTOP of the daemon, SIGCONT half a second later"),
    Kind("hang", "a tick of the daemon spins for 0.4 s", sick=True),
    Kind("memory", "RLIMIT_AS on the daemon, and a tick that eats what is left", sick=True, alone=True),
    Kind("hog", "another program spins at SCHED_FIFO 99 on the daemon's processor for 0.4 s", alone=True, apart=True),
    Kind("kiosk_closed", "the kiosk's connection is closed, a technician looks on"),
    Kind("all_closed", "every client's connection is closed, the recorder's too"),
    Kind("socket_deleted", "the daemon's socket file is deleted"),
    Kind("recorder_full", "RLIMIT_FSIZE on the recorder: its disk is full"),
    Kind("ledger_full", "RLIMIT_FSIZE on the daemon: the dose ledger's disk is full, and a start is asked", ("ARMED",)),
)
KIND: Final = {kind.name: kind for kind in KINDS}


class Cell(NamedTuple):
    """One kind in one state."""

    kind: Kind
    where: Where

    @property
    def id(self) -> str:
        """As people and `--only` name it."""
        return f"{self.kind.name}/{self.where}"


# For CI: each way once, each state once. Places are where the way is least gentle and the state soon reached.
QUICK: Final = frozenset(
    (
        "sigkill/REVERSE",
        "sigkill/HOLD",
        "sigstop/CONTACT",
        "hang/RAMP_UP",
        "memory/CONTACT",
        "hog/HOLD",
        "kiosk_closed/RAMP_UP",
        "all_closed/CONTACT_RESUME",
        "socket_deleted/HOLD",
        "recorder_full/RAMP_DOWN",
        "ledger_full/ARMED",
    )
)


def cells(only: str | None = None, *, quick: bool = False) -> tuple[Cell, ...]:
    """All, or those of a kind, of a state, or one."""
    every = (Cell(kind, where) for kind in KINDS for where in kind.states)
    asked = (cell for cell in every if only is None or only in (cell.id, cell.kind.name, cell.where))
    return tuple(cell for cell in asked if not quick or cell.id in QUICK)


class Found(NamedTuple):
    """One try at a cell. Times count from just before the blow; None: nothing flowed, or K1 was open."""

    ms_to_zero: float | None = None
    ms_to_open: float | None = None
    peak_ma: float = 0.0  # from 50 ms before the blow on
    charge_mc: float = 0.0  # after the blow
    why: tuple[str, ...] = ()  # each breach in a sentence; none: passed
    felt: bool = False  # one of them is current that may not be: no machine that stood still explains that
    late_hand: bool = False  # we struck later than we can say
    end: str = ""  # what became of the daemon


class Row(msgspec.Struct):
    """One cell over all rounds, as `ionto kills --json` prints it and the safety report reads it."""

    how: str
    state: str
    runs: int = 0  # that passed or failed; a spoiled one is none
    failed: int = 0
    spoiled: int = 0  # failed while the machine was seen to stand still; each was run again
    worst_ms_to_zero: float | None = None
    worst_ms_to_open: float | None = None
    worst_peak_ma: float = 0.0
    worst_charge_mc: float = 0.0
    why: list[str] = []
    ends: list[str] = []
    not_run: str | None = None

    @property
    def id(self) -> str:
        """Of its cell."""
        return f"{self.how}/{self.state}"

    def add(self, found: Found) -> None:
        """Take one try that counts."""
        self.runs += 1
        self.failed += bool(found.why)
        self.worst_ms_to_zero = _worse(self.worst_ms_to_zero, found.ms_to_zero)
        self.worst_ms_to_open = _worse(self.worst_ms_to_open, found.ms_to_open)
        self.worst_peak_ma = round(max(self.worst_peak_ma, found.peak_ma), 3)
        self.worst_charge_mc = round(max(self.worst_charge_mc, found.charge_mc), 4)
        self.why += [sentence for sentence in found.why if len(self.why) < MOST_WHY]
        if found.end and found.end not in self.ends:
            self.ends.append(found.end)


MOST_WHY: Final = 10


def _worse(so_far: float | None, new: float | None) -> float | None:
    known = [value for value in (so_far, new) if value is not None]
    return round(max(known), 1) if known else None
