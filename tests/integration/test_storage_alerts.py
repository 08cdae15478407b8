"""Alerts and scores on a database: rebuilt to the same bytes, and nobody changes them unseen."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING

import pytest

from client.app import App
from domain.loops.outlook import outlooks
from domain.services.workplace import Workplace
from storage.rebuild import rebuild, refresh
from storage.verify import verify
from tests.busy_day import dumped, raw, tamper
from tests.fake_trust import trust_of
from tests.fakes import FakeClock, SeededIds
from tests.shift import WARDS, Shift, local, real_loops
from tests.small_rulebook import SmallRulebook
from tests.stores import new_store

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from domain.ids import OrderId
    from storage.store import Store
    from storage.verify import Fault

RULES = SmallRulebook()
outlook = partial(outlooks, real_loops())


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def store(tmp_path: Path, clock: FakeClock) -> Iterator[Store]:
    made = new_store(tmp_path, clock)
    yield made
    made.close()


@pytest.fixture
def shift(store: Store, clock: FakeClock) -> Shift:
    """A morning: one order was checked late, one is late still, one patient has fever."""
    place = Workplace(
        uow=store.units,
        reads=store.reads,
        loops=real_loops(),
        ids=SeededIds(),
        workstation="ws-1",
        config_hash="c" * 64,
        trust=trust_of(store, clock),
        wards=WARDS,
        rulebook=RULES,
    )
    made = Shift(App(place, clock=clock), clock)
    checked, _ = made.ordered(made.drug()), made.ordered(made.drug("HEP5000", route="SC"))
    neighbour = made.admit("0099", "02")
    made.at("07:30")
    hot = {"temperature": Decimal("39.5")}
    made.app.observe_vitals(user="li.na", command=made.new(), encounter=neighbour, entered=hot)
    made.at("08:02")
    made.app.pass_due(now=clock.at)
    made.do("li.na", order=checked, step="nurse_verified", result="verified")
    made.at("08:20")
    made.app.pass_due(now=clock.at)
    return made


def fault_of(store: Store, rules: SmallRulebook = RULES) -> Fault | None:
    return verify(store, outlook, rulebook=rules).fault


def late(shift: Shift) -> OrderId:
    (row,) = [
        row for row in shift.app.reads.alerts(encounter=shift.stay) if row.alert.key.rule == "LATE"
    ]
    assert row.alert.order is not None
    return row.alert.order


def test_alerts_and_scores_are_rebuilt_to_the_same_bytes(shift: Shift, store: Store) -> None:
    before = dumped(store)
    assert len(before["alerts"]) == 3
    assert fault_of(store) is None
    rebuild(store, outlook, rulebook=RULES)
    assert dumped(store) == before
    assert shift.app.reads.risk(shift.stay) is not None


def test_a_rebuild_without_rules_leaves_no_score(shift: Shift, store: Store) -> None:
    rebuild(store, outlook)
    assert shift.app.reads.risk(shift.stay) is None
    assert fault_of(store) is None, "no score is better than a wrong one"
    assert len(shift.app.reads.alerts()) == 2, "what was told stays told"


@pytest.mark.parametrize(
    ("change", "table"),
    [
        ("UPDATE alerts SET severity = 'S4' WHERE is_open = 1", "alerts"),
        ("DELETE FROM alerts WHERE is_open = 1", "alerts"),
        ("UPDATE alerts SET data = replace(data, 'LATE', 'X-NO')", "alerts"),
        ("UPDATE encounter_state SET score = 0 WHERE score IS NOT NULL", "encounter_state"),
        ("UPDATE encounter_state SET wake_at = 253402300799999999", "encounter_state"),
        ("UPDATE orders SET watch = '' WHERE watch <> ''", "orders"),
    ],
)
@pytest.mark.usefixtures("shift")
def test_verify_names_what_does_not_follow(store: Store, change: str, table: str) -> None:
    with raw(store) as connection:
        connection.execute(change)
    fault = fault_of(store)
    assert fault is not None
    assert fault.chain == table
    rebuild(store, outlook, rulebook=RULES)
    assert fault_of(store) is None


@pytest.mark.usefixtures("shift")
def test_a_score_is_not_compared_without_rules(store: Store) -> None:
    tamper(store, "UPDATE encounter_state SET score = 99 WHERE score IS NOT NULL")
    fault = verify(store, outlook).fault
    assert fault is not None
    assert "trigger" in fault.what, "nothing is wrong but what the intruder took away"


def test_new_rules_settle_every_patient_in_hospital_when_the_program_starts(
    shift: Shift, store: Store
) -> None:
    warm = replace(RULES, sha256="rules-2", fever=37)
    events = len(shift.app.reads.journal(order=late(shift)))
    fault = fault_of(store, warm)
    assert fault is not None
    assert fault.chain == "encounter_state"
    assert refresh(store, outlook, "c" * 64, rulebook=warm) == 2
    assert fault_of(store, warm) is None
    assert refresh(store, outlook, "c" * 64, rulebook=warm) == 0
    assert len(shift.app.reads.journal(order=late(shift))) == events, "no event is written"
    standing = shift.app.reads.risk(shift.stay)
    assert standing is not None
    assert standing.risk.config_sha256 == "rules-2"


def test_what_an_older_version_left_is_settled_when_the_program_starts(
    shift: Shift, store: Store
) -> None:
    tamper(
        store,
        "UPDATE encounter_state SET score = NULL, band = NULL, as_of = NULL, risk_seq = NULL, "
        "causes = NULL, config_hash = NULL, wake_at = 253402300799999999",
    )
    with raw(store) as connection:
        connection.execute("UPDATE orders SET watch = '', config_hash = '' WHERE is_open = 1")
    assert shift.app.reads.wakes(until=local("23:00")) == ()
    assert refresh(store, outlook, "c" * 64, rulebook=RULES) == 2
    assert shift.app.reads.wakes(until=local("23:00"))
    before = dumped(store)
    rebuild(store, outlook, config_hash="c" * 64, rulebook=RULES)
    assert dumped(store) == before


def test_a_drug_whose_data_changed_is_no_fault_and_wakes_the_watch(
    shift: Shift, store: Store
) -> None:
    shift.app.import_catalogue(
        user="admin",
        command=shift.new(),
        kind="drug",
        text="code,name,name_zh,route\nPARA500,Paracetamol 500 mg,对乙酰氨基酚,PO\n",
    )
    standing = shift.app.reads.risk(shift.stay)
    assert standing is not None
    assert standing.seq is None
    assert fault_of(store) is None
    shift.app.pass_due(now=shift.clock.at)
    standing = shift.app.reads.risk(shift.stay)
    assert standing is not None
    assert standing.seq is not None
    assert fault_of(store) is None


def test_a_patient_who_has_left_is_not_weighed_against_later_knowledge(
    shift: Shift, store: Store
) -> None:
    shift.app.discharge(user="dr.chen", command=shift.new(), encounter=shift.stay)
    with raw(store) as connection:
        connection.execute(
            "UPDATE encounter_state SET score = 7 WHERE encounter_id = ?", (shift.stay,)
        )
    assert fault_of(store) is None
