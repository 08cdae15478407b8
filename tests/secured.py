"""A ward whose database is secured: everybody has a secret of their own."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from domain.credentials import Method
from domain.services.own_secrets import NewSecret
from domain.services.step_entry import parse_step_entry
from domain.signatures import Secrets

if TYPE_CHECKING:
    from collections.abc import Iterable

    from client.app import App
    from domain.services.workplace import Changes
    from tests.shift import Shift

ADMIN_SECRET = "quiet lake 47"  # noqa: S105 - of a ward that does not exist


def secret_of(user: str) -> str:
    """The PIN of a user of the ward; the administrator has a password."""
    if user == "admin":
        return ADMIN_SECRET
    number = int(hashlib.sha256(user.encode()).hexdigest(), 16) % 4900
    return f"84{50 + number // 100}{number % 100:02}"


def secrets(*users: str) -> Secrets:
    """What these people enter for one act."""
    return Secrets({user: secret_of(user) for user in users})


def secure(app: App, users: Iterable[str], *, admin: str = "admin") -> None:
    """Give everybody a secret of their own, the administrator first; all have signed in."""
    new = app.new_command
    own = NewSecret(ADMIN_SECRET)
    app.set_secret(user=admin, command=new(), old=None, new=own)
    for number, user in enumerate(users):
        given = NewSecret(f"given by the ward {number}")
        app.give_secret(user=admin, command=new(), name=user, new=given)
        pin = NewSecret(secret_of(user), Method.PIN)
        app.set_secret(user=user, command=new(), old=given.text, new=pin)


def signed_do(shift: Shift, user: str, *beside: str, **line: object) -> Changes:
    """Record a step, each of these people entering their secret for it."""
    entry = parse_step_entry({"command_id": shift.new(), **line})
    return shift.app.record_step(user=user, entry=entry, secrets=secrets(user, *beside))
