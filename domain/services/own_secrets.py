"""Setting secrets: one's own, and a first or new one that an administrator gives to another."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from domain.credentials import Credential, Method
from domain.errors import InvalidInput, NotAuthorised, NotFound, Refused
from domain.happenings import CredentialSet, Happening, Noun
from domain.ids import PractitionerId
from domain.people import Role
from domain.secret_rules import require_good_secret
from domain.services.authorising import authorised
from domain.services.proving import proved
from domain.services.writing import carry_out

if TYPE_CHECKING:
    from collections.abc import Callable

    from domain.ids import CommandId
    from domain.people import Actor, Practitioner
    from domain.services.workplace import Changes, Workplace
    from domain.services.writing import Writing


@dataclass(frozen=True, slots=True)
class NewSecret:
    """A secret as a person chose it; it shows in no message.

    Attributes:
        text: the password, or the six digits of a PIN.
    """

    text: str = field(repr=False)
    method: Method = Method.PASSWORD


def set_secret(
    place: Workplace, *, user: str, command: CommandId, old: str | None, new: NewSecret
) -> Changes:
    """Set one's own secret, proving the one before it; also one that another person gave.

    The first one of a database is an administrator's: from then on it is secured.

    Raises:
        InvalidInput: the new secret is too simple, or the old one again.
        NotAuthorised: the database is open, and the user is no administrator.
        Refused: the old secret is missing or wrong.
    """
    actor = authorised(place.reads, user, "secret.set")
    before = proved(place, user=actor.user, secret=old, what="secret.set", field="secret")
    if before is None and Role.ADMINISTRATOR not in actor.roles:
        raise NotAuthorised(
            "The first secret here is an administrator's", needs=Role.ADMINISTRATOR.value
        )
    if before is not None and place.trust.hashing.verify(before.encoded, new.text):
        raise InvalidInput("new_secret", "it is the old one again", right="another secret")
    person = _person(place, actor.user, "user")
    return _keep(place, command, actor, person, new, must_change=False, kind="secret.set")


def give_secret(
    place: Workplace, *, user: str, command: CommandId, name: str, new: NewSecret
) -> Changes:
    """Give another user a first or a new secret; they change it before it opens anything.

    A lock-out of theirs ends by it. An interface account keeps what it is given.

    Raises:
        NotFound: nobody bears the name.
        InvalidInput: the secret is too simple.
        Refused: it is one's own; or the giver has none yet.
    """
    actor = authorised(place.reads, user, "secret.give")
    person = _person(place, PractitionerId(name), "name")
    if person.user == actor.user:
        raise Refused(
            "OWN_SECRET",
            "Nobody gives themselves a secret",
            next_step="Set your own, with the old one",
            field="name",
        )
    if not place.trust.credentials.secured():
        raise Refused(
            "OPEN_DATABASE",
            "This database is open: nobody has a secret",
            next_step="Set your own first; from then on nobody acts without one",
            field="name",
        )
    must_change = Role.SYSTEM not in person.roles
    return _keep(place, command, actor, person, new, must_change=must_change, kind="secret.give")


def _person(place: Workplace, user: PractitionerId, field_name: str) -> Practitioner:
    found = place.reads.practitioner(user)
    if found is None:
        raise NotFound(field_name, user, right="a user that `wardloop user list` names")
    return found


def _keep(
    place: Workplace,
    command: CommandId,
    actor: Actor,
    person: Practitioner,
    new: NewSecret,
    *,
    must_change: bool,
    kind: str,
) -> Changes:
    keeping = secret_keeper(place, actor, person, new, must_change=must_change)
    # never the secret: what a command says is hashed without salt
    said = (person.user, new.method)
    return carry_out(place, command=command, actor=actor, kind=kind, act=keeping, said=said)


def secret_keeper(
    place: Workplace,
    actor: Actor,
    person: Practitioner,
    new: NewSecret,
    *,
    must_change: bool,
) -> Callable[[Writing], None]:
    """What keeps a new secret inside a transaction; it is hashed now, before the write lock.

    Raises:
        InvalidInput: the secret is too simple.
    """
    require_good_secret(new.text, new.method, person)
    encoded = place.trust.hashing.hash(new.text)

    def keep(writing: Writing) -> None:
        kept = Credential(
            person.user, new.method, encoded, changed_at=writing.now, must_change=must_change
        )
        writing.keep_secret(kept)
        body = CredentialSet(
            user=kept.user,
            method=kept.method,
            fingerprint=kept.fingerprint,
            must_change=must_change,
            by=actor.user,
        )
        writing.tell(
            [
                Happening(
                    noun=Noun.PRACTITIONER,
                    stream=kept.user,
                    body=body,
                    actor=actor.user,
                    at=writing.now,
                    recorded_at=writing.now,
                )
            ]
        )

    return keep
