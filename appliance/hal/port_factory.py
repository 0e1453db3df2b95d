"""A gpiozero pin factory over a `PinPort`: how the bench's pins come to the same gpiozero code as the real ones.

It knows levels, directions and pulls, nothing else; edges, PWM and SPI are refused by the base classes.
"""

from typing import Final

from gpiozero.exc import PinInvalidFunction, PinSetInput  # type: ignore[import-untyped]
from gpiozero.pins.pi import PiFactory, PiPin  # type: ignore[import-untyped]

from appliance.hal.ports import PinPort, Pull

PI_4B_REVISION: Final = 0xC03112  # 4B, 4 GB, 1.2: fixed, so that nothing looks at the machine
_PULLS: Final[dict[str, Pull]] = {"up": "up", "down": "down", "floating": "none"}


class PortPin(PiPin):  # type: ignore[misc]
    """One line."""

    def __init__(self, factory: "PortFactory", info: object) -> None:
        super().__init__(factory, info)
        self._port = factory.port
        self._function = "input"
        self._pull = "floating"
        self._port.configure_input(self._number, "none")

    def close(self) -> None:
        """Back to an input without a pull of ours."""
        self._function = "input"
        self._pull = "floating"
        self._port.configure_input(self._number, "none")

    def output_with_state(self, state: bool) -> None:
        """Direction and level in one step: no blip."""
        self._function = "output"
        self._port.configure_output(self._number, bool(state))

    def _get_function(self) -> str:
        return self._function

    def _set_function(self, value: str) -> None:
        if value == "output":
            self.output_with_state(False)
        elif value == "input":
            self._function = value
            self._port.configure_input(self._number, _PULLS[self._pull])
        else:
            raise PinInvalidFunction(f"{value} is neither input nor output ({self!r})")

    def _get_state(self) -> bool:
        return self._port.read(self._number)

    def _set_state(self, value: bool) -> None:
        if self._function != "output":
            raise PinSetInput(f"{self!r} is an input")
        self._port.write(self._number, bool(value))

    state = property(_get_state, _set_state)  # as the base class's, without its detour: read nine times a tick

    def _get_pull(self) -> str:
        return self._pull

    def _set_pull(self, value: str) -> None:
        self._port.configure_input(self._number, _PULLS[value])
        self._pull = value


class PortFactory(PiFactory):  # type: ignore[misc]
    """Pins of a Pi 4B over `port`."""

    def __init__(self, port: PinPort) -> None:
        super().__init__()
        self.port = port
        self.pin_class = PortPin

    def _get_revision(self) -> int:
        return PI_4B_REVISION

    def close(self) -> None:
        """Release all lines."""
        super().close()
        self.port.close()
