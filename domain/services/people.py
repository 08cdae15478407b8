"""Who works here: users with their roles, and who looks after whom in a shift."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from domain.errors import InvalidInput, NotFound, Refused
from domain.happenings import Assigned, Happening, Noun, PractitionerSet
from domain.people import Practitioner, Role
from domain.services.authorising import SYSTEM, authorised
from domain.services.own_secrets import secret_keeper
from domain.services.writing import carry_out

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from datetime import datetime

    from domain.ids import CommandId, EncounterId, PractitionerId, WardId
    from domain.people import Actor
    from domain.services.own_secrets import NewSecret
    from domain.services.workplace import Changes, Workplace
    from domain.services.writing import Writing


@dataclass(frozen=True, slots=True)
class Shift:
    """A span of work on a ward; its end no longer belongs to it."""

    ward: WardId
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class Duty:
    """Somebody on duty or on call: `nurse`, `doctor`, `duty` or `on_call`."""

    kind: str
    practitioner: PractitionerId


LONGEST_NAME: Final = 64
"""Letters of a user name."""
_DUTIES = ("nurse", "doctor", "duty", "on_call")


def add_user(
    place: Workplace,
    *,
    user: str,
    command: CommandId,
    practitioner: Practitioner,
    enable: bool = False,
    secret: NewSecret | None = None,
) -> Changes:
    """Add a user, or change one.

    The first user of a new database is an administrator, and adds themselves.

    Args:
        enable: let a disabled user act again; without it a disabled one is not changed.
        secret: of the first user: it secures the database; of another: a first one that they
            change before it opens anything.

    Raises:
        InvalidInput: no name or no role, or the role of an interface account beside another; a
            badge that another bears; a name that is taken for another; a secret that is too simple.
        Refused: the first user is no administrator; the last one would be none any more; the user
            is disabled; a secret for another in a database that is open.
    """
    _check(practitioner)
    actor = _adder(place, user, practitioner)
    keep = None if secret is None else _first_secret(place, actor, practitioner, secret)

    def allowed() -> None:
        found = place.reads.practitioner(practitioner.user)
        if found is not None and not found.active and not enable:
            raise Refused(
                "USER_DISABLED",
                f"The user {found.user} is disabled",
                next_step="Say active: true to let them act again",
                field="active",
            )

        if found is None:
            _require_own_name(place.reads.practitioners(), practitioner.user)
        _require_own_badge(place.reads.practitioners(), practitioner)

    said = (practitioner, enable) if secret is None else (practitioner, enable, secret.method)
    return _set(
        place,
        command,
        actor,
        practitioner,
        kind="user.add",
        said=said,
        allowed=allowed,
        then=keep,
    )


def _first_secret(
    place: Workplace, actor: Actor, practitioner: Practitioner, secret: NewSecret
) -> Callable[[Writing], None]:
    own = actor.user == practitioner.user
    if place.trust.credentials.secured() is own:
        raise Refused(
            "SECRET_NOT_HERE",
            "A secret is not set in this way here",
            next_step="Set your own with `wardloop user secret`; then give others theirs",
            field="secret",
        )
    must_change = not own and Role.SYSTEM not in practitioner.roles
    return secret_keeper(place, actor, practitioner, secret, must_change=must_change)


def _require_own_name(staff: Sequence[Practitioner], name: str) -> None:
    """A new user's name is told from all others by the eye: nobody is their own witness under two.

    Letters of other scripts that look alike are left to who adds users.
    """
    if len(name) > LONGEST_NAME or any(unicodedata.category(char)[0] in "CZ" for char in name):
        right = f"up to {LONGEST_NAME} letters, digits and signs, without spaces: lina"
        raise InvalidInput("user", "it has spaces or signs that are not seen", right=right)
    alike = next((one.user for one in staff if _as_seen(one.user) == _as_seen(name)), None)
    if alike is not None:
        raise InvalidInput("user", f"it looks like {alike}", right="a name that is not mistaken")


def _as_seen(name: str) -> str:
    """Without case, widths, and what does not show."""
    plain = unicodedata.normalize("NFKC", name).casefold()
    return "".join(char for char in plain if unicodedata.category(char)[0] not in "CZ")


def _require_own_badge(staff: Sequence[Practitioner], changed: Practitioner) -> None:
    """A badge names one user: also one that a disabled user bore is not read as another."""
    others = (one.user for one in staff if one.badge == changed.badge and one.user != changed.user)
    if changed.badge is not None and (bearer := next(others, None)) is not None:
        raise InvalidInput("badge", f"it is the badge of {bearer}", right="a badge of their own")


def _check(practitioner: Practitioner) -> None:
    if not practitioner.user or practitioner.user == SYSTEM.user:
        raise InvalidInput("user", "is missing or reserved", right="a user name: lina")
    if not practitioner.name:
        raise InvalidInput("name", "is missing", right="LI, Na")
    if not practitioner.roles:
        raise InvalidInput("roles", "is missing", right=", ".join(role.value for role in Role))
    if Role.SYSTEM in practitioner.roles and len(practitioner.roles) > 1:
        raise InvalidInput("roles", "an interface account is no person", right="system, alone")


def _adder(place: Workplace, user: str, practitioner: Practitioner) -> Actor:
    if place.reads.practitioners():
        return authorised(place.reads, user, "user.add")
    if user != practitioner.user or Role.ADMINISTRATOR not in practitioner.roles:
        raise Refused(
            "FIRST_ADMINISTRATOR",
            "Nobody is known here yet",
            next_step="The first user adds themselves, as administrator",
            field="actor",
        )
    return practitioner.actor()


def disable_user(place: Workplace, *, user: str, command: CommandId, name: str) -> Changes:
    """Disable a user; what they did keeps their name.

    Raises:
        NotFound: nobody bears the name.
        Refused: an administrator would lock themselves out.
    """
    actor = authorised(place.reads, user, "user.disable")
    found = next((one for one in place.reads.practitioners() if one.user == name), None)
    if found is None:
        raise NotFound("name", name, right="a user that `wardloop user list` names")
    if found.user == actor.user:
        raise Refused(
            "OWN_ACCOUNT",
            "Nobody disables themselves",
            next_step="Ask another administrator",
            field="name",
        )
    disabled = replace(found, active=False)
    return _set(place, command, actor, disabled, kind="user.disable", said=name)


def _set(
    place: Workplace,
    command: CommandId,
    actor: Actor,
    practitioner: Practitioner,
    *,
    kind: str,
    said: object,
    allowed: Callable[[], None] = lambda: None,
    then: Callable[[Writing], None] | None = None,
) -> Changes:
    def act(writing: Writing) -> None:
        allowed()
        _require_administrator(place, practitioner)
        told = Happening(
            noun=Noun.PRACTITIONER,
            stream=practitioner.user,
            body=PractitionerSet(practitioner),
            actor=actor.user,
            at=writing.now,
            recorded_at=writing.now,
        )
        writing.tell([told])
        if then is not None:
            then(writing)

    return carry_out(place, command=command, actor=actor, kind=kind, act=act, said=said)


def _require_administrator(place: Workplace, changed: Practitioner) -> None:
    """Refuse a change after which nobody could undo it: also who has no secret could not."""
    after = {one.user: one for one in place.reads.practitioners()} | {changed.user: changed}
    secrets = place.trust.credentials
    secured = secrets.secured()
    if not any(
        one.active
        and Role.ADMINISTRATOR in one.roles
        and not (secured and secrets.of(one.user) is None)
        for one in after.values()
    ):
        raise Refused(
            "LAST_ADMINISTRATOR",
            f"{changed.user} is the last administrator",
            next_step="Make another user administrator first",
            field="roles",
        )


def list_users(place: Workplace, *, user: str) -> tuple[Practitioner, ...]:
    """All staff, disabled ones too, by user name."""
    authorised(place.reads, user, "user.list")
    return tuple(sorted(place.reads.practitioners(), key=lambda one: one.user))


def assign(
    place: Workplace,
    *,
    user: str,
    command: CommandId,
    shift: Shift,
    nurses: Mapping[EncounterId, PractitionerId],
) -> Changes:
    """Say who looks after which patients in a shift.

    Raises:
        InvalidInput: the shift ends before it begins; a patient is not on the ward; no nurse.
    """
    actor = authorised(place.reads, user, "staff.assign", ward=shift.ward)
    _check_shift(shift)

    def bodies() -> Iterator[Assigned]:
        here = {stay.id for stay in place.reads.encounters(ward=shift.ward)}
        for encounter, nurse in nurses.items():
            if encounter not in here:
                raise NotFound("encounter", encounter, right=f"a patient of ward {shift.ward}")
            found = place.reads.practitioner(nurse)
            if found is None or not found.actor().holds((Role.NURSE,)):
                raise NotFound("nurse", nurse, right="a user with the role nurse")
            yield _assigned("nurse", nurse, shift, encounter)

    return _tell(place, command, actor, shift, bodies, kind="staff.assign", said=nurses)


def roster(
    place: Workplace,
    *,
    user: str,
    command: CommandId,
    shift: Shift,
    duties: Sequence[Duty],
) -> Changes:
    """Say who is on duty and on call in a shift.

    Raises:
        InvalidInput: the shift ends before it begins; an unknown kind of duty or user.
    """
    actor = authorised(place.reads, user, "staff.roster", ward=shift.ward)
    _check_shift(shift)

    def bodies() -> Iterator[Assigned]:
        for duty in duties:
            if duty.kind not in _DUTIES:
                raise InvalidInput("kind", f"{duty.kind!r} is no duty", right=", ".join(_DUTIES))
            if place.reads.practitioner(duty.practitioner) is None:
                raise NotFound("practitioner", duty.practitioner, right="a user name")
            yield _assigned(duty.kind, duty.practitioner, shift, None)

    return _tell(place, command, actor, shift, bodies, kind="staff.roster", said=duties)


def assignments(
    place: Workplace, *, user: str, ward: WardId, now: datetime
) -> Mapping[EncounterId, PractitionerId]:
    """The nurse of each patient of a ward at an instant."""
    authorised(place.reads, user, "staff.show", ward=ward)
    return place.reads.assignments(ward, at=now)


def _check_shift(shift: Shift) -> None:
    if shift.ends_at <= shift.starts_at:
        raise InvalidInput("ends_at", "is not after starts_at", right="the end of the shift")


def _assigned(
    kind: str, who: PractitionerId, shift: Shift, encounter: EncounterId | None
) -> Assigned:
    return Assigned(kind, who, shift.ward, encounter, shift.starts_at, shift.ends_at)


def _tell(
    place: Workplace,
    command: CommandId,
    actor: Actor,
    shift: Shift,
    bodies: Callable[[], Iterator[Assigned]],
    *,
    kind: str,
    said: object,
) -> Changes:
    def act(writing: Writing) -> None:
        writing.tell(
            [
                Happening(
                    noun=Noun.WARD,
                    stream=shift.ward,
                    body=body,
                    actor=actor.user,
                    at=writing.now,
                    recorded_at=writing.now,
                    ward=shift.ward,
                )
                for body in bodies()
            ]
        )

    return carry_out(place, command=command, actor=actor, kind=kind, act=act, said=(shift, said))
