"""The one gate before every use case: who may ask for what. Of a step, its loop asks more."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from domain.errors import InvalidInput, NotAuthorised, NotFound, Refused
from domain.ids import PractitionerId
from domain.people import Actor, Role

if TYPE_CHECKING:
    from collections.abc import Mapping

    from domain.ids import WardId
    from domain.ports import Reads
    from domain.records import Source

SYSTEM: Final = Actor(PractitionerId("system"), frozenset({Role.SYSTEM}))
"""The program itself: the passing of time. Nobody signs in by this name."""

_ANYONE: Final = tuple(Role)
_CLINICAL: Final = tuple(role for role in Role if role is not Role.ADMINISTRATOR)
_BEDSIDE: Final = (Role.PHYSICIAN, Role.NURSE, Role.ADMINISTRATOR, Role.SYSTEM)
_IN_CHARGE: Final = (Role.CHARGE_NURSE, Role.NURSING_MANAGER, Role.ADMINISTRATOR)
_FOLLOWING_UP: Final = (
    Role.MEDICAL_AFFAIRS,
    Role.NURSING_MANAGER,
    Role.DEPARTMENT_HEAD,
    Role.PHARMACY_LEAD,
)
_DECIDING: Final = (*_FOLLOWING_UP, Role.ADMINISTRATOR)

GATES: Final[Mapping[str, tuple[Role, ...]]] = MappingProxyType(
    {
        "order.draft": _CLINICAL,
        "order.sign": _CLINICAL,
        "order.revise": _CLINICAL,
        "order.hold": _CLINICAL,
        "order.release": _CLINICAL,
        "order.discontinue": _CLINICAL,
        "order.cancel": _CLINICAL,
        "order.need": _CLINICAL,
        "order.show": _ANYONE,
        "step.record": _CLINICAL,
        "worklist.show": _ANYONE,
        "patient.admit": _BEDSIDE,
        "patient.transfer": _BEDSIDE,
        "patient.discharge": _BEDSIDE,
        "patient.death": (Role.PHYSICIAN, Role.ADMINISTRATOR, Role.SYSTEM),
        "patient.link": (Role.MEDICAL_AFFAIRS, Role.ADMINISTRATOR, Role.SYSTEM),
        "patient.band": _BEDSIDE,
        "patient.show": _ANYONE,
        "observe.vitals": (Role.NURSE, Role.PHYSICIAN, Role.SYSTEM),
        "observe.result": _CLINICAL,
        "observe.withdraw": (Role.NURSE, Role.PHYSICIAN, Role.LABORATORY, Role.SYSTEM),
        "allergy.record": (Role.PHYSICIAN, Role.NURSE, Role.PHARMACIST, Role.SYSTEM),
        "weight.record": (Role.NURSE, Role.PHYSICIAN, Role.SYSTEM),
        "pregnancy.record": (Role.NURSE, Role.PHYSICIAN, Role.SYSTEM),
        "condition.record": (Role.NURSE, Role.PHYSICIAN, Role.SYSTEM),
        "note.record": (Role.NURSE, Role.PHYSICIAN, Role.SYSTEM),
        "ward.set": (Role.ADMINISTRATOR,),
        "user.add": (Role.ADMINISTRATOR,),
        "user.disable": (Role.ADMINISTRATOR,),
        "user.list": _ANYONE,
        "secret.set": _ANYONE,
        "secret.give": (Role.ADMINISTRATOR,),
        "staff.assign": _IN_CHARGE,
        "staff.roster": _IN_CHARGE,
        "catalogue.import": (Role.ADMINISTRATOR, Role.PHARMACY_LEAD),
        "catalogue.list": _ANYONE,
        "alert.list": _ANYONE,
        "alert.acknowledge": (*_CLINICAL, Role.ADMINISTRATOR),
        "alert.snooze": _CLINICAL,
        "alert.override": _CLINICAL,
        "alert.review": (Role.PHARMACIST,),
        "alert.sign": (Role.PHYSICIAN,),
        "risk.show": _ANYONE,
        "watch.pass": (Role.SYSTEM,),
        "safety.list": _FOLLOWING_UP,
        "safety.follow_up": _FOLLOWING_UP,
        "site.approve": _DECIDING,
        "site.show": _ANYONE,
        "export.deidentified": (Role.ADMINISTRATOR, Role.MEDICAL_AFFAIRS),
    }
)
"""Use case to the roles that may ask for it, those that include them too.

Of orders and steps the loop file says more, so that a hospital's own loop needs no row here.
"""


def authorise(actor: Actor, use_case: str) -> None:
    """Let an actor through to a use case.

    Raises:
        NotAuthorised: none of their roles opens it.
    """
    allowed = GATES[use_case]
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
    return person.actor()


def authorised(reads: Reads, user: str, use_case: str) -> Actor:
    """The actor of a use case, once they are known and let through.

    Raises:
        NotFound: nobody bears the name.
        NotAuthorised: none of their roles opens the use case.
    """
    actor = practitioner_as_actor(reads, user, field="actor")
    authorise(actor, use_case)
    return actor


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
    return actor


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


def require_ward(actor: Actor, ward: WardId) -> None:
    """Keep an actor to the wards they work on; who names none works on every ward.

    Raises:
        NotAuthorised: the patient lies on another ward.
    """
    if actor.wards and ward not in actor.wards:
        raise NotAuthorised(
            f"{actor.user} does not work on ward {ward}", needs=f"a user of ward {ward}"
        )
