"""What a connection remembers is what stands in the file, whoever wrote there last."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import partial
from itertools import cycle
from typing import TYPE_CHECKING, cast

import pytest

from client.app import App
from domain.clinical import Allergy
from domain.happenings import BandReplaced, Happening, Noun, Observed
from domain.ids import CommandId, PractitionerId
from domain.loops.outlook import outlooks
from domain.ports import CommandMeta
from domain.services.workplace import Workplace
from rules.alerts.loader import load_rules
from rules.rulebook import Rules
from storage.clinical import StoredClinical
from storage.rebuild import refresh
from storage.store import Store, open_store
from storage.verify import verify
from tests.fake_trust import trust_of
from tests.fakes import FakeClock, SeededIds
from tests.shift import DRUGS, OTHER_WARD, WARDS, Shift, real_loops
from tests.stores import new_file

if TYPE_CHECKING:
    from pathlib import Path

    from domain.clinical import Clinical
    from domain.ids import EncounterId, OrderId
    from domain.ports import Transaction
    from domain.situation import Situation

RULES = Rules(load_rules(), loops=real_loops())
OUTLOOK = partial(outlooks, real_loops())
NURSE = PractitionerId("li.na")
FEVER = {"temperature": Decimal("39.5"), "pulse": 130, "consciousness": "A"}
Act = Callable[[], object]


@dataclass
class Stations:
    """Workstations on one file, each with a connection of its own, used in turn."""

    url: str
    clock: FakeClock
    stores: list[Store]
    count: int = 0

    def app(self, store: Store) -> App:
        place = Workplace(
            uow=store.units,
            reads=store.reads,
            loops=real_loops(),
            ids=SeededIds(),
            workstation="ws-1",
            config_hash="c" * 64,
            trust=trust_of(store, self.clock),
            wards=WARDS,
            rulebook=RULES,
        )
        return App(place, clock=self.clock)

    def meta(self) -> CommandMeta:
        self.count += 1
        command = CommandId(f"direct-{self.count}")
        return CommandMeta(command, NURSE, "test", "ws-1", "l" * 64, "c" * 64)

    def tell(self, store: Store, stay: EncounterId, body: Observed | BandReplaced) -> None:
        self.begin(store, stay, body, last=True)

    def begin(
        self, store: Store, stay: EncounterId, body: Observed | BandReplaced, *, last: bool = False
    ) -> None:
        """Tell something, look at what follows from it, and go away unless it shall `last`."""
        with store.units.begin(self.meta(), encounters=[stay]) as transaction:
            now = transaction.now
            transaction.tell([Happening(Noun.ENCOUNTER, stay, body, NURSE, now, now, stay)])
            transaction.situation(stay)
            facts_of(transaction, stay)
            if last:
                transaction.commit()

    def seen(self, store: Store, stay: EncounterId) -> tuple[Situation, Clinical, object]:
        """All that a transaction sees of a stay; nothing is written."""
        with store.units.begin(self.meta(), encounters=[stay]) as transaction:
            found = transaction.situation(stay)
            plain = cast("StoredClinical", found.clinical).frozen()
            later = cast("StoredClinical", transaction.clinical(stay)).frozen()
            return replace(found, clinical=plain), later, facts_of(transaction, stay)

    def agree(self, *stays: EncounterId) -> None:
        """Each station sees what somebody sees who opens the file now."""
        fresh = open_store(self.url, clock=self.clock)
        for stay in stays:
            now = self.seen(fresh, stay)
            for store in self.stores:
                assert self.seen(store, stay) == now
        fresh.close()


def facts_of(transaction: Transaction, stay: EncounterId) -> list[object]:
    cases = [transaction.case(order) for order in transaction.open_orders(stay)]
    return [transaction.facts(case) for case in cases if case is not None]


@pytest.fixture(params=[1, 2, 3])
def stations(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Stations]:
    clock, url = FakeClock(), new_file(tmp_path)
    stores = [open_store(url, clock=clock) for _ in range(request.param)]
    yield Stations(url, clock, stores)
    for store in stores:
        store.close()


def a_morning(shift: Shift, stations: Stations, other: EncounterId) -> list[Act]:
    """What happens to two patients, an act at a time; later acts find what earlier ones made."""
    stay, last = shift.stay, stations.stores[-1]
    orders: list[OrderId] = []

    def app() -> App:
        return shift.app

    dearer = DRUGS.replace("PARA500,", "PARA500,New ", 1)

    def order(**fields: object) -> Act:
        return lambda: orders.append(shift.ordered(shift.drug(**fields)))

    def values(**more: object) -> Observed:
        return Observed({name: {"value": v, "unit": "umol/L"} for name, v in more.items()})

    return [
        order(frequency="q4h"),
        order(frequency="q8h"),
        lambda: shift.verified(orders[0]),
        lambda: app().observe_vitals(
            user="li.na", command=shift.new(), encounter=stay, entered=FEVER
        ),
        lambda: shift.do(
            "li.na",
            task=shift.tasks(orders[0])[0].id,
            step="bedside_verified",
            evidence={"noscan_reason": "scanner down", "pulse": 88},
        ),
        lambda: stations.tell(last, other, values(creatinine="80")),
        lambda: shift.at("08:40"),
        lambda: app().pass_due(now=stations.clock.at),
        lambda: app().record_allergy(
            user="li.na", command=shift.new(), encounter=stay, allergy=Allergy("penicillins")
        ),
        lambda: app().link_patients(
            user="admin", command=shift.new(), mrn="0000000002", into="0012345678"
        ),
        lambda: stations.tell(last, other, values(creatinine="190")),
        lambda: app().record_allergy(
            user="li.na", command=shift.new(), encounter=other, allergy=Allergy("latex")
        ),
        lambda: app().import_catalogue(user="admin", command=shift.new(), kind="drug", text=dearer),
        lambda: stations.tell(stations.stores[0], stay, BandReplaced(2)),
        lambda: stations.begin(stations.stores[0], stay, BandReplaced(3)),
        lambda: refresh(stations.stores[-1], OUTLOOK, "d" * 64, rulebook=RULES),
        lambda: app().transfer(
            user="li.na", command=shift.new(), encounter=stay, ward=OTHER_WARD, bed="02"
        ),
        lambda: shift.at("12:30"),
        lambda: app().pass_due(now=stations.clock.at),
        lambda: app().cancel_order(
            user="dr.chen", command=shift.new(), order=orders[1], reason="not needed"
        ),
    ]


def test_each_workstation_sees_what_stands_in_the_file(stations: Stations) -> None:
    turns = cycle([stations.app(store) for store in stations.stores])
    shift = Shift(next(turns), stations.clock)
    other = shift.admit("0000000002", "03")
    stations.agree(shift.stay, other)
    for act in a_morning(shift, stations, other):
        shift.app = next(turns)
        act()
        stations.agree(shift.stay, other)
    found = verify(stations.stores[0], OUTLOOK, rulebook=RULES)
    assert found.fault is None
