"""Alerts as a table for people: the gravest first, what is wrong and what to do about it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from client.cli.output import moment, pairs, table
from client.cli.ward_time import zone_of, zone_of_order

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import tzinfo

    from client.app import App
    from client.cli.call import Call
    from client.presenters.alert_words import AlertWords
    from client.presenters.formats import Formats
    from domain.alerts import Alert
    from domain.services.alert_lists import AlertItem, AlertShown
    from domain.worklists import JournalRow

_HEAD = (
    *("severity", "rule", "bed", "patient", "what", "to_do", "age", "tier", "told", "state"),
    "alert",
)


def list_in_words(call: Call, app: App, items: Sequence[AlertItem]) -> str:
    """The list; small alerts of a patient who has many stand together under one name."""
    formats, words = _language(call, app)
    texts = formats.texts
    return table(
        [texts(f"alert_list.{name}") for name in _HEAD],
        [
            _row(app, item, formats, words, first=first)
            for card in _cards(items)
            for first, item in _first(card)
        ],
        empty=texts("alert_list.empty"),
    )


def _language(call: Call, app: App) -> tuple[Formats, AlertWords]:
    from client.presenters.alert_words import AlertWords
    from client.presenters.formats import Formats
    from client.presenters.titles import read_names
    from client.texts import Texts

    formats = Formats(Texts.load(call.settings().language), zone_of(app))
    names = read_names(app.reads, at=app.now())
    return formats, AlertWords(formats, names, app.loops)


def _cards(items: Sequence[AlertItem]) -> Iterator[tuple[AlertItem, ...]]:
    """The items in their order, but those of one card together where the first of them is."""
    from rules.alerts.grouping import cards

    by_id = {item.alert.id: item for item in items}
    place = {key: number for number, key in enumerate(by_id)}
    open_ones = [item.alert for item in items if item.alert.open]
    found = [[by_id[alert.id] for alert in card.alerts] for card in cards(open_ones)]
    found += [[item] for item in items if not item.alert.open]
    for card in found:
        card.sort(key=lambda item: place[item.alert.id])
    yield from map(tuple, sorted(found, key=lambda card: place[card[0].alert.id]))


def _first(card: Sequence[AlertItem]) -> Iterator[tuple[bool, AlertItem]]:
    return ((number == 0, item) for number, item in enumerate(card))


def _row(
    app: App, item: AlertItem, formats: Formats, words: AlertWords, *, first: bool
) -> tuple[str, ...]:
    from datetime import timedelta

    alert, row = item.alert, item.row
    return (
        alert.severity.value if first else "",
        alert.key.rule,
        f"{row.ward} {row.bed}" if first else "",
        f"{row.patient_name} {row.patient_name_zh}".strip() if first else "",
        words.wrong(item),
        words.to_do(item.rule),
        formats.duration(timedelta(minutes=item.age_minutes)),
        str(alert.tier),
        _told(alert, formats),
        _state(item, formats, moment(alert.resolved_at, zone_of(app, row.ward))),
        alert.id,
    )


def _told(alert: Alert, formats: Formats) -> str:
    between = "、" if formats.chinese else ", "
    return between.join(formats.texts(f"role.{role.value}") for role in alert.audience)


def _state(item: AlertItem, formats: Formats, resolved: str) -> str:
    texts, alert = formats.texts, item.alert
    if resolved:
        return texts("alert_list.resolved", at=resolved)
    if alert.awaits_signature:
        return texts("alert_list.signature")
    said = [texts(f"alert_list.{item.quiet or 'open'}")]
    if alert.silent:
        said.append(texts("alert_list.silent"))
    if alert.reviewed_at is not None:
        said.append(texts("alert_list.reviewed"))
    return ("、" if formats.chinese else ", ").join(said)


def shown_in_words(call: Call, app: App, shown: AlertShown) -> str:
    """One alert with all that happened to it, on the ward's clock."""
    formats, words = _language(call, app)
    alert, rule = shown.alert, shown.rule
    zone = zone_of_order(app, alert.encounter)
    return pairs(
        (
            ("alert", alert.id),
            ("rule", alert.key.rule if rule is None else f"{rule.id} {words.title_of(rule)}"),
            ("to do", words.to_do(rule)),
            ("severity", f"{alert.severity.value}, tier {alert.tier}"),
            ("told", _told(alert, formats)),
            *_let_be(alert),
            *((row.kind, _trail_words(row, zone)) for row in shown.trail),
        )
    )


def _trail_words(row: JournalRow, zone: tzinfo) -> str:
    """When, by whom; who signed it, and whether that still holds."""
    from domain.services.undersigning import holds

    signed = [
        f"{one.signature.signer} signed ({one.signature.meaning.value})"
        if holds(one, row, {})
        else f"the signature of {one.signature.signer} DOES NOT HOLD"
        for one in row.signatures
    ]
    return ", ".join((f"{moment(row.event_at, zone)} {row.actor}", *signed))


def _let_be(alert: Alert) -> Iterable[tuple[str, str]]:
    """Who let it be, who agreed, and why."""
    found = alert.override
    if found is None:
        return ()
    who = found.by if found.second is None else f"{found.by}, {found.second} agreed"
    why = f"{found.reason}: {found.text}" if found.text else found.reason
    return (("overridden by", who), ("because", why))
