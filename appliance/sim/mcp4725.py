"""MCP4725 DAC at register level (Microchip DS22039D, chapters 5 and 6; hardware design, chapter 4).

Every write command, both power-down fields, the EEPROM with its busy time, general call. It hands its code and
power-down mode on; the circuit applies reference, gain and load. It never outputs what was not commanded, unless
a fault of the bench says so.
"""

from collections.abc import Callable
from typing import Final

from appliance.units import NS_PER_MS

FACTORY_CODE: Final = 0x800  # mid-scale [S]
EEPROM_WRITE_NS: Final = 25 * NS_PER_MS  # typical; at most 50 ms
GENERAL_CALL_RESET: Final = 0x06
GENERAL_CALL_WAKE: Final = 0x09

_FAST: Final = 0b00  # bits 7:6 of a fast write
_WRITE_DAC: Final = 0b010  # bits 7:5 of the others
_WRITE_DAC_EEPROM: Final = 0b011
_POR: Final = 0x40  # powered
_READ_LEN: Final = 5


class Mcp4725:
    """One DAC. `on_output(code, power_down)` is called at power-up and at every change; power_down 0 = driving."""

    __slots__ = (
        "_busy_until_ns",
        "_code",
        "_eeprom_code",
        "_eeprom_power_down",
        "_eeprom_write_ns",
        "_now_ns",
        "_on_output",
        "_output",
        "_power_down",
        "_stuck_bits",
        "_stuck_code",
        "address",
    )

    def __init__(
        self,
        address: int,
        now_ns: Callable[[], int],
        on_output: Callable[[int, int], None],
        eeprom_code: int = FACTORY_CODE,
        eeprom_power_down: int = 0,
        eeprom_write_ns: int = EEPROM_WRITE_NS,
    ) -> None:
        """Powers up from the EEPROM given, and drives its output at once."""
        self.address = address
        self._now_ns = now_ns
        self._on_output = on_output
        self._eeprom_code = eeprom_code
        self._eeprom_power_down = eeprom_power_down
        self._eeprom_write_ns = eeprom_write_ns
        self._stuck_code: int | None = None
        self._stuck_bits = (0x000, 0xFFF)
        self._output: tuple[int, int] | None = None
        self._busy_until_ns = 0
        self._code = 0
        self._power_down = 0
        self.brown_out()

    # ------------------------------------------------------------ the bus

    def write(self, data: bytes) -> None:
        """A command; ignored, though acknowledged, while the EEPROM is being written."""
        if not data or self._now_ns() < self._busy_until_ns:
            return
        command = data[0] >> 5
        if command >> 1 == _FAST:
            self._write_fast(data)
        elif command in {_WRITE_DAC, _WRITE_DAC_EEPROM} and len(data) >= 3:
            self._power_down = data[0] >> 1 & 3
            self._code = data[1] << 4 | data[2] >> 4
            if command == _WRITE_DAC_EEPROM:
                self._eeprom_code, self._eeprom_power_down = self._code, self._power_down
                self._busy_until_ns = self._now_ns() + self._eeprom_write_ns
            self._drive()

    def read(self, length: int) -> bytes:
        """Status, DAC register and EEPROM: five bytes, over and over."""
        ready = 0 if self._now_ns() < self._busy_until_ns else 0x80
        five = bytes(
            (
                ready | _POR | self._power_down << 1,
                self._code >> 4,
                self._code << 4 & 0xF0,
                self._eeprom_power_down << 5 | self._eeprom_code >> 8,
                self._eeprom_code & 0xFF,
            )
        )
        return (five * (length // _READ_LEN + 1))[:length]

    def general_call(self, command: int) -> None:
        """06 reloads the EEPROM, 09 clears the power-down bits of the DAC register."""
        if command == GENERAL_CALL_RESET:
            self.brown_out()
        elif command == GENERAL_CALL_WAKE:
            self._power_down = 0
            self._drive()

    # ------------------------------------------------------------ the bench

    def brown_out(self) -> None:
        """Power returns: the DAC register is loaded from the EEPROM."""
        self._code, self._power_down = self._eeprom_code, self._eeprom_power_down
        self._busy_until_ns = 0
        self._drive()

    @property
    def stuck_code(self) -> int | None:
        """A fault: the output stays at this code, whatever is written. None = healthy."""
        return self._stuck_code

    @stuck_code.setter
    def stuck_code(self, code: int | None) -> None:
        self._stuck_code = code
        self._drive()

    def stick_bit(self, bit: int, high: bool) -> None:
        """A fault: a bit of the output no longer follows the register."""
        ones, zeros = self._stuck_bits
        self._stuck_bits = (ones | 1 << bit, zeros) if high else (ones, zeros & ~(1 << bit))
        self._drive()

    def set_eeprom(self, code: int, power_down: int) -> None:
        """What the next power-up will load: the bench's way to a chip that was never provisioned."""
        self._eeprom_code, self._eeprom_power_down = code, power_down

    def drive_again(self) -> None:
        """What follows the output changed: say it again."""
        if self._output is not None:
            self._on_output(*self._output)

    def _write_fast(self, data: bytes) -> None:
        """One or more pairs of bytes; the last whole pair stands."""
        whole = len(data) & ~1
        if whole:
            high = data[whole - 2]
            self._power_down = high >> 4 & 3
            self._code = (high & 0x0F) << 8 | data[whole - 1]
            self._drive()

    def _drive(self) -> None:
        if self._stuck_code is None:
            ones, zeros = self._stuck_bits
            output = ((self._code | ones) & zeros, self._power_down)
        else:
            output = (self._stuck_code, 0)
        if output != self._output:
            self._output = output
            self._on_output(*output)
