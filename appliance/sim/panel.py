"""The Pi's GPIO header as levels: a `hal.ports.PinPort` onto the bench.

Inputs are kept up to date by the bench, so that reading costs nothing. A line that is not driven follows its external
pull. It never knows what a level means to the software.
"""

from collections.abc import Callable

from appliance.config import Board
from appliance.hal.ports import Pull


class Panel:
    """All lines of the board. `changed(name, high)` is called for each output edge."""

    __slots__ = ("_changed", "_driven", "_idle", "_inputs", "_name", "_outputs", "_stuck", "levels")

    def __init__(self, board: Board, changed: Callable[[str, bool], None]) -> None:
        self._changed = changed
        pins = {name: getattr(board.pin, name) for name in board.pin.__struct_fields__}
        self._outputs = {name: pin.gpio for name, pin in pins.items() if pin.direction == "out"}
        self._name = {gpio: name for name, gpio in self._outputs.items()}
        self._inputs = {name: pin.gpio for name, pin in pins.items() if pin.direction == "in"}
        self._idle: dict[int, bool] = {pin.gpio: pin.pull == "up" for pin in pins.values()}
        self.levels: dict[int, bool] = dict(self._idle)
        self._driven: dict[str, bool] = {}
        self._stuck: dict[str, bool] = {}

    def show(self, name: str, high: bool) -> None:
        """The board drives the input `name`."""
        self._driven[name] = high
        self.levels[self._inputs[name]] = self._stuck.get(name, high)

    # ------------------------------------------------------------ faults

    def stick(self, name: str, high: bool) -> None:
        """The line `name` is tied to a level, whoever drives it."""
        if name in self._inputs:
            self._stuck[name] = high
            self.levels[self._inputs[name]] = high
            return
        gpio = self._outputs[name]
        self._name[gpio] = name
        self.write(gpio, high)
        del self._name[gpio]

    def free(self, name: str) -> None:
        """End `stick`: an input shows what the board drives again, an output is heard again at its next edge."""
        if name in self._inputs:
            self._stuck.pop(name, None)
            self.show(name, self._driven.get(name, self._idle[self._inputs[name]]))
        else:
            self._name[self._outputs[name]] = name

    def let_go(self) -> None:
        """The Pi's drivers die: every output floats to its external pull for good."""
        for name, gpio in self._outputs.items():
            self.stick(name, self._idle[gpio])

    # ------------------------------------------------------------ PinPort

    def configure_output(self, gpio: int, high: bool) -> None:
        """Drive `gpio`."""
        self.write(gpio, high)

    def configure_input(self, gpio: int, pull: Pull) -> None:
        """Let go of `gpio`; the external pull decides for an output, whatever the Pi's own pull (`pull`) is."""
        del pull
        if gpio in self._name:
            self.write(gpio, self._idle[gpio])

    def write(self, gpio: int, high: bool) -> None:
        """Drive an output. A line that the board drives itself is left alone."""
        name = self._name.get(gpio)
        if name is not None and self.levels[gpio] != high:
            self.levels[gpio] = high
            self._changed(name, high)

    def read(self, gpio: int) -> bool:
        """Level now; a line that is not on the board is low."""
        return self.levels.get(gpio, False)

    def close(self) -> None:
        """Outputs fall to their external pulls."""
        for gpio in self._name:
            self.write(gpio, self._idle[gpio])
