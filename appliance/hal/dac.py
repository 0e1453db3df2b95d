"""Both DACs through the vendor's MCP4725 driver, and their EEPROM through our own bytes.

The driver's range check is an `assert` and its `save_to_eeprom` polls without bound and stores the wrong power-down
mode, so codes are checked here and that method is never called. An EEPROM is only written by `provision`.
"""

from typing import Final, NamedTuple

from appliance.errors import OutputError
from appliance.hal.i2c import I2cBus
from appliance.hal.ports import Clock
from appliance.hal.vendor import MCP4725
from appliance.units import NS_PER_MS

CODE_MAX: Final = 4095
_READ_LEN: Final = 5
_READY: Final = 0x80
_WRITE_DAC_EEPROM: Final = 0x60
_EEPROM_POLL_NS: Final = 5 * NS_PER_MS
_EEPROM_POLLS: Final = 20  # 100 ms; the chip takes 25, at most 50 (hardware design, 4)


class DacState(NamedTuple):
    """The five bytes that an MCP4725 answers."""

    ready: bool  # false while the EEPROM is being written and writes are ignored
    code: int
    power_down: int
    eeprom_code: int
    eeprom_power_down: int


class Dac:
    """One MCP4725."""

    def __init__(self, bus: I2cBus, address: int, name: str) -> None:
        """Open the chip and set it to 0 at once. `name` stands in the errors.

        Raises:
            OutputError: E311, the chip does not answer.
        """
        self._bus = bus
        self._address = address
        self._name = f"{name} ({address:#04x})"
        try:
            self._driver = MCP4725(bus, address=address)
        except (OSError, ValueError) as error:  # the driver's probe makes a ValueError of a missing chip
            raise self._silent(error) from error
        self.write_code(0)

    def write_code(self, code: int) -> None:
        """Set the output.

        Raises:
            ValueError: `code` is not 0..4095.
            OutputError: E311, the chip does not answer.
        """
        if not 0 <= code <= CODE_MAX:
            raise ValueError(f"{self._name}: code {code} is not 0..{CODE_MAX}")
        try:
            self._driver.raw_value = code
        except OSError as error:
            raise self._silent(error) from error

    def read_state(self) -> DacState:
        """DAC register and EEPROM, which the driver's getters do not tell apart.

        Raises:
            OutputError: E311, the chip does not answer.
        """
        try:
            b = self._bus.transfer(self._address, b"", _READ_LEN)
        except OSError as error:
            raise self._silent(error) from error
        return DacState(
            ready=bool(b[0] & _READY),
            code=b[1] << 4 | b[2] >> 4,
            power_down=b[0] >> 1 & 3,
            eeprom_code=(b[3] & 0x0F) << 8 | b[4],
            eeprom_power_down=b[3] >> 5 & 3,
        )

    def verify_eeprom(self, code: int, power_down: int) -> None:
        """Prove what the chip will wake with.

        Raises:
            OutputError: E312 the EEPROM holds something else; E311 the chip does not answer.
        """
        state = self.read_state()
        if (state.eeprom_code, state.eeprom_power_down) != (code, power_down):
            raise OutputError(
                "E312",
                f"{self._name} would wake with code {state.eeprom_code}, power-down {state.eeprom_power_down}"
                f" instead of {code} and {power_down}; provision it",
            )

    def provision(self, code: int, power_down: int, clock: Clock) -> None:
        """Write the EEPROM with three bytes of our own, wait at most 100 ms, and verify.

        The caller has made sure that the output is open: the DAC register follows at once.

        Raises:
            OutputError: E312 not written in time or not as asked; E311 the chip does not answer.
        """
        command = bytes((_WRITE_DAC_EEPROM | power_down << 1, code >> 4, code << 4 & 0xF0))
        try:
            self._bus.transfer(self._address, command, 0)
        except OSError as error:
            raise self._silent(error) from error
        for _ in range(_EEPROM_POLLS):
            clock.sleep_until_ns(clock.now_ns() + _EEPROM_POLL_NS)
            if self.read_state().ready:
                self.verify_eeprom(code, power_down)
                return
        raise OutputError("E312", f"{self._name}: its EEPROM was not written within 100 ms")

    def _silent(self, error: Exception) -> OutputError:
        return OutputError("E311", f"{self._name} does not answer ({error}); check its supply and cable")
