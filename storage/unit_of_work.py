"""One write: lock, read, append to the journal, project, commit. All of it, or nothing."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, cast

from domain.alert_events import AlertBody
from domain.errors import Conflict, StorageError
from domain.events import OrderPlaced, TaskMade
from domain.happenings import MovedTo
from domain.ids import EncounterId, OrderId
from storage import statements as sql
from storage.alert_mapping import TOLD, project_alert
from storage.chains import Chains
from storage.clinical import StoredClinical
from storage.clinical_projection import project_values, tells
from storage.credentials import ANY, keep_credential
from storage.engine import RowRefusedError
from storage.facts import facts_of
from storage.journal import event_values, happening_values, said
from storage.mapping import load_case, outlook_row, stands
from storage.moments import recording_time
from storage.projections import MovedMeanwhileError, project_case, project_happening
from storage.risks import StaleRisks
from storage.situations import load_situation, risk_row
from storage.types import instant, micros

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

    from domain.clinical import Clinical
    from domain.clock import Clock
    from domain.credentials import Credential
    from domain.events import Event
    from domain.happenings import Happening
    from domain.ids import TaskId
    from domain.loops.case import Case, Facts
    from domain.ports import CommandMeta, Kept
    from domain.situation import RiskScore, Situation
    from domain.worklists import Outlook
    from storage.engine import Database, Driver, Row, Values


class SqlUnitOfWork:
    """Where transactions come from."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    @contextmanager
    def begin(
        self, meta: CommandMeta, *, encounters: Sequence[EncounterId] = ()
    ) -> Iterator[SqlTransaction]:
        """A transaction that holds the locks of these encounters, taken in ascending order.

        Raises:
            Refused: a frozen clock stands before the journal's last entry of one of them, or far
                from the last one that was made by a true clock.
            StorageError: the database cannot be written to; the message says what to do.
        """
        with self._database.writing() as driver:
            yield SqlTransaction(driver, meta, self._clock, encounters)


class SqlTransaction:
    """One write under the lock of its encounters."""

    def __init__(
        self,
        driver: Driver,
        meta: CommandMeta,
        clock: Clock,
        encounters: Sequence[EncounterId],
    ) -> None:
        self._driver = driver
        self._memory = driver.memory
        self._memory.begin(driver)
        self._meta = meta
        self._simulated = clock.simulated
        self._chains = Chains(driver, encounters, workstation=meta.workstation)
        self._now = recording_time(
            clock,
            last=instant(self._chains.last_recorded_at()),
            last_true=self._chains.last_true_at,
            secured=lambda: driver.row(ANY) is not None,
            rewind=meta.rewind,
        )
        self._encounters: dict[str, EncounterId] = {}
        self._versions: dict[str, int] = {}
        self._rows: dict[str, Row] = {}
        self._unkept: set[OrderId] = set()
        self._telling: dict[OrderId, list[tuple[Event, Values]]] = {}
        self._content: tuple[str | None] | None = None
        self._stale = StaleRisks(driver)

    @property
    def now(self) -> datetime:
        """The instant of this transaction: never before the last true entry of its chains."""
        return self._now

    # ------------------------------------------------------------ reading under the lock
    def seen(self) -> bool:
        """Whether this command was carried out before."""
        return self.content() is not None

    def content(self) -> str | None:
        """What this command said when it was carried out before; None where it was not."""
        if self._content is None:
            found = self._driver.row(sql.SEEN, command_id=self._meta.command_id)
            self._content = (None if found is None else cast("str", found[0]),)
        return self._content[0]

    def case(self, order: OrderId, task: TaskId | None = None) -> Case | None:
        """The order with its open tasks, and the named task even when it has ended."""
        loaded = load_case(self._driver, order, task)
        if loaded is None:
            return None
        case = loaded.case
        self._rows.update(loaded.rows)
        self._encounters[order] = case.order.encounter_id
        self._versions[order] = case.order.version
        self._chains.know({key: found.version for key, found in case.tasks.items()})
        self._chains.know({order: case.order.seq})
        return case

    def facts(self, case: Case) -> Facts:
        """The frozen facts of the case's encounter and product.

        Raises:
            NotFound: the encounter was never admitted.
        """
        order = case.order
        product = order.fields.get("product")
        return facts_of(self._driver, self._memory, order.encounter_id, product, at=self._now)

    def open_orders(self, encounter: EncounterId) -> tuple[OrderId, ...]:
        """Orders of the encounter that have not ended or have an open task."""
        rows = self._driver.rows(sql.OPEN_ORDERS, encounter_id=encounter)
        return tuple(OrderId(cast("str", row[0])) for row in rows)

    def clinical(self, encounter: EncounterId) -> Clinical:
        """What is known of the patient beside one order; each part is read when asked for."""
        return StoredClinical.of(self._driver, encounter, self._now, self._memory)

    def situation(self, encounter: EncounterId) -> Situation:
        """What alert rules and the risk score look at, as it is by now in this transaction.

        Raises:
            NotFound: the encounter was never admitted.
        """
        return load_situation(self._driver, encounter, self._now, self._memory)

    # ------------------------------------------------------------ writing
    def settle(
        self, encounter: EncounterId, *, risk: RiskScore, wake_at: datetime | None, config: str
    ) -> None:
        """Store the risk of a stay with the end of its chain: the last of its writes.

        Raises:
            StorageError: the stay is not locked. When it is committed: nothing was written on its
                chain, so that the score would follow from no event.
        """
        head = self._chains.locked(encounter)
        head.risk = risk_row(risk, as_of=self._now, wake_at=wake_at, config=config)

    def append(self, events: Sequence[Event]) -> None:
        """Write events of orders and tasks to the journal, in this order.

        Raises:
            Conflict: an order or task of this id is there already.
            StorageError: the encounter is not locked, or the order is not known.
        """
        rows = []
        for event in events:
            head = self._chains.locked(self._encounter_of(event))
            if isinstance(event.body, OrderPlaced | TaskMade):
                self._chains.begin_stream(event.stream)
            values = event_values(event, self._meta, simulated=self._simulated)
            row = self._chains.placed(values, head)
            rows.append(row)
            if tells(event):
                self._telling.setdefault(event.order_id, []).append((event, row))
            self._unkept.add(event.order_id)
        try:
            self._driver.write_all(sql.APPEND, rows)
        except RowRefusedError as error:
            raise self._refusal(error, events) from error

    def keep(self, kept: Kept) -> None:
        """Store the projections of a case.

        Raises:
            Conflict: the stored versions are not those of `kept.before`.
        """
        before, order = kept.before, kept.after.order
        if before is not None and self._version(order.id) != before.order.version:
            raise self._conflict(order.id, is_order=True)
        self._memory.stay(order.encounter_id).moved.add(order.id)
        try:
            project_case(
                self._driver,
                before,
                kept.after,
                outlooks=self._new(kept.outlooks),
                config_hash=self._meta.config_hash,
            )
        except MovedMeanwhileError as moved:
            raise self._conflict(moved.stream, is_order=moved.is_order) from None
        except RowRefusedError as error:
            raise _not_accepted(f"order {order.id}", error) from error
        self._versions[order.id] = order.version
        self._unkept.discard(order.id)
        for event, row in self._telling.pop(order.id, ()):
            project_values(self._driver, kept.after, event, row)
            self._memory.observed(order.encounter_id)

    def tell(self, happenings: Sequence[Happening]) -> None:
        """Write other events to the journal and to their projections.

        Raises:
            StorageError: the encounter is not locked, or what it names is not known.
        """
        for happening in happenings:
            if isinstance(happening.body, MovedTo):
                # a rebuild must find the same ward: what was appended before moves before
                self._refuse_unkept()
            head = self._chains.head_of(happening)
            alert = None
            if isinstance(happening.body, AlertBody):
                alert = self._driver.row(TOLD, id=happening.stream)
                events = 0 if alert is None else cast("int", alert[3])
                self._chains.know({happening.stream: events})
            values = happening_values(happening, self._meta, simulated=self._simulated)
            row = self._chains.placed(values, head)
            try:
                self._driver.write(sql.APPEND, row)
                self._project(happening, row, alert)
            except RowRefusedError as error:
                raise _not_accepted(f"{row['kind']} of {row['stream']}", error) from error

    def _project(self, happening: Happening, row: Values, alert: Row | None) -> None:
        body = happening.body
        if isinstance(body, AlertBody):
            values = project_alert(self._driver, happening, body, alert)
            self._memory.alerted(EncounterId(cast("str", values["encounter_id"])), values)
            return
        project_happening(self._driver, happening, row=row)
        self._memory.told(happening)
        self._stale.note(happening)

    def keep_secret(self, credential: Credential) -> None:
        """Keep a person's new credential."""
        keep_credential(self._driver, credential)

    def commit(self) -> None:
        """Make it last. After this returns, a power cut loses nothing of it."""
        self._refuse_unkept()
        self._stale.write(self._now)
        moved = self._chains.write_heads()
        if not self.seen():
            self._driver.write(
                sql.ADD_COMMAND,
                {
                    "command_id": self._meta.command_id,
                    "kind": self._meta.kind,
                    "actor": self._meta.actor,
                    "workstation": self._meta.workstation,
                    "recorded_at": micros(self._now),
                    "events": self._chains.written,
                    "content": self._meta.content,
                },
            )
        for head in moved:  # last of all, so that a reader never runs ahead (20d)
            first_seq = (head.found or 0) + 1
            change = {"xid": None, "encounter_id": head.encounter, "first_seq": first_seq}
            self._driver.write(sql.ADD_FEED, change | {"last_seq": head.seq})
        self._driver.commit()
        self._memory.committed(self._driver)

    def _encounter_of(self, event: Event) -> EncounterId:
        if isinstance(event.body, OrderPlaced):
            self._encounters[event.order_id] = event.body.encounter_id
        found = self._encounters.get(event.order_id)
        if found is None:
            row = self._driver.row(sql.ORDER_ENCOUNTER, order_id=event.order_id)
            if row is None:
                raise StorageError("NO_ORDER", f"order {event.order_id} was never placed")
            found = self._encounters[event.order_id] = EncounterId(cast("str", row[0]))
        return found

    def _new(self, outlooks: Mapping[str, Outlook]) -> Mapping[str, Values]:
        """Those that differ from what is stored: most of an order's tasks go on as they were."""
        found = {}
        for key, outlook in outlooks.items():
            row, values = self._rows.pop(key, None), outlook_row(outlook)
            if row is None or not stands(row, values):
                found[key] = values
        return found

    def _version(self, order: OrderId) -> int | None:
        found = self._versions.get(order)
        if found is None:
            row = self._driver.row(sql.ORDER_VERSION, order_id=order)
            return None if row is None else cast("int", row[0])
        return found

    # ------------------------------------------------------------ refusals
    def _refuse_unkept(self) -> None:
        if self._unkept:
            left = ", ".join(sorted(self._unkept))
            raise StorageError("NOT_KEPT", f"events of {left} were appended, their case not kept")

    def _refusal(self, error: RowRefusedError, events: Sequence[Event]) -> Conflict | StorageError:
        for event in events:
            if not self.seen() and isinstance(event.body, OrderPlaced | TaskMade):
                return self._conflict(event.stream, is_order=isinstance(event.body, OrderPlaced))
        if self.seen():
            command = self._meta.command_id
            return StorageError("DONE_BEFORE", f"command {command} was carried out before")
        return _not_accepted("the journal", error)

    def _conflict(self, stream: str, *, is_order: bool) -> Conflict | StorageError:
        """Who recorded what on a stream, when: the last event that is not of this command."""
        statement = sql.LAST_OF_ORDER if is_order else sql.LAST_OF_TASK
        row = self._driver.row(statement, stream=stream, command_id=self._meta.command_id)
        if row is None:
            return StorageError("NO_STREAM", f"{stream} is not known; read it anew")
        actor, kind, at, payload = row
        return Conflict(who=str(actor), what=said(kind, payload), when=instant(cast("int", at)))


def _not_accepted(what: str, error: RowRefusedError) -> StorageError:
    return StorageError("NOT_ACCEPTED", f"{what}: {error}. Register first what it names")
