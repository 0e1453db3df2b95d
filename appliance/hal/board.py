"""The board as the tick sees it: chips through the vendor drivers, pins through gpiozero, for real and on the bench.

`HardwareBoard` only joins the adapters; it holds no rule but one: an EEPROM is not written while ENABLE is high.
What is allowed to flow is decided elsewhere, before a code comes here.
"""

from contextlib import suppress
from pathlib import Path
from typing import Final, TypeVar

from appliance.config import Board
from appliance.errors import ConfigError, OutputError, SensingError
from appliance.hal.adc import MonitorAdc, ReturnAdc
from appliance.hal.clock import MonotonicClock
from appliance.hal.dac import Dac
from appliance.hal.i2c import I2cBus
from appliance.hal.lgpio_factory import lgpio_factory
from appliance.hal.linux_i2c import LinuxI2c
from appliance.hal.pins import Factory, Pins
from appliance.hal.port_factory import PortFactory
from appliance.hal.ports import Clock, I2cTransport, Inputs, MonitorChannel, PinPort

Chip = TypeVar("Chip")


class HardwareBoard:
    """`hal.ports.BoardPort`. The chips exist after `open_chips`; the pins, all inactive, from the beginning."""

    _return: ReturnAdc | None = None
    _monitor: MonitorAdc | None = None
    _set: Dac | None = None
    _compliance: Dac | None = None

    def __init__(
        self, numbers: Board, transport: I2cTransport, factory: Factory, clock: Clock, *, simulated: bool
    ) -> None:
        """`factory`: a gpiozero pin factory; `clock` bounds the waits of `provision`."""
        self.simulated: Final = simulated
        self._numbers = numbers
        self._transport = transport
        self._clock = clock
        self._pins = Pins(numbers.pin, factory)
        self._enabled = False
        self._kick_high = False

    # ------------------------------------------------------------ chips

    def open_chips(self) -> None:
        """Both DACs to 0, both ADCs configured, both EEPROMs verified.

        Raises:
            OutputError: E311 a DAC does not answer; E312 its EEPROM holds something else.
            SensingError: E206 an ADC does not answer; E205 it does not hold its configuration.
        """
        bus, adc, dac = I2cBus(self._transport, self._numbers.i2c), self._numbers.adc, self._numbers.dac
        set_dac, compliance_dac = self._open_dacs()
        self._return = ReturnAdc(bus, adc.return_)
        self._monitor = MonitorAdc(bus, adc)
        set_dac.verify_eeprom(dac.set.eeprom_code, dac.set.eeprom_power_down)
        compliance_dac.verify_eeprom(dac.compliance.eeprom_code, dac.compliance.eeprom_power_down)

    def provision(self) -> None:
        """Write both DACs' EEPROM as the board file says: the provisioning command's work, nobody else's.

        Raises:
            OutputError: E312 ENABLE is high, or an EEPROM was not written; E311 a DAC does not answer.
        """
        if self._enabled:
            raise OutputError("E312", "an EEPROM is not written while ENABLE is high; stop first")
        set_dac, compliance_dac = self._open_dacs()
        dac = self._numbers.dac
        set_dac.provision(dac.set.eeprom_code, dac.set.eeprom_power_down, self._clock)
        compliance_dac.provision(dac.compliance.eeprom_code, dac.compliance.eeprom_power_down, self._clock)

    def _open_dacs(self) -> tuple[Dac, Dac]:
        bus, dac = I2cBus(self._transport, self._numbers.i2c), self._numbers.dac
        self._set = Dac(bus, dac.set.address, "DAC1, current")
        self._compliance = Dac(bus, dac.compliance.address, "DAC2, compliance")
        return self._set, self._compliance

    def read_return_counts(self) -> int:
        """Newest conversion of the return-current ADC."""
        return _there(self._return).read_counts()

    def read_return_config(self) -> int:
        """Config register of the return-current ADC."""
        return _there(self._return).read_config()

    def start_monitor(self, channel: MonitorChannel) -> None:
        """Start one single-shot conversion of the monitor ADC."""
        _there(self._monitor).start(channel)

    def collect_monitor_counts(self) -> int:
        """Result of the conversion started last."""
        return _there(self._monitor).collect_counts()

    def write_set_code(self, code: int) -> None:
        """Write DAC1, the current."""
        _there(self._set).write_code(code)

    def write_compliance_code(self, code: int) -> None:
        """Write DAC2, the compliance."""
        _there(self._compliance).write_code(code)

    # ------------------------------------------------------------ pins

    def read_inputs(self) -> Inputs:
        """All interlock inputs."""
        return self._pins.read()

    def enable(self, on: bool) -> None:
        """Drive ENABLE."""
        self._enabled = True  # until the pin is known to be low
        self._pins.enable(on)
        self._enabled = on

    def kick(self) -> None:
        """Toggle the watchdog pin once."""
        self._kick_high = not self._kick_high
        self._pins.kick(self._kick_high)

    @property
    def kick_high(self) -> bool:
        """Level of the watchdog pin, as driven last."""
        return self._kick_high

    def reverse(self, on: bool) -> None:
        """Drive POLARITY."""
        self._pins.reverse(on)

    def dummy_load(self, on: bool) -> None:
        """Drive DUMMY_LOAD."""
        self._pins.dummy_load(on)

    def test_shift(self, on: bool) -> None:
        """Drive TEST_SHIFT."""
        self._pins.test_shift(on)

    def latch_reset(self, high: bool) -> None:
        """Drive LATCH_RESET."""
        self._pins.latch_reset(high)

    def buzzer(self, on: bool) -> None:
        """Drive the buzzer."""
        self._pins.buzzer(on)

    def status_led(self, on: bool) -> None:
        """Drive the status lamp."""
        self._pins.status_led(on)

    def safe(self) -> None:
        """ENABLE low by pin only. Never raises: a pin that cannot be driven is left to watchdog and latch."""
        with suppress(Exception):  # whatever it is, the caller's next step must run: it withholds the kick
            self.enable(False)

    def close(self) -> None:
        """Outputs inactive, buses released."""
        try:
            self._pins.close()
        finally:
            self._transport.close()


def _there(chip: Chip | None) -> Chip:
    """A chip that has answered.

    Raises:
        SensingError: E206 it has not been opened, because it or one before it did not answer.
    """
    if chip is None:
        raise SensingError("E206", "the chips have not answered yet; check their supply and the red switch")
    return chip


def open_board(numbers: Board, run_dir: Path) -> HardwareBoard:
    """The real board. `run_dir` holds lgpio's FIFO.

    Raises:
        ConfigError: E505 no I2C bus; E506 no GPIO chip, or its lines are taken.
    """
    transport = LinuxI2c(numbers.i2c)
    try:
        return HardwareBoard(numbers, transport, lgpio_factory(run_dir), MonotonicClock(), simulated=False)
    except ConfigError:
        transport.close()
        raise
    except Exception as error:  # lgpio's own kind, which cannot be named without lgpio
        transport.close()
        raise ConfigError(
            "E506", f"the GPIO lines cannot be claimed: {error}; is another program using them?"
        ) from error


def bench_board(numbers: Board, transport: I2cTransport, pins: PinPort, clock: Clock) -> HardwareBoard:
    """A simulated board over the bench's bus and pins."""
    return HardwareBoard(numbers, transport, PortFactory(pins), clock, simulated=True)
