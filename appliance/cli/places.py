"""Where an installed appliance keeps what several commands need (architecture, Where things are on the appliance)."""

from pathlib import Path
from typing import Final

CONTROL_SOCKET: Final = Path("/run/ionto/control.sock")
ROLES_FILE: Final = Path("/etc/ionto/roles.toml")
CALIBRATION_FILE: Final = Path("/var/lib/ionto/calibration.json")
