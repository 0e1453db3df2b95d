"""One module and one .kv file a screen. A new screen is a class here, a layout beside it and a line in TYPES."""

from importlib import import_module
from importlib.resources import as_file, files
from typing import Final

from kivy.lang import Builder, global_idmap

from appliance.kiosk.look import theme
from appliance.kiosk.screens.base import KioskScreen
from appliance.kiosk.view import Screen

TYPES: Final[dict[Screen, str]] = {
    "wait": "Wait",
    "attract": "Attract",
    "armed": "Armed",
    "contact": "Contact",
    "treatment": "Treatment",
    "paused": "Paused",
    "done": "Done",
    "fault": "Fault",
    "lost": "Lost",
}
_loaded: set[str] = set()


def make(name: Screen) -> KioskScreen:
    """A new screen with the theme in force."""
    global_idmap["T"] = theme()
    module = import_module(f"appliance.kiosk.screens.{name}")
    if name not in _loaded:
        _loaded.add(name)
        with as_file(files("appliance.kiosk.screens").joinpath(f"{name}.kv")) as layout:
            Builder.load_file(str(layout))
    screen: KioskScreen = getattr(module, f"{TYPES[name]}Screen")()
    return screen
