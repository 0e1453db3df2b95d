"""The GPIO lines through gpiozero, by name and meaning; polled, never by edge callbacks.

The pin factory is always given: on the real board lgpio on the chip whose label is the SoC's own, on the bench
`port_factory`. gpiozero's search for a factory, which ends in a mock that accepts everything, must never run.
"""

from collections.abc import Callable
from typing import Any, Final

from gpiozero import InputDevice, OutputDevice  # type: ignore[import-untyped]

from appliance.config import Pin
from appliance.config import Pins as PinTable
from appliance.hal.ports import Inputs

# Any: gpiozero is untyped, and a factory is only handed through.
Factory = Any


class Pins:
    """All lines of the board. `InputDevice`, not its digital sub-class: that one claims edges and a thread."""

    def __init__(self, table: PinTable, factory: Factory) -> None:
        """Claim every line: outputs inactive first, then inputs."""
        self._factory = factory
        self._outputs: list[OutputDevice] = []
        self.enable: Final = self._output(table.enable)
        self.kick: Final = self._output(table.watchdog_kick)
        self.reverse: Final = self._output(table.polarity)
        self.dummy_load: Final = self._output(table.dummy_load)
        self.test_shift: Final = self._output(table.test_shift)
        self.latch_reset: Final = self._output(table.latch_reset)
        self.buzzer: Final = self._output(table.buzzer)
        self.status_led: Final = self._output(table.status_led)
        inputs = (
            table.e_stop,
            table.foot_pedal,
            table.tray_left,
            table.tray_right,
            table.latch_tripped,
            table.watchdog_ok,
            table.safety_relay_readback,
            table.polarity_readback,
            table.service_key,
        )
        self._inputs = [InputDevice(pin.gpio, pull_up=pin.pull == "up", pin_factory=factory) for pin in inputs]
        self._lines = [(device.pin, pin.active == "high") for device, pin in zip(self._inputs, inputs, strict=True)]

    def read(self) -> Inputs:
        """All interlock inputs, as meanings."""
        return Inputs._make([pin.state == active for pin, active in self._lines])

    def close(self) -> None:
        """Outputs inactive, then every line an input: its external pull decides."""
        for device in self._outputs:
            device.off()
        for device in (*self._outputs, *self._inputs):
            device.close()
        self._factory.close()

    def _output(self, pin: Pin) -> Callable[[bool], None]:
        device = OutputDevice(pin.gpio, active_high=pin.active == "high", pin_factory=self._factory)
        self._outputs.append(device)
        line, active = device.pin, pin.active == "high"

        def drive(on: bool) -> None:
            line.state = on == active

        return drive
