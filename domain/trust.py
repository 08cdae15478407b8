"""What a workplace has to tell people apart and to remember who looked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from domain.auditing import AuditTrail
    from domain.clock import Clock
    from domain.credentials import Credentials, SecretHash
    from domain.safety import SafetyRecords
    from domain.sealing import Seals


@dataclass(frozen=True, slots=True)
class Trust:
    """The ports of trust.

    Attributes:
        seals: what stands under the site's key; None where nothing is sealed (tests on fakes).
    """

    credentials: Credentials
    hashing: SecretHash
    trail: AuditTrail
    safety: SafetyRecords
    clock: Clock
    seals: Seals | None = None
