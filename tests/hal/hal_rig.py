"""A board over simulated chips and plain pins, on a clock that the test moves."""

from collections.abc import Callable
from random import Random

from appliance.config import load_board
from appliance.hal.board import HardwareBoard, bench_board
from appliance.hal.ports import Pull
from appliance.sim.ads1115 import Ads1115
from appliance.sim.i2c_bus import SimI2cBus
from appliance.sim.mcp4725 import Mcp4725

NUMBERS = load_board()
MS = 1_000_000


class Lines:
    """`PinPort` that remembers levels, directions and the order of writes."""

    def __init__(self) -> None:
        self.high = [False] * 28
        self.direction: dict[int, str] = {}
        self.written: list[tuple[int, bool]] = []
        self.closed = False
        self.broken = False

    def configure_output(self, gpio: int, high: bool) -> None:
        self.direction[gpio] = "out"
        self.high[gpio] = high

    def configure_input(self, gpio: int, pull: Pull) -> None:
        self.direction[gpio] = f"in {pull}"

    def write(self, gpio: int, high: bool) -> None:
        if self.broken:
            raise OSError("the line driver is gone")
        self.high[gpio] = high
        self.written.append((gpio, high))

    def read(self, gpio: int) -> bool:
        return self.high[gpio]

    def close(self) -> None:
        self.closed = True


class Rig:
    """Chips of the board file; `volts[mux]` of each ADC are the test's to set."""

    def __init__(self, eeprom: tuple[int, int] = (0, 1)) -> None:
        self.t_ns = 0
        self.bus = SimI2cBus(NUMBERS.i2c.hz, NUMBERS.i2c.timeout_ms, self.pass_ns)
        self.lines = Lines()
        self.return_volts: dict[int, float] = {}
        self.monitor_volts: dict[int, float] = {}
        self.set_output = self.compliance_output = (-1, -1)
        adc, dac = NUMBERS.adc, NUMBERS.dac
        self.return_adc = self.adc(adc.return_.address, self.return_volts)
        self.monitor_adc = self.adc(adc.source.address, self.monitor_volts)
        self.set_dac = Mcp4725(dac.set.address, self.now_ns, self.on_set, *eeprom)
        self.compliance_dac = Mcp4725(dac.compliance.address, self.now_ns, self.on_compliance, *eeprom)
        for chip in (self.return_adc, self.monitor_adc, self.set_dac, self.compliance_dac):
            self.bus.attach(chip)
        self.board: HardwareBoard = bench_board(NUMBERS, self.bus, self.lines, self)

    def adc(self, address: int, volts: dict[int, float]) -> Ads1115:
        def mean_v(mux: int, t0_ns: int, t1_ns: int) -> float:
            return volts.get(mux, 0.0)

        return Ads1115(address, self.now_ns, mean_v, Random(3))

    def on_set(self, code: int, power_down: int) -> None:
        self.set_output = (code, power_down)

    def on_compliance(self, code: int, power_down: int) -> None:
        self.compliance_output = (code, power_down)

    def now_ns(self) -> int:
        return self.t_ns

    def sleep_until_ns(self, t_mono_ns: int) -> None:
        self.t_ns = max(self.t_ns, t_mono_ns)

    def pass_ns(self, duration_ns: int) -> None:
        self.t_ns += duration_ns

    def opened(self) -> "Rig":
        self.board.open_chips()
        self.tick()
        return self

    def tick(self) -> None:
        self.t_ns += 5 * MS


class Counted:
    """Transport that counts transfers and can refuse the next ones."""

    def __init__(self, inner: SimI2cBus) -> None:
        self.inner = inner
        self.seen: list[tuple[int, bytes, int]] = []
        self.refuse: list[int] = []

    def transfer(self, address: int, write: bytes, read_len: int) -> bytes:
        self.seen.append((address, write, read_len))
        if self.refuse:
            raise OSError(self.refuse.pop(0), "refused")
        return self.inner.transfer(address, write, read_len)

    def close(self) -> None:
        self.inner.close()


Call = Callable[[], object]
