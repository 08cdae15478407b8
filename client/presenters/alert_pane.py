"""One alert in full: what is known, who was told, what happened, and what a person may do now."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from client.presenters.alert_inbox import identity_words, roles_words
from client.presenters.alert_words import AlertWords
from client.presenters.subject import Subject
from client.presenters.titles import step_name
from domain.people import Role

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from client.presenters.alert_inbox import InboxData
    from client.presenters.formats import Formats
    from client.presenters.sign_in import Session
    from domain.alerts import Alert, AlertRule, AlertSeverity
    from domain.loops.loops import Loops
    from domain.services.alert_lists import AlertItem
    from domain.worklists import JournalRow

_MINUTES: Final = (5, 10, 15, 30, 60, 120, 240, 480)
_MOST_CHOICES: Final = 5


class Act(StrEnum):
    """What a person does about an alert."""

    ACKNOWLEDGE = "acknowledge"
    SNOOZE = "snooze"
    OVERRIDE = "override"
    REVIEW = "review"
    SIGN = "sign"


@dataclass(frozen=True, slots=True)
class ActView:
    """One act: whether it may be done, and why not."""

    act: Act
    reason: str = ""

    @property
    def allowed(self) -> bool:
        """Whether it may be done."""
        return not self.reason


@dataclass(frozen=True, slots=True)
class TrailLine:
    """Something that happened to an alert."""

    time: str
    what: str
    who: str


@dataclass(frozen=True, slots=True)
class AlertPane:
    """What the pane shows.

    Attributes:
        subject: what the task button opens; None where it is about no single order.
        minutes: for how long it may be put off.
        two: whether letting it be needs a second person.
        acts: in the order of the buttons.
    """

    id: str
    severity: AlertSeverity
    severity_word: str
    what: str
    about: str
    to_do: str
    name: str
    identity: str
    mrn: str
    facts: tuple[str, ...]
    told: str
    next_rung: str
    trail: tuple[TrailLine, ...]
    acts: tuple[ActView, ...]
    minutes: tuple[int, ...]
    two: bool
    subject: Subject | None

    def act(self, act: Act) -> ActView | None:
        """One of the acts, where it is offered."""
        return next((one for one in self.acts if one.act is act), None)


def alert_pane(
    item: AlertItem,
    trail: Iterable[JournalRow],
    data: InboxData,
    *,
    session: Session,
    loops: Loops,
    now: datetime,
    formats: Formats,
) -> AlertPane:
    """An alert with its trail."""
    alert, row, texts = item.alert, item.row, formats.texts
    words = AlertWords(formats, data.names, loops)
    severity = texts(f"alert_severity.{alert.severity.value}")
    key = "alert_page.rule_repeats" if alert.occurrences > 1 else "alert_page.rule"
    about = texts(
        key,
        severity=f"{alert.severity.value} {severity}",
        rule=alert.key.rule,
        time=formats.moment(alert.since, now=now),
        n=alert.occurrences,
    )
    return AlertPane(
        id=alert.id,
        severity=alert.severity,
        severity_word=severity,
        what=words.wrong(item),
        about=about,
        to_do=words.to_do(item.rule),
        name=f"{texts('alert_page.bed', bed=row.bed)}  "
        f"{formats.name(row.patient_name, row.patient_name_zh).first}",
        identity=identity_words(item, formats),
        mrn=row.mrn,
        facts=tuple(_facts(item, loops, now, formats)),
        told=texts("alert_page.told", roles=roles_words(alert.audience, formats)),
        next_rung=_next_rung(item, now, formats),
        trail=tuple(_trail(one, data, now, formats) for one in trail),
        acts=tuple(_acts(item, session, formats)),
        minutes=_minutes(item.rule, alert),
        two=alert.severity.rank == 1,
        subject=_subject(item),
    )


def _subject(item: AlertItem) -> Subject | None:
    alert, row = item.alert, item.row
    if alert.order is None:
        return None
    return Subject(
        alert.order, alert.encounter, row.patient, alert.task, alert.step or "", came_from="alerts"
    )


def _facts(item: AlertItem, loops: Loops, now: datetime, formats: Formats) -> Iterator[str]:
    """What the alert rests on beside its sentence."""
    alert, row, texts = item.alert, item.row, formats.texts
    if alert.action_until is not None and item.quiet == "acknowledged":
        yield texts("alert_page.act_by", time=formats.moment(alert.action_until, now=now))
    if row.due_at is not None:
        yield texts("alert_page.due", time=formats.moment(row.due_at, now=now))
    found = (one.find_step(alert.step) for one in loops if alert.step is not None)
    step = next((one for one in found if one is not None), None)
    if step is not None:
        said = f"{step.no} {step_name(step, formats)}"
        yield texts("alert_page.waits", step=said)
    if alert.limit is not None:
        yield texts("alert_page.late", span=formats.duration(now - alert.since))
    checks = [one for one in alert.evidence.get("checks", "").split(",") if one]
    if checks:
        names = [texts(f"check_name.{one}") if texts.has(f"check_name.{one}") else one
                 for one in checks]  # fmt: skip
        yield texts("alert_page.unchecked", checks=("、" if formats.chinese else ", ").join(names))
    if alert.occurrences > 1 and alert.last_seen_at is not None:
        yield texts("alert_page.last_seen", time=formats.moment(alert.last_seen_at, now=now))


def _next_rung(item: AlertItem, now: datetime, formats: Formats) -> str:
    """Who is told next and when, while nobody has said that they know."""
    alert, rule = item.alert, item.rule
    ladder = () if rule is None else rule.ladder.get(alert.severity, ())
    if item.quiet or alert.tier + 1 >= len(ladder):
        return ""
    rung = ladder[alert.tier + 1]
    at = (alert.climbs_from or alert.raised_at) + timedelta(minutes=rung.after_minutes)
    time, roles = formats.moment(at, now=now), roles_words(rung.roles, formats)
    return formats.texts("alert_page.next_rung", time=time, roles=roles)


# ---------------------------------------------------------------- what happened
def _trail(row: JournalRow, data: InboxData, now: datetime, formats: Formats) -> TrailLine:
    texts = formats.texts
    key = f"audit_what.{row.kind}"
    said = [texts(key) if texts.has(key) else row.kind, *_more(row, now, formats)]
    system = row.actor == "system"
    who = texts("alert_page.system") if system else data.names.person(row.actor, formats)
    joint = "，" if formats.chinese else ", "
    return TrailLine(formats.moment(row.event_at, now=now), joint.join(said), who)


def _more(row: JournalRow, now: datetime, formats: Formats) -> Iterator[str]:
    """Reason, note, verdict, and until when, as far as they were said."""
    from domain.entered import parse_instant

    texts = formats.texts
    within = row.payload.get("override")
    said = within if isinstance(within, dict) else row.payload
    reason = said.get("reason")
    for kind in ("override_reason", "snooze_reason"):
        if isinstance(reason, str) and texts.has(f"{kind}.{reason}"):
            yield texts(f"{kind}.{reason}")
            break
    verdict = said.get("verdict")
    if isinstance(verdict, str):
        yield texts(f"alert_page.verdict_{verdict}")
    yield from (
        text for name in ("note", "text") if isinstance(text := said.get(name), str) and text
    )
    tier, roles = said.get("tier"), said.get("roles")
    if isinstance(tier, int) and isinstance(roles, list | tuple) and roles:
        told = roles_words((Role(str(one)) for one in roles), formats)
        yield texts("alert_page.to_tier", n=tier + 1, roles=told)
    until = said.get("until")
    if isinstance(until, str):
        at = formats.moment(parse_instant("until", until), now=now)
        yield texts("alert_page.until", time=at)


# ---------------------------------------------------------------- what may be done
def _acts(item: AlertItem, session: Session, formats: Formats) -> Iterator[ActView]:
    alert, texts = item.alert, formats.texts
    if alert.awaits_signature:
        may = Role.PHYSICIAN in session.roles
        yield ActView(Act.SIGN, "" if may else texts("alert_page.why_physician"))
        return
    told = _not_told(item, session, formats)
    seen = texts("alert_page.why_seen") if alert.acknowledged_at is not None else ""
    yield ActView(Act.ACKNOWLEDGE, seen or told)
    yield ActView(Act.SNOOZE, told or _no_snooze(item, formats))
    again = texts("alert_page.why_overridden") if alert.override is not None else ""
    yield ActView(Act.OVERRIDE, again or told)
    if Role.PHARMACIST in session.roles:
        yield ActView(Act.REVIEW)


def _not_told(item: AlertItem, session: Session, formats: Formats) -> str:
    """Why a person may not answer: they are none of those who are told, now or later."""
    alert, rule = item.alert, item.rule
    ladder = () if rule is None else rule.ladder.get(alert.severity, ())
    may = dict.fromkeys((*alert.audience, *(role for rung in ladder for role in rung.roles)))
    if session.roles & may.keys():
        return ""
    return formats.texts("alert_page.why_told", roles=roles_words(alert.audience, formats))


def _no_snooze(item: AlertItem, formats: Formats) -> str:
    alert, rule = item.alert, item.rule
    if not _minutes(rule, alert):
        return formats.texts("alert_page.why_snooze_never")
    times = 0 if rule is None else rule.snooze_times.get(alert.severity, 0)
    return formats.texts("alert_page.why_snooze_again") if alert.snoozes >= times else ""


def _minutes(rule: AlertRule | None, alert: Alert) -> tuple[int, ...]:
    """For how long an alert may be put off, the longest last."""
    longest = 0 if rule is None else rule.snooze_minutes.get(alert.severity, 0)
    fitting = [one for one in _MINUTES if one < longest]
    return (*fitting[-(_MOST_CHOICES - 1) :], longest) if longest else ()
