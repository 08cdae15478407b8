"""Signatures as the journal keeps them: one column of JSON beside the content.

::

    {"method": "none"}                                          nobody signed (an open database)
    {"method": "pin", "signer": "li.na", "meaning": "witnessed", "at": "…", "sha256": "…",
     "beside": [{"method": "password", "signer": "…", …}]}      who did it, then who stood beside
"""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Final, cast

from domain.credentials import Method
from domain.ids import PractitionerId
from domain.signatures import Meaning, Signature, StoredSignature, signed_sha256
from storage.codec import canonical, parsed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from domain.signatures import Signed

SIGNATURE: Final = canonical({"method": "none"})
"""What stands where nobody signed (decision 42)."""

_UNREADABLE: Final = StoredSignature(
    Signature(
        PractitionerId("?"), Meaning.RECORDED, Method.PASSWORD, datetime.fromtimestamp(0, tz=UTC)
    ),
    sha256="",
)


def signature_text(
    signed: Signed,
    *,
    kind: str,
    stream: str,
    actor: str,
    at: datetime,
    body: Mapping[str, object],
) -> str:
    """The column of an event that was signed."""
    found: list[dict[str, object]] = [
        {
            "method": one.method.value,
            "signer": one.signer,
            "meaning": one.meaning.value,
            "at": one.at.isoformat(),
            "sha256": signed_sha256(
                one, about=signed.about, kind=kind, stream=stream, actor=actor, at=at, body=body
            ),
        }
        for one in signed.signatures
    ]
    first, beside = found[0], found[1:]
    return canonical(first | {"beside": beside} if beside else first)


def stored_signatures(text: str) -> tuple[StoredSignature, ...]:
    """The signatures of a column; none where nobody signed.

    One that is not readable was changed behind the program: it is shown, and does not hold.
    """
    if text == SIGNATURE:
        return ()
    try:
        return _read(text)
    except (KeyError, TypeError, ValueError, AttributeError):
        return (_UNREADABLE,)


@lru_cache(maxsize=256)  # a page reads the same few again and again
def _read(text: str) -> tuple[StoredSignature, ...]:
    found = parsed(text)
    beside = cast("list[Mapping[str, str]]", found.pop("beside", []))
    rows = [row for row in (cast("Mapping[str, str]", found), *beside) if row["method"] != "none"]
    return tuple(
        StoredSignature(
            Signature(
                PractitionerId(row["signer"]),
                Meaning(row["meaning"]),
                Method(row["method"]),
                datetime.fromisoformat(row["at"]),
            ),
            row["sha256"],
        )
        for row in rows
    )
