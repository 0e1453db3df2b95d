"""The I2C bus that the vendor drivers run on: `busio.I2C`'s methods over an `I2cTransport`.

Retries are bounded here, for every driver alike: an address that does not acknowledge is tried again at most
`[i2c] retries` times; a bus that hangs is not (one time-out is most of a tick). It never touches a forbidden address:
a general call would reset every chip on the bus.
"""

import errno
from typing import Final

from appliance.config import I2cBusTable
from appliance.hal.ports import I2cTransport

_HUNG: Final = errno.ETIMEDOUT


class I2cBus:
    """What `adafruit_bus_device.I2CDevice` needs of a bus, for one thread.

    Every transfer may raise OSError (ENXIO, EREMOTEIO: nobody acknowledges; ETIMEDOUT: the bus hangs) and ValueError
    (a forbidden address).
    """

    __slots__ = ("_forbidden", "_retries", "_transfer")

    def __init__(self, transport: I2cTransport, table: I2cBusTable) -> None:
        self._transfer = transport.transfer
        self._retries = table.retries
        self._forbidden = frozenset(table.forbid)

    def try_lock(self) -> bool:
        """Always taken: one thread owns the bus, and a driver would wait for a lock without bound."""
        return True

    def unlock(self) -> None:
        """See `try_lock`."""

    def deinit(self) -> None:
        """The transport's owner closes it."""

    def writeto(self, address: int, buffer: bytes | bytearray, *, start: int = 0, end: int | None = None) -> None:
        """Write `buffer[start:end]`; nothing to write is a probe."""
        self.transfer(address, bytes(buffer[start:end]), 0)

    def readfrom_into(self, address: int, buffer: bytearray, *, start: int = 0, end: int | None = None) -> None:
        """Fill `buffer[start:end]`."""
        stop = len(buffer) if end is None else end
        buffer[start:stop] = self.transfer(address, b"", stop - start)

    def writeto_then_readfrom(
        self,
        address: int,
        out_buffer: bytes | bytearray,
        in_buffer: bytearray,
        *,
        out_start: int = 0,
        out_end: int | None = None,
        in_start: int = 0,
        in_end: int | None = None,
    ) -> None:
        """Write, then read after a repeated start."""
        stop = len(in_buffer) if in_end is None else in_end
        in_buffer[in_start:stop] = self.transfer(address, bytes(out_buffer[out_start:out_end]), stop - in_start)

    def transfer(self, address: int, write: bytes, read_len: int) -> bytes:
        """One transaction, retried within the bound."""
        if address in self._forbidden:
            raise ValueError(f"address {address:#04x} is forbidden on this bus ([i2c] forbid)")
        for _ in range(self._retries):
            try:
                return self._transfer(address, write, read_len)
            except OSError as error:  # never kept: an error in a local of its own frame is a reference cycle
                if error.errno == _HUNG:
                    raise
        return self._transfer(address, write, read_len)
