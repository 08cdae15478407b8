"""Looks at records that somebody should ask about. None of them is wrong by itself."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from domain.auditing import AuditAction
from domain.people import Role
from domain.services.audit_trail import require_span
from domain.services.auditing import About, note
from domain.services.authorising import authorised

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import datetime

    from domain.auditing import AuditEntry
    from domain.ids import PatientId, PractitionerId
    from domain.patients import Patient
    from domain.people import Practitioner
    from domain.services.workplace import Workplace

SPAN: Final = timedelta(days=7)
"""How far back is looked, unless a span is said."""
MANY: Final = 20
"""Records of so many patients opened by one person inside `SHORT` are many [C]."""
SHORT: Final = timedelta(minutes=10)
_MOST: Final = 100_000
_LOOKS: Final = frozenset(
    {AuditAction.READ, AuditAction.PRINT, AuditAction.EXPORT, AuditAction.BREAK_GLASS}
)
_PAIRS: Final = (
    "欧阳太史端木上官司马东方独孤南宫万俟闻人夏侯诸葛尉迟公羊赫连澹台皇甫宗政濮阳"
    "公冶太叔申屠公孙慕容仲孙钟离长孙宇文司徒鲜于司空令狐轩辕呼延西门百里"
)
_TWO_LETTERS: Final = frozenset(_PAIRS[at : at + 2] for at in range(0, len(_PAIRS), 2))
"""Chinese surnames of two characters; all others have one."""


class Oddity(StrEnum):
    """Why a look is listed."""

    OWN_RECORD = "own_record"
    """The patient bears the person's own name."""
    BROKEN_GLASS = "broken_glass"
    """They opened it against the rule, with a reason."""
    MANY_PATIENTS = "many_patients"
    OTHER_WARD = "other_ward"
    """The patient lay on no ward of theirs, and was not assigned to them."""
    SAME_SURNAME = "same_surname"


_ORDER: Final = {oddity: place for place, oddity in enumerate(Oddity)}


@dataclass(frozen=True, slots=True)
class UnusualAccess:
    """What one person looked at, and why somebody should ask.

    Attributes:
        patient: None where it is about many patients.
        count: how often; of many patients, how many of them.
        whats: which pages and use cases.
    """

    person: PractitionerId
    patient: PatientId | None
    first: datetime
    last: datetime
    count: int
    oddities: tuple[Oddity, ...]
    whats: tuple[str, ...]


def unusual_access(
    place: Workplace,
    *,
    user: str,
    since: datetime | None = None,
    until: datetime | None = None,
    person: PractitionerId | None = None,
    patient: PatientId | None = None,
) -> tuple[UnusualAccess, ...]:
    """Unusual looks of a span, the gravest reason first, then the latest.

    Args:
        since: a week ago where it is not said.

    Raises:
        NotAuthorised: the user does not look into the trail.
        InvalidInput: the span ends before it begins.
    """
    authorised(place.reads, user, "audit.show")
    require_span(since, until)
    from_then = since or (until or place.trust.clock.now()) - SPAN
    rows = place.trust.trail.rows(
        patient=patient, user=person, actions=_LOOKS, since=from_then, until=until, limit=_MOST
    )
    looks: dict[PractitionerId, list[AuditEntry]] = defaultdict(list)
    for row in reversed(rows):
        looks[row.entry.user].append(row.entry)
    found = [one for name, entries in looks.items() for one in _of(place, name, entries)]
    found.sort(key=lambda one: (-_ORDER[one.oddities[0]], one.last), reverse=True)
    about = About(patient=patient, target=str(person or ""))
    detail = {"rows": len(found)}
    action = AuditAction.SEARCH
    note(place, user=user, action=action, what="audit.unusual", about=about, detail=detail)
    return tuple(found)


def _of(
    place: Workplace, name: PractitionerId, entries: Sequence[AuditEntry]
) -> Iterator[UnusualAccess]:
    """What is unusual in the looks of one person, the earliest of which comes first."""
    someone = place.reads.practitioner(name)
    if someone is None or Role.SYSTEM in someone.roles:
        return
    by_patient: dict[PatientId, list[AuditEntry]] = defaultdict(list)
    for entry in entries:
        if entry.patient is not None:
            by_patient[entry.patient].append(entry)
    for patient, looks in by_patient.items():
        oddities = _oddities(place, someone, place.reads.patient(patient), looks)
        if oddities:
            yield _told(name, patient, looks, oddities, len(looks))
    many = _many(entries)
    if many:
        patients = len({entry.patient for entry in many})
        yield _told(name, None, many, (Oddity.MANY_PATIENTS,), patients)


def _told(
    name: PractitionerId,
    patient: PatientId | None,
    looks: Sequence[AuditEntry],
    oddities: tuple[Oddity, ...],
    count: int,
) -> UnusualAccess:
    whats = tuple(sorted({look.what for look in looks}))
    return UnusualAccess(name, patient, looks[0].at, looks[-1].at, count, oddities, whats)


def _oddities(
    place: Workplace, someone: Practitioner, patient: Patient | None, looks: Sequence[AuditEntry]
) -> tuple[Oddity, ...]:
    found = set()
    if patient is not None:
        if _same(someone.name, patient.name) or _same(someone.name_zh, patient.name_zh):
            found.add(Oddity.OWN_RECORD)
        elif _same(surname(someone.name), surname(patient.name)) or _same(
            surname_zh(someone.name_zh), surname_zh(patient.name_zh)
        ):
            found.add(Oddity.SAME_SURNAME)
    if any(look.action is AuditAction.BREAK_GLASS for look in looks):
        found.add(Oddity.BROKEN_GLASS)
    if any(_elsewhere(place, someone, look) for look in looks):
        found.add(Oddity.OTHER_WARD)
    return tuple(sorted(found, key=_ORDER.__getitem__))


def _elsewhere(place: Workplace, someone: Practitioner, look: AuditEntry) -> bool:
    """Whether the patient lay on no ward of theirs, lent ones too, and was not theirs then."""
    if not someone.wards or look.ward is None or look.ward in someone.wards:
        return False
    assigned = place.reads.assignments(look.ward, at=look.at)
    if look.encounter is not None and assigned.get(look.encounter) == someone.user:
        return False
    lent = (one for one in place.reads.grants(user=someone.user) if one.role is not None)
    return not any(one.runs(look.at) and one.ward in (None, look.ward) for one in lent)


def _many(entries: Sequence[AuditEntry]) -> Sequence[AuditEntry]:
    """The looks of the span in which the most patients were opened; none where they are few."""
    most: Sequence[AuditEntry] = ()
    reached, begins = MANY, 0
    for place, entry in enumerate(entries):
        while entry.at - entries[begins].at > SHORT:
            begins += 1
        window = [one for one in entries[begins : place + 1] if one.patient is not None]
        patients = len({one.patient for one in window})
        if patients >= reached:
            most, reached = window, patients + 1
    return most


def _same(one: str, other: str) -> bool:
    return bool(one) and one.casefold() == other.casefold()


def surname(name: str) -> str:
    """The surname of a name as it is printed: `LI, Na` is of `LI`; else its last word."""
    before, comma, _ = name.partition(",")
    if comma:
        return before.strip()
    words: Iterable[str] = name.split()[-1:]
    return "".join(words)


def surname_zh(name: str) -> str:
    """The surname of a Chinese name: its first character, or two (欧阳)."""
    text = name.strip()
    return text[:2] if text[:2] in _TWO_LETTERS else text[:1]
