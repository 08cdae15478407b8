"""Alerts and scores as they are at a frozen instant, settled in memory; nothing is written.

A reading command with `--now` must see what the watch would have found by then (decision 26).
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from domain.reconciling import after, reconcile
from domain.services.authorising import SYSTEM
from domain.settled import settled, whole
from domain.situation import RiskStanding
from domain.worklists import AlertRow

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from domain.alerts import Alert
    from domain.ids import EncounterId, OrderId
    from domain.loops.case import Case
    from domain.patients import Encounter, Patient
    from domain.ports import Rulebook
    from domain.services.workplace import Workplace
    from domain.situation import Situation


def standing_at(place: Workplace, encounter: EncounterId, now: datetime) -> RiskStanding | None:
    """The score of a stay at an instant; None without a rulebook.

    Raises:
        NotFound: the stay was never admitted.
    """
    if place.rulebook is None:
        return None
    situation = settled_situation(place.rulebook, place, encounter, now)
    result = settled(place.rulebook, situation, now)
    before = place.reads.risk(encounter)
    seq = 0 if before is None else before.seq
    return RiskStanding(result.risk, now, seq, result.wake_at)


def settled_situation(
    rulebook: Rulebook, place: Workplace, encounter: EncounterId, now: datetime
) -> Situation:
    """A stay with its alerts as the watch would leave them."""
    situation = place.reads.situation(encounter, now=now)
    moves = reconcile(
        rulebook.assess(situation, now).wanted,
        situation.alerts,
        rule=partial(rulebook.rule, ward=situation.ward),
        occasion=whole(situation, now, ladders=True),
    )
    alerts = after(situation.alerts, moves, by=SYSTEM.user, at=now, encounter=encounter)
    return replace(situation, alerts=alerts)


def alerts_at(place: Workplace, stays: Iterable[Encounter], now: datetime) -> Iterator[AlertRow]:
    """The open alerts of some stays at an instant, the gravest and then the oldest first."""
    if place.rulebook is None:
        return
    found: list[AlertRow] = []
    for stay in stays:
        patient = place.reads.patient(stay.patient_id)
        situation = settled_situation(place.rulebook, place, stay.id, now)
        found += [_row(place, one, stay, patient) for one in situation.alerts if patient]
    yield from sorted(found, key=_gravest)


def _gravest(row: AlertRow) -> tuple[int, datetime, str]:
    return row.alert.severity.rank, row.alert.since, row.alert.id


def _row(place: Workplace, alert: Alert, stay: Encounter, patient: Patient) -> AlertRow:
    row = AlertRow(
        alert=alert,
        ward=stay.ward,
        bed=stay.bed,
        patient=patient.id,
        patient_name=patient.name,
        patient_name_zh=patient.name_zh,
        mrn=patient.mrn,
        birth_date=patient.birth_date,
    )
    return row if alert.order is None else _with_order(place, row, alert.order)


def _with_order(place: Workplace, row: AlertRow, order: OrderId) -> AlertRow:
    case = place.reads.case(order)
    return row if case is None else _of_case(row, case)


def _of_case(row: AlertRow, case: Case) -> AlertRow:
    task = None if row.alert.task is None else case.tasks.get(row.alert.task)
    return replace(
        row,
        loop=case.order.loop,
        order_fields=case.order.fields,
        due_at=None if task is None else task.due_at,
    )
