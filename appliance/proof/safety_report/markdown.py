"""Tables and paragraphs of the report's page."""

from collections.abc import Iterable, Sequence


def table(heads: Sequence[str], rows: Iterable[Sequence[object]]) -> list[str]:
    """Lines of one table; an empty one says so."""
    body = ["| " + " | ".join(_cell(each) for each in row) + " |" for row in rows]
    if not body:
        return ["None.", ""]
    return ["| " + " | ".join(heads) + " |", "|" + "---|" * len(heads), *body, ""]


def _cell(value: object) -> str:
    """Text that breaks no table."""
    return " ".join(str(value).replace("|", "\\|").split())


def some(names: Sequence[str], most: int) -> str:
    """The first few, and how many more; '-' for none."""
    more = len(names) - most
    return (", ".join(names[:most]) + (f" and {more} more" if more > 0 else "")) or "-"


def number(value: float | None, decimals: int = 1) -> str:
    """A measured number; '-' where there was nothing to measure."""
    return "-" if value is None else f"{value:.{decimals}f}"
