"""Roles for a time: on a ward for a shift, or handed on by who holds them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from domain.errors import InvalidInput, NotAuthorised, NotFound, Refused
from domain.grants import LONGEST, Grant, GrantKind, grant_id, may_stand_in
from domain.happenings import Granted, GrantTakenBack, Happening, Noun
from domain.ids import PractitionerId
from domain.people import Role, with_included
from domain.services.authorising import authorised, require_ward
from domain.services.writing import carry_out

if TYPE_CHECKING:
    from datetime import datetime

    from domain.happenings import AccessReviewed
    from domain.ids import CommandId, WardId
    from domain.people import Actor, Practitioner
    from domain.services.workplace import Changes, Workplace
    from domain.services.writing import Writing

SHORTEST_REASON: Final = 5
"""Letters of a reason, at least [C]."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A role that somebody is to hold for a time.

    Attributes:
        name: who is to hold it.
        ward: where; none: wherever the giver works.
        starts_at: none: from now on.
    """

    name: str
    role: Role
    ends_at: datetime
    reason: str
    ward: WardId | None = None
    starts_at: datetime | None = None


def grant_role(place: Workplace, *, user: str, command: CommandId, wanted: Wanted) -> Changes:
    """Let somebody work on a ward for a shift, in a role.

    Who is in charge of the ward lends it the roles that a person has; only an administrator gives
    another one.

    Raises:
        NotFound: no such user or ward.
        InvalidInput: the time or the reason is not right.
        NotAuthorised: the person does not have the role.
        Refused: it is for oneself, for an interface account or for somebody who is disabled.
    """
    actor = authorised(place.reads, user, "user.grant", ward=wanted.ward)
    _require_known(place, wanted.ward)
    person = _receiver(place, actor, wanted.name)
    if wanted.role in (Role.SYSTEM, Role.ADMINISTRATOR):
        raise InvalidInput("role", "this role is not lent", right="a role of those who treat")
    has = wanted.role in with_included(person.roles)
    if not has and Role.ADMINISTRATOR not in actor.roles:
        raise NotAuthorised(
            f"{person.user} is no {wanted.role.value}", needs=Role.ADMINISTRATOR.value, field="role"
        )
    return _grant(place, command, actor, wanted, kind=GrantKind.SHIFT, by="user.grant")


def delegate(place: Workplace, *, user: str, command: CommandId, wanted: Wanted) -> Changes:
    """Hand a role of one's own on to somebody for a time; one keeps it.

    Nobody hands on more than they hold, nor what was lent to them; and it holds only while they
    hold it themselves.

    Raises:
        NotFound: no such user.
        InvalidInput: the time or the reason is not right.
        NotAuthorised: it is not one's own role or ward.
        Refused: the receiver is a student, of another profession, or oneself.
    """
    actor = authorised(place.reads, user, "user.delegate")
    person = _receiver(place, actor, wanted.name)
    if wanted.role not in actor.roles:
        raise NotAuthorised(
            f"{actor.user} is no {wanted.role.value}", needs=wanted.role.value, field="role"
        )
    if wanted.ward is not None:
        _require_known(place, wanted.ward)
        require_ward(replace(actor, lent=()), wanted.ward)
    if not may_stand_in(person, wanted.role):
        raise Refused(
            "NO_STAND_IN",
            f"{person.user} may not stand in as {wanted.role.value}",
            next_step="Choose somebody of the same profession who is no student",
            field="user",
        )
    return _grant(place, command, actor, wanted, kind=GrantKind.DELEGATION, by="user.delegate")


def take_back(place: Workplace, *, user: str, command: CommandId, grant: str) -> Changes:
    """End a grant before its time: by who gave it, by who has it, or by an administrator.

    Raises:
        NotFound: no such grant.
        NotAuthorised: it is none of theirs.
        Refused: it has ended.
    """
    actor = authorised(place.reads, user, "user.take_back")
    found = place.reads.grant(grant)
    if found is None:
        raise NotFound("grant", grant, right="a grant that `wardloop user show` names")
    if actor.user not in (found.given_by, found.user) and Role.ADMINISTRATOR not in actor.roles:
        raise NotAuthorised(
            f"{actor.user} neither gave this nor has it", needs=Role.ADMINISTRATOR.value
        )

    def act(writing: Writing) -> None:
        present = place.reads.grant(grant)
        if present is None or present.ends_at <= writing.now:
            raise Refused(
                "GRANT_ENDED", "It has ended", next_step="Nothing is left to do", field="grant"
            )
        writing.tell([happening(present, GrantTakenBack(grant), actor, writing)])

    return carry_out(
        place,
        command=command,
        actor=without_wards(actor),
        kind="user.take_back",
        encounters=() if found.encounter is None else (found.encounter,),
        act=act,
        said=grant,
    )


def list_grants(
    place: Workplace,
    *,
    user: str,
    now: datetime,
    name: str | None = None,
    running: bool = True,
) -> tuple[Grant, ...]:
    """What people were granted for a time, the latest first, without stays opened in need.

    Args:
        name: of one user only.
        running: only what has not ended by `now`.
    """
    authorised(place.reads, user, "user.list")
    whose = None if name is None else PractitionerId(name)
    return tuple(
        grant
        for grant in place.reads.grants(user=whose)
        if grant.encounter is None and (grant.ends_at > now or not running)
    )


def happening(
    grant: Grant, body: Granted | GrantTakenBack | AccessReviewed, actor: Actor, writing: Writing
) -> Happening:
    """An event of a grant: of an opened stay on the stay's chain."""
    return Happening(
        noun=Noun.GRANT,
        stream=grant.id,
        body=body,
        actor=actor.user,
        at=writing.now,
        recorded_at=writing.now,
        encounter=grant.encounter,
        ward=None if grant.encounter is not None else grant.ward,
    )


def without_wards(actor: Actor) -> Actor:
    """An actor whom no lock of a stay asks for a ward: the act is about access, not care."""
    return replace(actor, wards=frozenset(), lent=())


def require_reason(reason: str) -> None:
    """Refuse a reason that says nothing.

    Raises:
        InvalidInput: it is too short.
    """
    if len(reason.strip()) < SHORTEST_REASON:
        right = f"at least {SHORTEST_REASON} letters in your words"
        raise InvalidInput("reason", "the reason is not said", right=right)


def _require_known(place: Workplace, ward: WardId | None) -> None:
    known = sorted(one.id for one in place.reads.wards())
    if ward not in known:
        raise NotFound("ward", ward or "", right=f"one of {', '.join(known)}")


def _receiver(place: Workplace, actor: Actor, name: str) -> Practitioner:
    person = place.reads.practitioner(PractitionerId(name))
    if person is None:
        raise NotFound("user", name, right="a user that `wardloop user list` names")
    if person.user == actor.user or not person.active or Role.SYSTEM in person.roles:
        raise Refused(
            "NO_RECEIVER",
            f"{name} cannot be given a role by {actor.user}",
            next_step="Choose another person, who works here",
            field="user",
        )
    return person


def _grant(
    place: Workplace,
    command: CommandId,
    actor: Actor,
    wanted: Wanted,
    *,
    kind: GrantKind,
    by: str,
) -> Changes:
    require_reason(wanted.reason)

    def act(writing: Writing) -> None:
        starts_at = wanted.starts_at or writing.now
        if wanted.ends_at <= max(starts_at, writing.now):
            raise InvalidInput("ends_at", "it has passed by then", right="an instant to come")
        if wanted.ends_at - starts_at > LONGEST:
            raise InvalidInput(
                "ends_at", "it is too long", right=f"{LONGEST.days} days at most; then again"
            )
        grant = Grant(
            id=grant_id(command),
            kind=kind,
            user=PractitionerId(wanted.name),
            given_by=actor.user,
            starts_at=starts_at,
            ends_at=wanted.ends_at,
            reason=wanted.reason.strip(),
            role=wanted.role,
            ward=wanted.ward,
        )
        writing.tell([happening(grant, Granted(grant), actor, writing)])

    return carry_out(place, command=command, actor=actor, kind=by, act=act, said=wanted)
