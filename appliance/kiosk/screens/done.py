"""Done: what was delivered, and dry your hands."""

from appliance.kiosk.screens.base import KioskScreen
from appliance.kiosk.widgets import buttons, card, facts, frame, picture, text  # noqa: F401 - the layout names them


class DoneScreen(KioskScreen):
    """See done.kv."""
