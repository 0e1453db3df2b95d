"""The real pin factory: gpiozero over lgpio, on the GPIO chip with the label of a Raspberry Pi's SoC.

Chip numbers change between kernels, labels do not. lgpio is imported here and only when asked for: it makes a FIFO in
its working directory as it is imported, which must be our run directory and not wherever we stand.
"""

import os
from pathlib import Path
from typing import Any, Final

from appliance.errors import ConfigError

LABELS: Final = ("pinctrl-bcm2711", "pinctrl-bcm2835", "pinctrl-rp1")
_LABEL_FIELD: Final = 3  # gpio_get_chip_info: status, lines, name, label


def lgpio_factory(run_dir: Path, dev: Path = Path("/dev")) -> Any:
    """An LGPIOFactory on the right chip. `run_dir` holds lgpio's FIFO.

    Raises:
        ConfigError: E506, when lgpio is not installed or no chip has one of `LABELS`.
    """
    os.environ["LG_WD"] = str(run_dir)
    try:
        # Only a Pi has it.
        import lgpio  # type: ignore[import-not-found,import-untyped,unused-ignore]  # noqa: PLC0415
        from gpiozero.pins.lgpio import LGPIOFactory  # type: ignore[import-untyped]  # noqa: PLC0415
    except ImportError as error:
        raise ConfigError("E506", f"lgpio is not installed ({error}); it comes with the extra `pi`") from error
    return LGPIOFactory(chip=find_chip(lgpio, dev))


def find_chip(lgpio: Any, dev: Path) -> int:
    """Number of the GPIO chip with one of `LABELS`.

    Raises:
        ConfigError: E506, naming the labels that were found.
    """
    found: list[str] = []
    for path in sorted(dev.glob("gpiochip*")):
        number = int(path.name.removeprefix("gpiochip"))
        try:
            handle = lgpio.gpiochip_open(number)
        except lgpio.error as error:
            found.append(f"{path.name} ({error})")
            continue
        label = lgpio.gpio_get_chip_info(handle)[_LABEL_FIELD]
        lgpio.gpiochip_close(handle)
        if label in LABELS:
            return number
        found.append(f"{path.name} ({label})")
    raise ConfigError("E506", f"no GPIO chip is one of {', '.join(LABELS)}; found {', '.join(found) or 'none'}")
