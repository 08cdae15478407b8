"""Whether each secret is the one that the journal was told of."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, cast

from sqlalchemy import text

from domain.credentials import Credential, Method
from domain.ids import PractitionerId
from domain.sealing import Fault
from storage.codec import parsed
from storage.statements import Statement
from storage.types import instant

if TYPE_CHECKING:
    from collections.abc import Mapping

    from storage.engine import Driver

_BEGINNING: Final = instant(0)
_TOLD: Final = Statement(
    text(
        "SELECT chain, chain_seq, payload FROM journal WHERE kind = 'credential_set' "
        "ORDER BY stream, stream_seq"
    )
)
_KEPT: Final = Statement(
    text("SELECT user_id, method, encoded, must_change FROM credentials ORDER BY user_id")
)


def exchanged_secret(driver: Driver) -> Fault | None:
    """The first person whose secret was exchanged, added or removed behind the program."""
    told: dict[str, tuple[str, str]] = {}
    for _, _, payload in driver.rows(_TOLD):
        body = cast("Mapping[str, str]", parsed(cast("str", payload))["body"])
        told[body["user"]] = (body["method"], body["fingerprint"])
    for row in driver.rows(_KEPT):
        user, method, encoded = (str(value) for value in row[:3])
        given = _fingerprint(user, method, encoded, must_change=bool(row[3]))
        if told.pop(user, None) != (method, given):
            return Fault(
                "credentials",
                0,
                f"the secret of {user} is not the one that the journal tells of; an administrator"
                " gives a new one (user secret)",
            )
    for user in told:
        return Fault("credentials", 0, f"the secret of {user} is missing")
    return None


def _fingerprint(user: str, method: str, encoded: str, *, must_change: bool) -> str:
    if method not in {one.value for one in Method}:
        return ""
    kept = Credential(
        PractitionerId(user), Method(method), encoded, _BEGINNING, must_change=must_change
    )
    return kept.fingerprint
