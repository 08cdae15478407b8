"""Secrets by which people prove who they are. Their hashes are kept apart from the journal.

The journal says that a secret was set, by whom, and the fingerprint of what was kept; a credential
that does not agree with its last fingerprint is one that somebody changed behind the program.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Final, Protocol

if TYPE_CHECKING:
    from datetime import datetime

    from domain.ids import PractitionerId

FREE_TRIES: Final = 3
"""Wrong secrets in a row before the next try must wait [C]."""
_FIRST_WAIT: Final = timedelta(seconds=30)
_LONGEST_WAIT: Final = timedelta(minutes=15)
PIN_DIGITS: Final = 6
"""[C]"""


class Method(StrEnum):
    """How a person proves who they are."""

    PASSWORD = "password"  # noqa: S105 - the name of a kind, no secret
    PIN = "pin"
    """Some digits, with the badge or the user name."""

    @property
    def word(self) -> str:
        """How a person is told of it."""
        return "PIN" if self is Method.PIN else "password"


@dataclass(frozen=True, slots=True)
class Credential:
    """What is kept of a person's secret.

    Attributes:
        encoded: the argon2id hash with its salt and costs.
        must_change: given by an administrator: it opens nothing but the setting of an own one.
        failures: wrong secrets in a row.
        locked_until: no try is looked at before.
    """

    user: PractitionerId
    method: Method
    encoded: str = field(repr=False)
    changed_at: datetime
    must_change: bool = False
    failures: int = 0
    locked_until: datetime | None = None

    @property
    def fingerprint(self) -> str:
        """What the journal keeps of it: it tells a change, and nothing of the secret.

        Also whether another gave it: else they could take that mark away, and act in this name.
        """
        said = f"{self.user}\n{self.method}\n{self.must_change:d}\n{self.encoded}"
        return hashlib.sha256(said.encode()).hexdigest()


def wait_after(failures: int) -> timedelta:
    """How long after so many wrong secrets in a row the next try must wait."""
    if failures < FREE_TRIES:
        return timedelta()
    doubled = 1 << min(failures - FREE_TRIES, 10)
    return min(_FIRST_WAIT * doubled, _LONGEST_WAIT)


def tried(kept: Credential, now: datetime) -> Credential | None:
    """A credential after one more wrong secret; None where no try is looked at yet."""
    if kept.locked_until is not None and now < kept.locked_until:
        return None
    failures = kept.failures + 1
    wait = wait_after(failures)
    return replace(kept, failures=failures, locked_until=now + wait if wait else None)


class Credentials(Protocol):
    """Where credentials are kept."""

    def secured(self) -> bool:
        """Whether the journal knows of any secret: from then on nobody acts without one."""
        ...

    def journalled(self, user: PractitionerId) -> str | None:
        """The fingerprint of a person's secret that the journal was last told of."""
        ...

    def of(self, user: PractitionerId) -> Credential | None:
        """What is kept of a person's secret."""
        ...

    def claim_try(self, user: PractitionerId, *, now: datetime) -> bool:
        """Count a try as wrong before it is looked at, so that none of two at a time is free.

        Returns:
            False: it may not be looked at yet, and was not counted.
        """
        ...

    def clear_tries(self, user: PractitionerId) -> None:
        """Forget the wrong secrets after a right one."""
        ...


class SecretHash(Protocol):
    """How secrets are hashed (argon2id)."""

    def hash(self, secret: str) -> str:
        """The hash of a secret, with a new salt."""
        ...

    def verify(self, encoded: str, secret: str) -> bool:
        """Whether it is the hash of this secret."""
        ...
