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
        Refused: SECRET_NEEDED, SECRET_WRONG, LOCKED_OUT, NO_SECRET, CREDENTIAL_CHANGED; and
            SECRET_EXPIRED, where it was given by another and opens nothing but the setting of an
            own one.
    """
    kept = proved(place, user=user, secret=secret, what=what, field=field)
    if kept is None:
        return None
    if kept.must_change:
        raise Refused(
            "SECRET_EXPIRED",
            f"{user} was given this {kept.method.word} by another person",
            next_step="Set your own first (wardloop user secret)",
            field=field,
        )
    return kept.method


def proved(
    place: Workplace, *, user: PractitionerId, secret: str | None, what: str, field: str = "secret"
) -> Credential | None:
    """Check a person's secret as `prove` does, also one that was given to them by another.

    Raises:
        Refused: as `prove`, but for SECRET_EXPIRED.
    """
    trust = place.trust
    if not trust.credentials.secured():
        return None
    kept = trust.credentials.of(user)
    if kept is None:
        raise Refused(
            "NO_SECRET",
            f"{user} has no secret yet",
            next_step="An administrator gives a first one (wardloop user secret)",
            field=field,
        )
    _require_journalled(place, kept, field)
    if not secret:
        raise Refused(
            "SECRET_NEEDED",
            f"The secret of {user} is missing",
            next_step=f"Enter the {kept.method.word} of {user}",
            field=field,
        )
    now = trust.clock.now()
    if not trust.credentials.claim_try(user, now=now):
        raise _locked_out(trust.credentials.of(user) or kept, now, field)
    if not trust.hashing.verify(kept.encoded, secret):
        raise _wrong(place, trust.credentials.of(user) or kept, what, field)
    trust.credentials.clear_tries(user)
    return kept


def _require_journalled(place: Workplace, kept: Credential, field: str) -> None:
    """Refuse what the journal does not know: somebody changed it behind the program."""
    if place.trust.credentials.journalled(kept.user) != kept.fingerprint:
        raise Refused(
            "CREDENTIAL_CHANGED",
            f"What is kept of the secret of {kept.user} is not what the journal says",
            next_step="Tell the administrator: it was changed outside Wardloop",
            field=field,
        )


def _locked_out(kept: Credential, now: datetime, field: str) -> Refused:
    until = kept.locked_until or now
    seconds = int((until - now).total_seconds()) + 1
    return Refused(
        "LOCKED_OUT",
        f"Too many wrong secrets for {kept.user}",
        next_step=f"Wait {seconds} s, or ask an administrator for a new secret",
        field=field,
    )


def _wrong(place: Workplace, kept: Credential, what: str, field: str) -> Refused:
    """The refusal of a wrong secret, which the credential has counted by now."""
    trust = place.trust
    entry = AuditEntry(
        AuditAction.SIGN_IN_FAILED,
        kept.user,
        trust.clock.now(),
        what,
        outcome="refused",
        detail={"failures": kept.failures},
    )
    trust.trail.write([entry])
    left = FREE_TRIES - kept.failures
    seconds = int(wait_after(kept.failures).total_seconds())
    return Refused(
        "SECRET_WRONG",
        f"That is not the {kept.method.word} of {kept.user}",
        next_step=f"{left} tries left" if left > 0 else f"Wait {seconds} s before the next try",
        field=field,
    )
