"""An electronic signature: who signed which content, when, and what it means.

It is made of a secret that this person entered for this act (21 CFR Part 11; decision 42). The
journal keeps it beside the content, and its hash is worked out again whenever it is shown. The hash
has no key: it ties name and content together, and the sealed chain of the journal keeps both.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from datetime import datetime

    from domain.credentials import Method
    from domain.ids import PractitionerId

_ENCODER: Final = json.JSONEncoder(
    sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
)


class Meaning(StrEnum):
    """What a signature stands for."""

    ORDERED = "ordered"
    VERIFIED = "verified"
    ADMINISTERED = "administered"
    WITNESSED = "witnessed"
    CONFIRMED = "confirmed"
    RECORDED = "recorded"
    OVERRIDDEN = "overridden"


@dataclass(frozen=True, slots=True)
class Signature:
    """One person's signature under one act; the journal adds the hash of what was signed.

    Attributes:
        method: by which secret.
        at: when it was given.
    """

    signer: PractitionerId
    meaning: Meaning
    method: Method
    at: datetime


@dataclass(frozen=True, slots=True)
class Signed:
    """The signatures under one event: of who did it, and of who stood beside.

    Attributes:
        about: what was signed beside the event itself: the order as it stood.
    """

    signatures: tuple[Signature, ...]
    about: Mapping[str, object] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True)
class StoredSignature:
    """A signature as it stands in the journal."""

    signature: Signature
    sha256: str


@dataclass(frozen=True, slots=True)
class Secrets:
    """Secrets that persons entered for one act. They go no further: never stored, never logged.

    Attributes:
        by_user: of who acts, and of each who stands beside: the witness, who agrees to an override.
    """

    by_user: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}), repr=False)

    def of(self, user: str) -> str | None:
        """What this person entered; None where they entered nothing."""
        return self.by_user.get(user)


NO_SECRETS: Final = Secrets()


def signed_sha256(
    signature: Signature,
    *,
    about: Mapping[str, object],
    kind: str,
    stream: str,
    actor: str,
    at: datetime,
    body: Mapping[str, object],
) -> str:
    """The hash of one signature over its content, in hexadecimal.

    Args:
        about: the order as it stood, or nothing.
        kind: what happened, on which stream, by whom and when, as the journal says it.
        body: the content, JSON values.
    """
    content = {
        "about": _plain(about),
        "actor": actor,
        "at": at.astimezone(UTC).isoformat(),
        "body": _plain(body),
        "kind": kind,
        "meaning": signature.meaning.value,
        "method": signature.method.value,
        "signed_at": signature.at.astimezone(UTC).isoformat(),
        "signer": signature.signer,
        "stream": stream,
    }
    return hashlib.sha256(_ENCODER.encode(content).encode()).hexdigest()


def _plain(value: object) -> object:
    if isinstance(value, Mapping):
        return {str(key): _plain(one) for key, one in value.items()}
    return [_plain(one) for one in value] if isinstance(value, (list, tuple)) else value
