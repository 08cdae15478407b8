"""Who may sit down at this workstation, and on which ward they work."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from client.presenters.judging import badge_holder
from domain.grants import lent_by
from domain.people import Role

if TYPE_CHECKING:
    from collections.abc import Mapping

    from client.app import App
    from client.texts import Texts
    from domain.grants import Grant
    from domain.ids import PractitionerId, WardId
    from domain.patients import Ward
    from domain.people import Actor, Lent, Practitioner

_SHOWN_FIRST: Final = (
    Role.CHARGE_NURSE,
    Role.DEPARTMENT_HEAD,
    Role.SENIOR_PHYSICIAN,
    Role.PHYSICIAN,
    Role.NURSE,
)
_MOST_ALERTS: Final = 2000
_BOARD_FIRST: Final = frozenset({Role.CHARGE_NURSE, Role.NURSING_MANAGER, Role.ADMINISTRATOR})


@dataclass(frozen=True, slots=True)
class Staff:
    """Everybody who may sign in, and the wards.

    Attributes:
        secured: whether a secret is asked for.
        alerts: open alerts by severity on the ward that is shown: counts, no names.
        lent: roles that hold for a time that runs now.
    """

    people: tuple[Practitioner, ...]
    wards: tuple[Ward, ...]
    secured: bool = False
    alerts: Mapping[str, int] = field(default_factory=dict)
    lent: Mapping[PractitionerId, tuple[Lent, ...]] = field(default_factory=dict)

    def actor(self, person: Practitioner) -> Actor:
        """Somebody with what was lent to them."""
        return person.actor(self.lent.get(person.user, ()))


@dataclass(frozen=True, slots=True)
class Session:
    """Who works here now.

    Attributes:
        roles: all roles held, those that others include too.
    """

    user: PractitionerId
    name: str
    name_zh: str
    roles: frozenset[Role]
    shown_role: Role
    ward: Ward

    @property
    def landing(self) -> str:
        """The first page: the board for who leads the ward, else the own work."""
        return "board" if self.shown_role in _BOARD_FIRST else "work"


class SignInError(Exception):
    """Why somebody cannot sign in, in the language of the screen."""


def read_staff(app: App, ward: WardId | None = None) -> Staff:
    """Everybody and every ward; of one ward how many alerts are open."""
    counts: Counter[str] = Counter()
    if ward is not None:
        rows = app.reads.alerts(ward=ward, limit=_MOST_ALERTS)
        counts.update(row.alert.severity.value for row in rows)
    people = app.reads.practitioners()
    return Staff(people, app.reads.wards(), app.secured, counts, _lent(app, people))


def _lent(app: App, people: tuple[Practitioner, ...]) -> Mapping[PractitionerId, tuple[Lent, ...]]:
    known = {one.user: one for one in people}
    running: dict[PractitionerId, list[Grant]] = {}
    for grant in app.reads.grants():
        if grant.role is not None and grant.runs(app.now()) and grant.user in known:
            running.setdefault(grant.user, []).append(grant)
    return {user: lent_by(grants, known[user], known) for user, grants in running.items()}


def wards_of(staff: Staff, user: str) -> tuple[Ward, ...]:
    """The wards on which a user may work; all wards for who is not known yet."""
    person = next((one for one in staff.people if one.user == user), None)
    if person is None or not person.wards:
        return staff.wards
    actor = staff.actor(person)
    return tuple(ward for ward in staff.wards if actor.on(ward.id) is not None)


def session_of(staff: Staff, user: str, ward: str, *, texts: Texts) -> Session:
    """The session of a user name.

    Raises:
        SignInError: nobody bears the name, they are disabled, or there is no ward.
    """
    person = next((one for one in staff.people if one.user == user.strip()), None)
    if person is None or Role.SYSTEM in person.roles:  # a machine has no seat here
        raise SignInError(texts("sign_in.unknown", user=user.strip()))
    if not person.active:
        raise SignInError(texts("sign_in.disabled", user=person.user))
    wards = wards_of(staff, person.user)
    chosen = next((one for one in wards if one.id == ward), wards[0] if wards else None)
    if chosen is None:
        raise SignInError(texts("sign_in.no_ward"))
    there = staff.actor(person).on(chosen.id) if person.user in staff.lent else None
    return Session(
        user=person.user,
        name=person.name,
        name_zh=person.name_zh,
        roles=person.actor().roles if there is None else there.roles,
        shown_role=shown_role(person.roles if there is None else there.roles),
        ward=chosen,
    )


def shown_role(roles: frozenset[Role]) -> Role:
    """The role that stands beside the name: the highest of those held."""
    first = (role for role in _SHOWN_FIRST if role in roles)
    return next(first, min(roles, key=lambda role: role.value))


def user_of_badge(staff: Staff, code: str) -> str | None:
    """Whose badge was scanned."""
    person = badge_holder(staff.people, code)
    return None if person is None else str(person.user)
