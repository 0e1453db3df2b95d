"""`ionto`: finds the sub-command, runs it and turns an error into one line. It must never import a command unasked.

Each command is a module beside this file with `add_arguments(parser)` and `run(args) -> int`.
"""

import argparse
import difflib
import os
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import Final, NamedTuple, NoReturn, Protocol, cast

from appliance import __version__
from appliance.errors import IontoError

EXIT_ERROR: Final = 2
EXIT_INTERRUPTED: Final = 130  # 128 + SIGINT, as shells report it


class Entry(NamedTuple):
    """Where a command lives, and its line in the help."""

    module: str
    help: str


class Command(Protocol):
    """What a module of this package provides."""

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Declare the command's arguments."""
        ...

    def run(self, args: argparse.Namespace) -> int:
        """Do it; the exit status."""
        ...


COMMANDS: Final[dict[str, Entry]] = {
    "demo": Entry("demo_cmd", "all four programs with a simulated device, on a private directory"),
    "simulate": Entry("simulate_cmd", "one session on the virtual clock, in seconds"),
    "bench": Entry("bench_cmd", "program: the simulated board and patient, in real time"),
    "control": Entry("control_cmd", "program: the daemon that drives the board"),
    "recorder": Entry("recorder_cmd", "program: keeps the records"),
    "kiosk": Entry("kiosk_cmd", "program: the screen"),
    "measure": Entry("measure_cmd", "time the tick, its lateness and the simulation"),
    "phenotypes": Entry("phenotypes_cmd", "every simulated person over many seeds: outcomes, trips, doses"),
    "signature": Entry("signature_cmd", "false accepts and false refusals of the body signature"),
    "lift": Entry("lift_cmd", "table of lifted hands against the area budgets"),
    "faults": Entry("faults_cmd", "every fault in every state on every simulated person, against the budgets"),
    "kills": Entry(
        "kills_cmd", "the programs killed, stopped, hung and starved in every energising state, in real time"
    ),
    "explore": Entry("explore_cmd", "the real session machine through every state and event, against invariants"),
    "screens": Entry("screens_cmd", "pictures of the kiosk's screens, without a device"),
    "calibrate": Entry("calibrate_cmd", "calibrate the board on its dummy load"),
    "selftest": Entry("selftest_cmd", "self-test of the board on its dummy load"),
    "safety-report": Entry("safety_report_cmd", "all evidence of this version on one page: hardware/safety-report.md"),
    "hazards": Entry("hazards_cmd", "the risk file: hazards, causes, controls and their tests"),
    "explain": Entry("explain_cmd", "what an error code means, for three audiences"),
}


class _Parser(argparse.ArgumentParser):
    """Exit status 2 and one line, like every other error of ours."""

    def error(self, message: str) -> NoReturn:
        self.exit(EXIT_ERROR, f"ionto: E509 {message}; see `{self.prog} --help`\n")


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; the exit status: 0 done, 2 an error that was said on one line, 130 interrupted."""
    words = list(sys.argv[1:] if argv is None else argv)
    if not words or words[0] in {"-h", "--help", "help"}:
        print(_overview())
        return 0 if words else EXIT_ERROR
    if words[0] in {"-V", "--version"}:
        print(f"ionto {__version__}")
        return 0
    if words[0] not in COMMANDS:
        print(f"ionto: E509 {_unknown(words[0])}", file=sys.stderr)
        return EXIT_ERROR
    return _run(words[0], words[1:])


def _run(name: str, words: Sequence[str]) -> int:
    """Import the command, parse its arguments, run it."""
    entry = COMMANDS[name]
    parser = _Parser(prog=f"ionto {name}", description=entry.help)
    try:
        command = cast("Command", import_module(f"appliance.cli.{entry.module}"))
        command.add_arguments(parser)
        return command.run(parser.parse_args(words))
    except IontoError as error:
        print(f"ionto: {error.code} {error.message}", file=sys.stderr)
        return EXIT_ERROR
    except KeyboardInterrupt:
        return EXIT_INTERRUPTED
    except BrokenPipeError:  # the reader of our output went away, as `head` does
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


def _overview() -> str:
    """The help of `ionto` alone."""
    width = max(map(len, COMMANDS))
    lines = [f"  {name:{width}}  {entry.help}" for name, entry in COMMANDS.items()]
    return "\n".join(
        [
            "usage: ionto COMMAND [arguments]",
            "",
            "An open appliance for tap-water iontophoresis. Not a certified medical device.",
            "",
            *lines,
            "",
            "`ionto COMMAND --help` says more; `ionto --version` says which version this is.",
        ]
    )


def _unknown(word: str) -> str:
    """One sentence about a word that is no command."""
    near = difflib.get_close_matches(word, COMMANDS, n=1)
    guess = f"; did you mean `ionto {near[0]}`?" if near else "; `ionto --help` lists them"
    return f"unknown command {word!r}{guess}"


if __name__ == "__main__":
    sys.exit(main())
