"""The alert inbox as values: what is open on the ward, under its patients, the gravest first."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from client.presenters.alert_words import AlertWords
from client.presenters.cells import Cell, Run, Section, Weight
from client.presenters.formats import NO_BREAK, record_number
from client.presenters.titles import Names, family_of, read_names, tag_of
from domain.people import Role
from domain.services.alert_lists import MEDICATION, list_alerts

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from client.app import App
    from client.presenters.formats import Formats
    from client.presenters.sign_in import Session
    from domain.alerts import Alert, AlertSeverity
    from domain.ids import EncounterId
    from domain.loops.loops import Loops
    from domain.services.alert_lists import AlertItem

_PUT_ASIDE: Final = frozenset({"snoozed", "overridden"})
_SEVERAL: Final = 2


class InboxView(StrEnum):
    """Which alerts are listed."""

    MINE = "mine"
    """Of my patients, or for my role."""
    WARD = "ward"
    MEDICATION = "medication"
    """Of the medication loop; for a pharmacist those that none has reviewed."""


@dataclass(frozen=True, slots=True)
class InboxData:
    """What was read of a ward's alerts, at one instant.

    Attributes:
        own: the stays that are assigned to who reads.
    """

    items: tuple[AlertItem, ...] = ()
    own: frozenset[EncounterId] = frozenset()
    names: Names = field(default_factory=Names)


@dataclass(frozen=True, slots=True)
class InboxLine:
    """One alert as a row."""

    item: AlertItem
    cells: Mapping[str, Cell]

    @property
    def key(self) -> str:
        """The alert's id."""
        return self.item.alert.id

    @property
    def patient(self) -> str:
        """Under whose heading it stands."""
        return str(self.item.alert.encounter)


Line = InboxLine | Section


def read_inbox(app: App, session: Session) -> InboxData:
    """The open alerts of the ward where somebody works.

    Raises:
        NotAuthorised: they do not work there.
    """
    now, ward = app.now(), session.ward.id
    items = list_alerts(app.place, user=session.user, now=now, ward=ward)
    nurses = app.reads.assignments(ward, at=now)
    own = frozenset(stay for stay, nurse in nurses.items() if nurse == session.user)
    return InboxData(items, own, read_names(app.reads, at=now))


def first_view(session: Session) -> InboxView:
    """What a person sees first: a pharmacist the queue, who leads the ward all of it."""
    if session.shown_role is Role.PHARMACIST:
        return InboxView.MEDICATION
    leads = {Role.CHARGE_NURSE, Role.NURSING_MANAGER, Role.DEPARTMENT_HEAD}
    return InboxView.WARD if session.shown_role in leads else InboxView.MINE


def is_mine(alert: Alert, own: frozenset[EncounterId], session: Session) -> bool:
    """Whether an alert was told to a person: of their patients, or by a role beyond a nurse's.

    A nurse without patients of their own looks after all.
    """
    told = session.roles & frozenset(alert.audience)
    if alert.encounter in own or (not own and session.shown_role is Role.NURSE):
        return bool(told)
    return bool(told - {Role.NURSE})


def in_view(
    data: InboxData, view: InboxView, session: Session, loops: Loops
) -> tuple[AlertItem, ...]:
    """The alerts that a filter lets through, in the order of the list."""
    if view is InboxView.WARD:
        return data.items
    if view is InboxView.MINE:
        return tuple(one for one in data.items if is_mine(one.alert, data.own, session))
    drugs = [one for one in data.items if _about_drugs(one, loops)]
    reviews = Role.PHARMACIST in session.roles
    return tuple(one for one in drugs if not reviews or one.alert.reviewed_at is None)


def _about_drugs(item: AlertItem, loops: Loops) -> bool:
    loop = item.row.loop
    return item.alert.key.rule.startswith("M-") or (
        loop is not None and family_of(loops, loop) == MEDICATION
    )


@dataclass(frozen=True, slots=True)
class _Frame:
    """What every row is written with."""

    names: Names
    words: AlertWords
    loops: Loops
    now: datetime
    formats: Formats
    actions: bool


def inbox_lines(
    data: InboxData,
    items: Sequence[AlertItem],
    *,
    loops: Loops,
    now: datetime,
    formats: Formats,
    actions: bool = True,
) -> tuple[InboxLine, ...]:
    """The rows by patient: whose gravest is graver stands first; what is put aside stands last.

    Args:
        actions: whether a row says what to do; in a narrow window the pane alone does.
    """
    words = AlertWords(formats, data.names, loops)
    frame = _Frame(data.names, words, loops, now, formats, actions)
    first: dict[str, tuple[bool, int, datetime, str]] = {}
    for one in items:
        stay = str(one.alert.encounter)
        first[stay] = min(first.get(stay, _rank(one)), _rank(one))
    ordered = sorted(items, key=lambda one: (first[str(one.alert.encounter)], _rank(one)))
    by_patient = dict.fromkeys(str(one.alert.encounter) for one in ordered)
    return tuple(
        _line(one, frame)
        for stay in by_patient
        for one in ordered
        if str(one.alert.encounter) == stay
    )


def _rank(item: AlertItem) -> tuple[bool, int, datetime, str]:
    alert = item.alert
    return item.quiet in _PUT_ASIDE, alert.severity.rank, alert.since, alert.id


def _line(item: AlertItem, frame: _Frame) -> InboxLine:
    formats, words, now = frame.formats, frame.words, frame.now
    alert, row, texts = item.alert, item.row, formats.texts
    runs = [Run(words.wrong(item), Weight.PLAIN if item.quiet else Weight.BOLD)]
    if alert.occurrences >= _SEVERAL:
        runs.append(Run(texts("alert_page.repeats", n=alert.occurrences), Weight.MUTED))
    to_do = words.to_do(item.rule)
    if to_do and frame.actions:
        runs.append(Run(f"→ {to_do}", Weight.MUTED))
    tag = "" if row.loop is None else tag_of(frame.loops, row.loop, formats)
    since = Run(formats.moment(alert.since, now=now), Weight.BOLD)
    age = formats.duration(now - alert.since).replace(" ", NO_BREAK)
    severity = Run(texts(f"alert_severity.{alert.severity.value}"), Weight.BOLD)
    state_weight = Weight.MUTED if item.quiet else Weight.PLAIN
    cells = {
        "severity": Cell((severity,), severity=alert.severity),
        "since": Cell((since, Run(age, Weight.MUTED))),
        "what": Cell(tuple(runs), tag=tag),
        "told": Cell((Run(tier_words(alert, formats), Weight.MUTED),)),
        "state": Cell(
            (Run(state_words(item, frame.names, now=now, formats=formats), state_weight),)
        ),
    }
    return InboxLine(item, MappingProxyType(cells))


def roles_words(roles: Iterable[Role], formats: Formats) -> str:
    """Roles side by side."""
    between = "、" if formats.chinese else ", "
    return between.join(formats.texts(f"role.{role.value}") for role in roles)


def tier_words(alert: Alert, formats: Formats) -> str:
    """How far the ladder was climbed, and who stands there."""
    new = [role for role in alert.told if role not in alert.roles]
    last = new[-2:] if alert.tier else list(alert.roles)
    roles = roles_words(last or alert.roles, formats)
    return formats.texts("alert_page.tier", n=alert.tier + 1, roles=roles)


def state_words(item: AlertItem, names: Names, *, now: datetime, formats: Formats) -> str:
    """Whether somebody has seen it, or put it aside, and until when."""
    alert, texts = item.alert, formats.texts
    if alert.awaits_signature:
        return texts("alert_page.signature")
    if alert.override is not None:
        until = alert.override.until
        if until is None:
            return texts("alert_page.overridden_open")
        return texts("alert_page.overridden", time=formats.moment(until, now=now))
    if item.quiet == "snoozed" and alert.snoozed_until is not None:
        return texts("alert_page.snoozed", time=formats.moment(alert.snoozed_until, now=now))
    if alert.acknowledged_at is None:
        return texts("alert_page.open")
    name = names.family(alert.acknowledged_by, formats)
    time = formats.moment(alert.acknowledged_at, now=now)
    return texts("alert_page.acknowledged", time=time, name=name)


def under_patients(
    lines: Sequence[InboxLine], formats: Formats, *, closed: frozenset[str] = frozenset()
) -> tuple[Line, ...]:
    """The rows, each patient's under a heading with who they are.

    Args:
        closed: patients whose rows are folded away; their heading and count stay.
    """
    counts = Counter(line.patient for line in lines)
    shown: list[Line] = []
    before = ""
    for line in lines:
        folded = line.patient in closed
        if line.patient != before:
            before = line.patient
            title = _title(line.item, formats)
            note = identity_words(line.item, formats)
            shown.append(Section(title, counts[before], note, folded))
        if not folded:
            shown.append(line)
    return tuple(shown)


def patient_under(section: Section, lines: Iterable[InboxLine], formats: Formats) -> str:
    """Whose heading it is."""
    return next(
        line.patient
        for line in lines
        if (section.title, section.note)
        == (_title(line.item, formats), identity_words(line.item, formats))
    )


def _title(item: AlertItem, formats: Formats) -> str:
    row = item.row
    name = formats.name(row.patient_name, row.patient_name_zh).first
    return f"{formats.texts('alert_page.bed', bed=row.bed)}  {name}"


def identity_words(item: AlertItem, formats: Formats) -> str:
    """Birth date and record number, each with its label."""
    row, texts = item.row, formats.texts
    born = texts("identity.birth_unknown")
    if row.birth_date is not None:
        born = f"{texts('identity.born')} {formats.full_date(row.birth_date)}"
    return f"{born}   {texts('identity.record_no')} {record_number(row.mrn)}"


def keep_places(
    shown: Sequence[InboxLine], fresh: Sequence[InboxLine]
) -> tuple[tuple[InboxLine, ...], int]:
    """Fresh rows in the places where they were; what is new stands last under its patient.

    Returns:
        the rows, and how many of them would stand elsewhere in a new order.
    """
    now = {line.key: line for line in fresh}
    kept = [now[line.key] for line in shown if line.key in now]
    known = {line.key for line in kept}
    new = [line for line in fresh if line.key not in known]
    stays = dict.fromkeys(line.patient for line in (*kept, *new))
    ordered = tuple(line for stay in stays for line in (*kept, *new) if line.patient == stay)
    moved = sum(one.key != other.key for one, other in zip(ordered, fresh, strict=True))
    return ordered, moved


def severity_counts(items: Iterable[AlertItem]) -> Mapping[AlertSeverity, int]:
    """How many are open of each severity, but for those that a person has put aside."""
    return Counter(one.alert.severity for one in items if one.quiet not in _PUT_ASIDE)
