"""Alerts, risk and what the watch wakes for, as lists and screens ask for them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, cast

from sqlalchemy import select, text

from domain.ids import EncounterId, PatientId, WardId
from domain.situation import RiskScore, RiskStanding
from domain.worklists import AlertRow
from storage.alert_mapping import alert_of
from storage.care_mapping import birth_date_of
from storage.codec import decode, parsed
from storage.mapping import open_fields
from storage.questions import LIMIT
from storage.statements import Statement, is_open, number, truth, word
from storage.tables import (
    alerts,
    encounter_state,
    encounters,
    journal,
    orders,
    patients,
    tasks,
)
from storage.types import NEVER, deadline_or_none, instant, instant_or_none

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement

    from storage.engine import Driver, Row


@dataclass(frozen=True, slots=True)
class AlertQuestion:
    """Which alerts are asked for; `mask` 0: of all roles, `since`: raised from then on."""

    mask: int
    limit: int
    open_only: bool = True
    silent: bool = False
    since: int = 0
    ward: WardId | None = None
    encounter: EncounterId | None = None


def _asking(*scope: ColumnElement[bool]) -> Statement:
    home = (
        alerts.join(encounters, encounters.c.id == alerts.c.encounter_id)
        .join(patients, patients.c.id == encounters.c.patient_id)
        .outerjoin(orders, orders.c.id == alerts.c.order_id)
        .outerjoin(tasks, tasks.c.id == alerts.c.task_id)
    )
    return Statement(
        select(
            alerts.c.data, alerts.c.ward_id, encounters.c.bed, patients.c.id, patients.c.name,
            patients.c.name_zh, patients.c.mrn, patients.c.birth_date, orders.c.loop,
            orders.c.fields, tasks.c.due_at,
        )
        .select_from(home)
        .where(
            *scope,
            truth("(:mask = 0 OR (alerts.roles & :mask) <> 0)"),
            truth("(:silent = 1 OR alerts.silent = 0)"),
            alerts.c.raised_at >= number("since"),
        )
        .order_by(alerts.c.severity, alerts.c.since, alerts.c.id)
        .suffix_with(LIMIT)
    )  # fmt: skip


_SCOPES: Final[dict[str, tuple[ColumnElement[bool], ...]]] = {
    "ward": (alerts.c.ward_id == word("place"),),
    "encounter": (alerts.c.encounter_id == word("place"),),
    "": (),
}
ALERTS: Final = {
    (name, open_only): _asking(*scope, *((is_open(alerts),) if open_only else ()))
    for name, scope in _SCOPES.items()
    for open_only in (True, False)
}
ALERT_TRAIL: Final = Statement(
    select(journal).where(journal.c.stream == word("stream")).order_by(journal.c.stream_seq)
)
_RISK_COLUMNS: Final = (
    encounter_state.c.encounter_id, encounter_state.c.causes, encounter_state.c.as_of,
    encounter_state.c.risk_seq, encounter_state.c.wake_at,
)  # fmt: skip
RISK: Final = Statement(
    select(*_RISK_COLUMNS).where(
        encounter_state.c.encounter_id == word("encounter_id"),
        truth("encounter_state.causes IS NOT NULL"),
    )
)
RISKS_OF_WARD: Final = Statement(
    select(*_RISK_COLUMNS)
    .select_from(
        encounters.join(encounter_state, encounter_state.c.encounter_id == encounters.c.id)
    )
    .where(
        encounters.c.ward_id == word("ward_id"),
        text("encounters.state = 'in_progress'"),
        truth("encounter_state.causes IS NOT NULL"),
    )
)
WAKES: Final = Statement(
    select(encounter_state.c.encounter_id, encounter_state.c.wake_at)
    .where(encounter_state.c.wake_at <= number("until"), text(f"wake_at < {NEVER}"))
    .order_by(encounter_state.c.wake_at, encounter_state.c.encounter_id)
    .suffix_with(LIMIT)
)


def alerts_asked(driver: Driver, asked: AlertQuestion) -> tuple[AlertRow, ...]:
    """Alerts, the gravest and oldest first."""
    scope = "encounter" if asked.encounter else "ward" if asked.ward else ""
    rows = driver.rows(
        ALERTS[scope, asked.open_only],
        place=asked.encounter or asked.ward,
        mask=asked.mask,
        silent=int(asked.silent),
        since=asked.since,
        limit=asked.limit,
    )
    return tuple(map(_alert_row, rows))


def risk_standing(row: Row) -> RiskStanding:
    """The risk of a stay, of `RISK`."""
    _, causes, as_of, seq, wake_at = cast("tuple[str, str, int, int | None, int]", row)
    return RiskStanding(
        risk=decode(RiskScore, parsed(causes)),
        as_of=instant(as_of),
        seq=seq,
        wake_at=deadline_or_none(wake_at),
    )


def _alert_row(row: Row) -> AlertRow:
    (data, ward, bed, patient, name, name_zh, mrn, birth_date, loop, fields, due_at) = cast(
        "tuple[str, str, str, str, str, str, str, str | None, str | None, str | None, int | None]",
        row,
    )
    return AlertRow(
        alert=alert_of(data),
        ward=WardId(ward),
        bed=bed,
        patient=PatientId(patient),
        patient_name=name,
        patient_name_zh=name_zh,
        mrn=mrn,
        birth_date=birth_date_of(birth_date),
        loop=loop,
        order_fields={} if fields is None else open_fields(fields),
        due_at=instant_or_none(due_at),
    )
