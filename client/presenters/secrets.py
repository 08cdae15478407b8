"""What a screen says about secrets: wrong ones, what a signature means, drafts that are kept."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from client.presenters.judging import refusal_words
from domain.credentials import PIN_DIGITS, Method
from domain.errors import Refused
from domain.services.own_secrets import NewSecret

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from client.presenters.formats import Formats
    from client.texts import Texts
    from domain.people import Practitioner

SECRET_CODES: Final = frozenset(
    {"SECRET_NEEDED", "SECRET_WRONG", "LOCKED_OUT", "NO_SECRET", "SECRET_EXPIRED",
     "CREDENTIAL_CHANGED"}
)  # fmt: skip
"""Refusals that are about a secret: its field is emptied and has the keyboard again."""


def secret_words(error: Exception, texts: Texts) -> str:
    """A refusal of a secret, with the tries that are left or how long to wait."""
    if not isinstance(error, Refused) or error.code not in {"SECRET_WRONG", "LOCKED_OUT"}:
        return refusal_words(error, texts)
    number = re.search(r"\d+", error.next_step)
    if number is None:
        return refusal_words(error, texts)
    if error.code == "LOCKED_OUT":
        return texts("session.locked_out", n=number.group())
    left = "left" in error.next_step
    return texts("session.wrong_left" if left else "session.wrong_wait", n=number.group())


def new_secret(text: str) -> NewSecret:
    """What somebody chose: six digits are a PIN, anything else is a password."""
    pin = len(text) == PIN_DIGITS and text.isascii() and text.isdecimal()
    return NewSecret(text, Method.PIN if pin else Method.PASSWORD)


def kept_words(
    kept: Mapping[str, int], people: Iterable[Practitioner], formats: Formats
) -> tuple[str, ...]:
    """Whose drafts are kept, and how many: the names of staff, never of a patient."""
    names = {str(one.user): formats.name(one.name, one.name_zh).first for one in people}
    return tuple(
        formats.texts("session.kept", name=names.get(user, user), n=number)
        for user, number in kept.items()
        if number
    )


def alert_count_words(counts: Mapping[str, int], texts: Texts) -> str:
    """How many alerts are open, by severity: `S1 2, S2 5`; no name stands in it."""
    some = [f"{severity} {number}" for severity, number in sorted(counts.items()) if number]
    if not some:
        return texts("session.no_alerts")
    joint = "，" if texts.language == "zh" else ", "
    return texts("session.alerts_now", counts=joint.join(some))
