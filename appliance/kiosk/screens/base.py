"""What all screens share: the view they show, and how pale a value is that is one second old."""

from typing import Any

from kivy.properties import NumericProperty, ObjectProperty
from kivy.uix.widget import Widget

from appliance.kiosk.view import View

PALE = 0.45


class KioskScreen(Widget):
    """A sheet of placed widgets. The .kv file reads `root.view`; `root.alpha` is 1, or less when the view is grey."""

    view = ObjectProperty(View("wait"), rebind=True)
    alpha = NumericProperty(1.0)

    def on_view(self, _screen: Any, view: View) -> None:
        """Pale when grey."""
        self.alpha = 1.0 if view.freshness == "live" else PALE
