"""Hands in: the live contact meter, the three stages, then three, two, one."""

from appliance.kiosk.screens.base import KioskScreen
from appliance.kiosk.widgets import meter, picture, ring, text  # noqa: F401 - the layout names their classes


class ContactScreen(KioskScreen):
    """See contact.kv."""
