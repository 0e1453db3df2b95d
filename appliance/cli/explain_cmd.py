"""`ionto explain E203`: what an error code means. It only reads the catalogue."""

import argparse
import difflib
import json
import textwrap
from typing import Final

from appliance.errors import CATALOGUE, ConfigError, Explanation

AUDIENCES: Final = ("patient", "clinic", "technician")
WIDTH: Final = 80


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """`CODE`, or nothing for the whole list."""
    parser.add_argument("code", nargs="?", metavar="CODE", help="as E203; without it, every code and its title")
    parser.add_argument("--for", dest="audience", choices=AUDIENCES, help="only the sentence for this reader")
    parser.add_argument("--json", action="store_true", help="for scripts")


def run(args: argparse.Namespace) -> int:
    """Print it.

    Raises:
        ConfigError: E509, no such code.
    """
    codes = CATALOGUE if args.code is None else {args.code.upper(): _find(args.code.upper())}
    if args.json:
        whole = [{"code": code, **explanation._asdict()} for code, explanation in codes.items()]
        print(json.dumps(whole if args.code is None else whole[0], ensure_ascii=False, indent=2))
        return 0
    for code, explanation in codes.items():
        print(f"{code}  {explanation.title}" if args.code is None else _text(code, explanation, args.audience))
    return 0


def _find(code: str) -> Explanation:
    """The explanation of `code`; the error names the nearest codes."""
    if code in CATALOGUE:
        return CATALOGUE[code]
    near = ", ".join(difflib.get_close_matches(code, CATALOGUE, n=3)) or "no similar one"
    raise ConfigError("E509", f"{code} is not a code; there is {near}; `ionto explain` lists all")


def _text(code: str, explanation: Explanation, audience: str | None) -> str:
    """What a person reads: everything, or one audience's sentence."""
    if audience is not None:
        return str(getattr(explanation, audience))
    margin = max(map(len, AUDIENCES)) + 2
    lines = [
        textwrap.fill(
            getattr(explanation, name),
            WIDTH,
            initial_indent=name.ljust(margin),
            subsequent_indent=" " * margin,
            break_long_words=False,
            break_on_hyphens=False,
        )
        for name in AUDIENCES
    ]
    return "\n".join([f"{code}  {explanation.title}", "", *lines])
