"""Fakes of the ports, held to the same contract as the real parts by tests/contract."""

from __future__ import annotations

import copy
import json
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from threading import RLock
from typing import TYPE_CHECKING, cast
from zoneinfo import ZoneInfo

from domain.errors import Conflict, NotFound, StorageError
from domain.events import OrderPlaced, TaskMade
from domain.happenings import (
    AccessReviewed,
    Admitted,
    Assigned,
    BandReplaced,
    CatalogueItemSet,
    CredentialSet,
    Granted,
    GrantTakenBack,
    MovedTo,
    PatientLinked,
    PatientRegistered,
    PractitionerSet,
    StayEnded,
    WardSet,
)
from domain.ids import EncounterId, OrderId, PatientId, PractitionerId, TaskId, WardId
from domain.loops.case import Case, Facts
from domain.patients import Encounter, EncounterState, Patient, Ward
from domain.people import Practitioner
from domain.trust import Trust
from domain.worklists import JournalRow, Outlook
from storage.journal import event_values, happening_values, said
from storage.moments import recording_time
from storage.signatures import stored_signatures
from storage.types import instant
from tests.fake_alerts import FakeAlerts, FakeSettling, situation_of
from tests.fake_clinical import FakeKnowledge, clinical_of
from tests.fake_reads import FakeReads, opened, placed_first
from tests.fake_safety import FakeSafety
from tests.fake_time import FakeClock, SeededIds
from tests.fake_trust import CHEAP, FakeCredentials, FakeTrail

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from domain.clinical import Clinical
    from domain.credentials import Credential
    from domain.events import Event
    from domain.grants import Grant
    from domain.happenings import Happening
    from domain.ports import CommandMeta, Kept
    from domain.situation import RiskScore, Situation

__all__ = ["FakeClock", "FakeState", "FakeStore", "SeededIds"]

LATEST = datetime.max.replace(tzinfo=UTC)
EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass
class FakeState:
    """All that a fake store holds. Values are frozen, so that a shallow copy is a snapshot."""

    wards: dict[WardId, Ward] = field(default_factory=dict)
    staff: dict[PractitionerId, Practitioner] = field(default_factory=dict)
    told: dict[PractitionerId, str] = field(default_factory=dict)
    grants: dict[str, Grant] = field(default_factory=dict)
    patients: dict[PatientId, Patient] = field(default_factory=dict)
    stays: dict[EncounterId, Encounter] = field(default_factory=dict)
    assigned: list[Assigned] = field(default_factory=list)
    items: list[CatalogueItemSet] = field(default_factory=list)
    cases: dict[OrderId, Case] = field(default_factory=dict)
    outlooks: dict[str, Outlook] = field(default_factory=dict)
    journal: list[tuple[OrderId | None, JournalRow]] = field(default_factory=list)
    recorded: dict[str, datetime] = field(default_factory=dict)
    truly: dict[str, datetime] = field(default_factory=dict)
    commands: dict[str, str] = field(default_factory=dict)
    known: FakeKnowledge = field(default_factory=FakeKnowledge)
    alerts: FakeAlerts = field(default_factory=FakeAlerts)

    def snapshot(self) -> FakeState:
        return FakeState(**{name: copy.copy(value) for name, value in vars(self).items()})

    def nurse_of(self, at: datetime) -> dict[EncounterId, PractitionerId]:
        """The nurse of each patient: of several the later start counts."""
        rows = sorted(self.assigned, key=lambda row: row.starts_at)
        return {
            row.encounter: row.practitioner
            for row in rows
            if row.kind == "nurse" and row.encounter and row.starts_at <= at < row.ends_at
        }

    def item(self, kinds: Sequence[str], code: str, at: datetime) -> Mapping[str, object] | None:
        """A catalogue item in force."""
        rows = [
            item
            for item in self.items
            if item.kind in kinds and item.code == code and item.effective_from <= at
        ]
        return max(rows, key=lambda item: item.effective_from).data if rows else None


class FakeStore:
    """A store in memory, with the same two faces as the real one."""

    def __init__(self, clock: FakeClock) -> None:
        self.clock = clock
        self.state = FakeState()
        self.lock = RLock()
        self.units = FakeUnitOfWork(self)
        self.reads = FakeReads(self)
        self.credentials = FakeCredentials()
        trail = FakeTrail(state=lambda: self.state)
        safety = FakeSafety(lambda: self.state.journal, self._stay, trail)
        self.trust = Trust(self.credentials, CHEAP, trail, safety, clock)

    def _stay(self, chain: str) -> EncounterId | None:
        return EncounterId(chain) if chain in self.state.stays else None


class FakeUnitOfWork:
    """Transactions on a copy that becomes the store's state when it is committed."""

    def __init__(self, store: FakeStore) -> None:
        self._store = store

    @contextmanager
    def begin(
        self, meta: CommandMeta, *, encounters: Sequence[EncounterId] = ()
    ) -> Iterator[FakeTransaction]:
        with self._store.lock:
            yield FakeTransaction(self._store, meta, encounters)


class FakeTransaction:
    """One write in memory."""

    def __init__(
        self, store: FakeStore, meta: CommandMeta, encounters: Sequence[EncounterId]
    ) -> None:
        self._store = store
        self._state = store.state.snapshot()
        self._meta = meta
        self._locked = set(encounters)
        self._unkept: set[OrderId] = set()
        self._settling = FakeSettling()
        self._n = 0
        self._secrets: list[Credential] = []
        chains: Sequence[str] = encounters or [f"system:{meta.workstation}"]
        true = [self._state.truly[chain] for chain in chains if chain in self._state.truly]
        self._now = recording_time(
            store.clock,
            last=max(self._state.recorded.get(chain, EARLIEST) for chain in chains),
            last_true=lambda: max(true, default=None),
            secured=lambda: bool(self._state.told),
            rewind=meta.rewind,
        )

    @property
    def now(self) -> datetime:
        return self._now

    def seen(self) -> bool:
        return self.content() is not None

    def content(self) -> str | None:
        return self._state.commands.get(self._meta.command_id)

    def case(self, order: OrderId, task: TaskId | None = None) -> Case | None:
        found = self._state.cases.get(order)
        return None if found is None else opened(found, task)

    def facts(self, case: Case) -> Facts:
        stay = self._state.stays.get(case.order.encounter_id)
        if stay is None:
            raise NotFound("encounter", case.order.encounter_id)
        return Facts(
            encounter=stay.id,
            patient=stay.patient_id,
            active=stay.active,
            ended_at=stay.ended_at,
            mrn=self._state.patients[stay.patient_id].mrn,
            band_instance=stay.band_instance,
            item_codes=self._codes(case.order.fields.get("product")),
            zone=ZoneInfo(ward.time_zone) if (ward := self._state.wards.get(stay.ward)) else UTC,
            product=self._product(case.order.fields.get("product")),
        )

    def _product(self, product: object) -> dict[str, object]:
        if not isinstance(product, str):
            return {}
        data = self._state.item(("drug", "component"), product, self._now) or {}
        return {**data, "code": product}

    def _codes(self, product: object) -> frozenset[str]:
        data = self._product(product)
        more = [cast("list[str]", data.get(name, [])) for name in ("gtins", "codes")]
        return frozenset([str(data["code"]), *more[0], *more[1]]) if data else frozenset()

    def open_orders(self, encounter: EncounterId) -> tuple[OrderId, ...]:
        found = [
            case.order
            for case in self._state.cases.values()
            if case.order.encounter_id == encounter
            and (not case.order.state.terminal or opened(case).tasks)
        ]
        return tuple(order.id for order in sorted(found, key=placed_first))

    def clinical(self, encounter: EncounterId) -> Clinical:
        return clinical_of(self._state, encounter, self._now)

    def situation(self, encounter: EncounterId) -> Situation:
        return situation_of(self._state, encounter, self._now)

    def settle(
        self, encounter: EncounterId, *, risk: RiskScore, wake_at: datetime | None, config: str
    ) -> None:
        assert config, "a score follows from rules"
        self._check_lock(encounter)
        self._settling.risks[encounter] = (risk, wake_at)

    def append(self, events: Sequence[Event]) -> None:
        for event in events:
            body = event.body
            if isinstance(body, OrderPlaced):
                encounter = body.encounter_id
            elif event.order_id in self._state.cases:
                encounter = self._state.cases[event.order_id].order.encounter_id
            else:
                rows = [row for order, row in self._state.journal if order == event.order_id]
                if not rows:
                    raise StorageError("NO_ORDER", f"order {event.order_id} was never placed")
                encounter = EncounterId(rows[0].chain)
            self._check_lock(encounter)
            if isinstance(body, OrderPlaced | TaskMade) and self._length(event.stream):
                raise self._conflict(event.stream, is_order=isinstance(body, OrderPlaced))
            values = event_values(event, self._meta, simulated=self._store.clock.simulated)
            row = self._write(values, encounter, event.order_id)
            known = self._state.known
            self._state.known = replace(known, waiting=(*known.waiting, (event, row)))
            self._unkept.add(event.order_id)

    def keep(self, kept: Kept) -> None:
        order = kept.after.order
        stored = self._state.cases.get(order.id)
        self._compare(kept, stored)
        if order.encounter_id not in self._state.stays:
            raise StorageError("NOT_ACCEPTED", f"order {order.id}: its encounter is not known")
        before = kept.before.tasks if kept.before else {}
        moved = {key: one for key, one in kept.after.tasks.items() if one is not before.get(key)}
        self._state.cases[order.id] = Case(order, {**(stored.tasks if stored else {}), **moved})
        self._state.outlooks.update(kept.outlooks)
        self._unkept.discard(order.id)
        self._state.known = self._state.known.with_case(kept.after)

    def _compare(self, kept: Kept, stored: Case | None) -> None:
        if kept.before is None:
            return
        order = kept.before.order
        if stored is None or stored.order.version != order.version:
            raise self._conflict(order.id, is_order=True)
        for key, task in kept.before.tasks.items():
            moved = kept.after.tasks[key] is not task
            if moved and stored.tasks[key].version != task.version:
                raise self._conflict(key, is_order=False)

    def _conflict(self, stream: str, *, is_order: bool) -> Conflict:
        rows = [
            row
            for order, row in self._state.journal
            if (order == stream if is_order else row.stream == stream)
            and row.command_id != self._meta.command_id
        ]
        last = rows[-1]
        what = said(last.kind, json.dumps({"body": last.payload}))
        return Conflict(who=last.actor, what=what, when=last.event_at)

    def tell(self, happenings: Sequence[Happening]) -> None:
        for happening in happenings:
            if happening.encounter is not None:
                self._check_lock(happening.encounter)
                chain: str = happening.encounter
            elif happening.ward is not None:
                chain = f"ward:{happening.ward}"
            else:
                chain = f"system:{self._meta.workstation}"
            if isinstance(happening.body, MovedTo):
                self._refuse_unkept()
            values = happening_values(happening, self._meta, simulated=self._store.clock.simulated)
            row = self._write(values, chain, None)
            self._apply(happening)
            self._state.known = self._state.known.with_happening(happening, row)
            alerts = self._state.alerts.with_stale(self._state, happening.body, self._now)
            self._state.alerts = alerts.with_happening(self._state, happening)

    def _apply(self, happening: Happening) -> None:  # noqa: C901, PLR0912 - one arm a kind
        state, body = self._state, happening.body
        match body:
            case WardSet():
                state.wards[body.ward.id] = body.ward
            case CredentialSet():
                state.told[body.user] = body.fingerprint
            case Granted(grant):
                state.grants[grant.id] = grant
            case GrantTakenBack(key):
                state.grants[key] = replace(state.grants[key], ends_at=happening.at)
            case AccessReviewed(key, review):
                state.grants[key] = replace(state.grants[key], review=review)
            case PractitionerSet():
                state.staff[body.practitioner.user] = body.practitioner
            case PatientRegistered():
                state.patients[body.patient.id] = body.patient
            case PatientLinked():
                linked = replace(state.patients[body.patient], merged_into=body.into)
                state.patients[body.patient] = linked
            case Admitted():
                known = body.encounter.patient_id in state.patients
                if not known or body.encounter.ward not in state.wards:
                    raise StorageError("NOT_ACCEPTED", "the patient or the ward is not known")
                state.stays[body.encounter.id] = body.encounter
            case MovedTo():
                if body.ward not in state.wards:
                    raise StorageError("NOT_ACCEPTED", "the ward is not known")
                self._change_stay(happening.stream, ward=body.ward, bed=body.bed)
            case StayEnded():
                died = body.how == "death"
                ended = EncounterState.DIED if died else EncounterState.DISCHARGED
                self._change_stay(happening.stream, state=ended, ended_at=happening.at)
            case BandReplaced():
                self._change_stay(happening.stream, band_instance=body.band_instance)
            case Assigned():
                state.assigned.append(body)
            case CatalogueItemSet():
                state.items.append(body)
            case _:
                pass

    def _change_stay(self, stay: str, **changes: object) -> None:
        key = EncounterId(stay)
        self._state.stays[key] = replace(self._state.stays[key], **changes)  # type: ignore[arg-type]  # our own field names

    def keep_secret(self, credential: Credential) -> None:
        self._secrets.append(credential)

    def commit(self) -> None:
        self._refuse_unkept()
        for secret in self._secrets:
            self._store.credentials.kept[secret.user] = secret
        rows = [row for _, row in self._state.journal if row.command_id == self._meta.command_id]
        self._state.alerts = self._settling.kept(self._state, rows, self._now)
        self._state.commands[self._meta.command_id] = self._meta.content
        self._store.state = self._state.snapshot()
        self._store.credentials.told = self._store.state.told

    def _check_lock(self, encounter: EncounterId) -> None:
        if encounter not in self._locked:
            raise StorageError("NOT_LOCKED", f"encounter {encounter} is written without its lock")

    def _refuse_unkept(self) -> None:
        if self._unkept:
            raise StorageError("NOT_KEPT", f"events of {sorted(self._unkept)} were not kept")

    def _length(self, stream: str) -> int:
        return sum(row.stream == stream for _, row in self._state.journal)

    def _write(self, values: dict[str, object], chain: str, order: OrderId | None) -> JournalRow:
        self._n += 1
        stream = cast("str", values["stream"])
        recorded_at = instant(cast("int", values["recorded_at"]))
        row = JournalRow(
            chain=chain,
            chain_seq=sum(row.chain == chain for _, row in self._state.journal) + 1,
            stream=stream,
            stream_seq=self._length(stream) + 1,
            kind=cast("str", values["kind"]),
            actor=cast("PractitionerId", values["actor"]),
            event_at=instant(cast("int", values["event_at"])),
            recorded_at=recorded_at,
            source=cast("str", values["source"]),
            payload=json.loads(cast("str", values["payload"]))["body"],
            command_id=self._meta.command_id,
            n=self._n,
            signatures=stored_signatures(cast("str", values["signature"])),
        )
        self._state.journal.append((order, row))
        if row.source != "import":
            last = self._state.recorded.get(chain, EARLIEST)
            self._state.recorded[chain] = max(last, recorded_at)
            if not values["simulated"]:
                true = self._state.truly.get(chain, EARLIEST)
                self._state.truly[chain] = max(true, recorded_at)
        return row
