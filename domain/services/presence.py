"""Who has proved in this process who they are. Nobody else acts in a secured database."""

from __future__ import annotations

from typing import TYPE_CHECKING

from domain.auditing import AuditAction, AuditEntry
from domain.errors import Refused
from domain.ids import PractitionerId
from domain.services.authorising import practitioner_as_actor
from domain.services.proving import prove

if TYPE_CHECKING:
    from domain.credentials import Method
    from domain.services.workplace import Workplace


class Presence:
    """The people who have signed in at one process.

    A secret that is changed or taken away later ends what was proved by it, wherever that was.
    """

    def __init__(self) -> None:
        self._proved_by: dict[PractitionerId, str] = {}

    def enter(self, place: Workplace, *, user: str, secret: str | None) -> Method | None:
        """Let a person act here, once their secret is right.

        Returns:
            by which kind of secret; None where no secret was ever set in this database.

        Raises:
            Refused: as `prove` says; or USER_DISABLED.
        """
        name = PractitionerId(user)
        method = prove(place, user=name, secret=secret, what="sign_in")
        if method is None:
            return None
        practitioner_as_actor(place.reads, name, field="user")
        kept = place.trust.credentials.of(name)
        self._proved_by[name] = "" if kept is None else kept.fingerprint
        trust = place.trust
        trust.trail.write([AuditEntry(AuditAction.SIGN_IN, name, trust.clock.now(), "sign_in")])
        return method

    def leave(self, place: Workplace, *, user: str) -> None:
        """Let a person act here no more until they sign in again; nothing where they had not."""
        name = PractitionerId(user)
        if self._proved_by.pop(name, None) is not None:
            trust = place.trust
            entry = AuditEntry(AuditAction.SIGN_OUT, name, trust.clock.now(), "sign_out")
            trust.trail.write([entry])

    def require(self, place: Workplace, user: str) -> None:
        """Refuse whoever has not proved here who they are.

        Raises:
            Refused: NOT_SIGNED_IN.
        """
        credentials = place.trust.credentials
        if not credentials.secured():
            return
        name = PractitionerId(user)
        proved_by = self._proved_by.get(name)
        kept = None if proved_by is None else credentials.of(name)
        if kept is None or kept.fingerprint != proved_by:
            raise Refused(
                "NOT_SIGNED_IN",
                f"{user} has not signed in here",
                next_step="Sign in with your secret",
                field="actor",
            )
