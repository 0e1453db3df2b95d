"""The device switched itself off: what to do first, then what happened, the code last."""

from appliance.kiosk.screens.base import KioskScreen
from appliance.kiosk.widgets import buttons, card, frame, picture, text  # noqa: F401 - the layout names their classes


class FaultScreen(KioskScreen):
    """See fault.kv."""
