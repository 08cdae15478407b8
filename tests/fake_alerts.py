"""Alerts and risk of a store in memory, and what alert rules look at there."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from domain.alert_events import AlertBody
from domain.alert_fold import evolve_alert
from domain.errors import NotFound, StorageError
from domain.happenings import (
    AllergyRecorded,
    CatalogueItemSet,
    Happening,
    MovedTo,
    PatientLinked,
    PatientRegistered,
    StandingFactSet,
)
from domain.ids import EncounterId, WardId
from domain.loops.streams import order_stream, task_stream
from domain.situation import RiskStanding, Situation
from domain.standing import flags
from domain.worklists import AlertRow, Outlook
from tests.fake_clinical import clinical_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from domain.alerts import Alert
    from domain.people import Role
    from domain.situation import RiskScore, Stream
    from domain.worklists import JournalRow
    from tests.fakes import FakeState, FakeStore

LATEST = datetime.max.replace(tzinfo=UTC)
EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class FakeAlerts:
    """Every alert with the ward that it is on, and the score of each stay."""

    alerts: Mapping[str, tuple[Alert, WardId]] = field(default_factory=dict)
    risks: Mapping[EncounterId, RiskStanding] = field(default_factory=dict)

    def with_happening(self, state: FakeState, said: Happening) -> FakeAlerts:
        """With what an event means for alerts."""
        if isinstance(said.body, MovedTo):
            moved = {
                key: (alert, said.body.ward)
                for key, (alert, _) in self.alerts.items()
                if alert.encounter == said.stream and alert.open
            }
            return replace(self, alerts={**self.alerts, **moved})
        if not isinstance(said.body, AlertBody):
            return self
        before, ward = self.alerts.get(said.stream, (None, WardId("")))
        after = evolve_alert(before, said.body, said)
        for other, _ in self.alerts.values():
            if other.open and other.id != after.id and other.key == after.key:
                raise StorageError("NOT_ACCEPTED", "another alert of this key is open")
        if (before is None or not before.open) and after.open:
            ward = state.stays[after.encounter].ward
        return replace(self, alerts={**self.alerts, after.id: (after, ward)})

    def with_risk(self, encounter: EncounterId, standing: RiskStanding | None) -> FakeAlerts:
        """With the score of a stay; a chain that moved without one has none."""
        rest = {key: one for key, one in self.risks.items() if key != encounter}
        return replace(self, risks=rest if standing is None else {**rest, encounter: standing})

    def with_stale(self, state: FakeState, body: object, now: datetime) -> FakeAlerts:
        """With the scores marked that rest on what was told beside their stay."""
        if isinstance(body, CatalogueItemSet):
            open_cases = [case for case in state.cases.values() if not case.order.state.terminal]
            stays = {case.order.encounter_id for case in open_cases}
        else:
            patients: set[str] = set()
            if isinstance(body, PatientRegistered):
                patients = {body.patient.id}
            elif isinstance(body, PatientLinked):
                patients = {body.patient, body.into}
            elif isinstance(body, AllergyRecorded | StandingFactSet):
                patients = {body.patient}
            stays = {stay.id for stay in state.stays.values() if stay.patient_id in patients}
        stale = {
            key: replace(one, seq=None, wake_at=now)
            for key, one in self.risks.items()
            if key in stays and state.stays[key].active
        }
        return replace(self, risks={**self.risks, **stale})

    def open_of(self, encounter: EncounterId) -> tuple[Alert, ...]:
        found = [alert for alert, _ in self.alerts.values() if alert.encounter == encounter]
        return tuple(sorted((one for one in found if one.open), key=lambda one: one.id))


@dataclass
class FakeSettling:
    """The scores that a transaction is to store, and which chains it wrote to."""

    risks: dict[EncounterId, tuple[RiskScore, datetime | None]] = field(default_factory=dict)

    def kept(self, state: FakeState, rows: list[JournalRow], at: datetime) -> FakeAlerts:
        found = state.alerts
        moved = {row.chain for row in rows}
        for encounter in self.risks:
            if encounter not in moved:
                raise StorageError("NOT_MOVED", f"nothing was written on {encounter}")
        for chain in moved:
            encounter = EncounterId(chain)
            said = self.risks.get(encounter)
            seq = sum(row.chain == chain for _, row in state.journal)
            standing = None if said is None else RiskStanding(said[0], at, seq, said[1])
            found = found.with_risk(encounter, standing)
        return found


def situation_of(state: FakeState, encounter: EncounterId, now: datetime) -> Situation:
    """What alert rules look at."""
    stay = state.stays.get(encounter)
    if stay is None:
        raise NotFound("encounter", encounter)
    clinical = clinical_of(state, encounter, now)
    return Situation(
        encounter=encounter,
        patient=stay.patient_id,
        ward=stay.ward,
        active=stay.active,
        streams=tuple(sorted(_streams(state, encounter), key=_by_ids)),
        clinical=clinical,
        alerts=state.alerts.open_of(encounter),
        flags=flags(clinical.facts, now),
        ended_at=stay.ended_at,
    )


def _streams(state: FakeState, encounter: EncounterId) -> list[Stream]:
    found = []
    for case in state.cases.values():
        order = case.order
        if order.encounter_id != encounter:
            continue
        if not order.state.terminal:
            rows = state.outlooks.get(order.id, Outlook()).deadlines
            found.append(order_stream(order, rows))
        for task in case.tasks.values():
            if not task.state.terminal:
                rows = state.outlooks.get(task.id, Outlook()).deadlines
                found.append(task_stream(task, order.priority, rows))
    return found


def _by_ids(stream: Stream) -> tuple[str, str]:
    return stream.order, stream.task or ""


class FakeAlertReads:
    """Questions about alerts and risk to a store in memory."""

    _store: FakeStore

    @property
    def _alerts(self) -> FakeAlerts:
        return self._store.state.alerts

    def alerts(
        self,
        *,
        ward: WardId | None = None,
        encounter: EncounterId | None = None,
        roles: frozenset[Role] | None = None,
        open_only: bool = True,
        silent: bool = False,
        since: datetime | None = None,
        limit: int = 200,
    ) -> tuple[AlertRow, ...]:
        rows = [
            self._row(alert, where)
            for alert, where in self._alerts.alerts.values()
            if (ward is None or encounter is not None or where == ward)
            and encounter in (None, alert.encounter)
            and (not roles or roles & set(alert.audience))
            and (alert.open or not open_only)
            and (silent or not alert.silent)
            and alert.raised_at >= (since or EARLIEST)
        ]
        rows.sort(key=lambda row: (row.alert.severity, row.alert.since, row.alert.id))
        return tuple(rows[:limit])

    def _row(self, alert: Alert, ward: WardId) -> AlertRow:
        state = self._store.state
        stay = state.stays[alert.encounter]
        patient = state.patients[stay.patient_id]
        case = None if alert.order is None else state.cases[alert.order]
        task = None if case is None or alert.task is None else case.tasks[alert.task]
        return AlertRow(
            alert=alert,
            ward=ward,
            bed=stay.bed,
            patient=patient.id,
            patient_name=patient.name,
            patient_name_zh=patient.name_zh,
            mrn=patient.mrn,
            birth_date=patient.birth_date,
            loop=None if case is None else case.order.loop,
            order_fields={} if case is None else case.order.fields,
            due_at=None if task is None else task.due_at,
        )

    def alert(self, alert: str) -> Alert | None:
        found = self._alerts.alerts.get(alert)
        return None if found is None else found[0]

    def alert_trail(self, alert: str) -> tuple[JournalRow, ...]:
        stream = f"alert:{alert}"
        return tuple(row for _, row in self._store.state.journal if row.stream == stream)

    def risk(self, encounter: EncounterId) -> RiskStanding | None:
        return self._alerts.risks.get(encounter)

    def risks(self, ward: WardId) -> Mapping[EncounterId, RiskStanding]:
        stays = self._store.state.stays
        return {
            key: one
            for key, one in self._alerts.risks.items()
            if stays[key].active and stays[key].ward == ward
        }

    def wakes(
        self, *, until: datetime, limit: int = 500
    ) -> tuple[tuple[EncounterId, datetime], ...]:
        found = [
            (one.wake_at, key)
            for key, one in self._alerts.risks.items()
            if one.wake_at is not None and one.wake_at <= until
        ]
        return tuple((key, at) for at, key in sorted(found)[:limit])
