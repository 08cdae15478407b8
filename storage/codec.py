"""JSON, exactly, and frozen dataclasses from it. No float, no unknown word. `written`: to it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import is_dataclass
from datetime import date, datetime
from enum import StrEnum
from functools import cache
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

import domain.alert_events
import domain.alerts
import domain.clinical
import domain.credentials
import domain.events
import domain.findings
import domain.grants
import domain.happenings
import domain.ids
import domain.orders
import domain.patients
import domain.people
import domain.records
import domain.safety
import domain.situation
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
        domain.alert_events,
        domain.alerts,
        domain.clinical,
        domain.credentials,
        domain.events,
        domain.findings,
        domain.grants,
        domain.happenings,
        domain.ids,
        domain.orders,
        domain.patients,
        domain.people,
        domain.records,
        domain.safety,
        domain.situation,
        domain.tasks,
        domain.worklists,
    )
    for name, value in vars(module).items()
    if isinstance(value, type | NewType)
}
_AS_IT_IS: Final = (str, NoneType, bool, int)
_BUILT_IN: Final = {"Mapping": Mapping, "datetime": datetime, "date": date}


_ENCODER: Final = json.JSONEncoder(
    sort_keys=True,
    separators=(",", ":"),
    ensure_ascii=False,
    allow_nan=False,
    check_circular=False,  # `json_value` has been through it
)


def canonical(value: Json) -> str:
    """JSON with sorted keys and no spaces: equal values give equal text."""
    return _ENCODER.encode(value)


def parsed(text: str) -> dict[str, object]:
    """The object of a JSON text. A number with a point is refused: amounts are text."""
    found: dict[str, object] = _DECODER.decode(text)
    return found


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


_DECODER: Final = json.JSONDecoder(parse_float=_no_float)


@cache
def hints(kind: type) -> Mapping[str, object]:
    """The types of a dataclass's fields; the domain tells their names to the type checker only."""
    return get_type_hints(kind, localns={**_NAMES, **_BUILT_IN})


@cache
def _decoders(kind: type) -> Mapping[str, Turn]:
    return {name: _decoder(hint) for name, hint in hints(kind).items()}


def plain_hint(hint: object) -> object:
    """A type without the new names that were given to it."""
    while isinstance(hint, NewType):
        hint = hint.__supertype__
    return hint


def choices(hint: object) -> tuple[object, ...] | None:
    """The members of a union, without None; None when the hint is no union."""
    if get_origin(hint) not in (Union, UnionType):
        return None
    return tuple(choice for choice in get_args(hint) if choice is not NoneType)


def _decoder(hint: object) -> Turn:
    hint = plain_hint(hint)
    if among := choices(hint):
        return _chosen([_decoder(choice) for choice in among])
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


def _unchanged(value: object) -> object:
    return value
