"""Frozen values: made quickly, and copied quickly with some fields changed.

A step makes and copies dozens of values with up to two dozen fields. `dataclasses` fills a frozen
one through `object.__setattr__` and a name for each field; here they are filled while they are of a
class with the same slots that is not frozen.
"""

from __future__ import annotations

from dataclasses import MISSING, fields
from functools import cache
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable
    from dataclasses import replace as changed
else:

    def changed(value, /, **changes):  # noqa: ANN001, ANN003, ANN201 - typed as dataclasses.replace
        """`dataclasses.replace` for slotted dataclasses without `__post_init__`, much faster."""
        return _copying(type(value))(value, changes)


_T = TypeVar("_T")


def quickly_made(kind: type[_T]) -> type[_T]:
    """Give a slotted frozen dataclass a constructor that fills its slots directly.

    It takes and does what the one that it replaces does.
    """
    names: dict[str, object] = {"_missing": MISSING, **_filling(kind)}
    arguments, body = [], ["_become(self, _filled)"]
    for field in fields(kind):  # type: ignore[arg-type]  # a dataclass, as its doc asks
        name = field.name
        made = f"_make_{name}()"
        if field.default is not MISSING:
            names[f"_default_{name}"] = field.default
            arguments.append(f"{name}=_default_{name}")
        elif field.default_factory is not MISSING:
            names[f"_make_{name}"] = field.default_factory
            arguments.append(f"{name}=_missing")
            made = f"{made} if {name} is _missing else {name}"
        else:
            arguments.append(name)
            made = name
        if not field.init:
            arguments.pop()
            if field.default_factory is MISSING:
                continue  # `__post_init__` fills it
            made = f"_make_{name}()"
        body.append(f"self.{name} = {made if f'_make_{name}' in names else name}")
    body.append("self.__class__ = _kind")
    if hasattr(kind, "__post_init__"):
        body.append("self.__post_init__()")
    lines = "\n    ".join(body)
    made_by = _compiled(f"def __init__(self, {', '.join(arguments)}):\n    {lines}", names)
    kind.__init__ = made_by["__init__"]  # type: ignore[assignment]  # the same, but quick
    return kind


def _filling(kind: type) -> dict[str, object]:
    """What fills a value: a class of the same slots that is not frozen, which it is until then.

    To store an attribute there costs a tenth of what a slot of a frozen class does.
    """
    slots = {"__slots__": tuple(field.name for field in fields(kind))}
    become = vars(object)["__class__"].__set__
    return {"_kind": kind, "_filled": type(kind.__name__, (), slots), "_become": become}


@cache
def _copying(kind: type) -> Callable[[object, dict[str, object]], object]:
    """What copies a value of a slotted dataclass with some of its fields changed."""
    writes = "\n    ".join(f"_copy.{field.name} = _value.{field.name}" for field in fields(kind))
    source = f"""
def copied(_value, _changes):
    _copy = _filled()
    {writes}
    for _name, _held in _changes.items():
        setattr(_copy, _name, _held)
    _copy.__class__ = _kind
    return _copy
"""
    return _compiled(source, _filling(kind))["copied"]


def _compiled(source: str, names: dict[str, object]) -> dict[str, Callable[..., object]]:
    made: dict[str, Callable[..., object]] = {}
    exec(source, names, made)  # noqa: S102 - of our own field names, as dataclasses itself does
    return made


__all__ = ["changed", "quickly_made"]
