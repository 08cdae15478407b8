"""Where patients are: moving, discharging; who is who; which wristband counts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from domain.commands import ChangeFields
from domain.errors import InvalidInput, NotFound, Refused
from domain.happenings import (
    BandReplaced,
    Happening,
    MovedTo,
    Noun,
    PatientLinked,
    StayEnded,
)
from domain.ids import EncounterId
from domain.patients import Encounter, Patient
from domain.services.admitting import moment_of, require_free_bed, told
from domain.services.authorising import authorised
from domain.services.signing import end
from domain.services.writing import carry_out

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from domain.happenings import CareBody
    from domain.ids import CommandId, OrderId, WardId
    from domain.ports import Reads
    from domain.services.workplace import Changes, Workplace
    from domain.services.writing import Writing


TRANSFERRED: Final = "transferred"
"""The task field that says that the patient changed wards while the task ran."""


def transfer(
    place: Workplace,
    *,
    user: str,
    command: CommandId,
    encounter: EncounterId,
    ward: WardId,
    bed: str,
    at: datetime | None = None,
) -> Changes:
    """Move a patient to another bed; what is not done yet goes with them (MX22).

    Running tasks of loops that ask for it are marked: their identity is checked again.

    Raises:
        NotFound: no such stay, ward or bed.
        Refused: the stay has ended, or the bed is taken.
    """

    def act(writing: Writing, stay: Encounter, moment: datetime) -> None:
        require_free_bed(place.reads, ward, bed, leaving=encounter)
        if ward != stay.ward:
            for order in writing.open_orders(encounter):
                _mark_transferred(writing, order)
        body = MovedTo(ward, bed)
        writing.tell([_of_stay(writing, encounter, body, moment)])

    said = (ward, bed, at)
    return _on_stay(place, user, command, encounter, "patient.transfer", act, at=at, said=said)


def _mark_transferred(writing: Writing, order: OrderId) -> None:
    case = writing.case(order)
    loops = writing.loops(case.order.encounter_id)
    for task in case.tasks.values():
        declared = {use.name for use in loops.get(task.loop).task_fields}
        if task.started and not task.state.terminal and TRANSFERRED in declared:
            writing.decide(
                ChangeFields(
                    order=order,
                    task=task.id,
                    actor=writing.actor,
                    at=writing.now,
                    fields={TRANSFERRED: True},
                )
            )


def discharge(
    place: Workplace,
    *,
    user: str,
    command: CommandId,
    encounter: EncounterId,
    destination: str = "",
    at: datetime | None = None,
) -> Changes:
    """End a stay and stop every open order; what runs is still to be ended (MX22, X15).

    Raises:
        NotFound: no such stay.
        Refused: it has ended.
    """
    return _end_stay(place, user, command, encounter, "discharge", destination=destination, at=at)


def death(
    place: Workplace,
    *,
    user: str,
    command: CommandId,
    encounter: EncounterId,
    at: datetime | None = None,
) -> Changes:
    """Record that the patient died: ends the stay and stops every open order (MX22).

    Raises:
        NotFound: no such stay.
        Refused: it has ended.
    """
    return _end_stay(place, user, command, encounter, "death", destination="", at=at)


def _end_stay(
    place: Workplace,
    user: str,
    command: CommandId,
    encounter: EncounterId,
    how: str,
    *,
    destination: str,
    at: datetime | None,
) -> Changes:
    def act(writing: Writing, _stay: Encounter, moment: datetime) -> None:
        for order in writing.open_orders(encounter):
            end(writing, order, act=how, actor=writing.actor, reason=how)
        body = StayEnded(how, destination)
        writing.tell([_of_stay(writing, encounter, body, moment)])

    said = (destination, at)
    return _on_stay(place, user, command, encounter, f"patient.{how}", act, at=at, said=said)


def _on_stay(  # noqa: PLR0917 - the private frame of four use cases
    place: Workplace,
    user: str,
    command: CommandId,
    encounter: EncounterId,
    use_case: str,
    act: Callable[[Writing, Encounter, datetime], None],
    *,
    at: datetime | None = None,
    said: object = None,
) -> Changes:
    actor = authorised(place.reads, user, use_case, stays=(encounter,))

    def on_active(writing: Writing) -> None:
        stay = writing.stay(encounter)
        if not stay.active:
            raise Refused(
                "STAY_ENDED",
                "The stay has ended",
                next_step="Admit the patient again",
                field="encounter",
            )
        act(writing, stay, moment_of(writing, at))

    return carry_out(
        place,
        command=command,
        actor=actor,
        kind=use_case,
        encounters=(encounter,),
        act=on_active,
        said=(encounter, said),
    )


def replace_band(
    place: Workplace, *, user: str, command: CommandId, encounter: EncounterId
) -> Changes:
    """Count a new wristband; from now on the older ones are refused (loop specification 11.1).

    Raises:
        NotFound: no such stay.
        Refused: it has ended.
    """

    def act(writing: Writing, stay: Encounter, moment: datetime) -> None:
        body = BandReplaced(stay.band_instance + 1)
        writing.tell([_of_stay(writing, encounter, body, moment)])

    return _on_stay(place, user, command, encounter, "patient.band", act)


def _of_stay(writing: Writing, encounter: EncounterId, body: CareBody, at: datetime) -> Happening:
    return told(writing, body, noun=Noun.ENCOUNTER, stream=encounter, encounter=encounter, at=at)


def link(place: Workplace, *, user: str, command: CommandId, mrn: str, into: str) -> Changes:
    """Say that two record numbers are one person; `mrn` is read as `into` from now on (ADT A40).

    Raises:
        NotFound: a record number is not known.
        InvalidInput: they are the same.
    """
    actor = authorised(place.reads, user, "patient.link")
    patient, target = (
        by_mrn(place.reads, field, value) for field, value in (("mrn", mrn), ("into", into))
    )
    if patient.id == target.id:
        raise InvalidInput("into", "is the same record", right="the record that remains")

    def act(writing: Writing) -> None:
        body = PatientLinked(patient.id, target.id)
        writing.tell(
            [
                told(
                    writing,
                    body,
                    noun=Noun.PATIENT,
                    stream=patient.id,
                    encounter=None,
                    at=writing.now,
                )
            ]
        )

    return carry_out(
        place, command=command, actor=actor, kind="patient.link", act=act, said=(mrn, into)
    )


def by_mrn(reads: Reads, field: str, mrn: str) -> Patient:
    """The patient of a record number; `NotFound` names the field."""
    found = reads.patient_by_mrn(mrn)
    if found is None:
        raise NotFound(field, mrn, right="a record number that is known")
    return found
