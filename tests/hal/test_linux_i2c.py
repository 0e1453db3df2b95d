"""The real bus, as far as a machine without one can show it: the bytes handed to the kernel, and what is refused."""

import ctypes
import errno
import gc
from pathlib import Path

import pytest
from hal_rig import NUMBERS

from appliance.errors import ConfigError
from appliance.hal.linux_i2c import I2C_M_RD, I2C_RDWR, I2C_RETRIES, I2C_TIMEOUT, LinuxI2c, RdwrData


class Kernel:
    """Takes ioctls as the i2c-dev driver does."""

    def __init__(self, answer: bytes = b"", error: int = 0) -> None:
        self.answer = answer
        self.error = error
        self.settings: dict[int, object] = {}
        self.messages: list[tuple[int, int, bytes]] = []

    def ioctl(self, fd: int, request: int, argument: object) -> int:
        if request != I2C_RDWR:
            self.settings[request] = argument
            return 0
        if self.error:
            raise OSError(self.error, "kernel")
        data = argument
        assert isinstance(data, RdwrData)
        for i in range(data.nmsgs):
            message = data.msgs[i]
            if message.flags & I2C_M_RD:
                ctypes.memmove(message.buf, self.answer, message.len)
            self.messages.append((message.addr, message.flags, ctypes.string_at(message.buf, message.len)))
        return data.nmsgs


def opened(dev: Path, kernel: Kernel) -> LinuxI2c:
    (dev / "i2c-1").touch()
    return LinuxI2c(NUMBERS.i2c, dev, kernel.ioctl)


def test_a_missing_bus_is_one_sentence_that_names_the_file(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=f"E505: cannot open {tmp_path}/i2c-1: No such file or directory"):
        LinuxI2c(NUMBERS.i2c, tmp_path)


def test_a_file_that_is_no_bus_is_refused(tmp_path: Path) -> None:
    (tmp_path / "i2c-1").touch()
    with pytest.raises(ConfigError, match=r"E505: .*i2c-1 is no I2C bus"):
        LinuxI2c(NUMBERS.i2c, tmp_path)


def test_the_kernel_bounds_every_wait_and_repeats_nothing(tmp_path: Path) -> None:
    kernel = Kernel()
    opened(tmp_path, kernel).close()
    assert kernel.settings == {I2C_RETRIES: 0, I2C_TIMEOUT: 1}


def test_write_read_and_probe_are_one_transaction_each(tmp_path: Path) -> None:
    kernel = Kernel(b"\x06\xe3")
    bus = opened(tmp_path, kernel)
    assert bus.transfer(0x48, b"\x01", 2) == b"\x06\xe3"
    assert bus.transfer(0x62, b"\x01\x02", 0) == b""
    assert bus.transfer(0x49, b"", 2) == b"\x06\xe3"
    assert bus.transfer(0x49, b"", 0) == b""
    assert kernel.messages == [
        (0x48, 0, b"\x01"),
        (0x48, I2C_M_RD, b"\x06\xe3"),
        (0x62, 0, b"\x01\x02"),
        (0x49, I2C_M_RD, b"\x06\xe3"),
        (0x49, 0, b""),
    ]
    bus.close()


def test_a_transfer_leaves_nothing_for_the_collector_which_is_off_in_the_daemon(tmp_path: Path) -> None:
    bus = LinuxI2c(NUMBERS.i2c, _with_bus(tmp_path), lambda *_: 0)
    gc.collect()
    gc.disable()
    try:
        for _ in range(100):
            bus.transfer(0x48, b"\x00", 2)
            bus.transfer(0x62, b"\x01\x02", 0)
        assert gc.collect() == 0
    finally:
        gc.enable()
        bus.close()


@pytest.mark.parametrize(("write", "read_len"), [(b"\x00" * 33, 0), (b"\x00", 33)])
def test_a_transfer_longer_than_the_buffer_is_refused(tmp_path: Path, write: bytes, read_len: int) -> None:
    kernel = Kernel()
    with pytest.raises(ValueError, match="at most 32"):
        opened(tmp_path, kernel).transfer(0x48, write, read_len)
    assert kernel.messages == []


def _with_bus(dev: Path) -> Path:
    (dev / "i2c-1").touch()
    return dev


def test_the_kernels_error_passes_through(tmp_path: Path) -> None:
    bus = opened(tmp_path, Kernel(error=errno.EREMOTEIO))
    with pytest.raises(OSError, match="kernel") as caught:
        bus.transfer(0x48, b"\x00", 2)
    assert caught.value.errno == errno.EREMOTEIO
    bus.close()
