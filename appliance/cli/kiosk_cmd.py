"""`ionto kiosk`: the screen. It connects to the daemon as the operator's screen; it never decides about current."""

import argparse
import os
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Final

from appliance.cli.places import CONTROL_SOCKET
from appliance.cli.screens_cmd import size
from appliance.errors import ConfigError
from appliance.kiosk.offscreen import PACKAGES, virtual_display
from appliance.kiosk.session import Session
from appliance.kiosk.words import LANGUAGES, set_language
from appliance.link.client import Client
from appliance.link.messages import Plan
from appliance.safety.hard_limits import SITES

DISPLAYS: Final = ("DISPLAY", "WAYLAND_DISPLAY")
PICTURE_EVERY_S: Final = 2.0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("--socket", type=Path, default=CONTROL_SOCKET, help=f"the daemon's (default: {CONTROL_SOCKET})")
    parser.add_argument("--size", type=size, default=(800, 480), metavar="WxH", help="of the window (default: 800x480)")
    parser.add_argument("--theme", choices=("light", "dark"), default="light")
    parser.add_argument("--language", choices=LANGUAGES, default="en")
    parser.add_argument("--borderless", action="store_true", help="no frame, no pointer: on the appliance")
    parser.add_argument("--offscreen", action="store_true", help="draw on a display of its own that nobody sees")
    parser.add_argument(
        "--picture", type=Path, metavar="FILE", help="keep a PNG of the window here, renewed every 2 s and on SIGUSR1"
    )
    parser.add_argument("--site", choices=SITES, default="hands", help="of the treatment on offer (default: hands)")
    parser.add_argument("--minutes", type=_minutes, help="of the treatment on offer (default: the site's)")


def run(args: argparse.Namespace) -> int:
    """Until the window is closed or SIGTERM."""
    if not args.offscreen and not any(os.environ.get(name) for name in DISPLAYS) and not Path("/dev/dri").exists():
        raise ConfigError("E510", f"there is no display; add --offscreen, which needs the Debian packages {PACKAGES}")
    set_language(args.language)
    display: AbstractContextManager[object] = virtual_display(args.size) if args.offscreen else nullcontext()
    with display:
        from appliance.kiosk.window import open_kivy  # noqa: PLC0415 - Kivy opens its window when imported

        open_kivy(args.size, offscreen=args.offscreen, borderless=args.borderless or args.offscreen)
        from appliance.kiosk.app import Kiosk, Options  # noqa: PLC0415 - as above

        session = Session(lambda: Client.open(args.socket, "kiosk"), _offer(args))
        options = Options(args.theme, args.offscreen, args.picture, PICTURE_EVERY_S if args.picture else None)
        Kiosk(session, options).run()
    return 0


def _offer(args: argparse.Namespace) -> Plan:
    """What a touch starts: the site's default. The recorder's prescription takes its place with the patient's flow."""
    limits = SITES[args.site]
    duration_s = limits.default_s if args.minutes is None else args.minutes * 60.0
    return Plan(site=args.site, set_ma=limits.default_ma, max_ma=limits.prescriber_ma, duration_s=duration_s)


def _minutes(text: str) -> float:
    """Minutes of a treatment, more than none and at most an hour; the daemon has its own limits."""
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0.0 < value <= 60.0:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of minutes up to 60")
    return value
