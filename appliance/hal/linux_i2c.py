"""The real I2C bus: `/dev/i2c-N`, one I2C_RDWR ioctl a transaction, nothing between us and the kernel.

Every transfer is bounded by the kernel's time-out, which it counts in steps of 10 ms, and never repeated here.
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

Ioctl = Callable[[int, int, Any], Any]  # as fcntl.ioctl


class Message(ctypes.Structure):
    """struct i2c_msg."""

    _fields_ = (
        ("addr", ctypes.c_uint16),
        ("flags", ctypes.c_uint16),
        ("len", ctypes.c_uint16),
        ("buf", ctypes.POINTER(ctypes.c_char)),
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
        """One transaction; see `hal.ports.I2cTransport` for the errors."""
        answer = ctypes.create_string_buffer(read_len)
        messages: list[Message] = []
        if write or not read_len:
            messages.append(_message(address, 0, ctypes.create_string_buffer(write, len(write)), len(write)))
        if read_len:
            messages.append(_message(address, I2C_M_RD, answer, read_len))
        array = (Message * len(messages))(*messages)
        self._ioctl(self._fd, I2C_RDWR, RdwrData(array, len(messages)))
        return answer.raw

    def close(self) -> None:
        """Release the bus."""
        os.close(self._fd)


def _message(address: int, flags: int, buffer: "ctypes.Array[ctypes.c_char]", length: int) -> Message:
    return Message(address, flags, length, ctypes.cast(buffer, ctypes.POINTER(ctypes.c_char)))
