"""The treatment: time, direction, set and measured, resistance, weaker, stronger, it stings."""

from appliance.kiosk.screens.base import KioskScreen
from appliance.kiosk.widgets import buttons, picture, ring, text, trace  # noqa: F401 - the layout names their classes


class TreatmentScreen(KioskScreen):
    """See treatment.kv."""
