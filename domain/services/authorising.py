"""The one gate before every use case: who may ask for what. Of a step, its loop asks more."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from domain.errors import InvalidInput, NotAuthorised, NotFound, Refused
from domain.grants import lent_by
from domain.ids import PractitionerId, WardId
from domain.people import Actor, Role
from domain.services.permissions import GATES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from domain.ids import EncounterId, OrderId
    from domain.patients import Encounter
    from domain.people import Lent, Practitioner
    from domain.ports import Reads
    from domain.records import Source

SYSTEM: Final = Actor(PractitionerId("system"), frozenset({Role.SYSTEM}))
"""The program itself: the passing of time. Nobody signs in by this name."""


def authorise(actor: Actor, use_case: str) -> None:
    """Let an actor through to a use case.

    Raises:
        NotAuthorised: none of their roles opens it.
    """
    allowed = GATES[use_case].roles
    if not actor.holds(allowed):
        needs = " or ".join(role.value for role in allowed)
        raise NotAuthorised(f"{actor.user} may not do {use_case}", needs=needs)


def practitioner_as_actor(reads: Reads, user: str, *, field: str) -> Actor:
    """Who a user name stands for, with their roles.

    Raises:
        InvalidInput: no name is given.
        NotFound: nobody bears it.
        NotAuthorised: it is the program's own name.
        Refused: they are disabled.
    """
    if not user:
        raise InvalidInput(field, "a user name is missing", right="--user NAME")
    if user == SYSTEM.user:
        raise NotAuthorised(f"{user} is the program itself", needs="a user's name", field=field)
    person = reads.practitioner(PractitionerId(user))
    if person is None:
        raise NotFound(field, user, right="a user that `wardloop user list` names")
    if not person.active:
        raise Refused(
            "USER_DISABLED",
            f"The user {user} is disabled",
            next_step="An administrator may enable them (user add)",
            field=field,
        )
    return person.actor(_lent(reads, person))


def _lent(reads: Reads, person: Practitioner) -> tuple[Lent, ...]:
    """What a person was granted for a time that runs now."""
    grants = reads.running_grants(person.user)
    if not grants:
        return ()
    givers = (reads.practitioner(grant.given_by) for grant in grants)
    return lent_by(grants, person, {one.user: one for one in givers if one is not None})


def authorised(
    reads: Reads,
    user: str,
    use_case: str,
    *,
    stays: Sequence[EncounterId] = (),
    order: OrderId | None = None,
    ward: WardId | None = None,
) -> Actor:
    """The actor of a use case, once they are known and let through.

    Where a patient or a ward is named, they have the roles that they hold there; else all roles
    that they hold anywhere count.

    Args:
        stays: whose patients it is about; what is not known is for the use case to refuse.
        order: whose patient it is about.
        ward: the ward it is about.

    Raises:
        NotFound: nobody bears the name.
        NotAuthorised: none of their roles opens the use case, or they do not work there.
    """
    actor = practitioner_as_actor(reads, user, field="actor")
    authorise(actor.anywhere(), use_case)
    if actor.everywhere:
        return actor
    if order is not None:
        found = reads.encounter_of_order(order)
        stays = () if found is None else (found,)
    if ward is None and not stays:
        return actor
    there = [require_ward(actor, ward)] if ward is not None else []
    actor = _on_all([*there, *_at_each(reads, actor, stays)], actor)
    authorise(actor, use_case)
    return actor


def at_stays(reads: Reads, actor: Actor, stays: Sequence[EncounterId]) -> Actor:
    """An actor with the roles that they hold for all of these stays.

    Raises:
        NotAuthorised: they do not work on the ward of one of them.
    """
    return actor if actor.everywhere else _on_all(_at_each(reads, actor, stays), actor)


def _at_each(reads: Reads, actor: Actor, stays: Sequence[EncounterId]) -> list[Actor]:
    known = [stay for one in dict.fromkeys(stays) if (stay := reads.encounter(one)) is not None]
    return [require_ward(actor, stay.ward, stay.id) for stay in known]


def _on_all(there: Sequence[Actor], otherwise: Actor) -> Actor:
    """With the roles that somebody holds at each of these places."""
    if not there:
        return otherwise
    roles = frozenset.intersection(*(one.roles for one in there))
    bound = all(one.wards for one in there)
    wards = frozenset[WardId]().union(*(one.wards for one in there if bound))
    return replace(there[0], roles=roles, wards=wards)


def sees(actor: Actor, stay: Encounter) -> bool:
    """Whether a list shows a patient to somebody: on a ward of theirs, or opened to them."""
    return actor.on(stay.ward, stay.id) is not None


def second_person(reads: Reads, user: str, *, field: str) -> Actor:
    """Who stands beside an act, as witness or as the second of an override: always a person.

    Raises:
        NotFound: nobody bears the name.
        NotAuthorised: it is the program or an interface account.
        Refused: they are disabled.
    """
    actor = practitioner_as_actor(reads, user, field=field)
    if actor.is_system:
        raise NotAuthorised(f"{user} is no person", needs="another person", field=field)
    return replace(actor, lent=())  # beside a bed stands who is fetched, by their own roles


def require_own(sender: Actor, source: Source, *, named: str | None = None) -> None:
    """Let only an interface account tell what a machine recorded, or what another person did.

    Args:
        sender: who is signed in.
        source: where the record comes from.
        named: whose act it is, where the entry says so (decision 48).

    Raises:
        NotAuthorised: the sender is a person.
    """
    if sender.is_system:
        return
    needs = "an interface account (role system)"
    if source.from_machine:
        raise NotAuthorised(
            f"{sender.user} is no machine: {source.value}", needs=needs, field="source"
        )
    if named is not None and named != sender.user:
        raise NotAuthorised(f"{sender.user} may not record for {named}", needs=needs)


def require_ward(actor: Actor, ward: WardId, stay: EncounterId | None = None) -> Actor:
    """An actor as they are on a ward; who names no wards works on every one.

    Raises:
        NotAuthorised: they do not work there, and the stay was not opened to them.
    """
    there = actor.on(ward, stay)
    if there is None:
        raise NotAuthorised(
            f"{actor.user} does not work on ward {ward}",
            needs=f"a user of ward {ward}, or the stay opened with a reason (access open)",
        )
    return there
