"""The shipped rules on a database: after a morning a rebuild finds the same alerts and scores."""

from __future__ import annotations

from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING

from client.app import App
from domain.loops.outlook import outlooks
from domain.services.workplace import Workplace
from rules.alerts.loader import load_rules
from rules.rulebook import Rules
from storage.rebuild import rebuild
from storage.verify import verify
from tests.busy_day import dumped
from tests.fake_trust import trust_of
from tests.fakes import FakeClock, SeededIds
from tests.shift import WARD, WARDS, Shift, real_loops
from tests.stores import new_store

if TYPE_CHECKING:
    from pathlib import Path

SHOCK = {
    "temperature": Decimal("39.5"),
    "respiratory_rate": 26,
    "spo2": 91,
    "supplemental_oxygen": True,
    "systolic_bp": 95,
    "diastolic_bp": 50,
    "pulse": 130,
    "consciousness": "A",
}


def test_a_morning_that_nobody_answers_is_rebuilt_to_the_same_bytes(tmp_path: Path) -> None:
    clock = FakeClock()
    store = new_store(tmp_path, clock)
    rules = Rules(load_rules(), loops=real_loops())
    outlook = partial(outlooks, real_loops())
    place = Workplace(
        uow=store.units,
        reads=store.reads,
        loops=real_loops(),
        ids=SeededIds(),
        workstation="ws-1",
        config_hash="c" * 64,
        trust=trust_of(store, clock),
        wards=WARDS,
        rulebook=rules,
    )
    shift = Shift(App(place, clock=clock), clock)
    orders = [shift.ordered(shift.drug(frequency="q4h")) for _ in range(3)]
    shift.app.observe_vitals(user="li.na", command=shift.new(), encounter=shift.stay, entered=SHOCK)
    shift.verified(orders[0])
    for moment in ("07:05", "08:10", "08:35", "09:30", "12:30"):
        shift.at(moment)
        assert shift.app.pass_due(now=clock.at).failures == {}
        assert shift.app.reads.wakes(until=clock.at) == (), "one pass is enough"
        assert verify(store, outlook, rulebook=rules).fault is None
    open_now = {row.alert.key.rule: row.alert for row in shift.app.reads.alerts(ward=WARD)}
    assert open_now["X-NEWS-EMER"].severity.value == "S1"
    assert open_now["X-NEWS-EMER"].tier > 1, "nobody came, so more were told"
    standing = shift.app.reads.risk(shift.stay)
    assert standing is not None
    assert standing.risk.band == "critical"
    before = dumped(store)
    rebuild(store, outlook, rulebook=rules)
    assert dumped(store) == before
    store.close()
