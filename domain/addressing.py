"""Whom an alert reaches: the nearest people of a role around a patient."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from domain.happenings import Assigned
    from domain.ids import EncounterId, PractitionerId, WardId
    from domain.people import Practitioner, Role

ON_CALL = "on_call"


def nearest(
    roles: frozenset[Role],
    *,
    encounter: EncounterId,
    ward: WardId,
    at_work: Sequence[Assigned],
    staff: Iterable[Practitioner],
) -> tuple[PractitionerId, ...]:
    """Who of these roles is nearest to a patient: the first circle in which there is anybody.

    Args:
        at_work: assignments in force, of this patient and of the ward.
        staff: everybody; the disabled are left out.

    Returns:
        Assigned to the patient; else on duty on the ward; else on call there; else all of the ward;
        by user name. A nurse who took over later stands instead of the one before.
    """
    able = {
        one.user: one for one in staff if one.active and one.actor().holds(tuple(sorted(roles)))
    }
    for circle in _circles(encounter, ward, at_work, able):
        found = sorted({user for user in circle if user in able})
        if found:
            return tuple(found)
    return ()


def _circles(
    encounter: EncounterId,
    ward: WardId,
    at_work: Sequence[Assigned],
    able: dict[PractitionerId, Practitioner],
) -> Iterator[Iterable[PractitionerId]]:
    here = sorted((one for one in at_work if one.encounter == encounter), key=_since)
    yield {one.kind: one.practitioner for one in here}.values()
    of_ward = [one for one in at_work if one.ward == ward and one.encounter is None]
    yield [one.practitioner for one in of_ward if one.kind != ON_CALL]
    yield [one.practitioner for one in of_ward if one.kind == ON_CALL]
    yield [user for user, one in able.items() if not one.wards or ward in one.wards]


def _since(one: Assigned) -> tuple[object, str]:
    return one.starts_at, one.practitioner
