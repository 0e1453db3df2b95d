"""Paused: why, what to do, and the countdown until it ends by itself."""

from appliance.kiosk.screens.base import KioskScreen
from appliance.kiosk.widgets import buttons, card, facts, frame, picture, text  # noqa: F401 - the layout names them


class PausedScreen(KioskScreen):
    """See paused.kv."""
