"""The strip under the head of the window: how many alerts are open, by severity, without names.

And the words of a toast for an alert that has just come, or has just climbed to whoever works here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from client.presenters.alert_inbox import is_mine, severity_counts
from client.presenters.alert_words import AlertWords
from domain.alerts import AlertSeverity

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from client.presenters.alert_inbox import InboxData
    from client.presenters.formats import Formats
    from client.presenters.sign_in import Session
    from domain.loops.loops import Loops
    from domain.services.alert_lists import AlertItem


@dataclass(frozen=True, slots=True)
class StripPart:
    """How many alerts of a severity are open."""

    severity: AlertSeverity
    count: int
    word: str


@dataclass(frozen=True, slots=True)
class StripView:
    """What the strip shows; `said` is all of it for a screen reader."""

    parts: tuple[StripPart, ...]
    note: str
    said: str


def alert_strip(data: InboxData, *, now: datetime, formats: Formats) -> StripView:
    """The counts of a ward; alerts that a person has put aside are not among them."""
    texts, counts = formats.texts, severity_counts(data.items)
    parts = tuple(
        StripPart(one, counts.get(one, 0), texts(f"alert_severity.{one.value}"))
        for one in AlertSeverity
        if counts.get(one, 0)
    )
    waiting = [one.alert for one in data.items if not one.quiet]
    if not parts:
        note = texts("alert_page.strip_none")
    elif waiting:
        span = formats.duration(now - min(one.since for one in waiting))
        note = texts("alert_page.strip_waiting", n=len(waiting), span=span)
    else:
        note = texts("alert_page.strip_all_seen")
    counted = ", ".join(f"{one.count} {one.word}" for one in parts) or note
    return StripView(parts, note, texts("alert_page.strip_said", counts=counted))


def loud_ones(data: InboxData, session: Session) -> Mapping[str, AlertItem]:
    """The grave alerts (S1, S2) that a person was told of and nobody has seen, by their ids."""
    return {
        one.alert.id: one
        for one in data.items
        if one.alert.severity.rank <= AlertSeverity.S2.rank
        and not one.quiet
        and is_mine(one.alert, data.own, session)
    }


def news_words(
    items: Sequence[AlertItem], data: InboxData, *, loops: Loops, formats: Formats
) -> str:
    """What has come, the gravest first: bed, what is wrong, what to do; never a name."""
    texts = formats.texts
    first = min(items, key=lambda one: (one.alert.severity.rank, one.alert.since, one.alert.id))
    words = AlertWords(formats, data.names, loops)
    more = len(items) - 1
    return texts(
        "alert_page.new_one",
        severity=texts(f"alert_severity.{first.alert.severity.value}"),
        bed=first.row.bed,
        what=words.wrong(first),
        action=words.to_do(first.rule),
        more=texts("alert_page.new_more", n=more) if more else "",
    )
