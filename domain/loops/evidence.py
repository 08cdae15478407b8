"""Whether what was entered is what the loop file's fields say it should be."""

from __future__ import annotations

import re
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from domain.entered import parse_day, parse_instant, require_text
from domain.errors import InvalidInput
from domain.quantities import DIGITS, parse_decimal, parse_quantity
from domain.results import results_by_name

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from domain.loops.definition import FieldType, FieldUse

ORDERED: Final = "fields"
"""The path of what an order says; other paths name what was done."""
_NOTHING: Final[Mapping[str, object]] = MappingProxyType({})
_MOST: Final = 10**DIGITS - 1
_CODE: Final = re.compile(r"[A-Za-z0-9_.+\-:/ ]+")


def checked(
    values: Mapping[str, object],
    *,
    uses: Iterable[FieldUse],
    fields: Mapping[str, FieldType],
    path: str,
    require: bool = True,
    read_before: Mapping[str, object] = _NOTHING,
) -> dict[str, object]:
    """The values, each of its field's type, as JSON without floats.

    Args:
        uses: the fields that the row names; others that `fields.toml` knows may be given too.
        path: how an error names them: `evidence` gives `evidence.dose`.
        require: whether a field that is not optional must be there.
        read_before: of these values those that were read already, as they are kept.

    Raises:
        InvalidInput: names the field and what would be right.
    """
    for use in uses:
        if require and not use.optional and values.get(use.name) in (None, ""):
            kind = fields[use.name]
            raise InvalidInput(f"{path}.{use.name}", f"{use.name} is missing", right=_right(kind))
    out: dict[str, object] = {}
    for name, value in values.items():
        if name in read_before:
            out[name] = read_before[name]
            continue
        known = fields.get(name)
        require_text(path, name)
        out[name] = _plain(f"{path}.{name}", value) if known is None else read(known, value, path)
    return out


def read(kind: FieldType, value: object, path: str) -> object:
    """One value of a field's type, as it is kept.

    Raises:
        InvalidInput: names the field and what would be right.
    """
    if value is None:
        return None
    field = f"{path}.{kind.name}"
    return _READERS[kind.type](kind, value, field)


def _right(kind: FieldType) -> str:
    if kind.choices:
        return f"one of {', '.join(kind.choices)}"
    return _EXAMPLES[kind.type]


def _wrong(kind: FieldType, value: object, field: str) -> InvalidInput:
    return InvalidInput(field, f"{value!r} is not a {kind.type}", right=_right(kind))


def _text(kind: FieldType, value: object, field: str) -> object:
    if not isinstance(value, str):
        raise _wrong(kind, value, field)
    require_text(field, value)
    return value


def _code(kind: FieldType, value: object, field: str) -> object:
    if not isinstance(value, str) or not _CODE.fullmatch(value):
        raise _wrong(kind, value, field)
    if kind.choices and value not in kind.choices:
        raise InvalidInput(field, f"{value!r} is not known", right=_right(kind))
    return value


def _codes(kind: FieldType, value: object, field: str) -> object:
    if not isinstance(value, (list, tuple)):
        raise _wrong(kind, value, field)
    return [_code(kind, one, field) for one in value]


def _bool(kind: FieldType, value: object, field: str) -> object:
    if not isinstance(value, bool):
        raise _wrong(kind, value, field)
    return value


def _integer(kind: FieldType, value: object, field: str) -> object:
    if isinstance(value, bool) or not isinstance(value, int):
        raise _wrong(kind, value, field)
    least, most = 1 if kind.positive else -_MOST, kind.most or _MOST
    if not least <= value <= most:
        right = f"at most {most}" if value > most else f"{least} or more"
        raise InvalidInput(field, f"{field} cannot be meant", right=right)
    return value


def _decimal(_kind: FieldType, value: object, field: str) -> object:
    return format(parse_decimal(field, value), "f")


def _quantity(kind: FieldType, value: object, field: str) -> object:
    read = parse_quantity(field, value)
    require_text(field, read.unit)
    # a pump may stand still and a dose may come to nothing, but nobody orders that
    ordered = field == f"{ORDERED}.{kind.name}"
    if kind.positive and (read.value < 0 or (ordered and read.value == 0)):
        right = "more than 0" if ordered else "0 or more"
        raise InvalidInput(field, f"{read.value} {read.unit} cannot be meant", right=right)
    return read.to_json()


def _instant(kind: FieldType, value: object, field: str) -> object:
    if not isinstance(value, str):
        raise _wrong(kind, value, field)
    return parse_instant(field, value).isoformat()


def _date(kind: FieldType, value: object, field: str) -> object:
    if not isinstance(value, str):
        raise _wrong(kind, value, field)
    return parse_day(field, value).isoformat()


def _results(_kind: FieldType, value: object, field: str) -> object:
    return results_by_name(field, value)


def _plain(field: str, value: object) -> object:
    """A value of a field that no loop knows: kept as it is, but no float ever."""
    if isinstance(value, str):
        require_text(field, value)
        return value
    if isinstance(value, int) and abs(value) > _MOST:
        raise InvalidInput(field, f"{field} cannot be meant", right=f"at most {_MOST}")
    if isinstance(value, float):
        raise InvalidInput(field, f"{value!r} is a float", right='text: "2.5"')
    if isinstance(value, dict):
        return {_name(field, key): _plain(f"{field}.{key}", one) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(field, one) for one in value]
    if value is None or isinstance(value, (int, bool)):
        return value
    raise InvalidInput(field, f"{type(value).__name__} cannot be kept", right="text or a number")


def _name(field: str, key: object) -> str:
    require_text(field, str(key))
    return str(key)


_READERS: Final[Mapping[str, Callable[[FieldType, object, str], object]]] = {
    "text": _text,
    "user": _text,
    "id": _text,
    "code": _code,
    "codes": _codes,
    "bool": _bool,
    "integer": _integer,
    "decimal": _decimal,
    "quantity": _quantity,
    "instant": _instant,
    "date": _date,
    "results": _results,
}
_EXAMPLES: Final[Mapping[str, str]] = {
    "text": "text",
    "user": "a user name",
    "id": "an id",
    "code": "a code",
    "codes": "a list of codes",
    "bool": "true or false",
    "integer": "a whole number",
    "decimal": 'an exact number as text: "2.5"',
    "quantity": '{"value": "2.5", "unit": "mg"}',
    "instant": '"2026-11-24T08:05:00+08:00"',
    "date": '"2026-11-24"',
    "results": "potassium 4.1 mmol/L; sodium 151 mmol/L H",
}
FIELD_TYPES: Final = frozenset(_READERS)
"""The types that `fields.toml` may name."""
