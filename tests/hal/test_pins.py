"""The lines through gpiozero: meanings, directions, pulls, and what is left when the board closes."""

import os
import sys
from pathlib import Path

import gpiozero
import pytest
from gpiozero.exc import GPIOZeroError
from hal_rig import NUMBERS, Rig

from appliance.errors import ConfigError
from appliance.hal.lgpio_factory import find_chip, lgpio_factory
from appliance.hal.port_factory import PortFactory

PINS = {
    "e_stop": (NUMBERS.pin.e_stop, True),
    "pedal": (NUMBERS.pin.foot_pedal, True),
    "tray_left_out": (NUMBERS.pin.tray_left, True),
    "tray_right_out": (NUMBERS.pin.tray_right, True),
    "latch_tripped": (NUMBERS.pin.latch_tripped, False),
    "watchdog_ok": (NUMBERS.pin.watchdog_ok, True),
    "relay_open": (NUMBERS.pin.safety_relay_readback, True),
    "reversed": (NUMBERS.pin.polarity_readback, True),
    "service_key": (NUMBERS.pin.service_key, False),
}


@pytest.mark.parametrize("name", PINS)
def test_each_input_means_what_the_pin_table_of_the_hardware_says(name: str) -> None:
    """The level that means 'asserted' is repeated here from the hardware design, chapter 3, on purpose."""
    rig = Rig()
    pin, asserted_level = PINS[name]
    for level in (False, True):
        rig.lines.high[pin.gpio] = level
        assert getattr(rig.board.read_inputs(), name) is (level == asserted_level)


def test_a_board_without_cables_reads_as_stopped_tripped_and_unseated() -> None:
    """All lines at their pulls: NC contacts open, latch unpowered."""
    rig = Rig()
    for pin, _ in PINS.values():
        rig.lines.high[pin.gpio] = pin.pull == "up"
    found = rig.board.read_inputs()
    assert found.e_stop and found.pedal and found.tray_left_out and found.tray_right_out and found.latch_tripped
    assert not (found.watchdog_ok or found.relay_open or found.service_key)


def test_inputs_are_claimed_with_their_pulls_and_outputs_low() -> None:
    rig = Rig()
    for pin, _ in PINS.values():
        assert rig.lines.direction[pin.gpio] == f"in {pin.pull}"
    for gpio in (17, 27, 22, 23, 12, 24, 10, 9):
        assert rig.lines.direction[gpio] == "out"
        assert not rig.lines.high[gpio]
    assert len(rig.lines.direction) == 17


@pytest.mark.parametrize(
    ("method", "gpio"),
    [
        ("enable", 17),
        ("reverse", 22),
        ("dummy_load", 23),
        ("test_shift", 12),
        ("latch_reset", 24),
        ("buzzer", 10),
        ("status_led", 9),
    ],
)
def test_each_output_drives_its_own_line_only(method: str, gpio: int) -> None:
    rig = Rig()
    drive = getattr(rig.board, method)
    drive(True)
    assert [line for line, high in enumerate(rig.lines.high) if high] == [gpio]
    drive(False)
    assert not any(rig.lines.high)


def test_the_kick_is_one_edge_a_call() -> None:
    rig = Rig()
    for _ in range(4):
        rig.board.kick()
    assert rig.lines.written == [(27, True), (27, False), (27, True), (27, False)]


def test_safe_needs_no_bus_and_never_raises() -> None:
    rig = Rig()
    rig.board.enable(True)
    rig.bus.hang = True
    rig.board.safe()
    assert not rig.lines.high[17]
    rig.board.enable(True)
    rig.lines.broken = True
    rig.board.safe()
    rig.lines.broken = False
    rig.board.safe()
    assert not rig.lines.high[17]


def test_closing_leaves_outputs_low_and_lines_released() -> None:
    rig = Rig()
    rig.board.enable(True)
    rig.board.kick()
    rig.board.close()
    assert not any(rig.lines.high)
    assert rig.lines.closed
    assert {direction.split()[0] for direction in rig.lines.direction.values()} == {"in"}


def test_a_line_left_high_by_a_dead_process_is_low_as_soon_as_the_next_one_has_it() -> None:
    rig = Rig()
    rig.board.close()
    rig.lines.high[17] = True
    factory = PortFactory(rig.lines)
    gpiozero.OutputDevice(17, pin_factory=factory)
    assert not rig.lines.high[17]


def test_gpiozeros_own_search_for_a_factory_never_runs() -> None:
    Rig().opened()
    assert gpiozero.Device.pin_factory is None


def test_the_port_factory_refuses_what_it_cannot_do() -> None:
    factory = PortFactory(Rig().lines)
    pin = factory.pin(17)
    with pytest.raises(GPIOZeroError):
        pin.state = True
    with pytest.raises(GPIOZeroError):
        pin.function = "alt0"
    with pytest.raises(GPIOZeroError):
        pin.frequency = 100
    assert (pin.function, pin.pull, factory.board_info.model) == ("input", "floating", "4B")
    pin.function = "output"
    assert pin.function == "output"


class FakeLgpio:
    """lgpio's three calls, over a table of labels by chip number."""

    class error(Exception):  # noqa: N801, N818 lgpio's own name
        pass

    def __init__(self, labels: dict[int, str]) -> None:
        self.labels = labels
        self.open: set[int] = set()

    def gpiochip_open(self, number: int) -> int:
        if not self.labels[number]:
            raise self.error("permission denied")
        self.open.add(number)
        return number

    def gpio_get_chip_info(self, handle: int) -> list[object]:
        return [0, 58, f"gpiochip{handle}", self.labels[handle]]

    def gpiochip_close(self, handle: int) -> None:
        self.open.remove(handle)


def chips(dev: Path, labels: dict[int, str]) -> FakeLgpio:
    for number in labels:
        (dev / f"gpiochip{number}").touch()
    return FakeLgpio(labels)


@pytest.mark.parametrize(
    ("labels", "wanted"),
    [
        ({0: "pinctrl-bcm2711", 1: "raspberrypi-exp-gpio"}, 0),
        ({0: "gpio-brcmstb@107d508500", 4: "pinctrl-rp1"}, 4),
        ({0: "", 1: "pinctrl-bcm2835"}, 1),
    ],
)
def test_the_chip_is_found_by_its_label(tmp_path: Path, labels: dict[int, str], wanted: int) -> None:
    lgpio = chips(tmp_path, labels)
    assert find_chip(lgpio, tmp_path) == wanted
    assert not lgpio.open


def test_without_such_a_chip_the_error_names_what_was_found(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"E506: no GPIO chip is one of .*found gpiochip0 \(INT3450:00\)"):
        find_chip(chips(tmp_path, {0: "INT3450:00"}), tmp_path)
    with pytest.raises(ConfigError, match=r"E506: .*found none"):
        find_chip(FakeLgpio({}), tmp_path / "nowhere")


def test_without_lgpio_the_error_says_how_to_get_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "lgpio", None)
    monkeypatch.delitem(sys.modules, "gpiozero.pins.lgpio", raising=False)
    monkeypatch.setenv("LG_WD", "elsewhere")
    with pytest.raises(ConfigError, match="E506: lgpio is not installed"):
        lgpio_factory(tmp_path)
    assert os.environ["LG_WD"] == str(tmp_path), "lgpio would leave its FIFO wherever we stand"
