"""Near misses and incidents, and what is done about them: the safety officer's list.

Nothing is entered twice for it: a STOP stands in the audit trail, all else in the journal.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from domain.ids import EncounterId, PractitionerId
    from domain.worklists import JournalRow

FOLLOWED_UP: Final = "followed_up"
APPROVED: Final = "configuration_approved"
_OF_A_FILE: Final = ("sha256", "name", "content")


class SafetyKind(StrEnum):
    """Why something is on the list."""

    INCIDENT = "incident"
    """Somebody reported that something went wrong."""
    STOP = "stop"
    """A check stopped an act before it was done: a near miss."""
    MISMATCH = "mismatch"
    """A scan did not fit the patient or the item, or a record tells of such a thing afterwards."""
    OVERRIDE = "override"
    """A finding or an alert was passed over, with a name and a reason."""
    CORRECTION = "correction"
    """A record was corrected or amended."""
    ENTERED_IN_ERROR = "entered_in_error"


BY_KIND: Final = MappingProxyType(
    {
        "incident_reported": SafetyKind.INCIDENT,
        "corrected": SafetyKind.CORRECTION,
        "amended": SafetyKind.CORRECTION,
        "nullified": SafetyKind.ENTERED_IN_ERROR,
        "alert_overridden": SafetyKind.OVERRIDE,
    }
)
"""Events of the journal that stand on the list by their kind alone."""


class FollowUpState(StrEnum):
    """How far the work on it has come."""

    OPEN = "open"
    REVIEWING = "reviewing"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class FollowUp:
    """One note of whoever looks into it; the last one tells the state."""

    subject: str
    state: FollowUpState
    note: str
    by: PractitionerId
    at: datetime


@dataclass(frozen=True, slots=True)
class SafetyEvent:
    """One line of the list.

    Attributes:
        subject: the record that it is about: its chain and place, `CHAIN#SEQ`.
        what: codes: the step, the checks, the words of the loop.
        text: what the person wrote: a reason, a report. Empty for a STOP: nothing was written.
        follow_ups: the earliest first.
    """

    subject: str
    kind: SafetyKind
    at: datetime
    by: PractitionerId
    encounter: EncounterId | None
    order: str | None
    what: tuple[str, ...]
    text: str = ""
    follow_ups: tuple[FollowUp, ...] = ()

    @property
    def state(self) -> FollowUpState:
        """How far the work on it has come."""
        return self.follow_ups[-1].state if self.follow_ups else FollowUpState.OPEN


@dataclass(frozen=True, slots=True)
class SafetyRow:
    """A row of the journal that the list looks at, with whose stay it is about."""

    row: JournalRow
    encounter: EncounterId | None


@dataclass(frozen=True, slots=True)
class Approval:
    """A configuration file as it was proposed, and who agreed.

    Attributes:
        sha256: of its bytes.
        name: of the file.
        content: all of it, so that what was approved stays at hand when the file is changed.
        by: who agreed, the proposer first.
    """

    sha256: str
    name: str
    content: str
    by: tuple[PractitionerId, ...]
    at: datetime

    @property
    def approved(self) -> bool:
        """Whether two persons agreed."""
        return len(set(self.by)) > 1


class SafetyRecords(Protocol):
    """What the journal holds for these lists."""

    def notable(self, *, since: datetime, until: datetime, limit: int) -> tuple[SafetyRow, ...]:
        """Incidents, corrections, overrides and stops told afterwards, the latest first."""
        ...

    def holds(self, chain: str, seq: int) -> bool:
        """Whether the journal or the audit trail has a record at this place."""
        ...

    def follow_ups(self) -> Mapping[str, tuple[FollowUp, ...]]:
        """What was done about each, by its subject."""
        ...

    def approvals(self) -> tuple[Approval, ...]:
        """Every configuration file that somebody agreed to, the earliest first."""
        ...


def follow_ups_in(rows: Iterable[JournalRow]) -> Mapping[str, tuple[FollowUp, ...]]:
    """What was done about each record, of rows of the journal in their order."""
    found: dict[str, tuple[FollowUp, ...]] = {}
    for row in rows:
        if row.kind == FOLLOWED_UP:
            subject = row.stream.partition(":")[2]
            state, note = FollowUpState(str(row.payload["state"])), str(row.payload["note"])
            one = FollowUp(subject, state, note, row.actor, row.recorded_at)
            found[subject] = (*found.get(subject, ()), one)
    return found


def approvals_in(rows: Iterable[JournalRow]) -> tuple[Approval, ...]:
    """The configuration files that somebody agreed to, of rows of the journal in their order."""
    found: dict[str, Approval] = {}
    for row in rows:
        if row.kind == APPROVED:
            sha256, name, content = (str(row.payload[part]) for part in _OF_A_FILE)
            by = (*(found[sha256].by if sha256 in found else ()), row.actor)
            found[sha256] = Approval(sha256, name, content, by, row.recorded_at)
    return tuple(sorted(found.values(), key=lambda one: one.at))
