"""Frozen dataclasses as canonical JSON text, in one pass: no dictionary is made on the way."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from datetime import UTC, date, datetime
from enum import StrEnum
from functools import cache, lru_cache
from json import encoder
from operator import attrgetter
from types import NoneType
from typing import Any, Final, TypeAlias, cast, get_args, get_origin

from domain.errors import StorageError
from storage.codec import canonical, choices, hints, json_value, plain_hint

Writer: TypeAlias = Callable[[Any], str]

quoted: Final[Callable[[str], str]] = encoder.encode_basestring
"""A text as JSON writes it, nothing but control characters and quotes escaped."""
_SIMPLE: Final[Mapping[type, Writer]] = {
    str: quoted,
    int: int.__repr__,
    bool: lambda value: "true" if value else "false",
    NoneType: lambda _value: "null",
}
_NOTHING: Final[frozenset[str]] = frozenset()


def written(value: object) -> str:
    """A frozen dataclass as canonical JSON, every field of it.

    Raises:
        StorageError: a value that JSON cannot hold exactly (a float, a naive time, an object).
    """
    kind: type = type(value)
    return _whole(kind)(value)


def written_changed(value: object, *, without: frozenset[str] = _NOTHING) -> str:
    """Like `written`, without the fields that hold their default: projections are read often."""
    kind: type = type(value)
    return _changed(kind, without)(value)


def value_text(value: object) -> str:
    """A value of an open field as canonical JSON.

    Raises:
        StorageError: JSON cannot hold it exactly.
    """
    put = _SIMPLE.get(value.__class__)
    return canonical(json_value(value)) if put is None else put(value)


def object_text(texts: Mapping[str, str]) -> str:
    """A JSON object of texts that are JSON already, its keys sorted."""
    return "{" + ",".join([f"{quoted(name)}:{texts[name]}" for name in sorted(texts)]) + "}"


def _default(of: Field[object]) -> object:
    if of.default is not MISSING:
        return of.default
    return MISSING if of.default_factory is MISSING else of.default_factory()


@cache
def _whole(kind: type) -> Writer:
    names = _names(kind)
    defaults = {of.name: _default(of) for of in fields(kind)}
    rows = []
    for name in names:
        head, put, default = f'"{name}":', _writer(hints(kind)[name], _inner), defaults[name]
        rows.append((head, put, default, "" if default is MISSING else head + put(default)))
    get = _getter(names)

    def write(value: object) -> str:
        parts = [
            usual if held is default else head + put(held)
            for (head, put, default, usual), held in zip(rows, get(value), strict=False)
        ]
        return "{" + ",".join(parts) + "}"

    return write


@cache
def _changed(kind: type, without: frozenset[str]) -> Writer:
    names = [name for name in _names(kind) if name not in without]
    defaults = {of.name: _default(of) for of in fields(kind)}
    rows = [
        (f'"{name}":', _writer(hints(kind)[name], _inner_changed), defaults[name]) for name in names
    ]
    get = _getter(names)

    def write(value: object) -> str:
        parts = [
            head + put(held)
            for (head, put, default), held in zip(rows, get(value), strict=False)
            if held is not default and held != default
        ]
        return "{" + ",".join(parts) + "}"

    return write


def _names(kind: type) -> list[str]:
    if not is_dataclass(kind):
        raise StorageError("NOT_STORABLE", f"a {kind.__name__} has no form in the journal")
    return sorted(of.name for of in fields(kind))


def _getter(names: list[str]) -> Callable[[object], tuple[object, ...]]:
    if len(names) > 1:
        return attrgetter(*names)
    return lambda value: tuple(getattr(value, name) for name in names)


def _inner(value: object) -> str:
    kind: type = type(value)
    return _whole(kind)(value)


def _inner_changed(value: object) -> str:
    kind: type = type(value)
    return _changed(kind, _NOTHING)(value)


def _writer(hint: object, inside: Writer) -> Writer:
    """The way out of a field; `inside` is that of the dataclasses in it."""
    hint = plain_hint(hint)
    if among := choices(hint):
        inner = _writer(among[0], inside)
        return lambda value: "null" if value is None else inner(value)
    if origin := get_origin(hint):
        inner = _writer(get_args(hint)[-1 if origin is Mapping else 0], inside)
        return _nested(cast("type", origin), inner)
    if is_dataclass(hint):
        return inside
    return _simple(hint)


def _simple(hint: object) -> Writer:
    if hint is datetime:
        return _instant_text
    if hint is date:
        return lambda value: f'"{value.isoformat()}"'
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        return quoted
    return value_text


def _nested(origin: type, inner: Writer) -> Writer:
    def mapping(value: Mapping[str, object]) -> str:
        if not value:
            return "{}"
        return "{" + ",".join([f"{quoted(k)}:{inner(value[k])}" for k in sorted(value)]) + "}"

    def items(value: tuple[object, ...]) -> str:
        return "[" + ",".join([inner(item) for item in value]) + "]" if value else "[]"

    if origin is Mapping:
        return mapping
    if origin is frozenset:
        return lambda value: items(tuple(sorted(value)))
    return items


@lru_cache(maxsize=4096)  # one instant stands in many records
def _instant_text(at: datetime) -> str:
    if at.tzinfo is None:
        raise StorageError("NAIVE_TIME", f"{at.isoformat()} has no zone; give an aware instant")
    return f'"{(at if at.tzinfo is UTC else at.astimezone(UTC)).isoformat()}"'
