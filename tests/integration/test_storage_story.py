"""The real loops, played to their end through the store by a competent team."""

from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from domain.orders import OrderState
from domain.people import Role
from storage.questions import whole
from storage.rebuild import rebuild
from storage.store import Store
from storage.tables import PROJECTIONS
from storage.verify import verify
from tests.fakes import FakeClock
from tests.stored_team import StoredTeam, real_outlook
from tests.stores import new_store
from tests.wards import OTHER_WARD, WARD, Hospital

FIELDS: Mapping[str, Mapping[str, object]] = {
    "medication": {"product": "amoxicillin", "route": "oral"},
    "test": {"product": "potassium"},
    "examination": {"product": "chest x-ray"},
    "transfusion": {"product": "red cells", "units": 2},
}
EVERYONE = frozenset(Role)


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def store(tmp_path: Path, clock: FakeClock) -> Iterator[Store]:
    store = new_store(tmp_path, clock)
    yield store
    store.close()


def dumped(store: Store) -> dict[str, list[tuple[object, ...]]]:
    with store.database.reading() as driver:
        return {table.name: driver.rows(whole(table)) for table in PROJECTIONS}


@pytest.mark.parametrize("kind", FIELDS)
def test_an_order_played_through_the_store_ends_as_in_memory(
    store: Store, clock: FakeClock, kind: str
) -> None:
    hospital = Hospital(store.units, clock)
    hospital.ward(WARD)
    hospital.ward(OTHER_WARD)
    stay = hospital.admit()
    team = StoredTeam(store, hospital, stay, kind, FIELDS[kind])
    team.make_tasks(2)
    assert store.reads.work(roles=EVERYONE, encounter=stay)
    for _ in range(3):
        team.go_on()
    before = dumped(store)
    assert verify(store, real_outlook).holds
    rebuild(store, real_outlook)
    assert dumped(store) == before
    hospital.move(stay, OTHER_WARD, "2")

    assert team.finish(), team.refusals[-3:]

    assert team.case.order.state in (OrderState.CLOSED, OrderState.VOIDED)
    assert store.reads.work(roles=EVERYONE, ward=OTHER_WARD) == ()
    verdict = verify(store, real_outlook)
    assert verdict.holds, verdict.fault
    before = dumped(store)
    rebuild(store, real_outlook)
    assert dumped(store) == before
    trail = store.reads.journal(order=team.case.order.id)
    assert [row.stream_seq for row in trail if row.stream == team.case.order.id][-1] == (
        team.case.order.seq
    )
