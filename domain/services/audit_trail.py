"""The trail as an auditor reads it: who saw and who changed, of a patient or by a person.

Journal and audit trail stand in one list. Reading it is audited itself.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from domain.auditing import AuditAction
from domain.errors import InvalidInput, NotFound, Refused
from domain.services.auditing import About, note
from domain.services.authorising import authorised

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from domain.auditing import AuditRow, Deed
    from domain.ids import EncounterId, PatientId, PractitionerId, WardId
    from domain.sealing import Proof, Sealed, Seals
    from domain.services.workplace import Workplace

RECORDED: Final = "recorded"
"""The action of a line that stands in the journal."""
ACTIONS: Final = (*(action.value for action in AuditAction), RECORDED)
MOST: Final = 1_000
"""So many lines at most, unless more are asked for."""
_TELLING: Final = ("step", "act", "state", "code", "kind", "rule", "role", "how", "severity")


@dataclass(frozen=True, slots=True)
class TrailLine:
    """One line: an entry of the audit trail, or a record of the journal.

    Attributes:
        at: when it was written down, by the workstation's true clock.
        action: one of `ACTIONS`.
        what: the use case or page; of the journal the kind of its event.
        target: what it was about: an order, a task, an alert, a file.
        outcome: `done` or `refused`.
        chain: with `seq` the place by which `audit verify` names it.
        detail: codes and counts; no value of a patient's record.
    """

    at: datetime
    user: PractitionerId
    action: str
    what: str
    patient: PatientId | None
    encounter: EncounterId | None
    ward: WardId | None
    target: str
    outcome: str
    workstation: str
    chain: str
    seq: int
    detail: Mapping[str, object] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True)
class TrailAsked:
    """Which lines are wanted.

    Attributes:
        patient: whose record; linked ones are looked through, too.
        person: by whom; also a name that nobody bears, for it may have been tried.
        actions: some of `ACTIONS`; None: all.
    """

    patient: PatientId | None = None
    person: PractitionerId | None = None
    since: datetime | None = None
    until: datetime | None = None
    actions: frozenset[str] | None = None
    limit: int = MOST


def show_trail(place: Workplace, *, user: str, asked: TrailAsked) -> tuple[TrailLine, ...]:
    """Who saw or changed anything, the latest first.

    Raises:
        NotAuthorised: the user does not look into the trail.
        InvalidInput: neither a patient nor a person is named; the span ends before it begins.
        NotFound: no such patient.
    """
    authorised(place.reads, user, "audit.show")
    _check(place, asked)
    lines = sorted(_lines(place, asked), key=lambda line: (line.at, line.chain, line.seq))
    found = tuple(reversed(lines))[: asked.limit]
    about = About(patient=asked.patient, target=str(asked.person or ""))
    action = AuditAction.SEARCH if asked.patient is None else AuditAction.READ
    detail = {"rows": len(found)}
    note(place, user=user, action=action, what="audit.show", about=about, detail=detail)
    return found


def _check(place: Workplace, asked: TrailAsked) -> None:
    if asked.patient is None and not asked.person:
        raise InvalidInput("patient", "nobody is named", right="a patient, a person, or both")
    require_span(asked.since, asked.until)
    if asked.patient is not None and place.reads.patient(asked.patient) is None:
        raise NotFound("patient", asked.patient, right="a patient who is known here")


def require_span(since: datetime | None, until: datetime | None) -> None:
    """Refuse a span that ends before it begins.

    Raises:
        InvalidInput: it does.
    """
    if since is not None and until is not None and until <= since:
        raise InvalidInput("to", "the span ends before it begins", right="a later instant")


def _lines(place: Workplace, asked: TrailAsked) -> Iterator[TrailLine]:
    trail = place.trust.trail
    records = None if asked.patient is None else trail.records_of(asked.patient)
    wanted = asked.actions
    if wanted is None or RECORDED in wanted:
        for deed in trail.deeds(
            patients=records,
            user=asked.person,
            since=asked.since,
            until=asked.until,
            limit=asked.limit,
        ):
            yield _of_deed(place, deed)
    actions = None if wanted is None else frozenset(map(AuditAction, wanted - {RECORDED}))
    if actions == frozenset():
        return
    for patient in [None] if records is None else sorted(records):
        for row in trail.rows(
            patient=patient,
            user=asked.person,
            actions=actions,
            since=asked.since,
            until=asked.until,
            limit=asked.limit,
        ):
            yield _of_entry(row)


def _of_entry(row: AuditRow) -> TrailLine:
    entry = row.entry
    return TrailLine(
        entry.at,
        entry.user,
        entry.action.value,
        entry.what,
        entry.patient,
        entry.encounter,
        entry.ward,
        entry.target,
        entry.outcome,
        row.workstation,
        row.chain,
        row.chain_seq,
        entry.detail,
    )


def _of_deed(place: Workplace, deed: Deed) -> TrailLine:
    row = deed.row
    stay = None if deed.encounter is None else place.reads.encounter(deed.encounter)
    said = {name: row.payload[name] for name in _TELLING if isinstance(row.payload.get(name), str)}
    if row.source != "live":
        said["source"] = row.source
    return TrailLine(
        row.recorded_at,
        row.actor,
        RECORDED,
        row.kind,
        None if stay is None else stay.patient_id,
        deed.encounter,
        None if stay is None else stay.ward,
        row.stream.rpartition(":")[2],
        "done",
        deed.workstation,
        row.chain,
        row.chain_seq,
        said,
    )


# ---------------------------------------------------------------- seals
def seal_trail(place: Workplace, *, user: str, anew: bool = False) -> Sealed:
    """Seal what was recorded and looked at since the last seal.

    Args:
        anew: take the database as it is, where it is not the one that was sealed here last.

    Raises:
        NotAuthorised: the user may not.
        Refused: SEALS_LOST; NO_SEALS where nothing is sealed here.
        StorageError: the key cannot be had.
    """
    authorised(place.reads, user, "audit.seal")
    detail = {"anew": True} if anew else {}
    note(place, user=user, action=AuditAction.VERIFY, what="audit.seal", detail=detail)
    return _seals(place).seal(now=place.trust.clock.now(), anew=anew)


def prove_trail(place: Workplace, *, user: str, full: bool = False) -> Proof:
    """Whether journal, audit trail, commands and secrets are what was sealed.

    Args:
        full: read all again; else only what came since all was last read.

    Raises:
        NotAuthorised: the user may not.
        Refused: NO_SEALS where nothing is sealed here.
        StorageError: the key cannot be had.
    """
    authorised(place.reads, user, "audit.verify")
    proof = _seals(place).prove(now=place.trust.clock.now(), full=full)
    outcome = "done" if proof.holds else "refused"
    detail: dict[str, object] = {"full": proof.full}
    if proof.fault is not None:
        detail |= {"chain": proof.fault.chain, "seq": proof.fault.seq}
    action = AuditAction.VERIFY
    note(place, user=user, action=action, what="audit.verify", outcome=outcome, detail=detail)
    return proof


def _seals(place: Workplace) -> Seals:
    seals = place.trust.seals
    if seals is None:
        raise Refused(
            "NO_SEALS",
            "Nothing is sealed in this database",
            next_step="Open one that is kept for patients",
        )
    return seals
