"""What a ward looks at all day is found by an index over open work, however much was ever done."""

import random
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest

from domain.errors import StorageError
from domain.events import Moved, StepRecorded
from domain.happenings import Happening, MovedTo, Noun
from domain.orders import OrderState
from domain.people import Role
from storage import alert_mapping, alert_reads, clinical, open_work, situations
from storage import questions as ask
from storage import statements as sql
from storage.statements import Statement, truth
from storage.store import Store
from storage.verify import verify
from tests.fakes import FakeClock, SeededIds
from tests.stores import new_store
from tests.wards import NURSE, OTHER_WARD, WARD, Hospital, outlook
from tests.wards import store as keep

NURSES = frozenset({Role.NURSE})


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = new_store(tmp_path, FakeClock())
    yield store
    store.close()


def plan(store: Store, statement: Statement) -> str:
    with store.database.reading() as driver:
        text = statement.sql(driver.dialect)
        rows = driver.rows(
            Statement(truth(f"EXPLAIN QUERY PLAN {text}")), **dict.fromkeys(NAMES, 1)
        )
    return "\n".join(str(row[3]) for row in rows)


NAMES = (
    "mask", "place", "limit", "until", "since", "ward_id", "now", "container", "order_id",
    "encounter_id", "stream", "command_id", "low", "high", "task_id", "silent",
    "code", "kind", "id", "patient_id", "loop",
)  # fmt: skip


@pytest.mark.parametrize(
    ("statement", "indexes"),
    [
        (ask.WORK_OF_WARD[0], ["ix_tasks_open_ward"]),
        (ask.WORK_OF_WARD[1], ["ix_orders_open_ward"]),
        (ask.WORK_OF_ENCOUNTER[0], ["ix_tasks_open_encounter"]),
        (ask.WORK[0], ["ix_tasks_open_due"]),
        (ask.DUE_STREAMS, ["ix_tasks_open_due", "ix_orders_open_due", "ix_orders_open_stop"]),
        (ask.TASK_COUNTS, ["ix_tasks_open_ward"]),
        (ask.ORDER_COUNTS, ["ix_orders_open_ward"]),
        (ask.TASKS_OF_CONTAINER, ["ix_tasks_open_container"]),
        (ask.JOURNAL_OF, ["sqlite_autoindex_journal", "ix_tasks_order_id_is_open"]),
        (ask.STREAMS_BETWEEN, ["sqlite_autoindex_journal"]),
        (ask.CHAINS, ["sqlite_autoindex_journal"]),
        (sql.OPEN_TASKS, ["ix_tasks_order_id_is_open"]),
        (sql.OPEN_ORDERS, ["ix_orders_encounter_id", "ix_tasks_open_encounter"]),
        (sql.STREAM_HEAD, ["sqlite_autoindex_journal"]),
        (open_work.ORDERS, ["ix_orders_open_encounter"]),
        (open_work.TASKS, ["ix_tasks_open_encounter"]),
        (open_work.ORDER, ["sqlite_autoindex_orders"]),
        (open_work.TASKS_OF_ORDER, ["ix_tasks_order_id_is_open"]),
        (sql.PRODUCT, ["sqlite_autoindex_catalogue_items_1 (kind=? AND code=?)"]),
        (sql.ITEM, ["sqlite_autoindex_catalogue_items_1 (kind=? AND code=?)"]),
        (alert_mapping.TOLD, ["sqlite_autoindex_alerts", "sqlite_autoindex_journal"]),
        (clinical.STOPPED, ["ix_encounters_patient_id", "ix_orders_encounter_id"]),
        (clinical.LATEST, ["one USING PRIMARY KEY (encounter_id=? AND name=? AND observed_at=?"]),
        (situations.ALERTS, ["ix_alerts_open_encounter"]),
        (alert_reads.ALERTS["ward", True], ["ix_alerts_open_ward"]),
        (alert_reads.ALERTS["encounter", True], ["ix_alerts_encounter_id"]),
        (alert_reads.WAKES, ["ix_encounter_state_wake_at"]),
        (sql.LAST_OF_TASK, ["sqlite_autoindex_journal"]),
    ],
)
def test_every_question_of_the_day_has_its_index(
    store: Store, statement: Statement, indexes: list[str]
) -> None:
    found = plan(store, statement)
    for index in indexes:
        assert index in found
    assert "SCAN tasks" not in found.replace("SCAN tasks USING", "")
    assert "SCAN alerts" not in found.replace("SCAN alerts USING", "")
    assert "SCAN orders" not in found.replace("SCAN orders USING", "")


def test_what_comes_next_is_the_first_entry_of_each_index(store: Store) -> None:
    lines = plan(store, ask.NEXT_DUE).splitlines()
    found = [line for line in lines if line.startswith(("SEARCH", "SCAN"))]
    for line, index in zip(
        found, ("tasks_open_due", "orders_open_due", "orders_open_stop"), strict=True
    ):
        assert f"USING INDEX ix_{index} (" in line
        assert line.startswith("SEARCH"), "the index is entered where the next instant stands"
    assert not [line for line in lines if "TEMP B-TREE" in line], "nothing is sorted or grouped"


def test_ended_work_stays_on_the_ward_where_it_ended(store: Store) -> None:
    hospital = Hospital(store.units, FakeClock())
    hospital.ward(WARD)
    hospital.ward(OTHER_WARD)
    stay = hospital.admit()
    order = hospital.place(stay)
    due = hospital.clock.now()
    done, still_open = hospital.task(order, due), hospital.task(order, due + timedelta(hours=8))
    hospital.finish(order, done)
    hospital.move(stay, OTHER_WARD, "1")
    question = Statement(truth("SELECT id, ward_id FROM tasks"))
    with store.database.reading() as driver:
        assert {row[0]: row[1] for row in driver.rows(question)} == {
            done: WARD,
            still_open: OTHER_WARD,
        }


def test_work_carries_the_configuration_of_its_last_event(store: Store) -> None:
    hospital = Hospital(store.units, FakeClock())
    hospital.ward(WARD)
    order = hospital.place(hospital.admit())
    first, second = hospital.task(order, seq=1), hospital.task(order, seq=2)
    hospital.config_hash = "config-2"
    hospital.finish(order, second)  # moves the order's tally, not its stream
    question = "SELECT id, config_hash FROM tasks UNION SELECT id, config_hash FROM orders"
    with store.database.reading() as driver:
        found = {row[0]: row[1] for row in driver.rows(Statement(truth(question)))}
    assert found == {order: "config-1", first: "config-1", second: "config-2"}


def test_an_order_that_ends_with_a_transfer_stays_where_it_ended(store: Store) -> None:
    hospital = Hospital(store.units, FakeClock())
    hospital.ward(WARD)
    hospital.ward(OTHER_WARD)
    stay = hospital.admit()
    order = hospital.place(stay)
    with store.units.begin(hospital.meta("transfer"), encounters=[stay]) as transaction:
        stopped = [hospital.event(order, order, Moved(OrderState.CLOSED))]
        keep(transaction, transaction.case(order), stopped)
        now = transaction.now
        moved = MovedTo(OTHER_WARD, "1")
        transaction.tell([Happening(Noun.ENCOUNTER, stay, moved, NURSE, now, now, stay)])
        transaction.commit()
    with store.database.reading() as driver:
        assert driver.rows(Statement(truth("SELECT ward_id FROM orders"))) == [(WARD,)]
    verdict = verify(store, outlook)
    assert verdict.holds, verdict.fault


def test_a_transfer_comes_after_what_was_appended_was_kept(store: Store) -> None:
    hospital = Hospital(store.units, FakeClock())
    hospital.ward(WARD)
    stay = hospital.admit()
    order = hospital.place(stay)
    with store.units.begin(hospital.meta("transfer"), encounters=[stay]) as transaction:
        transaction.append([hospital.event(order, order, StepRecorded("M3"))])
        now = transaction.now
        moved = Happening(Noun.ENCOUNTER, stay, MovedTo(WARD, "2"), NURSE, now, now, stay)
        with pytest.raises(StorageError, match=order):
            transaction.tell([moved])


def test_two_databases_of_one_process_are_not_mixed_up(tmp_path: Path) -> None:
    found = []
    for name in ("one", "other"):
        folder = tmp_path / name
        folder.mkdir()
        store = new_store(folder, FakeClock())
        hospital = Hospital(store.units, FakeClock())
        hospital.ward(WARD)
        if name == "other":
            hospital.admit()  # so that the next stay has another id
        stay = hospital.admit(bed="2")
        hospital.ids = SeededIds(random.Random(5), 5)
        order = hospital.place(stay)
        task = hospital.task(order)
        case = store.reads.case(order)
        assert case is not None
        assert case.tasks[task].encounter_id == stay
        found.append(task)
        store.close()
    assert found[0] == found[1]


def test_work_with_and_without_a_due_time_of_one_instant_is_read_in_one_order(
    store: Store,
) -> None:
    hospital = Hospital(store.units, FakeClock())
    hospital.ward(WARD)
    order = hospital.place(hospital.admit())
    due = hospital.clock.now()
    made = [hospital.task(order, due + timedelta(hours=n) if n else None) for n in (2, 0, 1)]
    case = store.reads.case(order)
    assert case is not None
    assert list(case.tasks) == [made[1], made[2], made[0]]


def test_a_command_that_was_carried_out_cannot_be_carried_out_again(store: Store) -> None:
    hospital = Hospital(store.units, FakeClock())
    hospital.ward(WARD)
    stay = hospital.admit()
    order = hospital.place(stay, state=OrderState.VERBAL)

    def scan() -> None:
        """Record without asking whether the command was seen."""
        meta = hospital.meta(command="scan-1")
        with store.units.begin(meta, encounters=[stay]) as transaction:
            event = hospital.event(order, order, StepRecorded("M3"))
            keep(transaction, transaction.case(order), [event])
            transaction.commit()

    scan()
    with pytest.raises(StorageError, match="carried out before"):
        scan()
    assert len(store.reads.journal(order=order)) == 2


def test_workstations_that_record_at_once_wait_for_each_other(store: Store) -> None:
    hospital = Hospital(store.units, FakeClock())
    hospital.ward(WARD)
    stays = [hospital.admit(bed=str(n)) for n in range(3)]
    orders = [(stay, hospital.place(stay)) for stay in (*stays, stays[0])]

    def record(n: int) -> int:
        other = Hospital(store.units, FakeClock(), ids=SeededIds(random.Random(n), n))
        stay, order = orders[n]
        other.encounter_of[order] = stay
        for seq in range(15):
            other.task(order, seq=seq)
            assert store.reads.work(roles=NURSES, encounter=stay)
        return len(store.reads.journal(order=order))

    with ThreadPoolExecutor(4) as threads:
        assert list(threads.map(record, range(4))) == [18] * 4
    verdict = verify(store, outlook)
    assert verdict.holds, verdict.fault
    assert len(store.reads.work(roles=NURSES, ward=WARD)) == 60
