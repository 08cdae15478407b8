"""The audit page: who saw and who changed, or what is unusual, as rows."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from client.presenters.cells import Cell, bold, muted, plain, state
from client.presenters.formats import record_number
from client.presenters.titles import Names, read_names
from client.presenters.tone import Tone
from domain.auditing import AuditAction
from domain.ids import PractitionerId
from domain.services.audit_trail import MOST, RECORDED, TrailAsked
from domain.services.care import by_mrn

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from client.app import App
    from client.presenters.formats import Formats
    from client.texts import Texts
    from domain.ids import PatientId
    from domain.patients import Patient
    from domain.services.audit_trail import TrailLine
    from domain.services.unusual import UnusualAccess


class AuditView(StrEnum):
    """What is looked at."""

    UNUSUAL = "unusual"
    ALL = "all"
    LOOKED = "looked"
    CHANGED = "changed"
    REFUSED = "refused"


class AuditSpan(StrEnum):
    """How far back."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    EVER = "ever"


_BACK: Final = {
    AuditSpan.DAY: timedelta(days=1),
    AuditSpan.WEEK: timedelta(days=7),
    AuditSpan.MONTH: timedelta(days=30),
    AuditSpan.EVER: timedelta(days=36_500),
}
_REFUSED: Final = frozenset(
    {AuditAction.DENIED.value, AuditAction.STOPPED.value, AuditAction.SIGN_IN_FAILED.value}
)
_ACTIONS: Final[Mapping[AuditView, frozenset[str] | None]] = {
    AuditView.ALL: None,
    AuditView.CHANGED: frozenset({RECORDED}),
    AuditView.REFUSED: _REFUSED,
    AuditView.LOOKED: frozenset(action.value for action in AuditAction) - _REFUSED,
}
_SEVERAL: Final = 2


@dataclass(frozen=True, slots=True)
class AuditQuestion:
    """What is asked for.

    Attributes:
        record_no: of the patient, as it is typed; spaces do not count.
        person: a user name.
    """

    record_no: str = ""
    person: str = ""
    view: AuditView = AuditView.UNUSUAL
    span: AuditSpan = AuditSpan.WEEK

    @property
    def names_somebody(self) -> bool:
        """Whether there is anybody to look for; what is unusual is looked for in all."""
        named = bool(self.record_no.strip() or self.person.strip())
        return named or self.view is AuditView.UNUSUAL


@dataclass(frozen=True, slots=True)
class AuditData:
    """What was read."""

    lines: tuple[TrailLine, ...] = ()
    unusual: tuple[UnusualAccess, ...] = ()
    patients: Mapping[PatientId, Patient] = field(default_factory=lambda: MappingProxyType({}))
    names: Names = field(default_factory=Names)

    @property
    def cut(self) -> bool:
        """Whether there may be more than is shown."""
        return len(self.lines) == MOST


@dataclass(frozen=True, slots=True)
class AuditLine:
    """A row of the page."""

    key: str
    cells: Mapping[str, Cell]

    def cell(self, name: str) -> Cell:
        """The cell of a column."""
        return self.cells[name]


def read_audit(app: App, question: AuditQuestion, *, user: str, now: datetime) -> AuditData:
    """What the trail says; that it was asked stands in it.

    Args:
        now: the true time, by which the trail is written.

    Raises:
        NotAuthorised: the user does not look into the trail.
        NotFound: nobody bears the record number.
    """
    mrn = "".join(question.record_no.split())
    patient = by_mrn(app.reads, "patient", mrn).id if mrn else None
    person = PractitionerId(question.person.strip()) if question.person.strip() else None
    since = now - _BACK[question.span]
    lines: tuple[TrailLine, ...] = ()
    unusual: tuple[UnusualAccess, ...] = ()
    if question.view is AuditView.UNUSUAL:
        unusual = app.unusual_access(user=user, since=since, person=person, patient=patient)
    else:
        actions = _ACTIONS[question.view]
        asked = TrailAsked(patient=patient, person=person, since=since, actions=actions)
        lines = app.show_trail(user=user, asked=asked)
    shown = {line.patient for line in lines} | {one.patient for one in unusual}
    found = ((one, app.reads.patient(one)) for one in shown if one is not None)
    patients = {key: known for key, known in found if known is not None}
    names = read_names(app.reads, at=app.now())
    return AuditData(lines, unusual, MappingProxyType(patients), names)


def audit_lines(data: AuditData, *, now: datetime, formats: Formats) -> tuple[AuditLine, ...]:
    """The rows, the latest first; of what is unusual the gravest reason first."""
    frame = _Frame(data, now, formats)
    return (
        *(_unusual_line(one, frame) for one in data.unusual),
        *(_trail_line(one, frame) for one in data.lines),
    )


@dataclass(frozen=True, slots=True)
class _Frame:
    """What every row is written with."""

    data: AuditData
    now: datetime
    formats: Formats

    def moment(self, at: datetime) -> Cell:
        return bold(self.formats.moment(at, now=self.now))

    def who(self, user: PractitionerId) -> Cell:
        name = self.data.names.person(user, self.formats)
        return plain(name if name == user else f"{name} ({user})")

    def patient(self, patient: PatientId | None) -> dict[str, Cell]:
        known = None if patient is None else self.data.patients.get(patient)
        if known is None:
            return {"patient": plain(""), "record_no": plain("")}
        return {
            "patient": plain(self.formats.name(known.name, known.name_zh).first),
            "record_no": muted(record_number(known.mrn), ids=True),
        }


def _trail_line(line: TrailLine, frame: _Frame) -> AuditLine:
    texts = frame.formats.texts
    words = texts(f"audit_action.{line.action}")
    refused = line.outcome != "done"
    more = ", ".join((what_words(line.what, texts), *_codes(line.detail.values())))
    cells = {
        "when": frame.moment(line.at),
        "who": frame.who(line.user),
        "done": state(Tone.FAILED, words) if refused else plain(words),
        **frame.patient(line.patient),
        "ward": plain(line.ward or ""),
        "more": muted(more),
        "from": muted(line.workstation),
    }
    return AuditLine(f"{line.chain} {line.seq}", cells)


def what_words(what: str, texts: Texts) -> str:
    """A use case, a page or a kind of event in words; a code that has none as it stands."""
    key = f"audit_what.{what.replace('.', '_')}"
    return texts(key) if texts.has(key) else what


def _codes(values: Iterable[object]) -> list[str]:
    found: list[str] = []
    for value in values:
        found += [str(one) for one in value] if isinstance(value, list) else [str(value)]
    return found


def _unusual_line(one: UnusualAccess, frame: _Frame) -> AuditLine:
    texts = frame.formats.texts
    words = texts("audit_page.once")
    if one.count >= _SEVERAL:
        words = texts("audit_page.times", n=one.count)
    if one.patient is None:
        words = texts("audit_page.patients", n=one.count)
    reasons = "; ".join(texts(f"audit_reason.{oddity}") for oddity in one.oddities)
    cells = {
        "when": frame.moment(one.last),
        "who": frame.who(one.person),
        "done": plain(words),
        **frame.patient(one.patient),
        "ward": plain(""),
        "more": bold(reasons),
        "from": plain(""),
    }
    return AuditLine(f"{one.person} {one.patient or ''}", cells)
