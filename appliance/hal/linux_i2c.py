"""The real I2C bus: `/dev/i2c-N`, one I2C_RDWR ioctl a transaction, nothing between us and the kernel.

Every transfer is bounded by the kernel's time-out, which it counts in steps of 10 ms, and never repeated here. It
makes no reference cycle: the daemon runs with the collector off, so a cycle a transfer would fill the memory in hours.
"""

import ctypes
import fcntl
import math
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from appliance.config import I2cBusTable
from appliance.errors import ConfigError

# linux/i2c-dev.h and linux/i2c.h
I2C_RETRIES: Final = 0x0701
I2C_TIMEOUT: Final = 0x0702
I2C_RDWR: Final = 0x0707
I2C_M_RD: Final = 0x0001
_TIMEOUT_STEP_MS: Final = 10
HALF_BYTES: Final = 32  # of the buffer, for writing and for reading; no chip of ours takes or gives as much

Ioctl = Callable[[int, int, Any], Any]  # as fcntl.ioctl


class Message(ctypes.Structure):
    """struct i2c_msg."""

    _fields_ = (
        ("addr", ctypes.c_uint16),
        ("flags", ctypes.c_uint16),
        ("len", ctypes.c_uint16),
        ("buf", ctypes.c_void_p),
    )


class RdwrData(ctypes.Structure):
    """struct i2c_rdwr_ioctl_data."""

    _fields_ = (("msgs", ctypes.POINTER(Message)), ("nmsgs", ctypes.c_uint32))


class LinuxI2c:
    """`hal.ports.I2cTransport` on a Linux bus."""

    def __init__(self, table: I2cBusTable, dev: Path = Path("/dev"), ioctl: Ioctl = fcntl.ioctl) -> None:
        """Open the bus of the board file. `dev` and `ioctl` are seams for the tests.

        Raises:
            ConfigError: E505, naming the device file, when it is missing or cannot be opened or set up.
        """
        path = dev / f"i2c-{table.bus}"
        self._ioctl = ioctl
        self._buffer = ctypes.create_string_buffer(2 * HALF_BYTES)
        self._write_at = ctypes.addressof(self._buffer)
        self._read_at = self._write_at + HALF_BYTES
        self._messages = (Message * 2)()
        self._data = RdwrData(self._messages, 0)
        try:
            self._fd = os.open(path, os.O_RDWR | os.O_CLOEXEC)
        except OSError as error:
            raise ConfigError("E505", f"cannot open {path}: {error.strerror}; is I2C enabled?") from error
        try:
            ioctl(self._fd, I2C_RETRIES, 0)  # retries are counted in `hal.i2c` alone
            ioctl(self._fd, I2C_TIMEOUT, math.ceil(table.timeout_ms / _TIMEOUT_STEP_MS))
        except OSError as error:
            self.close()
            raise ConfigError("E505", f"{path} is no I2C bus: {error.strerror}") from error

    def transfer(self, address: int, write: bytes, read_len: int) -> bytes:
        """One transaction; see `hal.ports.I2cTransport` for the errors. ValueError: longer than the buffer."""
        if max(len(write), read_len) > HALF_BYTES:
            raise ValueError(f"a transfer of {max(len(write), read_len)} bytes; at most {HALF_BYTES}")
        count = 0
        if write or not read_len:
            ctypes.memmove(self._write_at, write, len(write))
            self._fill(count, address, 0, len(write), self._write_at)
            count += 1
        if read_len:
            ctypes.memset(self._read_at, 0, read_len)
            self._fill(count, address, I2C_M_RD, read_len, self._read_at)
            count += 1
        self._data.nmsgs = count
        self._ioctl(self._fd, I2C_RDWR, self._data)
        return ctypes.string_at(self._read_at, read_len)

    def _fill(self, at: int, address: int, flags: int, length: int, buffer_at: int) -> None:
        message = self._messages[at]
        message.addr, message.flags, message.len, message.buf = address, flags, length, buffer_at

    def close(self) -> None:
        """Release the bus."""
        os.close(self._fd)
