"""The one table of permissions: which roles may ask for which use case, and on whose ward.

`docs/permissions.md` is made of it, and a test tries every use case with every role.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from domain.people import Role

if TYPE_CHECKING:
    from collections.abc import Mapping


class Where(StrEnum):
    """What a person's wards mean for a use case. Who names no wards works on every one."""

    PATIENT = "patient"
    """The patient lies on a ward of theirs, or the stay was opened to them."""
    WARD = "ward"
    """The ward that is named is one of theirs."""
    SEEN = "seen"
    """They see the patients of their wards, and the stays that were opened to them."""
    NOWHERE = "nowhere"
    """It is about no patient: wards do not matter."""


@dataclass(frozen=True, slots=True)
class Gate:
    """Who may ask for a use case, and where.

    Attributes:
        roles: those that include one of them, too (a charge nurse is a nurse).
    """

    roles: tuple[Role, ...]
    where: Where


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
_AUDITING: Final = (Role.ADMINISTRATOR, Role.MEDICAL_AFFAIRS, Role.NURSING_MANAGER)
_PEOPLE: Final = tuple(role for role in Role if role is not Role.SYSTEM)
_TREATING: Final = tuple(role for role in _CLINICAL if role is not Role.SYSTEM)
_REVIEWING: Final = (Role.MEDICAL_AFFAIRS, Role.NURSING_MANAGER)

GATES: Final[Mapping[str, Gate]] = MappingProxyType(
    {
        "order.draft": Gate(_CLINICAL, Where.PATIENT),
        "order.sign": Gate(_CLINICAL, Where.PATIENT),
        "order.revise": Gate(_CLINICAL, Where.PATIENT),
        "order.hold": Gate(_CLINICAL, Where.PATIENT),
        "order.release": Gate(_CLINICAL, Where.PATIENT),
        "order.discontinue": Gate(_CLINICAL, Where.PATIENT),
        "order.cancel": Gate(_CLINICAL, Where.PATIENT),
        "order.need": Gate(_CLINICAL, Where.PATIENT),
        "order.show": Gate(_ANYONE, Where.PATIENT),
        "step.record": Gate(_CLINICAL, Where.PATIENT),
        "worklist.show": Gate(_ANYONE, Where.SEEN),
        "patient.admit": Gate(_BEDSIDE, Where.WARD),
        "patient.transfer": Gate(_BEDSIDE, Where.PATIENT),
        "patient.discharge": Gate(_BEDSIDE, Where.PATIENT),
        "patient.death": Gate((Role.PHYSICIAN, Role.ADMINISTRATOR, Role.SYSTEM), Where.PATIENT),
        "patient.link": Gate(
            (Role.MEDICAL_AFFAIRS, Role.ADMINISTRATOR, Role.SYSTEM), Where.NOWHERE
        ),
        "patient.band": Gate(_BEDSIDE, Where.PATIENT),
        "patient.show": Gate(_ANYONE, Where.SEEN),
        "observe.vitals": Gate((Role.NURSE, Role.PHYSICIAN, Role.SYSTEM), Where.PATIENT),
        "observe.result": Gate(_CLINICAL, Where.PATIENT),
        "observe.withdraw": Gate(
            (Role.NURSE, Role.PHYSICIAN, Role.LABORATORY, Role.SYSTEM), Where.PATIENT
        ),
        "allergy.record": Gate(
            (Role.PHYSICIAN, Role.NURSE, Role.PHARMACIST, Role.SYSTEM), Where.PATIENT
        ),
        "weight.record": Gate((Role.NURSE, Role.PHYSICIAN, Role.SYSTEM), Where.PATIENT),
        "pregnancy.record": Gate((Role.NURSE, Role.PHYSICIAN, Role.SYSTEM), Where.PATIENT),
        "condition.record": Gate((Role.NURSE, Role.PHYSICIAN, Role.SYSTEM), Where.PATIENT),
        "note.record": Gate((Role.NURSE, Role.PHYSICIAN, Role.SYSTEM), Where.PATIENT),
        "ward.list": Gate(_ANYONE, Where.NOWHERE),
        "ward.set": Gate((Role.ADMINISTRATOR,), Where.NOWHERE),
        "user.add": Gate((Role.ADMINISTRATOR,), Where.NOWHERE),
        "user.disable": Gate((Role.ADMINISTRATOR,), Where.NOWHERE),
        "user.list": Gate(_ANYONE, Where.NOWHERE),
        "secret.set": Gate(_ANYONE, Where.NOWHERE),
        "secret.give": Gate((Role.ADMINISTRATOR,), Where.NOWHERE),
        "user.grant": Gate(_IN_CHARGE, Where.WARD),
        "user.delegate": Gate(_PEOPLE, Where.NOWHERE),
        "user.take_back": Gate(_PEOPLE, Where.NOWHERE),
        "access.open": Gate(_TREATING, Where.NOWHERE),
        "access.list": Gate(_REVIEWING, Where.NOWHERE),
        "access.review": Gate(_REVIEWING, Where.NOWHERE),
        "staff.show": Gate(_ANYONE, Where.WARD),
        "staff.assign": Gate(_IN_CHARGE, Where.WARD),
        "staff.roster": Gate(_IN_CHARGE, Where.WARD),
        "catalogue.import": Gate((Role.ADMINISTRATOR, Role.PHARMACY_LEAD), Where.NOWHERE),
        "import.records": Gate((Role.ADMINISTRATOR,), Where.NOWHERE),
        "catalogue.list": Gate(_ANYONE, Where.NOWHERE),
        "alert.list": Gate(_ANYONE, Where.SEEN),
        "alert.metrics": Gate(_ANYONE, Where.NOWHERE),
        "alert.acknowledge": Gate((*_CLINICAL, Role.ADMINISTRATOR), Where.PATIENT),
        "alert.snooze": Gate(_CLINICAL, Where.PATIENT),
        "alert.override": Gate(_CLINICAL, Where.PATIENT),
        "alert.review": Gate((Role.PHARMACIST,), Where.PATIENT),
        "alert.sign": Gate((Role.PHYSICIAN,), Where.PATIENT),
        "risk.show": Gate(_ANYONE, Where.SEEN),
        "watch.pass": Gate((Role.SYSTEM,), Where.NOWHERE),
        "safety.list": Gate(_FOLLOWING_UP, Where.NOWHERE),
        "safety.follow_up": Gate(_FOLLOWING_UP, Where.NOWHERE),
        "audit.show": Gate(_AUDITING, Where.NOWHERE),
        "audit.verify": Gate(_AUDITING, Where.NOWHERE),
        "audit.seal": Gate((Role.ADMINISTRATOR,), Where.NOWHERE),
        "site.approve": Gate(_DECIDING, Where.NOWHERE),
        "site.show": Gate(_ANYONE, Where.NOWHERE),
        "export.deidentified": Gate((Role.ADMINISTRATOR, Role.MEDICAL_AFFAIRS), Where.NOWHERE),
    }
)
"""Of orders and steps the loop file says more, so that a hospital's own loop needs no row here."""
