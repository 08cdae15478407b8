"""What a command says, as one hash: the same id with something else in it is another command."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

_AS_IT_IS: Final = (str, int, bool, type(None))
_NUMBERS: Final = (int, bool)
"""Of these nothing is empty: 0 and false say something."""
_ENCODER: Final = json.JSONEncoder(sort_keys=True, separators=(",", ":"), check_circular=False)


def content_of(kind: str, user: str, said: object) -> str:
    """The sha256 of a kind of command, who sends it and what it says, in hexadecimal.

    What is absent and what is empty are the same, so that a field that a later version adds does
    not make another command of an old one.
    """
    text = _ENCODER.encode([kind, user, _plain(said)])
    return hashlib.sha256(text.encode("ascii")).hexdigest()


@cache
def _names(kind: type) -> tuple[str, ...] | None:
    """The fields of a dataclass; None for any other type."""
    return tuple(one.name for one in fields(kind)) if is_dataclass(kind) else None


def _present(pairs: Iterable[tuple[str, object]]) -> dict[str, object]:
    """What is there: neither absent nor empty."""
    found = {}
    for name, one in pairs:
        if one is None:
            continue
        plain = _plain(one)
        if plain or plain.__class__ in _NUMBERS:
            found[name] = plain
    return found


def _plain(value: object) -> object:
    kind: type = type(value)
    if kind in _AS_IT_IS or isinstance(value, str):
        return value
    if isinstance(value, (list, tuple)):
        return [_plain(one) for one in value]
    names = _names(kind)
    if names is not None:
        return _present(zip(names, [getattr(value, name) for name in names], strict=True))
    if isinstance(value, Mapping):
        return _present((str(key), one) for key, one in value.items())
    if isinstance(value, AbstractSet):
        return sorted(str(one) for one in value)
    if isinstance(value, datetime):
        value = value.astimezone(UTC)
    return value if isinstance(value, int) else str(value)
