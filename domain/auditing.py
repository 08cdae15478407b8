"""The trail of who looked at what, and of what was refused (IHE ATNA; FHIR AuditEvent).

What was changed stands in the journal; the trail holds the rest. Like the journal it is only ever
added to, one hash chain per workstation.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from domain.ids import EncounterId, PatientId, PractitionerId, WardId
    from domain.worklists import JournalRow


class AuditAction(StrEnum):
    """What was done."""

    SIGN_IN = "sign_in"
    SIGN_IN_FAILED = "sign_in_failed"
    SIGN_OUT = "sign_out"
    LOCK = "lock"
    READ = "read"
    """A patient's record was opened."""
    SEARCH = "search"
    """A list was looked at: worklist, ward board, alerts, patients."""
    PRINT = "print"
    EXPORT = "export"
    DENIED = "denied"
    """Somebody asked for what they may not do."""
    STOPPED = "stopped"
    """A check stopped an act: a near miss."""
    SETTINGS = "settings"
    BREAK_GLASS = "break_glass"
    BACKUP = "backup"
    VERIFY = "verify"


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One entry to be written.

    Attributes:
        user: who; the name that was given where nobody bears it.
        what: the use case or page: `order.show`, `board`.
        target: what it was about: an order, task, alert, file name.
        detail: codes and counts; never a value of a patient's record.
    """

    action: AuditAction
    user: PractitionerId
    at: datetime
    what: str
    patient: PatientId | None = None
    encounter: EncounterId | None = None
    ward: WardId | None = None
    target: str = ""
    outcome: str = "done"
    detail: Mapping[str, object] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True)
class AuditRow:
    """One entry as it stands in the trail."""

    entry: AuditEntry
    workstation: str
    chain: str
    chain_seq: int


@dataclass(frozen=True, slots=True)
class Deed:
    """A record of the journal, as it stands beside the trail: what somebody changed.

    Attributes:
        encounter: whose stay, where it is about one.
    """

    row: JournalRow
    workstation: str
    encounter: EncounterId | None


class AuditTrail(Protocol):
    """Where the trail is kept."""

    def write(self, entries: Sequence[AuditEntry]) -> None:
        """Add entries, on the disk before this returns.

        Raises:
            StorageError: they could not be written; then nothing may be shown either.
        """
        ...

    def rows(
        self,
        *,
        patient: PatientId | None = None,
        user: PractitionerId | None = None,
        actions: frozenset[AuditAction] | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        limit: int = 500,
    ) -> tuple[AuditRow, ...]:
        """Entries, the latest first."""
        ...

    def records_of(self, patient: PatientId) -> frozenset[PatientId]:
        """The record of a patient, and all records that were linked to it."""
        ...

    def deeds(
        self,
        *,
        patients: frozenset[PatientId] | None = None,
        user: PractitionerId | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        limit: int = 500,
    ) -> tuple[Deed, ...]:
        """What the journal holds, by when it was recorded, the latest first.

        Args:
            patients: only of these records: their stays, and what is said of them beside a stay.
        """
        ...
