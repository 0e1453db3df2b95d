"""The bench's bus: who answers, who does not, and how long the bytes take."""

import errno
from random import Random

import pytest

from appliance.sim.ads1115 import Ads1115
from appliance.sim.i2c_bus import SimI2cBus
from appliance.sim.mcp4725 import Mcp4725


class Bench:
    def __init__(self) -> None:
        self.passed_ns: list[int] = []
        self.bus = SimI2cBus(400_000, 4, self.passed_ns.append)
        self.outputs: list[tuple[int, int]] = []
        self.bus.attach(Ads1115(0x48, lambda: 0, lambda *_: 0.0, Random(1)))
        self.bus.attach(Mcp4725(0x62, lambda: 0, self.output))

    def output(self, code: int, power_down: int) -> None:
        self.outputs.append((code, power_down))


def refusal(bench: Bench, address: int, write: bytes = b"", read_len: int = 0) -> int | None:
    with pytest.raises(OSError) as caught:
        bench.bus.transfer(address, write, read_len)
    return caught.value.errno


def test_a_chip_that_is_absent_or_made_to_does_not_acknowledge() -> None:
    bench = Bench()
    assert refusal(bench, 0x49) == errno.ENXIO
    bench.bus.nack.add(0x62)
    assert refusal(bench, 0x62, b"\x00\x00") == errno.ENXIO
    assert bench.outputs == [(2048, 0)]
    bench.bus.nack.clear()
    bench.bus.transfer(0x62, b"\x00\x00", 0)
    assert bench.outputs[-1] == (0, 0)


def test_a_hung_bus_times_out_for_everybody() -> None:
    bench = Bench()
    bench.bus.hang = True
    assert refusal(bench, 0x48, b"\x00", 2) == errno.ETIMEDOUT
    assert bench.passed_ns == [4_000_000]


def test_a_general_call_reaches_every_chip() -> None:
    bench = Bench()
    bench.bus.transfer(0x48, b"\x01\x06\xe3", 0)
    bench.bus.transfer(0x62, b"\x00\x00", 0)
    bench.bus.transfer(0x00, b"\x06", 0)
    assert bench.bus.transfer(0x48, b"\x01", 2) == b"\x85\x83"
    assert bench.outputs[-1] == (2048, 0)


def test_swapped_chips_answer_to_each_others_address() -> None:
    bench = Bench()
    bench.bus.swap(0x48, 0x62)
    assert bench.bus.transfer(0x48, b"", 5)[3:] == b"\x08\x00"


def test_two_chips_cannot_have_one_address() -> None:
    with pytest.raises(ValueError, match="0x48"):
        bench = Bench()
        bench.bus.attach(Ads1115(0x48, lambda: 0, lambda *_: 0.0, Random(1)))


@pytest.mark.parametrize(
    ("write", "read_len", "bits"),
    [(b"", 0, 11), (b"\x00\x00", 0, 29), (b"", 2, 29), (b"\x00", 2, 48)],
)
def test_a_transaction_takes_nine_bits_a_byte(write: bytes, read_len: int, bits: int) -> None:
    bench = Bench()
    bench.bus.transfer(0x48, write, read_len)
    assert bench.passed_ns == [bits * 2500]


def test_without_a_hook_no_time_is_reported() -> None:
    bench = Bench()
    bench.bus.on_time = None
    assert bench.bus.transfer(0x48, b"\x01", 2) == b"\x85\x83"
    assert refusal(bench, 0x10) == errno.ENXIO
    assert bench.passed_ns == []
