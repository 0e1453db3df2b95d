"""`ionto`: help without delay, one line for an error, exit statuses that scripts can use."""

import argparse
import json
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

from appliance import __version__
from appliance.cli import main as cli
from appliance.errors import CATALOGUE, ConfigError


def ionto(*words: str) -> subprocess.CompletedProcess[str]:
    """The program as a person runs it."""
    command = [sys.executable, "-m", "appliance.cli.main", *words]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


@pytest.mark.parametrize("name", cli.COMMANDS)
def test_every_command_of_the_help_exists_and_has_help(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    command = import_module(f"appliance.cli.{cli.COMMANDS[name].module}")
    assert callable(command.run)
    with pytest.raises(SystemExit) as caught:
        cli.main([name, "--help"])
    assert caught.value.code == 0
    assert f"usage: ionto {name}" in capsys.readouterr().out


def test_every_command_module_can_be_reached() -> None:
    modules = {path.stem for path in Path(cli.__file__).parent.glob("*_cmd.py")}
    assert modules <= {entry.module for entry in cli.COMMANDS.values()}


def test_help_names_every_command_and_what_this_is_not(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["--help"]) == 0
    said = capsys.readouterr().out
    assert "Not a certified medical device" in said
    for name, entry in cli.COMMANDS.items():
        assert f"  {name} " in said
        assert entry.help in said


def test_help_imports_no_command() -> None:
    script = (
        "import sys; from appliance.cli.main import main; main(['--help']);"
        "print(sorted(m for m in sys.modules if m.split('.')[0] in ('appliance', 'kivy', 'msgspec', 'numpy')))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.splitlines()[-1] == str(["appliance", "appliance.cli", "appliance.cli.main", "appliance.errors"])


def test_version() -> None:
    done = ionto("--version")
    assert (done.returncode, done.stdout) == (0, f"ionto {__version__}\n")


def test_no_command_prints_the_help_and_fails() -> None:
    done = ionto()
    assert done.returncode == 2
    assert done.stdout.startswith("usage: ionto COMMAND")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["simulat"], "ionto: E509 unknown command 'simulat'; did you mean `ionto simulate`?\n"),
        (["qqq"], "ionto: E509 unknown command 'qqq'; `ionto --help` lists them\n"),
        (["explain", "--loud"], "ionto: E509 unrecognized arguments: --loud; see `ionto explain --help`\n"),
        (["explain", "E999"], "ionto: E509 E999 is not a code; "),
        (["bench"], "ionto: E509 the following arguments are required: --socket; see `ionto bench --help`\n"),
        (["bench", "--socket", "x", "--script", "/nowhere.toml"], "ionto: E503 cannot read the bench script /nowhere"),
        (["bench", "--socket", "x", "--seed", "-1"], "ionto: E509 argument --seed: '-1' is not a whole number from 0 "),
        (["bench", "--socket", "x", "--conductivity", "nan"], "ionto: E509 argument --conductivity: 'nan' is not a nu"),
        (["bench", "--socket", "x", "--board", "/nowhere.toml"], "ionto: E503 cannot read /nowhere.toml: No such file"),
    ],
)
def test_a_mistake_is_one_line_and_status_2(words: list[str], said: str) -> None:
    done = ionto(*words)
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.startswith(said)
    assert done.stderr.count("\n") == 1


class Stub:
    """A command that ends as it is told to."""

    def __init__(self, error: BaseException) -> None:
        self.error = error

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        pass

    def run(self, args: argparse.Namespace) -> int:
        raise self.error


def test_an_interrupt_is_130(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cli, "import_module", lambda name: Stub(KeyboardInterrupt()))
    assert cli.main(["demo"]) == 130


def test_our_errors_are_one_line(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(cli, "import_module", lambda name: Stub(ConfigError("E508", "no bench at x")))
    assert cli.main(["demo"]) == 2
    assert capsys.readouterr().err == "ionto: E508 no bench at x\n"


def test_a_bug_is_not_hidden(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cli, "import_module", lambda name: Stub(ZeroDivisionError()))
    with pytest.raises(ZeroDivisionError):
        cli.main(["demo"])


def test_a_reader_that_goes_away_is_no_error() -> None:
    done = subprocess.run(
        f"{sys.executable} -m appliance.cli.main explain --json | head -1",
        shell=True,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.stdout, done.stderr) == ("[\n", "")


def test_explain_says_all_that_the_catalogue_knows(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["explain", "e203"]) == 0
    said = " ".join(capsys.readouterr().out.split())
    for text in CATALOGUE["E203"]:
        assert text in said


@pytest.mark.parametrize("words", [["explain"], *(["explain", code] for code in CATALOGUE)], ids=lambda w: w[-1])
def test_explain_fits_a_terminal_of_80_columns(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(words) == 0
    assert max(map(len, capsys.readouterr().out.splitlines())) <= 80


@pytest.mark.parametrize("audience", ["patient", "clinic", "technician"])
def test_explain_for_one_reader_says_only_that(audience: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["explain", "E211", "--for", audience]) == 0
    assert capsys.readouterr().out == f"{getattr(CATALOGUE['E211'], audience)}\n"


def test_explain_for_scripts(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["explain", "E211", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"code": "E211", **CATALOGUE["E211"]._asdict()}
    assert cli.main(["explain", "--json"]) == 0
    assert [each["code"] for each in json.loads(capsys.readouterr().out)] == list(CATALOGUE)


def test_explain_lists_every_code(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["explain"]) == 0
    assert capsys.readouterr().out.splitlines() == [f"{code}  {each.title}" for code, each in CATALOGUE.items()]
