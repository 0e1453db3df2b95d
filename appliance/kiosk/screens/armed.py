"""Waits for the pedal, or for a touch where that may begin."""

from appliance.kiosk.screens.base import KioskScreen
from appliance.kiosk.widgets import buttons, picture, text  # noqa: F401 - the layout names their classes
from appliance.kiosk.widgets.facts import Facts  # noqa: F401


class ArmedScreen(KioskScreen):
    """See armed.kv."""
