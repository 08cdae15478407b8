"""Trust in memory: the fakes of its ports, held to the same contract as the real ones."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from client.hashing import Argon2Hash
from domain.auditing import AuditAction, AuditEntry, AuditRow, Deed
from domain.credentials import tried
from domain.ids import EncounterId
from domain.trust import Trust

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from domain.clock import Clock
    from domain.credentials import Credential
    from domain.ids import PatientId, PractitionerId
    from storage.store import Store
    from tests.fakes import FakeState

CHEAP = Argon2Hash(memory_kib=8, rounds=1, lanes=1)
"""The real hash at costs that a test can pay a thousand times."""


@dataclass
class FakeCredentials:
    """Credentials in memory."""

    kept: dict[PractitionerId, Credential] = field(default_factory=dict)
    told: dict[PractitionerId, str] = field(default_factory=dict)

    def secured(self) -> bool:
        return bool(self.told)

    def of(self, user: PractitionerId) -> Credential | None:
        return self.kept.get(user)

    def journalled(self, user: PractitionerId) -> str | None:
        return self.told.get(user)

    def claim_try(self, user: PractitionerId, *, now: datetime) -> bool:
        after = tried(self.kept[user], now) if user in self.kept else None
        if after is not None:
            self.kept[user] = after
        return after is not None

    def clear_tries(self, user: PractitionerId) -> None:
        if user in self.kept:
            self.kept[user] = replace(self.kept[user], failures=0, locked_until=None)


@dataclass
class FakeTrail:
    """The audit trail in memory."""

    workstation: str = "ws-1"
    written: list[AuditRow] = field(default_factory=list)
    state: Callable[[], FakeState] | None = None

    def write(self, entries: Sequence[AuditEntry]) -> None:
        for entry in entries:
            seq = len(self.written) + 1
            self.written.append(AuditRow(entry, self.workstation, f"audit:{self.workstation}", seq))

    def rows(
        self,
        *,
        patient: PatientId | None = None,
        user: PractitionerId | None = None,
        actions: frozenset[AuditAction] | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        limit: int = 500,
    ) -> tuple[AuditRow, ...]:
        found = [
            row
            for row in self.written
            if (patient is None or row.entry.patient == patient)
            and (user is None or row.entry.user == user)
            and (actions is None or row.entry.action in actions)
            and (since is None or row.entry.at >= since)
            and (until is None or row.entry.at < until)
        ]
        found.sort(key=lambda row: (row.entry.at, row.chain_seq), reverse=True)
        return tuple(found[:limit])

    def records_of(self, patient: PatientId) -> frozenset[PatientId]:
        state = self._state()
        found = {patient}
        while (
            more := {one.id for one in state.patients.values() if one.merged_into in found} - found
        ):
            found |= more
        return frozenset(found)

    def deeds(
        self,
        *,
        patients: frozenset[PatientId] | None = None,
        user: PractitionerId | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        limit: int = 500,
    ) -> tuple[Deed, ...]:
        stays = self._state().stays
        found = [
            Deed(row, self.workstation, EncounterId(row.chain) if row.chain in stays else None)
            for _, row in self._state().journal
            if (user is None or row.actor == user)
            and (since is None or row.recorded_at >= since)
            and (until is None or row.recorded_at < until)
        ]
        kept = [
            deed
            for deed in found
            if patients is None
            or (deed.encounter is not None and stays[deed.encounter].patient_id in patients)
            or deed.row.stream in {f"patient:{one}" for one in patients}
        ]
        kept.sort(key=lambda deed: (deed.row.chain, -deed.row.chain_seq))
        kept.sort(key=lambda deed: deed.row.recorded_at, reverse=True)
        return tuple(kept[:limit])

    def _state(self) -> FakeState:
        assert self.state is not None, "a trail of a fake store"
        return self.state()


def trust_of(store: Store, clock: Clock, workstation: str = "ws-1") -> Trust:
    """The trust of a real store, by a clock of the test."""
    return Trust(store.credentials, CHEAP, store.trail(workstation), store.safety, clock)
