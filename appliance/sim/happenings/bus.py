"""The I2C bus: who does not answer, what noise makes of a byte, how slow it can be."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Final

from appliance.sim.faulty_chips import Deaf, Noisy
from appliance.sim.parameters import RESTORE, Action, Param, each

if TYPE_CHECKING:
    from appliance.sim.bench import Bench

_ADDRESS: Final = Param(int, "its 7-bit address", None, 0x08, 0x77)
_COUNT: Final = Param(int, "how many transfers in a row", 1, 1, 100_000)
_ALL: Final = each("address", 0x48, 0x49, 0x62, 0x63)


def _i2c_nack(bench: "Bench", address: int, restore: bool) -> None:
    if restore:
        bench.nacked.discard(address)
    else:
        bench.nacked.add(address)
    bench.silence()


def _i2c_nack_once(bench: "Bench", address: int, count: int) -> None:
    bench.bus.wrap(address, lambda chip: Deaf(chip, count))


def _i2c_hang(bench: "Bench", restore: bool) -> None:
    bench.bus.hang = not restore


def _i2c_slow(bench: "Bench", factor: float, restore: bool) -> None:
    """A chip stretches the clock, or a pull-up has gone high."""
    bench.stretch_bus(1.0 if restore else factor)


def _i2c_noise(bench: "Bench", address: int, written: bool, byte: int, bit: int, count: int) -> None:
    """ESD or a spike: one bit of one byte is another; everything is acknowledged."""
    bench.bus.wrap(address, lambda chip: Noisy(chip, written, byte, bit, count))


ACTIONS: Final[Mapping[str, Action]] = {
    "i2c_nack": Action(
        _i2c_nack, "bus", "a chip does not acknowledge", {"address": _ADDRESS, "restore": RESTORE}, cases=_ALL
    ),
    "i2c_nack_once": Action(
        _i2c_nack_once,
        "bus",
        "a chip does not acknowledge its next transfers, then does again",
        {"address": _ADDRESS, "count": _COUNT},
        cases=(*_ALL, {"address": 0x62, "count": 5}),
    ),
    "i2c_hang": Action(_i2c_hang, "bus", "the bus hangs: every transfer times out", {"restore": RESTORE}),
    "i2c_slow": Action(
        _i2c_slow,
        "bus",
        "the bus is slow: a chip stretches the clock",
        {"factor": Param(float, "times as long as usual", 4.0, 1.0, 1000.0), "restore": RESTORE},
        cases=each("factor", 4.0, 40.0),
    ),
    "i2c_noise": Action(
        _i2c_noise,
        "bus",
        "one bit of a byte flips on the wires",
        {
            "address": _ADDRESS,
            "written": Param(bool, "true: on its way to the chip; false: on its way back", default=True),
            "byte": Param(int, "which byte of the transfer, 0 = first", 0, 0, 8),
            "bit": Param(int, "which bit, 0 = least", 3, 0, 7),
            "count": _COUNT,
        },
        cases=(
            {"address": 0x62},  # + 2048 codes for one tick
            {"address": 0x62, "bit": 5},  # a power-down bit
            {"address": 0x62, "count": 1000},
            {"address": 0x63},
            {"address": 0x48, "written": False, "bit": 6},
            {"address": 0x49, "written": False, "bit": 6},
            {"address": 0x49, "byte": 1, "bit": 4},  # another channel
        ),
    ),
}
LATER: Final[Mapping[str, Callable[..., None]]] = {}
