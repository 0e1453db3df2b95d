"""The screen has lost the device: no value, only what is true without one."""

from appliance.kiosk.screens.base import KioskScreen
from appliance.kiosk.widgets import card, picture, ring, text  # noqa: F401 - the layout names their classes


class LostScreen(KioskScreen):
    """See lost.kv."""
