"""Which new secrets are too simple: those that are guessed first."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from domain.credentials import PIN_DIGITS, Method
from domain.errors import InvalidInput
from domain.people import Role

if TYPE_CHECKING:
    from domain.people import Practitioner

SHORTEST: Final = 8
"""Characters of a password, at least (NIST SP 800-63B 5.1.1)."""
LONGEST: Final = 256
_TELLING: Final = 4
"""Letters of a name from which on it may not stand in a password: "Na" stands in many."""
_DIFFERENT: Final = 4
"""Different characters of a password, at least."""
_USUAL: Final = frozenset({
    "password", "passw0rd", "password1", "12345678", "123456789", "1234567890", "87654321",
    "0123456789", "qwertyui", "qwertyuiop", "qwerty123", "asdfghjkl", "1qaz2wsx", "iloveyou",
    "welcome1", "letmein1", "admin123", "administrator", "abcd1234", "abc12345", "a1234567",
    "woaini1314", "5201314520", "wardloop", "wardloop1", "hospital", "hospital1",
})  # fmt: skip


def require_good_secret(text: str, method: Method, person: Practitioner) -> None:
    """Refuse a secret that is guessed first.

    A PIN is six digits [C], in no order, no date, and not on the badge. A password has eight
    characters or more, is none of the usual ones, and tells nothing of its owner.

    Raises:
        InvalidInput: says what would be right, and nothing of the secret.
    """
    if method is Method.PIN:
        _require_good_pin(text, person)
        return
    if not SHORTEST <= len(text) <= LONGEST:
        raise _bad(f"it has {len(text)} characters", f"{SHORTEST} to {LONGEST} characters")
    plain = text.casefold()
    own = re.split(r"\W+", f"{person.user} {person.name} {person.badge or ''}")
    if plain == person.user.casefold() or any(
        len(word) >= _TELLING and word.casefold() in plain for word in own
    ):
        raise _bad("it tells your name or badge", "words that nobody links with you")
    if plain in _USUAL or len(set(plain)) < _DIFFERENT:
        raise _bad("it is one of those that are tried first", "some words in a row")


def _require_good_pin(text: str, person: Practitioner) -> None:
    if Role.ADMINISTRATOR in person.roles:
        raise _bad("an administrator has no PIN", "a password")
    if len(text) != PIN_DIGITS or not (text.isascii() and text.isdecimal()):
        raise _bad("it is no PIN", f"{PIN_DIGITS} digits")
    steps = {int(right) - int(left) for left, right in pairwise(text)}
    repeated = text in (text[:2] * 3, text[:3] * 2)
    if repeated or (len(steps) == 1 and steps <= {-1, 0, 1}):
        raise _bad("its digits follow an order", "digits without an order")
    if text in (person.badge or ""):
        raise _bad("it stands on the badge", "digits that stand nowhere")
    if any(_is_date(text, order) for order in ("%y%m%d", "%d%m%y")):
        raise _bad("it may be a birthday", "digits that are no date")


def _is_date(text: str, order: str) -> bool:
    try:
        datetime.strptime(text, order).replace(tzinfo=UTC)
    except ValueError:
        return False
    return True


def _bad(what: str, right: str) -> InvalidInput:
    return InvalidInput("new_secret", what, right=right, code="SECRET_TOO_SIMPLE")
