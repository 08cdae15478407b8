"""Wards and the stays in them, to look at."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from domain.errors import InvalidInput, NotFound
from domain.happenings import (
    Happening,
    Noun,
    WardSet,
)
from domain.ids import EncounterId
from domain.patients import Encounter, Patient
from domain.services.admitting import stay_of
from domain.services.authorising import at_stays, authorised, sees
from domain.services.care import by_mrn
from domain.services.writing import carry_out

if TYPE_CHECKING:
    from domain.ids import CommandId, OrderId, WardId
    from domain.patients import Ward
    from domain.ports import Reads
    from domain.services.workplace import Changes, Workplace
    from domain.services.writing import Writing


@dataclass(frozen=True, slots=True)
class Stay:
    """A stay with its patient and all its orders, in the order in which they were placed."""

    patient: Patient
    encounter: Encounter
    orders: tuple[OrderId, ...] = ()


def set_ward(place: Workplace, *, user: str, command: CommandId, ward: Ward) -> Changes:
    """Make or change a ward.

    Raises:
        InvalidInput: it has no beds, or one twice.
    """
    actor = authorised(place.reads, user, "ward.set")
    if not ward.beds or len(set(ward.beds)) != len(ward.beds):
        raise InvalidInput("beds", "no bed, or one twice", right='["01", "02"]')

    def act(writing: Writing) -> None:
        told = Happening(
            noun=Noun.WARD,
            stream=ward.id,
            body=WardSet(ward),
            actor=actor.user,
            at=writing.now,
            recorded_at=writing.now,
            ward=ward.id,
        )
        writing.tell([told])

    return carry_out(place, command=command, actor=actor, kind="ward.set", act=act, said=ward)


def list_wards(place: Workplace, *, user: str) -> tuple[Ward, ...]:
    """All wards."""
    authorised(place.reads, user, "ward.list")
    return place.reads.wards()


def list_stays(
    place: Workplace, *, user: str, ward: WardId | None = None, active: bool = True
) -> tuple[Stay, ...]:
    """Stays with their patients, in bed order, without their orders; those that the user sees.

    Raises:
        NotAuthorised: the user does not work on the ward that is named.
    """
    actor = authorised(place.reads, user, "patient.show", ward=ward)
    stays = place.reads.encounters(ward=ward, active=active)
    return tuple(Stay(_patient(place.reads, stay), stay) for stay in stays if sees(actor, stay))


def show_stay(
    place: Workplace, *, user: str, encounter: EncounterId | None = None, mrn: str | None = None
) -> Stay:
    """A stay with its patient and orders: of an id, or the present (else last) one of a patient.

    Raises:
        NotFound: there is none.
        InvalidInput: neither is given.
        NotAuthorised: the patient lies on a ward where the user does not work.
    """
    actor = authorised(place.reads, user, "patient.show")
    reads = place.reads
    if encounter is not None:
        stay = reads.encounter(encounter)
    elif mrn is not None:
        stay = stay_of(reads, by_mrn(reads, "mrn", mrn))
    else:
        raise InvalidInput("encounter", "nobody is named", right="encounter or mrn")
    if stay is None:
        raise NotFound("encounter", str(encounter or mrn), right="the id of a stay")
    at_stays(reads, actor, (stay.id,))
    return Stay(_patient(reads, stay), stay, reads.orders_of(stay.id))


def _patient(reads: Reads, stay: Encounter) -> Patient:
    return cast("Patient", reads.patient(stay.patient_id))  # a stay is never without its patient
