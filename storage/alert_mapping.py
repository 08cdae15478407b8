"""Alerts: the fold of their events as rows, for live writes and `db rebuild` alike."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final, cast

from sqlalchemy import func, select, update

from domain.alert_fold import evolve_alert
from domain.alerts import Alert
from storage.codec import decode, parsed
from storage.statements import WARD_OF, Statement, is_open, putting, word
from storage.tables import alerts, journal
from storage.types import micros, micros_or_none, role_mask
from storage.written import written_changed

if TYPE_CHECKING:
    from domain.alert_events import AlertBody
    from domain.happenings import Happening
    from storage.engine import Driver, Row, Values

ALERT: Final = Statement(
    select(alerts.c.data, alerts.c.ward_id, alerts.c.is_open).where(alerts.c.id == word("id"))
)
TOLD: Final = Statement(
    select(
        alerts.c.data,
        alerts.c.ward_id,
        alerts.c.is_open,
        select(func.max(journal.c.stream_seq))
        .where(journal.c.stream == word("id"))
        .scalar_subquery(),
    ).where(alerts.c.id == word("id"))
)
"""An alert, and how many events it has. One without a row has none."""
_PUT: Final = putting(alerts)
_CARRY: Final = Statement(
    update(alerts).where(alerts.c.encounter_id == word("stay"), is_open(alerts)),
    columns=("ward_id",),
)


def project_alert(driver: Driver, happening: Happening, body: AlertBody, row: Row | None) -> Values:
    """Write what an event makes of an alert; its columns.

    Args:
        row: the alert as it is stored: its data, its ward, whether it is open.

    Raises:
        StorageError: an event of an alert that was never raised.
        RowRefusedError: another alert of the same key is open.
    """
    before = None if row is None else alert_of(cast("str", row[0]))
    after = evolve_alert(before, body, happening)
    # one that has ended stays on the ward on which it ended
    if row is not None and (row[2] or not after.open):
        ward = cast("str", row[1])
    else:
        found = driver.row(WARD_OF, id=after.encounter)
        ward = "" if found is None else cast("str", found[0])
    values = alert_row(after, ward)
    driver.write(_PUT, values)
    return values


def carry_alerts(driver: Driver, stay: str, ward: str) -> None:
    """An open alert lies where its patient lies."""
    driver.write(_CARRY, {"stay": stay, "ward_id": ward})


def alert_row(alert: Alert, ward: str) -> Values:
    """The columns of an alert."""
    return {
        "id": alert.id,
        "encounter_id": alert.encounter,
        "ward_id": ward,
        "order_id": alert.order,
        "task_id": alert.task,
        "rule": alert.key.rule,
        "subject": alert.key.subject,
        "cause": alert.key.cause,
        "severity": alert.severity.value,
        "tier": alert.tier,
        "is_open": int(alert.open),
        "silent": int(alert.silent),
        "roles": role_mask(alert.audience),
        "since": micros(alert.since),
        "raised_at": micros(alert.raised_at),
        "acknowledged_at": micros_or_none(alert.acknowledged_at),
        "snoozed_until": micros_or_none(alert.snoozed_until),
        "action_until": micros_or_none(alert.action_until),
        "resolved_at": micros_or_none(alert.resolved_at),
        "resolution": None if alert.resolution is None else alert.resolution.value,
        "data": written_changed(alert),
    }


@lru_cache(maxsize=8192)
def alert_of(data: str) -> Alert:
    """An alert from its row's `data`."""
    return decode(Alert, parsed(data))
