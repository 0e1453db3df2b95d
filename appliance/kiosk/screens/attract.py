"""The clock, the treatment on offer, and the whole screen to touch."""

from appliance.kiosk.screens.base import KioskScreen
from appliance.kiosk.widgets import picture, text  # noqa: F401 - the layout names their classes
from appliance.kiosk.widgets.buttons import Touch


class WholeScreen(Touch):
    """Invisible: takes a touch anywhere."""

    def draw(self) -> None:
        """Nothing."""


class AttractScreen(KioskScreen):
    """See attract.kv."""
