"""Frozen values: made quickly, and copied quickly with some fields changed.

A step makes and copies dozens of values with up to two dozen fields. `dataclasses` fills a frozen
one through `object.__setattr__` and a name for each field; here the slots are filled directly.
"""

from __future__ import annotations

from dataclasses import MISSING, fields
from functools import cache
from operator import attrgetter
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from dataclasses import replace as changed

    _Set = Callable[[object, object], None]
else:

    def changed(value, /, **changes):  # noqa: ANN001, ANN003, ANN201 - typed as dataclasses.replace
        """`dataclasses.replace` for slotted dataclasses without `__post_init__`, much faster."""
        copied, by_name = _members(type(value))
        copy = copied(value)
        for name, held in changes.items():
            by_name[name](copy, held)
        return copy


_T = TypeVar("_T")


def quickly_made(kind: type[_T]) -> type[_T]:
    """Give a slotted frozen dataclass a constructor that fills its slots directly.

    It takes and does what the one that it replaces does.
    """
    names: dict[str, object] = {"_missing": MISSING}
    arguments, body = [], []
    for field in fields(kind):  # type: ignore[arg-type]  # a dataclass, as its doc asks
        name = field.name
        names[f"_set_{name}"] = vars(kind)[name].__set__
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
        body.append(f"_set_{name}(self, {made if f'_make_{name}' in names else name})")
    if hasattr(kind, "__post_init__"):
        body.append("self.__post_init__()")
    lines = "\n    ".join(body)
    made_by = _compiled(f"def __init__(self, {', '.join(arguments)}):\n    {lines}", names)
    kind.__init__ = made_by["__init__"]  # type: ignore[assignment]  # the same, but quick
    return kind


@cache
def _members(kind: type) -> tuple[Callable[[object], object], Mapping[str, _Set]]:
    """How a value of a slotted dataclass is copied, and how each of its fields is written."""
    by_name: dict[str, _Set] = {
        field.name: vars(kind)[field.name].__set__ for field in fields(kind)
    }
    names = {f"_set_{name}": put for name, put in by_name.items()}
    every = ", ".join(by_name)
    writes = "\n    ".join(f"_set_{name}(_copy, {name})" for name in by_name)
    source = f"""
def copied(_value):
    _copy = _new(_kind)
    {every}, = _read(_value)
    {writes}
    return _copy
"""
    more = {"_new": object.__new__, "_kind": kind, "_read": attrgetter(*by_name)}
    return _compiled(source, names | more)["copied"], by_name


def _compiled(source: str, names: dict[str, object]) -> dict[str, Callable[..., object]]:
    made: dict[str, Callable[..., object]] = {}
    exec(source, names, made)  # noqa: S102 - of our own field names, as dataclasses itself does
    return made


__all__ = ["changed", "quickly_made"]
