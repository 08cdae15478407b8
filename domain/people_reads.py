"""What the use cases ask of people: who works here, what was granted to them, who is near whom."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from domain.grants import Grant, GrantKind
    from domain.ids import EncounterId, PractitionerId, WardId
    from domain.people import Practitioner, Role


class PeopleReads(Protocol):
    """Questions about people without a lock; a part of `domain.ports.Reads`."""

    def practitioner(self, user: PractitionerId) -> Practitioner | None:
        """The member of staff of a user name."""
        ...

    def practitioners(self) -> tuple[Practitioner, ...]:
        """All staff, disabled ones too."""
        ...

    def running_grants(self, user: PractitionerId) -> tuple[Grant, ...]:
        """What a person was granted that runs at the clock's present instant.

        Nothing in a secured database whose clock was set (`--now`).
        """
        ...

    def grants(
        self, *, user: PractitionerId | None = None, kind: GrantKind | None = None
    ) -> tuple[Grant, ...]:
        """Grants, ended ones too, the latest first."""
        ...

    def grant(self, grant: str) -> Grant | None:
        """The grant of an id."""
        ...

    def assignments(self, ward: WardId, *, at: datetime) -> Mapping[EncounterId, PractitionerId]:
        """The nurse of each patient at an instant."""
        ...

    def people_of(
        self, roles: frozenset[Role], encounter: EncounterId, *, at: datetime
    ) -> tuple[PractitionerId, ...]:
        """Who of these roles looks after a patient at an instant, for an alert to reach.

        The nearest circle in which anybody holds one of the roles: who is assigned to the patient,
        else who is on duty on the ward, else who is on call there, else everybody of the ward.
        """
        ...
