"""The vendor drivers' classes, imported without Blinka's platform detection.

adafruit_mcp4725 and adafruit_bus_device name `busio.I2C` in their annotations, and Blinka's `busio` looks for boards,
USB adapters and chips as it is imported. While they are imported a module `busio` that holds our own bus stands in
for it, and only then. This module must never import `board`, nor leave the stand-in behind.
"""

import sys
from types import ModuleType

from appliance.hal.i2c import I2cBus


class _OwnBusio:
    """`with`: `import busio` finds our bus; a `busio` that somebody imported before stays what it was."""

    def __enter__(self) -> None:
        self._before = sys.modules.get("busio")
        stand_in = ModuleType("busio")
        stand_in.__dict__["I2C"] = I2cBus
        sys.modules["busio"] = stand_in

    def __exit__(self, *_: object) -> None:
        if self._before is None:
            del sys.modules["busio"]
        else:
            sys.modules["busio"] = self._before


with _OwnBusio():
    from adafruit_ads1x15.ads1x15 import Mode
    from adafruit_ads1x15.ads1115 import ADS1115
    from adafruit_mcp4725 import MCP4725  # type: ignore[import-untyped]

__all__ = ["ADS1115", "MCP4725", "Mode"]
