"""What a command says, as one hash: the same id with something else in it is another command."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime


def content_of(kind: str, user: str, said: object) -> str:
    """The sha256 of a kind of command, who sends it and what it says, in hexadecimal.

    What is absent and what is empty are the same, so that a field that a later version adds does
    not make another command of an old one.
    """
    text = json.dumps([kind, user, _plain(said)], sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode("ascii")).hexdigest()


def _plain(value: object) -> object:
    if is_dataclass(value):
        return _plain({one.name: getattr(value, one.name) for one in fields(value)})
    if isinstance(value, Mapping):
        found = {str(key): _plain(one) for key, one in value.items()}
        return {key: one for key, one in found.items() if one not in (None, "", [], {})}
    if isinstance(value, AbstractSet):
        return sorted(str(one) for one in value)
    if isinstance(value, (list, tuple)):
        return [_plain(one) for one in value]
    if isinstance(value, datetime):
        value = value.astimezone(UTC)
    return value if value is None or isinstance(value, (str, int)) else str(value)
