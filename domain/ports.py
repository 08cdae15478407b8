"""What the use cases need from the world outside. Real parts stand in `storage` and `client`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from domain.people_reads import PeopleReads

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from contextlib import AbstractContextManager
    from datetime import datetime

    from domain.alerts import Alert, AlertRule
    from domain.clinical import Clinical
    from domain.credentials import Credential
    from domain.events import Event
    from domain.happenings import Happening
    from domain.ids import (
        CommandId,
        EncounterId,
        OrderId,
        PatientId,
        PractitionerId,
        TaskId,
        WardId,
    )
    from domain.loops.case import Case, Facts
    from domain.patients import Encounter, Patient, Ward
    from domain.people import Role
    from domain.situation import Assessment, RiskScore, RiskStanding, Situation
    from domain.standing import StandingFact
    from domain.worklists import AlertRow, BedRow, JournalRow, Outlook, WorkRow


@dataclass(frozen=True, slots=True)
class CommandMeta:
    """What the journal keeps of a command beside its events.

    Attributes:
        command_id: the same id twice changes nothing the second time.
        workstation: where it came from; the chain of what has no encounter and no ward.
        loop_hash: of the loop definitions that decided.
        config_hash: of the site's configuration.
        batch_id: one id over all tasks that one act was recorded for (decision 7).
        rewind: allow a frozen clock before the journal's last entry, on demo data only.
        content: the hash of all that it says; the same id with another is another command.
    """

    command_id: CommandId
    actor: PractitionerId
    kind: str
    workstation: str
    loop_hash: str
    config_hash: str
    batch_id: str | None = None
    rewind: bool = False
    content: str = ""


@dataclass(frozen=True, slots=True)
class Kept:
    """A case as it is to be stored after a decision.

    Attributes:
        before: as it was read; None for a new order. Its versions are what the store compares.
        after: as it is now.
        outlooks: what comes next on each stream that moved, by order or task id.
    """

    before: Case | None
    after: Case
    outlooks: Mapping[str, Outlook]


class Transaction(Protocol):
    """One write, under the lock of its encounters. Nothing is kept unless `commit` is called."""

    @property
    def now(self) -> datetime:
        """Its instant: read after the lock, never before the chain's last entry."""
        ...

    def seen(self) -> bool:
        """Whether this command was carried out before."""
        ...

    def content(self) -> str | None:
        """What this command said when it was carried out before; None where it was not."""
        ...

    def case(self, order: OrderId, task: TaskId | None = None) -> Case | None:
        """The order with its open tasks, and the named task even when it has ended."""
        ...

    def facts(self, case: Case) -> Facts:
        """The frozen facts of the case's encounter and product."""
        ...

    def open_orders(self, encounter: EncounterId) -> tuple[OrderId, ...]:
        """Orders of the encounter that have not ended or have an open task."""
        ...

    def clinical(self, encounter: EncounterId) -> Clinical:
        """What is known of the patient beside one order; nothing is read before it is asked for.

        Raises:
            NotFound (where it is asked for): the encounter was never admitted.
        """
        ...

    def situation(self, encounter: EncounterId) -> Situation:
        """What alert rules and the risk score look at, as it is by now in this transaction.

        Raises:
            NotFound: the encounter was never admitted.
        """
        ...

    def settle(
        self, encounter: EncounterId, *, risk: RiskScore, wake_at: datetime | None, config: str
    ) -> None:
        """Store the risk of a stay with the end of its chain: the last of its writes.

        Args:
            wake_at: when time alone next changes anything; None: never.
            config: the hash of the rules that say so.

        Raises:
            StorageError: the stay is not locked. When it is committed: nothing was written on its
                chain, so that the score would follow from no event.
        """
        ...

    def append(self, events: Sequence[Event]) -> None:
        """Write events of orders and tasks to the journal, in this order."""
        ...

    def keep(self, kept: Kept) -> None:
        """Store the projections of a case.

        Raises:
            Conflict: the stored versions are not those of `kept.before`.
        """
        ...

    def tell(self, happenings: Sequence[Happening]) -> None:
        """Write other events to the journal and to their projections."""
        ...

    def keep_secret(self, credential: Credential) -> None:
        """Keep a person's new credential; the journal is told of it in the same transaction."""
        ...

    def commit(self) -> None:
        """Make it last. After this returns, a power cut loses nothing of it."""
        ...


class Rulebook(Protocol):
    """What clinical practice and this hospital say of a patient's open work. Pure."""

    @property
    def sha256(self) -> str:
        """The hash of all rules, knowledge and site values in force."""
        ...

    def assess(self, situation: Situation, now: datetime) -> Assessment:
        """Which alerts should be open now, the risk score, and when to look again."""
        ...

    def rule(self, rule: str, ward: str = "") -> AlertRule | None:
        """The definition of a rule as a ward has it; None where unknown.

        Args:
            ward: where the patient lies; empty: as the whole site has it.
        """
        ...


class UnitOfWork(Protocol):
    """Where transactions come from."""

    def begin(
        self, meta: CommandMeta, *, encounters: Sequence[EncounterId] = ()
    ) -> AbstractContextManager[Transaction]:
        """A transaction that holds the locks of these encounters, taken in ascending order."""
        ...


class Reads(PeopleReads, Protocol):
    """Questions without a lock. Each is one query set; answers are frozen rows."""

    def content_of(self, command: CommandId) -> str | None:
        """What a command said when it was carried out; None where it was not."""
        ...

    def patient(self, patient: PatientId) -> Patient | None:
        """The patient of an id."""
        ...

    def patient_by_mrn(self, mrn: str) -> Patient | None:
        """The patient of a record number."""
        ...

    def encounter(self, encounter: EncounterId) -> Encounter | None:
        """The stay of an id."""
        ...

    def clinical(self, encounter: EncounterId) -> Clinical:
        """What is known of the patient of a stay beside its orders' own records.

        Raises:
            NotFound: the encounter was never admitted.
        """
        ...

    def notes(self, encounter: EncounterId) -> tuple[StandingFact, ...]:
        """The free notes about the patient of a stay, the latest first."""
        ...

    def encounter_of_patient(self, patient: PatientId) -> Encounter | None:
        """The patient's present stay, else the last one."""
        ...

    def encounters(
        self, *, ward: WardId | None = None, active: bool = True
    ) -> tuple[Encounter, ...]:
        """Stays, in bed order."""
        ...

    def wards(self) -> tuple[Ward, ...]:
        """All wards."""
        ...

    def encounter_of_order(self, order: OrderId) -> EncounterId | None:
        """The stay of an order."""
        ...

    def order_of_task(self, task: TaskId) -> OrderId | None:
        """The order of a task."""
        ...

    def home_of_task(self, task: TaskId) -> tuple[OrderId, EncounterId] | None:
        """The order and the stay of a task."""
        ...

    def tasks_of_container(self, container: str) -> tuple[TaskId, ...]:
        """The open tasks that carry a container id (tube, box) in their fields."""
        ...

    def tasks_of_item(self, name: str, value: str) -> tuple[TaskId, ...]:
        """The open tasks that bear an item (container, din, dose_label, accession)."""
        ...

    def case(self, order: OrderId, *, whole: bool = False) -> Case | None:
        """An order with its open tasks; `whole`: with the ended ones too."""
        ...

    def orders_of(self, encounter: EncounterId) -> tuple[OrderId, ...]:
        """Every order of a stay, in the order in which they were placed."""
        ...

    def journal(self, *, order: OrderId) -> tuple[JournalRow, ...]:
        """All events of an order and its tasks, as they were recorded."""
        ...

    def work(
        self,
        *,
        roles: frozenset[Role],
        ward: WardId | None = None,
        nurse: PractitionerId | None = None,
        encounter: EncounterId | None = None,
        author: PractitionerId | None = None,
        limit: int = 200,
    ) -> tuple[WorkRow, ...]:
        """Open tasks and orders that wait for one of these roles, the earliest deadline first.

        Drafts are left out, but for those of one patient and those of an author who is named; a
        named author is also told of verbal orders for patients of other nurses.
        """
        ...

    def board(self, ward: WardId, *, now: datetime) -> tuple[BedRow, ...]:
        """The occupied beds of a ward in bed order."""
        ...

    def catalogue(self, kind: str, *, at: datetime) -> tuple[tuple[str, Mapping[str, object]], ...]:
        """The items of a catalogue that are in force, as (code, data)."""
        ...

    def catalogue_item(self, kind: str, code: str, *, at: datetime) -> Mapping[str, object] | None:
        """One catalogue item in force."""
        ...

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
        """Alerts, the gravest and then the oldest first.

        Args:
            roles: only those that one of these roles was told of, by the ladder too.
            open_only: leave out those that are resolved.
            silent: take those in too that are shown to nobody.
            since: only those raised from then on.
        """
        ...

    def alert(self, alert: str) -> Alert | None:
        """The alert of an id, open or resolved."""
        ...

    def alert_trail(self, alert: str) -> tuple[JournalRow, ...]:
        """All events of an alert, as they were recorded."""
        ...

    def risk(self, encounter: EncounterId) -> RiskStanding | None:
        """The score of a stay with its causes; None where it was never worked out."""
        ...

    def risks(self, ward: WardId) -> Mapping[EncounterId, RiskStanding]:
        """The scores of the patients who lie on a ward."""
        ...

    def situation(self, encounter: EncounterId, *, now: datetime) -> Situation:
        """What alert rules and the risk score look at, at an instant.

        Raises:
            NotFound: the encounter was never admitted.
        """
        ...

    def wakes(
        self, *, until: datetime, limit: int = 500
    ) -> tuple[tuple[EncounterId, datetime], ...]:
        """The stays that time alone changes by an instant, the earliest first."""
        ...

    def due_streams(
        self, *, until: datetime, since: datetime | None = None, limit: int = 500
    ) -> tuple[tuple[OrderId, datetime], ...]:
        """Orders of which something becomes late, or reaches its stop, by an instant.

        Args:
            since: only what does so after this instant: the watch has seen the rest.
        """
        ...

    def next_due(self, *, after: datetime) -> datetime | None:
        """When next something becomes late or reaches its stop; None: never.

        It costs the same however much is open.
        """
        ...
