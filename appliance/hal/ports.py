"""Ports: what the daemon needs of the world, as protocols. Adapters live beside this file, the bench in `sim/`.

Two levels. The lower one (`I2cTransport`, `PinPort`, `Clock`) is where the bench stands in for the board, so that
the vendor drivers' own code runs above it. The upper one (`BoardPort`) is what the tick talks to.
"""

from typing import Literal, NamedTuple, Protocol

MonitorChannel = Literal["patient_volts", "compliance_volts", "source", "set_volts"]
Pull = Literal["up", "down", "none"]


class Clock(Protocol):
    """The monotonic clock that the tick lives by."""

    def now_ns(self) -> int:
        """Monotonic nanoseconds."""
        ...

    def sleep_until_ns(self, t_mono_ns: int) -> None:
        """Return at `t_mono_ns` or as soon after it as the machine allows; at once when it has passed."""
        ...


class I2cTransport(Protocol):
    """Carries bytes on one I2C bus. One call is one transaction, START to STOP."""

    def transfer(self, address: int, write: bytes, read_len: int) -> bytes:
        """Write `write`, then (repeated START) read `read_len` bytes. Either part may be empty.

        Both empty is an address-only probe. Raises:
            OSError: ENXIO when nobody acknowledges, ETIMEDOUT when the bus hangs.
        """
        ...

    def close(self) -> None:
        """Release the bus."""
        ...


class PinPort(Protocol):
    """GPIO lines as electrical levels (True = high)."""

    def configure_output(self, gpio: int, high: bool) -> None:
        """Make `gpio` an output, driven to `high`."""
        ...

    def configure_input(self, gpio: int, pull: Pull) -> None:
        """Make `gpio` an input with the pull given."""
        ...

    def write(self, gpio: int, high: bool) -> None:
        """Drive an output."""
        ...

    def read(self, gpio: int) -> bool:
        """Level of a line now."""
        ...

    def close(self) -> None:
        """Release all lines; outputs fall to their external pulls."""
        ...


class Inputs(NamedTuple):
    """Every interlock input of one tick, as meanings, not levels."""

    e_stop: bool  # pressed, or its wire is broken
    pedal: bool  # pressed, or unplugged
    tray_left_out: bool
    tray_right_out: bool
    latch_tripped: bool
    watchdog_ok: bool
    relay_open: bool  # the mirror contact says K1 is open
    reversed: bool  # K2's read-back
    service_key: bool


class BoardPort(Protocol):
    """The board as the tick sees it: raw counts and codes, meanings for pins. Scales are in `hal.scales`.

    Every method may raise `SensingError`/`OutputError` (a chip did not answer, E206/E311) after bounded retries.
    """

    @property
    def simulated(self) -> bool:
        """Whether a bench stands in for the board."""
        ...

    def open_chips(self) -> None:
        """Write both DACs to 0, configure both ADCs, verify EEPROM contents. Called before the first tick."""
        ...

    def read_return_counts(self) -> int:
        """Newest conversion of the return-current ADC, pointer set in the same transaction."""
        ...

    def read_return_config(self) -> int:
        """Config register of the return-current ADC, 16 bit."""
        ...

    def start_monitor(self, channel: MonitorChannel) -> None:
        """Start one single-shot conversion of the monitor ADC."""
        ...

    def collect_monitor_counts(self) -> int:
        """Result of the conversion started last; never waits or polls."""
        ...

    def write_set_code(self, code: int) -> None:
        """Write DAC1 (current). `code` 0..4095; checked before the driver sees it."""
        ...

    def write_compliance_code(self, code: int) -> None:
        """Write DAC2 (compliance). `code` 0..4095."""
        ...

    def read_inputs(self) -> Inputs:
        """All interlock inputs."""
        ...

    def enable(self, on: bool) -> None:
        """Drive ENABLE."""
        ...

    def kick(self) -> None:
        """Toggle the watchdog pin once."""
        ...

    @property
    def kick_high(self) -> bool:
        """Level of the watchdog pin, as driven last."""
        ...

    def reverse(self, on: bool) -> None:
        """Drive POLARITY (K2). The hardware freezes K2 while the output is on."""
        ...

    def dummy_load(self, on: bool) -> None:
        """Drive DUMMY_LOAD (K3)."""
        ...

    def test_shift(self, on: bool) -> None:
        """Lower one comparator's threshold; acts only with K3."""
        ...

    def latch_reset(self, high: bool) -> None:
        """Drive LATCH_RESET; the latch acts on the rising edge, 1 ms wide at least."""
        ...

    def buzzer(self, on: bool) -> None:
        """Drive the buzzer."""
        ...

    def status_led(self, on: bool) -> None:
        """Drive the status lamp."""
        ...

    def safe(self) -> None:
        """Enable low by pin only, no I2C: what CUT uses when the bus is dead. Never raises."""
        ...

    def close(self) -> None:
        """Outputs low, buses released."""
        ...
