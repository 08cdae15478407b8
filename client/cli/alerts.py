"""`alerts …`: what is open, what happened to it, and what persons do about it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from client.cli.changed import answer_changes
from client.cli.errors import UsageError
from client.cli.output import table
from client.cli.parser import add_file_option

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from client.app import App
    from client.cli.call import Call
    from client.cli.parser import Commands, Parser
    from domain.alerts import Alert
    from domain.ids import WardId
    from domain.services.alert_lists import AlertItem
    from domain.services.alert_metrics import AlertMetrics, Served

_DAYS: Final = 30
"""Metrics look back so many days unless a span is said."""


def add(commands: Commands) -> None:
    """Put the commands on the command line."""
    group = commands.group("alerts", "loops left open: what is late, missing or grave")
    listing = group.command("list", list_alerts, "open alerts, the gravest and oldest first")
    _add_ward(listing)
    listing.add_argument("--role", metavar="ROLE", help="only those that this role was told of")
    listing.add_argument("--resolved", action="store_true", help="those too that are resolved")
    listing.add_argument("--silent", action="store_true", help="those too that nobody is shown")
    listing.add_argument(
        "--review", action="store_true", help="medication only, what no pharmacist has reviewed"
    )
    showing = group.command("show", show_alert, "one alert with all that happened to it")
    showing.add_argument("alert", metavar="ID")
    for name, run, meaning, fields in (
        ("acknowledge", acknowledge, "say that it was seen; that is not done", "note"),
        ("snooze", snooze, "put it off for some minutes", "minutes, reason, note"),
        ("override", override, "let it be, with a reason", "reason, text, second"),
        (
            "review",
            review,
            "accepted, commented or escalated by a pharmacist",
            "verdict, text",
        ),
        ("sign", sign, "a physician's signature when the stay has ended", ""),
    ):
        more = f"Fields: alert{', ' + fields if fields else ''}; optional command_id, actor."
        add_file_option(group.command(name, run, meaning, more=more))
    measuring = group.command("metrics", metrics, "how well alerts serve")
    _add_ward(measuring)
    measuring.add_argument("--from", dest="since", metavar="INSTANT", help="ISO 8601 with zone")
    measuring.add_argument("--to", dest="until", metavar="INSTANT", help="ISO 8601 with zone")


def _add_ward(parser: Parser) -> None:
    parser.add_argument("--ward", metavar="WARD", help="of one ward only")


def _ward(call: Call, app: App) -> WardId | None:
    from domain.errors import NotFound
    from domain.ids import WardId

    ward = call.text_option("ward")
    if ward is None:
        return None
    known = sorted(one.id for one in app.list_wards(user=call.user()))
    if ward not in known:
        raise NotFound("ward", ward, right=f"one of {', '.join(known)}")
    return WardId(ward)


def list_alerts(call: Call) -> int:
    """`wardloop alerts list`."""
    from client.cli.alert_tables import list_in_words
    from client.cli.work import role_of

    app = call.app()
    named = call.text_option("role")
    items = app.list_alerts(
        user=call.user(),
        now=app.read_at(),
        ward=_ward(call, app),
        role=None if named is None else role_of(named),
        resolved=call.options.resolved,
        silent=call.options.silent,
        review=call.options.review,
        frozen=app.simulated,
    )
    return call.answer([_row(item) for item in items], list_in_words(call, app, items))


def _row(item: AlertItem) -> dict[str, object]:
    row = item.row
    return {
        **_facts(item.alert),
        "patient": row.patient,
        "ward": row.ward,
        "bed": row.bed,
        "kind": row.loop,
        "due_at": row.due_at,
        "age_minutes": item.age_minutes,
        "quiet": item.quiet or None,
        "title": None if item.rule is None else dict(item.rule.title),
        "action": None if item.rule is None else dict(item.rule.action),
    }


def _facts(alert: Alert) -> dict[str, object]:
    return {
        "alert": alert.id,
        "rule": alert.key.rule,
        "severity": alert.severity,
        "tier": alert.tier,
        "told": alert.audience,
        "encounter": alert.encounter,
        "order": alert.order,
        "task": alert.task,
        "limit": alert.limit,
        "step": alert.step,
        "cause": alert.key.cause,
        "since": alert.since,
        "raised_at": alert.raised_at,
        "late_by_minutes": alert.late_by_minutes,
        "occurrences": alert.occurrences,
        "evidence": alert.evidence,
        "acknowledged_at": alert.acknowledged_at,
        "acknowledged_by": alert.acknowledged_by,
        "action_until": alert.action_until,
        "snoozed_until": alert.snoozed_until,
        "override": alert.override,
        "reviewed_at": alert.reviewed_at,
        "reviewed_by": alert.reviewed_by,
        "awaits_signature": alert.awaits_signature,
        "silent": alert.silent,
        "resolved_at": alert.resolved_at,
        "resolution": alert.resolution,
    }


def show_alert(call: Call) -> int:
    """`wardloop alerts show`."""
    from client.cli.alert_tables import shown_in_words
    from domain.services.showing import signatures_under

    app = call.app()
    shown = app.show_alert(user=call.user(), alert=str(call.options.alert))
    alert, rule = shown.alert, shown.rule
    trail = [
        {
            "kind": row.kind,
            "at": row.event_at,
            "actor": row.actor,
            "said": row.payload,
            "signatures": signatures_under(row, {}),
        }
        for row in shown.trail
    ]
    data = {
        **_facts(alert),
        "title": None if rule is None else dict(rule.title),
        "action": None if rule is None else dict(rule.action),
        "source": None if rule is None else rule.source,
        "trail": trail,
    }
    return call.answer(data, shown_in_words(call, app, shown))


def acknowledge(call: Call) -> int:
    """`wardloop alerts acknowledge`."""
    from client.cli.entry import Entry

    entry = Entry(call, "alert", "note")
    alert = entry.text("alert", right="the id of an alert")
    changes = entry.app.acknowledge_alert(
        user=entry.user, command=entry.command, alert=alert, note=entry.words("note")
    )
    return answer_changes(call, entry.command, changes, "Acknowledged.", alert=alert)


def snooze(call: Call) -> int:
    """`wardloop alerts snooze`."""
    from client.cli.entry import Entry

    entry = Entry(call, "alert", "minutes", "reason", "note")
    alert = entry.text("alert", right="the id of an alert")
    changes = entry.app.snooze_alert(
        user=entry.user,
        command=entry.command,
        alert=alert,
        minutes=entry.whole_number("minutes"),
        reason=entry.text("reason", right="a reason code"),
        note=entry.words("note"),
    )
    return answer_changes(call, entry.command, changes, "Put off.", alert=alert)


def override(call: Call) -> int:
    """`wardloop alerts override`."""
    from client.cli.entry import Entry
    from domain.signatures import Secrets

    entry = Entry(call, "alert", "reason", "text", "second")
    alert = entry.text("alert", right="the id of an alert")
    second = entry.optional_text("second")
    changes = entry.app.override_alert(
        user=entry.user,
        command=entry.command,
        alert=alert,
        reason=entry.text("reason", right="a reason code"),
        text=entry.words("text"),
        second=second,
        secrets=Secrets(call.secrets(second)),
    )
    return answer_changes(call, entry.command, changes, "Overridden.", alert=alert)


def review(call: Call) -> int:
    """`wardloop alerts review`."""
    from client.cli.entry import Entry

    entry = Entry(call, "alert", "verdict", "text")
    alert = entry.text("alert", right="the id of an alert")
    changes = entry.app.review_alert(
        user=entry.user,
        command=entry.command,
        alert=alert,
        verdict=entry.text("verdict", right="accepted, commented or escalated"),
        text=entry.words("text"),
    )
    return answer_changes(call, entry.command, changes, "Reviewed.", alert=alert)


def sign(call: Call) -> int:
    """`wardloop alerts sign`."""
    from client.cli.entry import Entry
    from domain.signatures import Secrets

    entry = Entry(call, "alert")
    alert = entry.text("alert", right="the id of an alert")
    changes = entry.app.sign_alert(
        user=entry.user, command=entry.command, alert=alert, secrets=Secrets(call.secrets())
    )
    return answer_changes(call, entry.command, changes, "Signed.", alert=alert)


def metrics(call: Call) -> int:
    """`wardloop alerts metrics`."""
    app = call.app()
    until = _instant(call, "until", "--to") or app.read_at()
    since = _instant(call, "since", "--from") or until - timedelta(days=_DAYS)
    if since >= until:
        raise UsageError("--from is not before --to", field="from")
    found = app.alert_metrics(user=call.user(), since=since, until=until, ward=_ward(call, app))
    return call.answer(found, _metric_words(found))


def _instant(call: Call, name: str, flag: str) -> datetime | None:
    from domain.entered import parse_instant
    from domain.errors import InvalidInput

    text = call.text_option(name)
    if text is None:
        return None
    try:
        return parse_instant(name, text)
    except InvalidInput as wrong:
        raise UsageError(f"{flag}: {wrong.message}", field=flag.strip("-")) from None


def _metric_words(found: AlertMetrics) -> str:
    rows: Mapping[str, Served] = {**found.by_rule, "all": found.whole}
    words = table(
        ("RULE", "RAISED", "ACKED", "OVERRIDDEN", "ACTED", "NOISE", "PPV", "ACK P90", "ACT P90"),
        [
            (
                rule,
                str(one.raised),
                str(one.acknowledged),
                str(one.overridden),
                str(one.acted),
                str(one.noise),
                _said(one.ppv),
                _said(one.ack_p90),
                _said(one.act_p90),
            )
            for rule, one in rows.items()
        ],
    )
    burden = found.burden
    return (
        f"{words}\n\nNurse-shifts {burden.nurse_shifts}: S1 {_said(burden.s1)},"
        f" S2 {_said(burden.s2)} a nurse-shift; interruptive {_said(burden.interruptive)};"
        f" silent {found.silent}."
    )


def _said(value: float | None) -> str:
    return "-" if value is None else f"{value:g}"
