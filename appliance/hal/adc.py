"""Both ADCs through the vendor's ADS1115 driver, in the one way that is safe with it.

Its `read` polls without bound and its continuous mode sleeps and never selects a channel, so neither is called. The
return ADC converts continuously on the channel it wakes with; the monitor ADC is started here and collected by a
later tick. Every read sets the pointer: a fast read after a look at the configuration would return that as current.
"""

from typing import Final

from appliance.config import AdcChannel, AdcTables
from appliance.errors import ConfigError, SensingError
from appliance.hal.i2c import I2cBus
from appliance.hal.ports import MonitorChannel
from appliance.hal.vendor import ADS1115, Mode

_GAIN_OF_FSR: Final = {6.144: 2 / 3, 4.096: 1, 2.048: 2, 1.024: 4, 0.512: 8, 0.256: 16}
_SPS: Final = (8, 16, 32, 64, 128, 250, 475, 860)  # by the DR bits 7:5 (ADS1115 data sheet)
_POINTER_CONFIG: Final = 0x01
_OS: Final = 0x8000  # reads as the state of the conversion, not as what was written


class ReturnAdc:
    """The patient's current, across R_M: continuous, one channel."""

    def __init__(self, bus: I2cBus, channel: AdcChannel) -> None:
        """Start continuous conversion and prove the configuration.

        Raises:
            SensingError: E206 the chip does not answer; E205 it does not hold the board's configuration.
        """
        self._name = f"return ADC ({channel.address:#04x})"
        self._driver = _opened(bus, channel, Mode.CONTINUOUS, self._name)
        found = self.read_config()
        if found & ~_OS != channel.config & ~_OS:
            raise SensingError(
                "E205", f"{self._name} holds {found:#06x} where {channel.config:#06x} was set; switch off and on"
            )

    def read_counts(self) -> int:
        """Newest conversion, signed.

        Raises:
            SensingError: E206, the chip does not answer.
        """
        driver = self._driver
        try:
            return driver._conversion_value(driver.get_last_result(False))
        except OSError as error:
            raise _silent(self._name, error) from error

    def read_config(self) -> int:
        """The configuration register, 16 bit; bit 15 says that no conversion runs.

        Raises:
            SensingError: E206, the chip does not answer.
        """
        try:
            return self._driver._read_register(_POINTER_CONFIG)
        except OSError as error:
            raise _silent(self._name, error) from error


class MonitorAdc:
    """Volts, source current and loop-backs, one single shot after the other."""

    def __init__(self, bus: I2cBus, tables: AdcTables) -> None:
        """Set up, and prove that each channel's configuration is what the driver makes of it.

        Raises:
            SensingError: E206, the chip does not answer.
            ConfigError: E501, a channel of the board file has another configuration.
        """
        channels: dict[MonitorChannel, AdcChannel] = {
            "patient_volts": tables.patient_volts,
            "compliance_volts": tables.compliance_volts,
            "source": tables.source,
            "set_volts": tables.set_volts,
        }
        self._name = f"monitor ADC ({tables.source.address:#04x})"
        self._driver = _opened(bus, tables.source, Mode.SINGLE, self._name)
        self._mux = {name: channel.config >> 12 & 7 for name, channel in channels.items()}
        for name, channel in channels.items():
            self.start(name)
            made = self._driver._read_register(_POINTER_CONFIG) | _OS
            if (made, tables.source.address) != (channel.config, channel.address):
                raise ConfigError("E501", f"[adc.{name}] config {channel.config:#06x}: the driver makes {made:#06x}")

    def start(self, channel: MonitorChannel) -> None:
        """Start one conversion; it is there 1.3 ms later.

        Raises:
            SensingError: E206, the chip does not answer.
        """
        try:
            self._driver._write_config(self._mux[channel])
        except OSError as error:
            raise _silent(self._name, error) from error

    def collect_counts(self) -> int:
        """Result of the last finished conversion, signed; never waits.

        Raises:
            SensingError: E206, the chip does not answer.
        """
        driver = self._driver
        try:
            return driver._conversion_value(driver.get_last_result(False))
        except OSError as error:
            raise _silent(self._name, error) from error


def _opened(bus: I2cBus, channel: AdcChannel, mode: int, name: str) -> ADS1115:
    try:
        return ADS1115(
            bus,
            gain=_GAIN_OF_FSR[channel.fsr_v],
            data_rate=_SPS[channel.config >> 5 & 7],
            mode=mode,
            address=channel.address,
        )
    except KeyError as error:
        raise ConfigError("E501", f"{name}: fsr_v is one of {sorted(_GAIN_OF_FSR)}") from error
    except (OSError, ValueError) as error:  # the driver's probe makes a ValueError of a missing chip
        raise _silent(name, error) from error


def _silent(name: str, error: Exception) -> SensingError:
    return SensingError("E206", f"{name} does not answer ({error}); check its supply and cable")
