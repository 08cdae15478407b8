"""An electronic signature: who signed which content, when, and what it means.

It is made of a secret that this person entered for this act (21 CFR Part 11; decision 42). The
journal keeps it beside the content, and its hash is worked out again whenever it is shown.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from domain.credentials import Method
    from domain.ids import PractitionerId


class Meaning(StrEnum):
    """What a signature stands for."""

    ORDERED = "ordered"
    VERIFIED = "verified"
    ADMINISTERED = "administered"
    WITNESSED = "witnessed"
    CONFIRMED = "confirmed"
    RECORDED = "recorded"
    OVERRIDDEN = "overridden"


@dataclass(frozen=True, slots=True)
class Signature:
    """One person's signature under one act; the journal adds the hash of what was signed.

    Attributes:
        method: by which secret.
        at: when it was given.
    """

    signer: PractitionerId
    meaning: Meaning
    method: Method
    at: datetime
