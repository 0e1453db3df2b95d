"""The board file: every key is needed, none is unknown, and a mistake is one sentence that names its key."""

import re
from pathlib import Path

import pytest

from appliance.config import DEFAULT_BOARD_FILE, Board, load_board, parse_toml
from appliance.errors import ConfigError

TEXT = DEFAULT_BOARD_FILE.read_text()
LINES = TEXT.splitlines()
KEY_LINES = [number for number, line in enumerate(LINES) if re.match(r"\w+ *=", line)]


def name_of(number: int) -> str:
    """The table and key of a line, for the test's name."""
    table = next(line for line in reversed(LINES[:number]) if line.startswith("["))
    return f"{table.split(']', maxsplit=1)[0][1:]}.{LINES[number].split(maxsplit=1)[0]}"


def refusal(text: str) -> str:
    """What the reader says about a board file that it refuses."""
    with pytest.raises(ConfigError) as caught:
        parse_toml(text.encode(), Board, "board.toml")
    assert caught.value.code == "E501"
    assert caught.value.message.startswith("board.toml: ")
    assert "\n" not in caught.value.message
    return caught.value.message


def test_the_board_file_of_the_repository_is_good() -> None:
    board = load_board()
    assert board.board.name == "ionto-a"
    assert parse_toml(TEXT.encode(), Board, "board.toml") == board


@pytest.mark.parametrize("number", KEY_LINES, ids=name_of)
def test_no_key_of_the_board_file_can_be_left_out(number: int) -> None:
    key = LINES[number].split(maxsplit=1)[0]
    assert f"`{key}`" in refusal("\n".join(LINES[:number] + LINES[number + 1 :]))


@pytest.mark.parametrize("table", sorted(set(re.findall(r"^\[.+?\]", TEXT, re.MULTILINE))))
def test_an_unknown_key_is_an_error_in_every_table(table: str) -> None:
    assert "`surprise`" in refusal(TEXT.replace(table, f"{table}\nsurprise = 1", 1))


@pytest.mark.parametrize("number", KEY_LINES, ids=name_of)
def test_every_value_has_a_type(number: int) -> None:
    """A date is a legal TOML value and right for no key of a board."""
    key = LINES[number].split(maxsplit=1)[0]
    message = refusal("\n".join([*LINES[:number], f"{key} = 2026-01-01", *LINES[number + 1 :]]))
    assert key in message


@pytest.mark.parametrize(
    ("good", "bad"),
    [
        ("address = 0x62", "address = 0x00"),  # the general call would reset every chip
        ("address = 0x62", "address = 0x78"),
        ("eeprom_code = 0", "eeprom_code = 4096"),
        ("retries = 2", "retries = 3"),
        ("ohm = 24.9", "ohm = -24.9"),
        ("ohm = 24.9", "ohm = 0.0"),
        ("config = 0x06E3", "config = 0x10000"),
        ("gpio = 17", "gpio = 28"),
        ('active = "high"', 'active = "up"'),
        ('direction = "out"', 'direction = "sideways"'),
        ("trip_min = 40.0", "trip_min = 0"),
        ("recovery_us = [0.0, 100.0]", "recovery_us = [0.0]"),
        ("recovery_us = [0.0, 100.0]", "recovery_us = [-1.0, 100.0]"),
    ],
)
def test_a_value_out_of_bounds_is_refused_by_its_key(good: str, bad: str) -> None:
    assert good in TEXT
    assert bad.split(maxsplit=1)[0] in refusal(TEXT.replace(good, bad, 1))


@pytest.mark.parametrize("number", ["nan", "inf", "-inf"])
def test_a_number_that_is_none_is_refused(number: str) -> None:
    assert "ohm" in refusal(TEXT.replace("ohm = 24.9", f"ohm = {number}", 1))


@pytest.mark.parametrize("text", ["", "[board", "\x00", "board = 1"])
def test_what_is_no_board_file_at_all_is_refused(text: str) -> None:
    assert refusal(text)


def test_bytes_that_are_no_text_are_refused() -> None:
    with pytest.raises(ConfigError, match="E501"):
        parse_toml(b"\xff\xfe", Board, "board.toml")


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"E503: cannot read .*missing\.toml: No such file") as caught:
        load_board(tmp_path / "missing.toml")
    assert caught.value.code == "E503"
    with pytest.raises(ConfigError, match="E503"):
        load_board(tmp_path)
