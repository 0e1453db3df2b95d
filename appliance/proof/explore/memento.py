"""Puts a whole composed daemon back to where it was: the fields of every object that it reaches, and its containers.

Objects keep their identity and get their contents back, so that what is shared stays shared. What cannot be put back
(a generator that runs) is refused rather than forgotten; it must never be left half restored.
"""

from collections import deque
from collections.abc import Callable
from dataclasses import is_dataclass
from types import GeneratorType
from typing import Any, Final, Literal

import msgspec

from appliance.hal.scales import Scales
from appliance.safety.constraint import Constraint
from appliance.safety.limits import CurrentLimits

Kind = Literal["atom", "tuple", "list", "set", "dict", "object", "slots", "refused"]
Memento = list[tuple[Any, Any, Callable[[Any, Any], None]]]

_OURS: Final = ("appliance.", "test_", "tests.")  # whose objects may change
_CONSTANT: Final = (msgspec.Struct, Exception, type, Scales, Constraint, CurrentLimits)  # once made
_kinds: dict[type, Kind] = {}
_slots: dict[type, tuple[str, ...]] = {}


def save(root: object) -> Memento:
    """The contents of everything that `root` reaches."""
    found: Memento = []
    seen: set[int] = set()
    todo: list[Any] = [root]
    while todo:
        item = todo.pop()
        cls = item.__class__
        kind = _kinds.get(cls) or _classify(cls)
        if kind == "atom" or id(item) in seen:
            continue
        seen.add(id(item))
        todo.extend(_KEEP[kind](item, found))
    return found


def restore(memento: Memento) -> None:
    """Put the contents back, in place."""
    for item, content, put in memento:
        put(item, content)


def _classify(cls: type) -> Kind:
    kind = _kind_of(cls)
    _kinds[cls] = kind
    if kind == "slots":
        _slots[cls] = tuple(name for base in cls.__mro__ for name in getattr(base, "__slots__", ()))
    return kind


def _kind_of(cls: type) -> Kind:
    if issubclass(cls, tuple):
        return "atom" if hasattr(cls, "_fields") else "tuple"
    for base, kind in ((dict, "dict"), (list, "list"), (deque, "list"), (set, "set"), (GeneratorType, "refused")):
        if issubclass(cls, base):
            return kind  # type: ignore[return-value]
    if getattr(cls, "opaque", False) or not cls.__module__.startswith(_OURS):
        return "atom"
    if issubclass(cls, _CONSTANT):
        return "atom"
    if is_dataclass(cls) and cls.__dataclass_params__.frozen:  # type: ignore[attr-defined]
        return "atom"
    return "object" if getattr(cls, "__dictoffset__", 0) else "slots"


def _keep_tuple(item: Any, _found: Memento) -> Any:
    return item


def _keep_list(item: Any, found: Memento) -> Any:
    found.append((item, item.copy(), _put_list))
    return item


def _keep_set(item: Any, found: Memento) -> Any:
    found.append((item, item.copy(), _put_update))
    return ()


def _keep_dict(item: Any, found: Memento) -> Any:
    found.append((item, item.copy(), _put_update))
    return item.values()


def _keep_object(item: Any, found: Memento) -> Any:
    fields = item.__dict__
    found.append((fields, fields.copy(), _put_fields))
    return fields.values()


def _keep_slots(item: Any, found: Memento) -> Any:
    values = [getattr(item, name) for name in _slots[item.__class__]]
    found.append((item, values, _put_slots))
    return values


def _refuse(item: Any, _found: Memento) -> Any:
    raise TypeError(f"{item!r} cannot be put back to where it was")


def _put_list(item: Any, content: Any) -> None:
    item.clear()
    item.extend(content)


def _put_update(item: Any, content: Any) -> None:
    item.clear()
    item.update(content)


def _put_fields(item: Any, content: Any) -> None:
    item.update(content)


def _put_slots(item: Any, content: Any) -> None:
    for name, value in zip(_slots[item.__class__], content, strict=True):
        setattr(item, name, value)


_KEEP: Final[dict[Kind, Callable[[Any, Memento], Any]]] = {
    "tuple": _keep_tuple,
    "list": _keep_list,
    "set": _keep_set,
    "dict": _keep_dict,
    "object": _keep_object,
    "slots": _keep_slots,
    "refused": _refuse,
}

__all__ = ["Memento", "restore", "save"]
