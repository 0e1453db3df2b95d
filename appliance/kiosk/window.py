"""Opens Kivy with a configuration of our own: nothing of the user's, no gesture, no settings page, no escape key.

Import of Kivy happens here first, after the environment is set; it must never happen before `open_kivy`.
"""

import atexit
import os
import shutil
import tempfile
from importlib.resources import as_file, files
from typing import Final

WEIGHTS: Final = {"Plex": "400Regular", "PlexMedium": "500Medium", "PlexSemi": "600SemiBold", "PlexBold": "700Bold"}
MAX_FPS: Final = 30
OFFSCREEN_FPS: Final = 12  # a software renderer shares its cores with the real-time daemon


def open_kivy(size_px: tuple[int, int], *, offscreen: bool, borderless: bool = False) -> None:
    """Configure and import Kivy, make the window, register the fonts. Once a process."""
    home = tempfile.mkdtemp(prefix="ionto-kiosk-")
    atexit.register(shutil.rmtree, home, ignore_errors=True)
    os.environ.update(KIVY_HOME=home, KIVY_NO_ARGS="1", KIVY_NO_FILELOG="1", KIVY_NO_CONFIG="1", KIVY_NO_ENV_CONFIG="1")
    os.environ.setdefault("KIVY_LOG_MODE", "PYTHON")  # else Kivy takes over the root logger
    os.environ.setdefault("KIVY_NO_CONSOLELOG", "1")
    if offscreen:
        os.environ.update(LIBGL_ALWAYS_SOFTWARE="1", LP_NUM_THREADS="1")
    _configure(size_px, offscreen=offscreen, borderless=borderless)
    _register_fonts()


def _configure(size_px: tuple[int, int], *, offscreen: bool, borderless: bool) -> None:
    from kivy.config import Config  # noqa: PLC0415 - Kivy reads the environment when imported

    graphics = {
        "width": size_px[0],
        "height": size_px[1],
        "maxfps": OFFSCREEN_FPS if offscreen else MAX_FPS,
        "multisamples": 0,  # edges are soft without it: widgets/pen.py
        "borderless": int(borderless),
        "resizable": int(not borderless),
        "position": "custom" if offscreen else "auto",
        "left": 0,
        "top": 0,
        "show_cursor": int(not borderless),
    }
    for key, value in graphics.items():
        Config.set("graphics", key, str(value))
    Config.set("kivy", "exit_on_escape", "0")
    Config.set("kivy", "keyboard_mode", "")
    # The window itself reports touches; the mouse only stands in for a finger, without gestures.
    Config.remove_section("input")
    Config.add_section("input")
    Config.set("input", "mouse", "mouse,disable_multitouch,disable_on_activity")


def _register_fonts() -> None:
    from kivy.core.text import LabelBase  # noqa: PLC0415 - as above

    for name, weight in WEIGHTS.items():
        with as_file(files("appliance.kiosk").joinpath("fonts", f"IBMPlexSans_{weight}.ttf")) as path:
            LabelBase.register(name=name, fn_regular=str(path))
