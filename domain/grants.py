"""What people were granted for a time: a role on a ward, a delegation, a stay opened in need.

A grant ends by itself. It adds to what a person is; nothing of theirs is taken by it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from domain.ids import derived
from domain.people import Lent, Role, with_included

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from domain.ids import CommandId, EncounterId, PractitionerId, WardId
    from domain.people import Practitioner

OPEN_FOR: Final = timedelta(hours=4)
"""How long a stay that somebody opened in need stays open to them [C]."""
LONGEST: Final = timedelta(days=31)
"""The longest time of a grant [C]: what lasts longer belongs into the roles."""
_STANDS_IN: Final[Mapping[Role, frozenset[Role]]] = {
    Role.NURSING_MANAGER: frozenset({Role.CHARGE_NURSE}),
    Role.MEDICAL_AFFAIRS: frozenset({Role.DEPARTMENT_HEAD, Role.SENIOR_PHYSICIAN}),
}
_NEVER_DELEGATED: Final = frozenset({Role.ADMINISTRATOR, Role.SYSTEM})


class GrantKind(StrEnum):
    """How a grant came about."""

    SHIFT = "shift"
    """A role on a ward for a span of work, given by who is in charge."""
    DELEGATION = "delegation"
    """A role handed on for a time by who holds it."""
    BREAK_GLASS = "break_glass"
    """One patient's stay, opened by somebody who does not work on the ward."""


class Verdict(StrEnum):
    """What the review of an opened stay found."""

    JUSTIFIED = "justified"
    NOT_JUSTIFIED = "not_justified"


@dataclass(frozen=True, slots=True)
class Review:
    """Who looked at why a stay was opened, and what they found."""

    by: PractitionerId
    at: datetime
    verdict: Verdict
    note: str = ""


@dataclass(frozen=True, slots=True)
class Grant:
    """One grant.

    Attributes:
        role: none for an opened stay: there the user's own roles hold.
        ward: where the role holds; none: wherever the giver works.
        encounter: the stay that was opened.
        ends_at: from then on it holds no more.
    """

    id: str
    kind: GrantKind
    user: PractitionerId
    given_by: PractitionerId
    starts_at: datetime
    ends_at: datetime
    reason: str
    role: Role | None = None
    ward: WardId | None = None
    encounter: EncounterId | None = None
    review: Review | None = None

    def runs(self, now: datetime) -> bool:
        """Whether it holds at an instant."""
        return self.starts_at <= now < self.ends_at


def grant_id(command: CommandId) -> str:
    """The id of the grant that a command makes."""
    return derived("grant", command)


def may_stand_in(person: Practitioner, role: Role) -> bool:
    """Whether a role may be handed on to a person: to who is near it by profession.

    A charge nurse's role goes to a nurse, a head's to a physician, never a physician's to a nurse.
    """
    if role in _NEVER_DELEGATED or person.student:
        return False
    near = with_included(frozenset({role})) | _STANDS_IN.get(role, frozenset())
    return not near.isdisjoint(with_included(person.roles))


def lent_by(
    grants: Iterable[Grant], person: Practitioner, givers: Mapping[PractitionerId, Practitioner]
) -> tuple[Lent, ...]:
    """What running grants add to a person: of a delegation never more than its giver holds now.

    Args:
        givers: who gave the delegations; one that is missing gives nothing.
    """
    return tuple(
        lent for grant in grants if (lent := _lent(grant, person, givers.get(grant.given_by)))
    )


def _lent(grant: Grant, person: Practitioner, giver: Practitioner | None) -> Lent | None:
    if grant.role is None:
        return Lent(with_included(person.roles), stay=grant.encounter)
    roles = with_included(frozenset({grant.role}))
    wards = frozenset() if grant.ward is None else frozenset({grant.ward})
    if grant.kind is not GrantKind.DELEGATION:
        return Lent(roles, wards)
    if giver is None or not giver.active or grant.role not in with_included(giver.roles):
        return None
    if not giver.wards:
        return Lent(roles, wards)
    wards = giver.wards & wards if wards else giver.wards
    return Lent(roles, wards) if wards else None
