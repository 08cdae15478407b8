"""Ids that callers choose: safe in a chain's name, a log, a file name and every database."""

from __future__ import annotations

import re
from typing import Final

from domain.errors import InvalidInput

_SAFE: Final = re.compile(r"[A-Za-z0-9._-]{1,64}")


def require_safe(field: str, chosen: str | None) -> None:
    """Refuse an id of another form; none is right, one is made then.

    A colon is refused because `ward:3A` names the chain of a ward.

    Raises:
        InvalidInput: names the field.
    """
    if chosen is not None and not _SAFE.fullmatch(chosen):
        raise InvalidInput(
            field, "an id of this form is not taken", right="1 to 64 of A-Z a-z 0-9 - _ ."
        )
