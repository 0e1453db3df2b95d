"""The device checks itself."""

from appliance.kiosk.screens.base import KioskScreen
from appliance.kiosk.widgets import text  # noqa: F401 - the layout names its classes


class WaitScreen(KioskScreen):
    """See wait.kv."""
