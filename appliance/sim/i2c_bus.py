"""The bench's I2C bus: carries bytes between the HAL and the simulated chips, one transaction at a time.

It knows addresses, acknowledge and how long bytes take; what bytes mean is the chips' matter. It never repairs or
repeats a transaction: retries belong to the HAL, which must be tested against a bus that fails.
"""

import errno
import os
from collections.abc import Callable
from typing import Final, Protocol

from appliance.units import NS_PER_MS, NS_PER_S

GENERAL_CALL: Final = 0x00
_BITS_PER_BYTE: Final = 9  # eight and the acknowledge
_START_STOP_BITS: Final = 2


class Chip(Protocol):
    """A target on the bus."""

    address: int

    def write(self, data: bytes) -> None:
        """Bytes that were written to the chip's address."""
        ...

    def read(self, length: int) -> bytes:
        """Bytes that the chip answers with."""
        ...

    def general_call(self, command: int) -> None:
        """Second byte of a general call."""
        ...


class SimI2cBus:
    """`hal.ports.I2cTransport` onto simulated chips.

    Faults: addresses in `nack` do not acknowledge; while `hang` is set every transfer times out.
    `on_time(duration_ns)`, where given, is told how long each transaction takes on the wires: before a write takes
    effect, after a read was answered. In real time the bench passes none, the world's clock runs by itself.
    """

    __slots__ = ("_bit_ns", "_chips", "_clock_ns", "_timeout_ns", "hang", "nack", "on_time")

    def __init__(self, hz: float, timeout_ms: float, on_time: Callable[[int], None] | None = None) -> None:
        """`hz` and `timeout_ms` are the board's `[i2c]`."""
        self._chips: dict[int, Chip] = {}
        self._clock_ns = self._bit_ns = NS_PER_S / hz
        self._timeout_ns = round(timeout_ms * NS_PER_MS)
        self.on_time = on_time
        self.nack: set[int] = set()
        self.hang = False

    def attach(self, chip: Chip) -> None:
        """Put a chip on the bus, at its address.

        Raises:
            ValueError: the address is taken.
        """
        if chip.address in self._chips:
            raise ValueError(f"two chips at {chip.address:#04x}")
        self._chips[chip.address] = chip

    def wrap(self, address: int, wrapper: Callable[[Chip], Chip]) -> None:
        """Put something between the bus and what answers at `address`, if any does: a fault of that chip."""
        if address in self._chips:
            self._chips[address] = wrapper(self._chips[address])

    def stretch(self, factor: float) -> None:
        """A fault: every bit takes `factor` times as long (a chip holds the clock low)."""
        self._bit_ns = self._clock_ns * factor

    def swap(self, first: int, second: int) -> None:
        """Let two chips answer to each other's address."""
        chips = self._chips
        chips[first], chips[second] = chips[second], chips[first]

    def transfer(self, address: int, write: bytes, read_len: int) -> bytes:
        """One transaction, START to STOP; see `hal.ports.I2cTransport`.

        Raises:
            OSError: ENXIO when nobody acknowledges, ETIMEDOUT when the bus hangs.
        """
        if self.hang:
            self._pass(self._timeout_ns)
            raise OSError(errno.ETIMEDOUT, os.strerror(errno.ETIMEDOUT))
        chip = self._chips.get(address)
        if chip is None or address in self.nack:
            return self._nobody(address, write)
        on_time = self.on_time
        if not read_len:
            if on_time is not None:
                on_time(round((_START_STOP_BITS + _BITS_PER_BYTE * (1 + len(write))) * self._bit_ns))
            chip.write(write)
            return b""
        if write:
            chip.write(write)
        data = chip.read(read_len)
        if on_time is not None:
            phases = 2 if write else 1
            bits = _START_STOP_BITS + phases - 1 + _BITS_PER_BYTE * (phases + len(write) + read_len)
            on_time(round(bits * self._bit_ns))
        return data

    def close(self) -> None:
        """Nothing to release."""

    def _nobody(self, address: int, write: bytes) -> bytes:
        if address == GENERAL_CALL and len(write) == 1 and self._chips:
            self._pass(round((_START_STOP_BITS + 2 * _BITS_PER_BYTE) * self._bit_ns))
            for chip in self._chips.values():
                chip.general_call(write[0])
            return b""
        self._pass(round((_START_STOP_BITS + _BITS_PER_BYTE) * self._bit_ns))
        raise OSError(errno.ENXIO, f"nobody acknowledges {address:#04x}")

    def _pass(self, duration_ns: int) -> None:
        if self.on_time is not None:
            self.on_time(duration_ns)
