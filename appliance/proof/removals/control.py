"""One removable control, and the way in: one method of one composed object is replaced.

The daemon knows nothing of this: there is no switch, flag or hook for it anywhere in safety, treatment or control. What
is put in place keeps no state of its own, so that an exploration can put the daemon back to where it was.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

from appliance.control.daemon import Daemon


class Control(NamedTuple):
    """A control by its one name (hazards.toml), what it does, and how it is taken out."""

    name: str
    what: str
    remove: Callable[[Daemon], None]


def replace(part: object, name: str, method: Callable[..., Any]) -> None:
    """`part.name` becomes `method`, for this object alone."""
    setattr(part, name, method)


def after(part: object, name: str, then: Callable[..., None]) -> None:
    """`then` runs after each call of `part.name`, with the same arguments."""
    method = getattr(part, name)

    def both(*args: Any, **kwargs: Any) -> Any:
        answer = method(*args, **kwargs)
        then(*args, **kwargs)
        return answer

    replace(part, name, both)


def nothing(*_args: object, **_kwargs: object) -> None:
    """In place of a method that does something."""
