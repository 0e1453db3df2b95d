"""MCP4725 at register level: every command, the EEPROM and how it wakes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.sim.mcp4725 import EEPROM_WRITE_NS, Mcp4725

CODES = st.integers(0, 4095)
MODES = st.integers(0, 3)


class Bench:
    def __init__(self, **eeprom: int) -> None:
        self.now_ns = 0
        self.outputs: list[tuple[int, int]] = []
        self.chip = Mcp4725(0x62, lambda: self.now_ns, lambda *output: self.outputs.append(output), **eeprom)

    @property
    def output(self) -> tuple[int, int]:
        return self.outputs[-1]


def dac_and_eeprom(code: int, mode: int, command: int = 0x60) -> bytes:
    return bytes((command | mode << 1, code >> 4, code << 4 & 0xF0))


def test_from_the_factory_it_wakes_at_mid_scale() -> None:
    bench = Bench()
    assert bench.outputs == [(2048, 0)]
    assert bench.chip.read(5) == bytes((0xC0, 0x80, 0x00, 0x08, 0x00))


def test_provisioned_it_wakes_at_zero_and_off() -> None:
    bench = Bench(eeprom_code=0, eeprom_power_down=1)
    assert bench.outputs == [(0, 1)]
    assert bench.chip.read(5) == bytes((0xC2, 0x00, 0x00, 0x20, 0x00))


@given(CODES, MODES)
def test_fast_write_sets_code_and_power_down_and_leaves_the_eeprom(code: int, mode: int) -> None:
    bench = Bench()
    bench.chip.write(bytes((mode << 4 | code >> 8, code & 0xFF)))
    assert bench.output == (code, mode)
    bench.chip.brown_out()
    assert bench.output == (2048, 0)


@given(CODES, CODES)
def test_fast_writes_may_follow_each_other_in_one_transaction(first: int, last: int) -> None:
    bench = Bench()
    bench.chip.write(bytes((first >> 8, first & 0xFF, last >> 8, last & 0xFF)))
    assert bench.output == (last, 0)


@given(CODES, MODES)
def test_write_dac_leaves_the_eeprom(code: int, mode: int) -> None:
    bench = Bench()
    bench.chip.write(dac_and_eeprom(code, mode, 0x40))
    assert bench.output == (code, mode)
    assert bench.chip.read(5)[3:] == b"\x08\x00"
    assert bench.chip.read(1)[0] & 0x80


@given(CODES, MODES)
def test_write_eeprom_acts_at_once_is_busy_and_is_what_it_wakes_with(code: int, mode: int) -> None:
    bench = Bench()
    bench.chip.write(dac_and_eeprom(code, mode))
    assert bench.output == (code, mode)
    assert not bench.chip.read(1)[0] & 0x80
    bench.chip.write(b"\x0f\xff")
    assert bench.output == (code, mode), "writes are ignored while the EEPROM is written"
    bench.now_ns = EEPROM_WRITE_NS
    assert bench.chip.read(1)[0] & 0x80
    bench.chip.write(b"\x01\x23")
    assert bench.output == (0x123, 0)
    assert bench.chip.read(5) == bytes((0xC0, 0x12, 0x30, mode << 5 | code >> 8, code & 0xFF))
    bench.chip.general_call(0x06)
    assert bench.output == (code, mode)


def test_wake_by_general_call_drives_the_code_that_power_down_had_hidden() -> None:
    bench = Bench()
    bench.chip.write(b"\x14\x00")
    bench.chip.general_call(0x07)
    assert bench.output == (0x400, 1)
    bench.chip.general_call(0x09)
    assert bench.output == (0x400, 0)


@pytest.mark.parametrize("data", [b"", b"\x07", b"\x60\x80", b"\x40", b"\x80\x12\x34", b"\xff\xff\xff"])
def test_what_is_no_command_changes_nothing(data: bytes) -> None:
    bench = Bench()
    bench.chip.write(data)
    assert bench.outputs == [(2048, 0)]
    assert bench.chip.read(1)[0] & 0x80


def test_a_stuck_output_ignores_writes_but_the_registers_do_not_show_it() -> None:
    bench = Bench()
    bench.chip.stuck_code = 4095
    bench.chip.write(b"\x00\x00")
    assert bench.output == (4095, 0)
    assert bench.chip.read(3) == b"\xc0\x00\x00"
    bench.chip.stuck_code = None
    assert bench.output == (0, 0)


def test_the_circuit_is_told_of_changes_only() -> None:
    bench = Bench()
    bench.chip.write(b"\x01\x00")
    bench.chip.write(b"\x01\x00")
    assert bench.outputs == [(2048, 0), (256, 0)]
