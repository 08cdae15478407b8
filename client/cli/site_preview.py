"""What a site file would have changed on the last 30 days: limits and rules, before and after."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from client.cli.output import pairs, table

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from client.configuring import Configuration
    from client.settings import Settings
    from domain.orders import Priority
    from rules.site_preview import Kind, Tally
    from storage.history import OrderHistory
    from storage.store import Store

    Tried = list[tuple[Configuration, Tally]]

SPAN: Final = timedelta(days=30)
MOST: Final = 1_000_000
"""More alerts than a hospital raises in the span."""
REPLAYED: Final = (
    "each limit of a loop that ran out before its step was done",
    "what other rules raised on those days: on, off or silent, and by which severity",
)
NOT_REPLAYED: Final = (
    "rules that look at observations, results, marks and scores, where they were off on those days",
    "changed parameters of rules, and when a handover lets small alerts wait",
    "later stages of a severity, escalation, and what suppression and grouping hide",
    "changed roles, conditions, texts, knowledge and weights of the risk score",
    "patients count under the ward where they lie now, or lay last",
)


@dataclass(frozen=True, slots=True)
class Preview:
    """What was found.

    Attributes:
        data: as programs read it.
        words: as people do.
    """

    data: dict[str, object]
    words: str


def preview(store: Store, *, before: Settings, after: Settings, now: datetime) -> Preview:
    """Replay the last 30 days under the configuration without a site file, and with it.

    The file counts as in force for the whole span, whatever it says.

    Raises:
        DefinitionError: a loop, rule or site file is wrong.
        StorageError: the database cannot be read.
    """
    from client.configuring import configuration
    from rules.site_preview import Tally

    far = max([now, *_begins(after)])
    tried = [(configuration(before, now), Tally()), (configuration(after, far), Tally())]
    seen = _Seen(since=now - SPAN, until=now, begins=now)
    _replay_limits(store, tried, seen)
    _count_raised(store, tried, seen)
    return _told(tried[0][1], tried[1][1], seen)


def _replay_limits(store: Store, tried: Tried, seen: _Seen) -> None:
    """Count what would have been late of each order, under each configuration."""
    from rules.site_preview import late_limits, replayed
    from storage.history import order_histories

    for history in order_histories(store, since=seen.since):
        life = replayed(history.commands)
        seen.orders += 1
        seen.begins = min([seen.begins, *(max(at, seen.since) for _, at in life)])
        seen.streams.update(event.stream for events in history.commands for event in events)
        if life:
            seen.priorities[history.order] = life[-1][0].order.priority
        ward = _ward(store, history)
        for decides, tally in tried:
            loops = decides.loops.for_ward(ward)
            found = late_limits(life, loops, since=seen.since, until=seen.until)
            if found:
                tally.add(found, life[-1][0], decides.table.for_ward(ward))


def _count_raised(store: Store, tried: Tried, seen: _Seen) -> None:
    """Count what was raised beside all limits, as each configuration would have it."""
    from domain.orders import Priority
    from rules.alerts.loader import load_rules

    shipped = load_rules()
    rows = store.reads.alerts(open_only=False, silent=True, since=seen.since, limit=MOST)
    for row in rows:
        alert = row.alert
        if alert.limit is not None or alert.raised_at > seen.until:
            continue  # its limit was replayed
        seen.raised += 1
        seen.begins = min(seen.begins, alert.raised_at)
        priority = seen.priorities.get(alert.order or "", Priority.ROUTINE)
        tables = [decides.table.for_ward(row.ward) for decides, _ in tried]
        for rules, (_, tally) in zip(tables, tried, strict=True):
            tally.add_raised(alert, priority, (shipped, *tables), rules)


def _begins(settings: Settings) -> Iterable[datetime]:
    from client.configuring import read_sites

    return (one.effective_from for one in read_sites(settings) if one.effective_from is not None)


def _ward(store: Store, history: OrderHistory) -> str:
    stay = store.reads.encounter(history.encounter)
    return "" if stay is None else str(stay.ward)


@dataclass(slots=True)
class _Seen:
    """What was looked at.

    Attributes:
        begins: the first record of the span.
        raised: alerts that no limit raised.
        priorities: of orders, by id.
    """

    since: datetime
    until: datetime
    begins: datetime
    orders: int = 0
    raised: int = 0
    streams: set[str] = field(default_factory=set)
    priorities: dict[str, Priority] = field(default_factory=dict)


def _told(before: Tally, after: Tally, seen: _Seen) -> Preview:
    from rules.site_preview import per_day

    since, until = seen.begins, seen.until
    kinds = sorted(before.alerts | after.alerts, key=_order)
    alerts: list[dict[str, object]] = [
        {
            "rule": kind.rule,
            "severity": kind.severity,
            "silent": kind.silent,
            "before": before.alerts[kind],
            "after": after.alerts[kind],
            "per_day_before": per_day(before.alerts[kind], since=since, until=until),
            "per_day_after": per_day(after.alerts[kind], since=since, until=until),
        }
        for kind in kinds
    ]
    late = {"before": len(before.streams), "after": len(after.streams)}
    data: dict[str, object] = {
        "from": since,
        "until": until,
        "orders": seen.orders,
        "orders_and_tasks": len(seen.streams),
        "raised": seen.raised,
        "late": late,
        "alerts": alerts,
        "replayed": list(REPLAYED),
        "not_replayed": list(NOT_REPLAYED),
    }
    return Preview(data, _in_words(data, late, alerts))


def _order(kind: Kind) -> tuple[int, str, bool]:
    return kind.severity.rank, kind.rule, kind.silent


def _in_words(
    data: dict[str, object], late: dict[str, int], alerts: list[dict[str, object]]
) -> str:
    rows = [
        (
            f"{one['rule']}{' (silent)' if one['silent'] else ''}",
            *(str(one[key]) for key in ("severity", "before", "after")),
            *(str(one[key]) for key in ("per_day_before", "per_day_after")),
        )
        for one in alerts
    ]
    head = ("RULE", "SEVERITY", "BEFORE", "AFTER", "A DAY BEFORE", "A DAY AFTER")
    said = f"The last 30 days, recorded from {data['from']} on:"
    said += f" {data['orders_and_tasks']} orders and tasks replayed, {data['raised']} alerts of"
    said += " other rules counted."
    said += f" Late at least once: {late['before']} before, {late['after']} after."
    return "\n\n".join(
        (
            said,
            table(head, rows, empty="No alert, before or after."),
            pairs(
                [
                    *(("replayed", one) for one in REPLAYED),
                    *(("not replayed", one) for one in NOT_REPLAYED),
                ]
            ),
        )
    )
