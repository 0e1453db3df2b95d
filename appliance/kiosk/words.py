"""Language: gettext catalogues, and numbers and dates as the language writes them. No sentence lives here.

The catalogues are the .po files themselves, read at start: there is no compiled file that could be out of date.
"""

import gettext
import io
from datetime import date, datetime
from importlib.resources import files
from typing import Final

from babel.dates import format_date
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal

NONSENSE: Final = 1e6  # no number on any screen is as large; NaN is not smaller either
LANGUAGES: Final = ("en", "de")
NO_VALUE: Final = "– –"  # noqa: RUF001 - dashes as wide as digits


class _Language:
    """The one language that is shown now."""

    code = "en"
    catalogue: gettext.NullTranslations = gettext.NullTranslations()


def set_language(code: str) -> None:
    """Show everything built from now on in `code`, one of LANGUAGES.

    Raises:
        ValueError: there is no such language.
    """
    if code not in LANGUAGES:
        raise ValueError(code)
    _Language.code = code
    _Language.catalogue = gettext.NullTranslations() if code == "en" else _read(code)


def _read(code: str) -> gettext.GNUTranslations:
    source = files("appliance.kiosk").joinpath("locale", code, "LC_MESSAGES", "kiosk.po")
    compiled = io.BytesIO()
    with source.open("rb") as po:
        write_mo(compiled, read_po(po, locale=code))
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)


def _(text: str) -> str:
    """`text` in the language shown."""
    return _Language.catalogue.gettext(text) if text else ""


def number(value: float | None, decimals: int = 1) -> str:
    """A number as the language writes it; dashes where there is none, or none that anybody could mean."""
    if value is None or not abs(value) < NONSENSE:
        return NO_VALUE
    shape = "0." + "0" * decimals if decimals else "0"
    return format_decimal(value, format=shape, locale=_Language.code)


def minutes(duration_s: float, *, wide: bool = True) -> str:
    """Minutes and seconds, rounded up to the second: 09:12, or 9:12."""
    if not abs(duration_s) < NONSENSE:
        return NO_VALUE
    whole_s = max(0, -int(-duration_s // 1))
    return f"{whole_s // 60:0{2 if wide else 1}d}:{whole_s % 60:02d}"


def clock(wall_local: datetime) -> str:
    """Time of day."""
    return f"{wall_local:%H:%M}"


def day(today: date) -> str:
    """Monday, 23 November."""
    shape = "EEEE, d. MMMM" if _Language.code == "de" else "EEEE, d MMMM"
    return format_date(today, shape, locale=_Language.code)
