"""`ionto screens`: pictures of every screen of the kiosk from recorded statuses. It never talks to a device."""

import argparse
import os
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

from appliance.errors import ConfigError
from appliance.kiosk.offscreen import virtual_display
from appliance.kiosk.recorded import RECORDED
from appliance.kiosk.words import LANGUAGES

LARGEST = (1280, 1280)


def size(text: str) -> tuple[int, int]:
    """Width and height of `800x480`.

    Raises:
        argparse.ArgumentTypeError: it is not of that form, or too small or large for a screen.
    """
    width, _, height = text.lower().partition("x")
    if not (width.isdigit() and height.isdigit()) or not all(320 <= int(n) <= 4096 for n in (width, height)):
        raise argparse.ArgumentTypeError(f"{text!r} is not WIDTHxHEIGHT between 320 and 4096")
    return int(width), int(height)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="where the pictures go")
    parser.add_argument("--only", action="append", metavar="NAME", help="only these recorded states (repeatable)")
    parser.add_argument(
        "--size", action="append", type=size, metavar="WxH", help="default: 800x480, 1280x720, 720x1280"
    )
    parser.add_argument("--theme", action="append", choices=("light", "dark"), help="default: both")
    parser.add_argument("--language", choices=LANGUAGES, default="en")


def run(args: argparse.Namespace) -> int:
    """Write the pictures; their number is told."""
    names = args.only or list(RECORDED)
    unknown = [name for name in names if name not in RECORDED]
    if unknown:
        raise ConfigError("E509", f"no recorded state {unknown[0]!r}; there are {', '.join(RECORDED)}")
    offscreen = not os.environ.get("DISPLAY")
    display: AbstractContextManager[object] = virtual_display(LARGEST) if offscreen else nullcontext()
    with display:
        from appliance.kiosk.window import open_kivy  # noqa: PLC0415 - Kivy opens its window when imported

        open_kivy((800, 480), offscreen=offscreen, borderless=True)
        from appliance.kiosk import gallery  # noqa: PLC0415 - as above
        from appliance.kiosk.app import open_event_loop  # noqa: PLC0415 - as above

        open_event_loop()
        written = gallery.render(
            args.out, names, args.size or gallery.SIZES, args.theme or gallery.THEMES, args.language
        )
    print(f"{len(written)} pictures in {args.out}")
    return 0
