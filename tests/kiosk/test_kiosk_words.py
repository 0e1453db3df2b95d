"""German is complete, and numbers are written as the language writes them."""

from collections.abc import Iterator
from datetime import date
from importlib.resources import files
from string import Formatter

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from appliance.errors import CATALOGUE
from appliance.kiosk import words
from appliance.kiosk.sentences import SPOKEN_CODES

KIOSK = files("appliance.kiosk")


@pytest.fixture(autouse=True)
def english_again() -> Iterator[None]:
    yield
    words.set_language("en")


def texts() -> set[str]:
    """Every text that the sources mark for translation."""
    keywords: dict[str, None] = {"_": None, "N_": None}
    found = extract_from_dir(str(KIOSK), method_map=[("**.py", "python")], keywords=keywords)
    marked = {message for _file, _line, message, _comments, _context in found if isinstance(message, str) and message}
    return marked | {CATALOGUE[code].patient for code in SPOKEN_CODES}


@pytest.mark.parametrize("language", [code for code in words.LANGUAGES if code != "en"])
def test_every_text_is_translated_and_none_is_left_over(language: str) -> None:
    with KIOSK.joinpath("locale", language, "LC_MESSAGES", "kiosk.po").open("rb") as po:
        catalogue = {message.id: message.string for message in read_po(po) if message.id}
    assert texts() - set(catalogue) == set()
    assert set(catalogue) - texts() == set()
    for text, translated in catalogue.items():
        assert translated, text
        assert fields(text) == fields(translated)


def fields(text: str) -> set[str]:
    return {name for _text, name, _format, _conversion in Formatter().parse(text) if name}


def test_numbers_times_and_dates() -> None:
    assert (words.number(15.04), words.minutes(551.2), words.minutes(105, wide=False)) == ("15.0", "09:12", "1:45")
    assert words.day(date(2026, 11, 23)) == "Monday, 23 November"
    words.set_language("de")
    assert words.number(15.04) == "15,0"
    assert words.day(date(2026, 11, 23)) == "Montag, 23. November"


def test_an_unknown_language_is_refused() -> None:
    with pytest.raises(ValueError, match="xx"):
        words.set_language("xx")
