"""What the parts of the self-test work with: what they order, what they read, and the report they write.

No step knows time or the board: a part yields how many ticks to wait, and is handed what was read meanwhile.
"""

from collections.abc import Generator
from dataclasses import dataclass
from typing import Final, NamedTuple

from appliance.config import Board
from appliance.errors import SensingError
from appliance.hal.scales import Scales

RELAY_TICKS: Final = 10  # 50 ms: twice the slowest relay, 25 ms (hardware design, 1)
SETTLE_TICKS: Final = 24  # three of each monitor channel


class Readings(NamedTuple):
    """Means over the second half of a wait, and the inputs at its end. None: not converted in so short a wait."""

    return_ma: float
    source_ma: float | None
    patient_v: float | None
    compliance_v: float | None
    set_volts_code: float | None  # DAC1's own output, in codes
    latch_tripped: bool
    watchdog_ok: bool
    watchdog_was_ok: bool  # at any tick of the wait
    relay_open: bool
    reversed: bool
    e_stop: bool


Script = Generator[int, Readings, None]


@dataclass(slots=True)
class TestOrder:
    """What the self-test wants put out now."""

    enable: bool = False
    dummy: bool = False
    shift: bool = False
    reversed: bool = False
    reset: bool = False
    kick: bool = False
    rest_high: bool = False  # when not kicking: the watchdog's line shall rest high, after one more edge if need be
    code: int = 0
    compliance_v: float = 0.0

    def kicks(self, *, line_high: bool) -> bool:
        """Whether this tick gives an edge."""
        return self.kick or (self.rest_high and not line_high)


class Check(NamedTuple):
    """One line of the report."""

    name: str
    passed: bool
    found: str
    code: str


class Trial:
    """One run: the order of now, the report, and the first failure's code."""

    def __init__(self, numbers: Board, scales: Scales) -> None:
        self.numbers = numbers
        self.scales = scales
        self.order = TestOrder()
        self.report: list[Check] = []
        self.failed: str | None = None
        self.probe_offset_ma = 0.0  # measured minus asked at the probe's currents

    def check(self, name: str, code: str, passed: bool, found: str) -> bool:
        """Write a line; returns `passed`."""
        self.report.append(Check(name, passed, found, code))
        if not passed and self.failed is None:
            self.failed = code
        return passed

    # ------------------------------------------------------------ steps that several parts take

    def set(self, set_ma: float) -> Script:
        """Voltage first, then current: the source stays in regulation."""
        dummy_v = set_ma * self.numbers.relay.dummy_ohm / 1000.0
        self.order.compliance_v = min(self.numbers.limit.volts, 1.2 * dummy_v + 5.0)
        yield 4
        self.order.code = self.scales.set_code(set_ma)
        yield 4

    def settle(self) -> Generator[int, Readings, Readings]:
        """Wait until every channel was read; once more when a late tick has skipped one's only conversion."""
        r = yield SETTLE_TICKS
        return (yield SETTLE_TICKS) if None in r else r

    def reset(self) -> Generator[int, Readings, Readings]:
        """One rising edge of LATCH_RESET."""
        self.order.reset = True
        yield 2
        self.order.reset = False
        return (yield 2)

    def off(self) -> Generator[int, Readings, Readings]:
        """Zero, ENABLE low, and the latch reset."""
        order = self.order
        order.code, order.compliance_v, order.enable, order.shift = 0, 0.0, False, False
        yield RELAY_TICKS
        return (yield from self.reset())


def known(value: float | None, what: str) -> float:
    """A reading that the wait was long enough for.

    Raises:
        SensingError: E201, it never came.
    """
    if value is None:
        raise SensingError("E201", f"self-test: {what} was not measured")
    return value


def latch_word(r: Readings) -> str:
    """The latch, in a word."""
    return "tripped" if r.latch_tripped else "set"


def relay_word(r: Readings) -> str:
    """The safety relay, in a word."""
    return "open" if r.relay_open else "closed"
