"""Who acts: roles, practitioners, and the actor of a command."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cache
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from domain.ids import EncounterId, PractitionerId, WardId


class Role(StrEnum):
    """What a person may be on a ward (decision 18)."""

    PHYSICIAN = "physician"
    SENIOR_PHYSICIAN = "senior_physician"
    NURSE = "nurse"
    CHARGE_NURSE = "charge_nurse"
    PHARMACIST = "pharmacist"
    PHARMACY_TECHNICIAN = "pharmacy_technician"
    PHARMACY_LEAD = "pharmacy_lead"
    PORTER = "porter"
    LABORATORY = "laboratory"
    LABORATORY_VERIFIER = "laboratory_verifier"
    IMAGING = "imaging"
    IMAGING_PHYSICIAN = "imaging_physician"
    BLOOD_BANK = "blood_bank"
    MEDICAL_AFFAIRS = "medical_affairs"
    DEPARTMENT_HEAD = "department_head"
    NURSING_MANAGER = "nursing_manager"
    RAPID_RESPONSE = "rapid_response"
    ADMINISTRATOR = "administrator"
    SYSTEM = "system"

    __hash__ = str.__hash__  # asked for each role that a row names; that of an enum is slow


ALIASES: Final[Mapping[str, Role]] = {
    "PHY": Role.PHYSICIAN,
    "MD": Role.PHYSICIAN,
    "PHY2": Role.SENIOR_PHYSICIAN,
    "SR": Role.SENIOR_PHYSICIAN,
    "RN": Role.NURSE,
    "NIC": Role.CHARGE_NURSE,
    "CN": Role.CHARGE_NURSE,
    "RPH": Role.PHARMACIST,
    "PH": Role.PHARMACIST,
    "PT": Role.PHARMACY_TECHNICIAN,
    "PHL": Role.PHARMACY_LEAD,
    "TRP": Role.PORTER,
    "PORT": Role.PORTER,
    "LAB": Role.LABORATORY,
    "LABV": Role.LABORATORY_VERIFIER,
    "RAD": Role.IMAGING,
    "IMG": Role.IMAGING,
    "RADV": Role.IMAGING_PHYSICIAN,
    "BB": Role.BLOOD_BANK,
    "MED": Role.MEDICAL_AFFAIRS,
    "MA": Role.MEDICAL_AFFAIRS,
    "DH": Role.DEPARTMENT_HEAD,
    "NM": Role.NURSING_MANAGER,
    "RRT": Role.RAPID_RESPONSE,
    "IT": Role.ADMINISTRATOR,
    "SYS": Role.SYSTEM,
}
"""Short codes: allowed in data files, nowhere else."""

# A charge nurse is a nurse, a senior physician a physician: what the junior may do, the senior may.
_INCLUDES: Final[Mapping[Role, frozenset[Role]]] = {
    Role.CHARGE_NURSE: frozenset({Role.NURSE}),
    Role.SENIOR_PHYSICIAN: frozenset({Role.PHYSICIAN}),
    Role.DEPARTMENT_HEAD: frozenset({Role.SENIOR_PHYSICIAN, Role.PHYSICIAN}),
    Role.PHARMACY_LEAD: frozenset({Role.PHARMACIST}),
    Role.LABORATORY_VERIFIER: frozenset({Role.LABORATORY}),
}


@cache
def with_included(roles: frozenset[Role]) -> frozenset[Role]:
    """The roles and all that they include."""
    return roles.union(*(_INCLUDES.get(role, frozenset()) for role in roles))


@dataclass(frozen=True, slots=True)
class Lent:
    """Roles that hold for a time beside a person's own: on some wards, or for one stay.

    Attributes:
        wards: where they hold; empty means on every ward, unless a stay is named.
        stay: the one stay for which they hold.
    """

    roles: frozenset[Role]
    wards: frozenset[WardId] = frozenset()
    stay: EncounterId | None = None

    def holds_on(self, ward: WardId, stay: EncounterId | None) -> bool:
        """Whether they hold on a ward, or for a stay there."""
        if self.stay is not None:
            return self.stay == stay
        return not self.wards or ward in self.wards


@dataclass(frozen=True, slots=True)
class Actor:
    """The person (or device) behind a command, with the roles they hold here and now.

    Attributes:
        user: the user name.
        roles: the roles that they hold, with those that these include.
        student: may act under supervision, may not witness.
        wards: the wards they work on; empty means every ward.
        lent: what they were granted for a time.
    """

    user: PractitionerId
    roles: frozenset[Role]
    student: bool = False
    wards: frozenset[WardId] = frozenset()
    lent: tuple[Lent, ...] = ()

    def holds(self, allowed: tuple[Role, ...]) -> bool:
        """Whether one of the allowed roles is theirs."""
        return not self.roles.isdisjoint(allowed)

    @property
    def is_system(self) -> bool:
        """A device or the program itself; it never counts as the same person as anybody."""
        return Role.SYSTEM in self.roles

    @property
    def everywhere(self) -> bool:
        """Whether their own roles hold on every ward, and nothing was granted beside."""
        return self.is_system or not (self.wards or self.lent)

    def anywhere(self) -> Actor:
        """With every role that they hold somewhere: for what is about no ward."""
        return replace(self, roles=self.roles.union(*(one.roles for one in self.lent)), lent=())

    def on(self, ward: WardId, stay: EncounterId | None = None) -> Actor | None:
        """As they are on a ward, for a stay there; None where they do not work there."""
        if self.everywhere:
            return self
        own = not self.wards or ward in self.wards
        lent = [one for one in self.lent if one.holds_on(ward, stay)]
        if not own and not lent:
            return None
        roles = frozenset[Role]().union(self.roles if own else (), *(one.roles for one in lent))
        # where the patient lies is looked at again under the lock, but for a stay opened to them
        bound = (own and bool(self.wards)) or any(one.stay is None for one in lent)
        return replace(self, roles=roles, wards=frozenset((ward,) if bound else ()), lent=())


@dataclass(frozen=True, slots=True)
class Practitioner:
    """A member of staff.

    Attributes:
        user: the user name, which is the id.
        name: as it is printed, "LI, Na".
        name_zh: the name in Chinese, empty where there is none.
        roles: the roles they hold.
        wards: the wards they work on; empty means every ward.
        badge: the code on the badge.
        active: whether they may act; a practitioner is disabled, never deleted.
    """

    user: PractitionerId
    name: str
    roles: frozenset[Role]
    name_zh: str = ""
    wards: frozenset[WardId] = frozenset()
    badge: str | None = None
    student: bool = False
    active: bool = True

    def actor(self, lent: tuple[Lent, ...] = ()) -> Actor:
        """The practitioner as the actor of a command, with what they were granted for a time."""
        return Actor(self.user, with_included(self.roles), self.student, self.wards, lent)


def parse_role(text: str) -> Role | None:
    """The role of a full name or a short code, or None."""
    if text in ALIASES:
        return ALIASES[text]
    return Role(text) if text in {role.value for role in Role} else None
