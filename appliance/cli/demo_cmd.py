"""`ionto demo`: the whole appliance with a simulated device and a simulated person. It never touches a real board."""

import argparse
import os
import signal
import sys
from pathlib import Path
from typing import Final

from appliance.cli import arguments
from appliance.cli.demo import play
from appliance.cli.demo.body import Body
from appliance.cli.demo.stage import Stage, start_programs
from appliance.cli.demo.summary import as_json, as_text, read_summary
from appliance.kiosk.session import Session
from appliance.link.client import Client
from appliance.link.messages import Plan, Role
from appliance.proof.programs import Programs
from appliance.safety.hard_limits import SITES
from appliance.sim.remote import BenchControl

MODES: Final = ("window", "terminal", "unattended")
EXIT_TERMINATED: Final = 143  # 128 + SIGTERM, as shells report it


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """How it is shown, who is treated."""
    arguments.add_patient(parser)
    parser.add_argument("--mode", choices=MODES, help="default: what this place allows, and it says why")
    parser.add_argument("--minutes", type=arguments.number(1.0, 40.0), help="treatment time of the unattended mode")
    parser.add_argument("--dir", type=Path, help="private directory for sockets, records, pictures; default: a new one")
    parser.add_argument("--json", action="store_true", help="unattended, and the summary as JSON, for scripts")


def run(args: argparse.Namespace) -> int:
    """0 when a treatment ended as asked, 1 when it did not."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(EXIT_TERMINATED))  # unwinds, so that every program is ended
    mode, why = choose(args.mode, json=args.json)
    stage = Stage.make(args.dir)
    stage.logs.mkdir(exist_ok=True)
    say: play.Say = play.stderr if args.json else print
    say("This device is simulated: nobody is treated and no current flows.")
    say(f"Mode: {mode}, because {why}. Everything of this run lies in {stage.directory}")
    with Programs(stage.logs) as programs:
        start_programs(stage, programs, _patient_words(args), offscreen=mode != "window")
        player = _player(stage, programs, args, mode)
        try:
            _play(player, mode, say, args)
        finally:
            player.session.close()
    summary = read_summary(stage, mode, player.end)
    print(as_json(summary) if args.json else as_text(summary))
    return 0 if mode != "unattended" or summary.outcome == "completed" else 1


def choose(asked: str | None, *, json: bool) -> tuple[str, str]:
    """Which mode, and why, in words that fit after 'because'."""
    if asked is not None:
        return asked, "it was asked for"
    if json:
        return "unattended", "the summary is for a script"
    for name in ("WAYLAND_DISPLAY", "DISPLAY"):
        if os.environ.get(name):
            return "window", f"{name} names a display"
    if sys.stdin.isatty() and sys.stdout.isatty():
        return "terminal", "there is a terminal and no display; the kiosk is drawn off screen"
    return "unattended", "there is neither a display nor a terminal; the kiosk is drawn off screen"


def _play(player: play.Player, mode: str, say: play.Say, args: argparse.Namespace) -> None:
    """Run the mode; Ctrl-C ends it gently."""
    try:
        if mode == "window":
            say("Tap START in the window; the simulated person presses the pedal and puts the hands in.")
            play.window(player, say)
        elif mode == "terminal":
            play.terminal(player)
        else:
            play.unattended(player, say, _duration_s(args))
    except KeyboardInterrupt:
        player.stop()


def _player(stage: Stage, programs: Programs, args: argparse.Namespace, mode: str) -> play.Player:
    """Our own link: as the person's screen, or beside the window that is one."""
    role: Role = "technician" if mode == "window" else "kiosk"
    site = args.site or "hands"
    limits = SITES[site]
    offer = Plan(site=site, set_ma=limits.default_ma, max_ma=limits.prescriber_ma, duration_s=_duration_s(args))
    session = Session(lambda: Client.open(stage.control, role), offer)
    return play.Player(programs, session, Body(BenchControl(stage.bench)))


def _duration_s(args: argparse.Namespace) -> float:
    """Two minutes unless told otherwise."""
    return 120.0 if args.minutes is None else float(args.minutes) * 60.0


def _patient_words(args: argparse.Namespace) -> list[str]:
    """The patient's arguments, as the bench takes them."""
    names = ("script", "patient", "site", "seed", "conductivity")
    given = {name: getattr(args, name) for name in names if getattr(args, name) is not None}
    return [word for name, value in given.items() for word in (f"--{name}", str(value))]
