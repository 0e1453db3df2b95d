"""Faults of a chip as its bus sees them: wrappers that stand between the bus and a healthy chip.

A healthy chip knows nothing of them and pays nothing for them. They never repair themselves, unless told how often
they act.
"""

import errno

from appliance.sim.ads1115 import MeanV
from appliance.sim.i2c_bus import Chip

_CONVERSION = 0


class Wrapped:
    """Hands everything on."""

    __slots__ = ("_chip", "address")

    def __init__(self, chip: Chip) -> None:
        self._chip = chip
        self.address = chip.address

    def write(self, data: bytes) -> None:
        """As the chip."""
        self._chip.write(data)

    def read(self, length: int) -> bytes:
        """As the chip."""
        return self._chip.read(length)

    def general_call(self, command: int) -> None:
        """As the chip."""
        self._chip.general_call(command)


class Deaf(Wrapped):
    """Does not acknowledge its next `count` transfers."""

    __slots__ = ("_left",)

    def __init__(self, chip: Chip, count: int) -> None:
        super().__init__(chip)
        self._left = count

    def write(self, data: bytes) -> None:
        """Raises OSError: ENXIO, while it is deaf."""
        if self._left:
            self._left -= 1
            raise OSError(errno.ENXIO, f"{self.address:#04x} does not acknowledge")
        self._chip.write(data)


class Noisy(Wrapped):
    """One bit of a byte flips on the wires, in its next `count` transfers of that direction."""

    __slots__ = ("_byte", "_left", "_mask", "_written")

    def __init__(self, chip: Chip, written: bool, byte: int, bit: int, count: int) -> None:
        """`written`: of the bytes written, else of those read; `byte` counts from 0, shorter transfers pass."""
        super().__init__(chip)
        self._written = written
        self._byte = byte
        self._mask = 1 << bit
        self._left = count

    def write(self, data: bytes) -> None:
        """With the noise."""
        self._chip.write(self._flipped(data) if self._written else data)

    def read(self, length: int) -> bytes:
        """With the noise."""
        data = self._chip.read(length)
        return data if self._written else self._flipped(data)

    def _flipped(self, data: bytes) -> bytes:
        at = self._byte
        if not self._left or len(data) <= at:
            return data
        self._left -= 1
        return data[:at] + bytes((data[at] ^ self._mask,)) + data[at + 1 :]


class StuckPointer(Wrapped):
    """An ADC whose pointer register no longer moves."""

    __slots__ = ("_pointer",)

    def __init__(self, chip: Chip, pointer: int) -> None:
        super().__init__(chip)
        self._pointer = bytes((pointer,))
        chip.write(self._pointer)

    def write(self, data: bytes) -> None:
        """Whatever is pointed to, it is the same register."""
        self._chip.write(self._pointer + data[1:])


class StuckBit(Wrapped):
    """An ADC with one bit of its conversion register stuck."""

    __slots__ = ("_high", "_mask", "_pointer")

    def __init__(self, chip: Chip, bit: int, high: bool) -> None:
        super().__init__(chip)
        self._mask = 1 << bit
        self._high = high
        self._pointer = _CONVERSION

    def write(self, data: bytes) -> None:
        """As the chip; notes the pointer."""
        if data:
            self._pointer = data[0] & 3
        self._chip.write(data)

    def read(self, length: int) -> bytes:
        """As the chip, but for the bit."""
        data = self._chip.read(length)
        if self._pointer != _CONVERSION or length != 2:
            return data
        value = int.from_bytes(data, "big")
        return (value | self._mask if self._high else value & ~self._mask).to_bytes(2, "big")


class StuckMux:
    """Inputs whose multiplexer stays on one channel, whatever the configuration says."""

    __slots__ = ("_mean_v", "_mux")

    def __init__(self, mean_v: MeanV, mux: int) -> None:
        self._mean_v = mean_v
        self._mux = mux

    def __call__(self, _mux: int, t0_ns: int, t1_ns: int) -> float:
        """Volts of the one channel."""
        return self._mean_v(self._mux, t0_ns, t1_ns)


class Tied:
    """Inputs that something ties to fixed volts."""

    __slots__ = ("_volts",)

    def __init__(self, volts: float) -> None:
        self._volts = volts

    def __call__(self, _mux: int, _t0_ns: int, _t1_ns: int) -> float:
        """The volts."""
        return self._volts
