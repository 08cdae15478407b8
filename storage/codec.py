"""Frozen dataclasses to JSON text and back, exactly. No float, no naive time, no unknown word."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from datetime import UTC, date, datetime
from enum import StrEnum
from functools import cache, lru_cache
from types import MappingProxyType, NoneType, UnionType
from typing import (
    Any,
    Final,
    NewType,
    TypeAlias,
    TypeVar,
    Union,
    cast,
    get_args,
    get_origin,
    get_type_hints,
)

import domain.events
import domain.findings
import domain.happenings
import domain.ids
import domain.orders
import domain.patients
import domain.people
import domain.records
import domain.tasks
import domain.worklists
from domain.errors import StorageError

Json: TypeAlias = object
Turn: TypeAlias = Callable[[Any], object]
T = TypeVar("T")

# The domain names its types for the type checker only; here they are needed while running.
_NAMES: Final[Mapping[str, object]] = {
    name: value
    for module in (
        domain.events,
        domain.findings,
        domain.happenings,
        domain.ids,
        domain.orders,
        domain.patients,
        domain.people,
        domain.records,
        domain.tasks,
        domain.worklists,
    )
    for name, value in vars(module).items()
    if isinstance(value, type | NewType)
}
_AS_IT_IS: Final = (str, NoneType, bool, int)
_BUILT_IN: Final = {"Mapping": Mapping, "datetime": datetime, "date": date}


_ENCODER: Final = json.JSONEncoder(
    sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
)


def canonical(value: Json) -> str:
    """JSON with sorted keys and no spaces: equal values give equal text."""
    return _ENCODER.encode(value)


def parsed(text: str) -> dict[str, object]:
    """The object of a JSON text. A number with a point is refused: amounts are text."""
    return cast("dict[str, object]", json.loads(text, parse_float=_no_float))


def encode(value: object) -> dict[str, object]:
    """A frozen dataclass as a JSON object, every field of it.

    Raises:
        StorageError: a value that JSON cannot hold exactly (a float, a naive time, an object).
    """
    return {name: turn(getattr(value, name)) for name, turn, _ in _encoders(_class(value), encode)}


def encode_changed(value: object, *, without: frozenset[str] = frozenset()) -> dict[str, object]:
    """Like `encode`, without the fields that hold their default: projections are read often."""
    return {
        name: turn(held)
        for name, turn, default in _encoders(_class(value), encode_changed)
        if name not in without and (held := getattr(value, name)) != default
    }


def decode(kind: type[T], data: Mapping[str, object]) -> T:
    """The dataclass of a JSON object.

    Raises:
        StorageError: a field that this version does not know, or a value of the wrong kind.
    """
    return kind(**decode_fields(kind, data))


def decode_fields(kind: type, data: Mapping[str, object]) -> dict[str, object]:
    """The constructor arguments of those fields that the JSON object holds."""
    turns = _decoders(kind)
    try:
        return {name: turns[name](value) for name, value in data.items()}
    except KeyError as missing:
        raise _newer(f"{kind.__name__}.{missing.args[0]}") from None
    except (TypeError, ValueError, AttributeError) as wrong:
        raise StorageError(
            "PAYLOAD", f"a stored {kind.__name__} is not readable: {wrong}"
        ) from wrong


def json_value(value: object) -> Json:
    """A value of an open field, if JSON holds it exactly: text, whole number, truth, list, object.

    Raises:
        StorageError: anything else; amounts are text, instants are ISO text.
    """
    if type(value) in _AS_IT_IS:
        return value
    if isinstance(value, int):
        return int(value)
    if isinstance(value, str):
        return str(value)
    if isinstance(value, list | tuple):
        return [json_value(item) for item in value]
    if isinstance(value, Mapping) and all(isinstance(key, str) for key in value):
        return {key: json_value(item) for key, item in value.items()}
    kind = type(value).__name__
    raise StorageError(
        "NOT_STORABLE", f"a {kind} cannot be stored exactly; write amounts and times as text"
    )


def _newer(what: str) -> StorageError:
    return StorageError(
        "UNKNOWN_KIND", f"{what} is not known here; the journal was written by a newer Wardloop"
    )


def _no_float(text: str) -> object:
    raise StorageError("FLOAT", f"{text} is a number with a point; amounts are stored as text")


@cache
def hints(kind: type) -> Mapping[str, object]:
    """The types of a dataclass's fields; the domain tells their names to the type checker only."""
    return get_type_hints(kind, localns={**_NAMES, **_BUILT_IN})


def _default(of: Field[object]) -> object:
    if of.default is not MISSING:
        return of.default
    return MISSING if of.default_factory is MISSING else of.default_factory()


def _class(value: object) -> type:
    return type(value)


@cache
def _encoders(kind: type, inside: Turn) -> tuple[tuple[str, Turn, object], ...]:
    if not is_dataclass(kind):
        raise StorageError("NOT_STORABLE", f"a {kind.__name__} has no form in the journal")
    types = hints(kind)
    return tuple((of.name, _encoder(types[of.name], inside), _default(of)) for of in fields(kind))


@cache
def _decoders(kind: type) -> Mapping[str, Turn]:
    return {name: _decoder(hint) for name, hint in hints(kind).items()}


def _plain(hint: object) -> object:
    while isinstance(hint, NewType):
        hint = hint.__supertype__
    return hint


def _choices(hint: object) -> tuple[object, ...] | None:
    """The members of a union, without None; None when the hint is no union."""
    if get_origin(hint) not in (Union, UnionType):
        return None
    return tuple(choice for choice in get_args(hint) if choice is not NoneType)


def _encoder(hint: object, inside: Turn) -> Turn:
    """The way out of a field; `inside` is that of the dataclasses in it."""
    hint = _plain(hint)
    if choices := _choices(hint):
        inner = _encoder(choices[0], inside)
        return lambda value: None if value is None else inner(value)
    if origin := get_origin(hint):
        return _nested(
            cast("type", origin), _encoder(get_args(hint)[-1 if origin is Mapping else 0], inside)
        )
    if is_dataclass(hint):
        return inside
    if hint is datetime:
        return _iso
    if hint is date:
        return lambda value: value.isoformat()
    return json_value


def _nested(origin: type, inner: Turn) -> Turn:
    if origin is Mapping:
        return lambda value: {k: inner(v) for k, v in value.items()}
    if origin is frozenset:
        return lambda value: sorted(cast("list[str]", [inner(v) for v in value]))
    return lambda value: [inner(item) for item in value]


def _decoder(hint: object) -> Turn:
    hint = _plain(hint)
    if choices := _choices(hint):
        return _chosen([_decoder(choice) for choice in choices])
    origin, arguments = get_origin(hint), get_args(hint)
    if origin in (tuple, frozenset):
        inner, build = _decoder(arguments[0]), cast("type[tuple[object, ...]]", origin)
        return lambda value: build(inner(item) for item in value)
    if origin is Mapping:
        inner = _decoder(arguments[1])
        return lambda value: MappingProxyType({key: inner(item) for key, item in value.items()})
    if is_dataclass(hint):
        of = cast("type", hint)
        return lambda value: decode(of, value)
    return _simple(hint)


def _simple(hint: object) -> Turn:
    if hint is datetime:
        return datetime.fromisoformat
    if hint is date:
        return date.fromisoformat
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        return cast("Turn", hint)
    return _unchanged


def _chosen(turns: list[Turn]) -> Turn:
    def turn(value: object) -> object:
        if value is None:
            return None
        for attempt in turns[:-1]:
            try:
                return attempt(value)
            except ValueError:
                continue
        return turns[-1](value)

    return turn


def _iso(value: object) -> str:
    return _written(cast("datetime", value))


@lru_cache(maxsize=4096)  # one instant stands in many records
def _written(at: datetime) -> str:
    if at.tzinfo is None:
        raise StorageError("NAIVE_TIME", f"{at.isoformat()} has no zone; give an aware instant")
    return (at if at.tzinfo is UTC else at.astimezone(UTC)).isoformat()


def _unchanged(value: object) -> object:
    return value
