"""Frozen dataclasses as canonical JSON text, in one pass: no dictionary is made on the way."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from datetime import UTC, date, datetime
from enum import StrEnum
from functools import cache, lru_cache
from json import encoder
from types import NoneType
from typing import Any, Final, TypeAlias, cast, get_args, get_origin

from domain.errors import StorageError
from domain.records import Record
from storage.codec import canonical, choices, hints, json_value, plain_hint

Writer: TypeAlias = Callable[[Any], str]

quoted: Final[Callable[[str], str]] = encoder.encode_basestring
"""A text as JSON writes it, nothing but control characters and quotes escaped."""
_INLINE: Final[Mapping[type, str]] = {
    str: "_quoted(held) if held.__class__ is str",
    int: "f'{held}' if held.__class__ is int",
    bool: "'true' if held is True else 'false' if held is False",
}
"""How fields of these types are written where they stand, without a call."""
_REMEMBERED: Final = 16_384
_RECORDS: Final[dict[int, tuple[object, str]]] = {}
"""The text of records that were written, by their identity: they are frozen."""
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


def _open_object(value: Mapping[object, object]) -> str:
    if any(key.__class__ is not str for key in value):
        return canonical(json_value(value))  # which refuses it, or makes its keys text
    texts = cast("Mapping[str, object]", value)
    return "{" + ",".join([f"{quoted(k)}:{value_text(texts[k])}" for k in sorted(texts)]) + "}"


def _open_list(value: list[object]) -> str:
    return "[" + ",".join([value_text(item) for item in value]) + "]"


_SIMPLE: Final[Mapping[type, Writer]] = {
    str: quoted,
    int: int.__repr__,
    bool: lambda value: "true" if value else "false",
    NoneType: lambda _value: "null",
    dict: _open_object,
    list: _open_list,
}


def row_writer(columns: Iterable[str]) -> Writer:
    """What writes some columns of a row, by name, as a JSON object with its keys sorted."""
    names: dict[str, object] = {"_quoted": quoted, "_text": value_text}
    parts = [
        f'"{name}":{{_quoted(held) if (held := value["{name}"]).__class__ is str else _text(held)}}'
        for name in sorted(columns)
    ]
    return _function([f"return f'{{{{{','.join(parts)}}}}}'"], names)


def object_text(texts: Mapping[str, str]) -> str:
    """A JSON object of texts that are JSON already, its keys sorted."""
    return "{" + ",".join([f"{quoted(name)}:{texts[name]}" for name in sorted(texts)]) + "}"


def _default(of: Field[object]) -> object:
    if of.default is not MISSING:
        return of.default
    return MISSING if of.default_factory is MISSING else of.default_factory()


@cache
def _whole(kind: type) -> Writer:
    """Each field is written by its own line: no loop over fields runs while a record is kept."""
    names: dict[str, object] = {"_quoted": quoted}
    lines = []
    for place, (name, default) in enumerate(_fields(kind)):
        text = _line(names, kind, (name, place), _inner)
        lines.append(f"held = value.{name}")
        if default is not MISSING:
            usual = f'"{name}":' + cast("Writer", names[f"_put{place}"])(default)
            names |= {f"_default{place}": default, f"_usual{place}": usual}
            text = f"_usual{place} if held is _default{place} else {text}"
        lines.append(f"text{place} = {text}")
    inside = ",".join(f"{{text{place}}}" for place in range(len(lines) // 2))
    return _function([*lines, f"return f'{{{{{inside}}}}}'"], names)


@cache
def _changed(kind: type, without: frozenset[str]) -> Writer:
    names: dict[str, object] = {"_quoted": quoted}
    lines = ["parts = []", "put = parts.append"]
    kept = [(name, default) for name, default in _fields(kind) if name not in without]
    for place, (name, default) in enumerate(kept):
        text = _line(names, kind, (name, place), _inner_changed)
        names[f"_default{place}"] = default
        lines.append(f"held = value.{name}")
        lines.append(f"{_unlike(default, place)}put({text})")
    return _function([*lines, "return '{' + ','.join(parts) + '}'"], names)


def _unlike(default: object, place: int) -> str:
    """The words that leave a field out where it holds its default."""
    if default is MISSING:
        return ""
    if default is None:
        return "if held is not None: "
    if isinstance(default, Mapping | tuple | frozenset) and not default:
        return "if held: "
    return f"if held is not _default{place} and held != _default{place}: "


def _line(names: dict[str, object], kind: type, field: tuple[str, int], inside: Writer) -> str:
    """The words that write one field, with what they name put into `names`."""
    name, place = field
    hint = plain_hint(hints(kind)[name])
    names[f"_put{place}"] = _writer(hint, inside)
    names[f"_head{place}"] = f'"{name}":'
    among = choices(hint) or (hint,)
    of = plain_hint(among[0])
    if len(among) > 1 or not isinstance(of, type) or of not in _INLINE:
        return f"_head{place} + _put{place}(held)"
    text = f"{_INLINE[of]} else _put{place}(held)"
    if among[0] is not hint:
        text = f"'null' if held is None else {text}"
    return f"_head{place} + ({text})"


def _function(lines: list[str], names: dict[str, object]) -> Writer:
    made: dict[str, Writer] = {}
    body = "\n    ".join(lines)
    exec(f"def write(value):\n    {body}", names, made)  # noqa: S102 - of our own field names, as dataclasses itself does
    return made["write"]


def _fields(kind: type) -> list[tuple[str, object]]:
    """The fields in the order in which JSON has them, each with its default."""
    if not is_dataclass(kind):
        raise StorageError("NOT_STORABLE", f"a {kind.__name__} has no form in the journal")
    return [(of.name, _default(of)) for of in sorted(fields(kind), key=lambda one: one.name)]


def _inner(value: object) -> str:
    kind: type = type(value)
    return _whole(kind)(value)


def _inner_changed(value: object) -> str:
    kind: type = type(value)
    if kind is not Record:
        return _changed(kind, _NOTHING)(value)
    # most records of an order or a task were written before, with the one before this
    known = _RECORDS.get(id(value))
    if known is None:
        if len(_RECORDS) >= _REMEMBERED:
            _RECORDS.clear()
        known = _RECORDS[id(value)] = (value, _changed(kind, _NOTHING)(value))
    return known[1]


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
