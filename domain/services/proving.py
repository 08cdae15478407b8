"""Whether a person is who they say they are: their secret, and what follows from a wrong one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from domain.auditing import AuditAction, AuditEntry
from domain.credentials import FREE_TRIES, wait_after
from domain.errors import Refused

if TYPE_CHECKING:
    from datetime import datetime

    from domain.credentials import Credential, Method
    from domain.ids import PractitionerId
    from domain.services.workplace import Workplace


def prove(
    place: Workplace,
    *,
    user: PractitionerId,
    secret: str | None,
    what: str,
    field: str = "secret",
) -> Method | None:
    """Check the secret that a person entered for one act.

    A wrong one is counted and stands in the audit trail; after three in a row each next try waits,
    30 s, then twice as long, to 15 min.

    Args:
        what: the act it was entered for: `sign_in`, `step.record`.
        field: where it was asked for, for the refusal.

    Returns:
        by which kind of secret; None where no secret was ever set in this database.

    Raises:
        Refused: SECRET_NEEDED, SECRET_WRONG, LOCKED_OUT, NO_SECRET, SECRET_EXPIRED.
    """
    trust = place.trust
    kept = trust.credentials.of(user)
    if kept is None:
        if not trust.credentials.secured():
            return None
        raise Refused(
            "NO_SECRET",
            f"{user} has no secret yet",
            next_step="An administrator gives a first one (user secret)",
            field=field,
        )
    if not secret:
        raise Refused(
            "SECRET_NEEDED",
            f"The secret of {user} is missing",
            next_step=f"Enter the {kept.method.value} of {user}",
            field=field,
        )
    now = trust.clock.now()
    _require_unlocked(kept, now, field)
    if not trust.hashing.verify(kept.encoded, secret):
        raise _wrong(place, kept, now, what, field)
    if kept.failures:
        trust.credentials.note_try(user, failures=0, locked_until=None)
    return kept.method


def _require_unlocked(kept: Credential, now: datetime, field: str) -> None:
    if kept.locked_until is not None and now < kept.locked_until:
        seconds = int((kept.locked_until - now).total_seconds()) + 1
        raise Refused(
            "LOCKED_OUT",
            f"Too many wrong secrets for {kept.user}",
            next_step=f"Wait {seconds} s, or ask an administrator for a new secret",
            field=field,
        )


def _wrong(place: Workplace, kept: Credential, now: datetime, what: str, field: str) -> Refused:
    failures = kept.failures + 1
    wait = wait_after(failures)
    place.trust.credentials.note_try(
        kept.user, failures=failures, locked_until=now + wait if wait else None
    )
    place.trust.trail.write(
        [
            AuditEntry(
                AuditAction.SIGN_IN_FAILED,
                kept.user,
                now,
                what,
                outcome="refused",
                detail={"failures": failures},
            )
        ]
    )
    left = FREE_TRIES - failures
    return Refused(
        "SECRET_WRONG",
        f"That is not the {kept.method.value} of {kept.user}",
        next_step=f"{left} tries left" if left > 0 else f"Wait {int(wait.total_seconds())} s",
        field=field,
    )
