"""What a site file would have changed on the last 30 days: limits replayed before and after."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from client.cli.output import pairs, table

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from client.settings import Settings
    from rules.site_preview import Kind, Tally
    from storage.history import OrderHistory
    from storage.store import Store

SPAN: Final = timedelta(days=30)
REPLAYED: Final = ("each limit of a loop that ran out before its step was done",)
NOT_REPLAYED: Final = (
    "rules that look at observations, results, marks and scores",
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
    from rules.site_preview import Tally, late_limits, replayed
    from storage.history import order_histories

    far = max([now, *_begins(after)])
    tried = [(configuration(before, now), Tally()), (configuration(after, far), Tally())]
    since, first, orders, streams = now - SPAN, now, 0, set[str]()
    for history in order_histories(store, since=since):
        orders += 1
        life = replayed(history.commands)
        first = min([first, *(max(at, since) for _, at in life)])
        streams.update(event.stream for events in history.commands for event in events)
        ward = _ward(store, history)
        for decides, tally in tried:
            loops = decides.loops.for_ward(ward)
            found = late_limits(life, loops, since=since, until=now)
            if found:
                tally.add(found, life[-1][0], decides.table.for_ward(ward))
    seen = _Seen(first, now, orders, len(streams))
    return _told(tried[0][1], tried[1][1], seen)


def _begins(settings: Settings) -> Iterable[datetime]:
    from client.configuring import read_sites

    return (one.effective_from for one in read_sites(settings) if one.effective_from is not None)


def _ward(store: Store, history: OrderHistory) -> str:
    stay = store.reads.encounter(history.encounter)
    return "" if stay is None else str(stay.ward)


@dataclass(frozen=True, slots=True)
class _Seen:
    """What was replayed: from the first record of the span on, so many orders and streams."""

    since: datetime
    until: datetime
    orders: int
    streams: int


def _told(before: Tally, after: Tally, seen: _Seen) -> Preview:
    from rules.site_preview import per_day

    since, until = seen.since, seen.until
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
        "orders_and_tasks": seen.streams,
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
    said += f" {data['orders_and_tasks']} orders and tasks replayed."
    said += f" Late at least once: {late['before']} before, {late['after']} after."
    return "\n\n".join(
        (
            said,
            table(head, rows, empty="No limit ran out, before or after."),
            pairs(
                [
                    *(("replayed", one) for one in REPLAYED),
                    *(("not replayed", one) for one in NOT_REPLAYED),
                ]
            ),
        )
    )
