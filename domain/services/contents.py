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


def content_of(kind: str, user: str, said: object) -> str:
    """The sha256 of a kind of command, who sends it and what it says, in hexadecimal.

    What is absent and what is empty are the same, so that a field that a later version adds does
    not make another command of an old one.
    """
    text = json.dumps([kind, user, _plain(said)], sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode("ascii")).hexdigest()


@cache
def _names(kind: type) -> tuple[str, ...]:
    return tuple(one.name for one in fields(kind))


def _present(pairs: Iterable[tuple[str, object]]) -> dict[str, object]:
    """What is there: neither absent nor empty."""
    found = ((name, _plain(one)) for name, one in pairs if one is not None and one != "")
    return {name: one for name, one in found if one not in (None, "", [], {})}


def _plain(value: object) -> object:
    kind: type = type(value)
    if kind in _AS_IT_IS:
        return value
    if is_dataclass(value):
        return _present((name, getattr(value, name)) for name in _names(kind))
    if isinstance(value, Mapping):
        return _present((str(key), one) for key, one in value.items())
    if isinstance(value, AbstractSet):
        return sorted(str(one) for one in value)
    if isinstance(value, (list, tuple)):
        return [_plain(one) for one in value]
    if isinstance(value, datetime):
        value = value.astimezone(UTC)
    return value if value is None or isinstance(value, (str, int)) else str(value)
