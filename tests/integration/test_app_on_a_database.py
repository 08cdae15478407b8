"""The whole program on a database file: what was told in memory holds on disk."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

import pytest

from client.settings import Settings
from client.wiring import build
from domain.errors import Refused
from domain.loops.outlook import outlooks
from domain.people import Role
from domain.services.executing import parse_step_entry
from tests.fakes import FakeClock
from tests.shift import OTHER_WARD, WARD, Shift, local, steps_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from domain.ids import OrderId, TaskId

TEST = {"tests": ["K", "CBC"], "specimen_type": "blood", "timing": "random", "priority": "URGENT"}


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(
        database=f"sqlite:///{tmp_path / 'data' / 'ward.db'}",
        wards={"4A": {"transported": True, "care_level": "II"}},
    )


@pytest.fixture
def shift(settings: Settings) -> Iterator[Shift]:
    clock = FakeClock(at=local("07:00"))
    app = build(settings, clock=clock)
    yield Shift(app, clock)
    app.close()


def given(shift: Shift, **fields: object) -> tuple[OrderId, TaskId]:
    order = shift.ordered(shift.drug(**fields))
    shift.verified(order)
    return order, shift.tasks(order)[0].id


def test_a_dose_from_the_order_to_the_physicians_confirmation(shift: Shift) -> None:
    order, dose = given(shift, dose_count=1)
    shift.at("08:05")
    shift.give(dose)
    shift.do("dr.chen", order=order, step="physician_confirmed")
    assert shift.order_state(order) == "closed"
    shown = shift.shown(order)
    assert [step["step"] for step in shown["steps"]] == ["M1", "M2", "M3", "M15", "M16"]
    (task,) = shown["tasks"]
    assert steps_of(task) == ["M10", "M11", "M13"]


def test_what_was_recorded_is_there_after_a_restart(shift: Shift, settings: Settings) -> None:
    order, dose = given(shift)
    shift.at("08:05")
    shift.give(dose)
    before = shift.shown(order)
    shift.app.close()
    again = build(settings, now=shift.clock.at)
    after = again.show_order(user="li.na", order=order, now=again.now())
    again.close()
    assert after == before
    assert again.simulated


def test_the_worklist_of_the_ward(shift: Shift) -> None:
    order, _ = given(shift)
    stat = shift.ordered(shift.drug(frequency="st", order_class="STAT", priority="STAT"))
    rows = shift.app.worklist(user="li.na", now=shift.at("08:30"), ward=WARD)
    assert (rows[0].order, rows[0].step) == (stat, "M2")
    assert {row.order for row in rows} == {order, stat}
    bed = shift.app.ward_board(user="li.na", ward=WARD, now=shift.clock.at)[0]
    assert bed.overdue_by_loop["medication"] >= 1


def test_a_dispensing_run_for_two_patients_is_all_or_nothing(shift: Shift) -> None:
    other = shift.admit("0099", "02")
    plan = shift.drug("CEF1G", dose="1 g", route="IV", frequency="qd")
    orders = [shift.ordered(plan), shift.ordered(plan, stay=other)]
    shift.verified(orders[0])
    doses = [shift.tasks(order)[0].id for order in orders]
    evidence = {"noscan_reason": "hand picked"}
    with pytest.raises(Refused):
        shift.do("tech.tang", tasks=doses, step="prepared", evidence=evidence)
    assert [shift.states(order)[0] for order in orders] == ["planned", "planned"]
    shift.verified(orders[1])
    shift.do("tech.tang", tasks=doses, step="prepared", evidence=evidence)
    assert [shift.states(order)[0] for order in orders] == ["in_progress", "in_progress"]
    rows = [row for row in shift.app.reads.journal(order=orders[1]) if row.kind == "step_recorded"]
    assert rows[-1].command_id == f"command-{shift.count}"


def test_v14_a_rejected_tube_by_its_container(shift: Shift) -> None:
    order = shift.ordered(TEST, kind="test")
    gold, lavender = shift.tasks(order)
    unscanned = {"noscan_reason": "scanner down"}
    shift.do("li.na", order=order, step="nurse_verified", result="verified")
    shift.do("li.na", task=gold.id, step="label_printed", evidence={"container": "C100"})
    shift.do("li.na", task=lavender.id, step="label_printed", evidence={"container": "C200"})
    for container in ("C100", "C200"):
        shift.do(
            "li.na", container=container, step="collected", result="collected", evidence=unscanned
        )
        shift.do("porter.ma", container=container, step="dispatched", evidence=unscanned)
    shift.at("08:00")
    evidence = unscanned | {"reject_reason": "RH"}
    shift.do(
        "lab.xu",
        container="C100",
        step="received",
        result="rejected",
        reason="haemolysed",
        evidence=evidence,
    )
    assert len(shift.tasks(order)) == 3
    work = shift.app.worklist(user="li.na", now=shift.clock.at, role=Role.NURSE)
    assert {row.step for row in work if row.order == order} >= {"L3", "L6b"}


def test_v17_stopped_while_the_infusion_runs(shift: Shift) -> None:
    fields = shift.drug("NACL", dose="500 mL", route="IV", rate="100 mL/h", frequency="q12h")
    order = shift.ordered(fields)
    shift.verified(order)
    bag = shift.tasks(order)[0].id
    shift.at("08:00")
    shift.check(bag)
    evidence = {"dose": "500 mL", "rate": "100 mL/h"}
    shift.do("li.na", task=bag, step="admin_started", evidence=evidence)
    shift.at("09:00")
    shift.app.discontinue_order(user="dr.chen", command=shift.new(), order=order, reason="overload")
    shift.do(
        "li.na",
        task=bag,
        step="admin_completed",
        result="partial",
        reason="stopped",
        evidence={"amount": "100 mL"},
    )
    shift.do("li.na", order=order, step="stop_acknowledged")
    shift.do("dr.chen", order=order, step="physician_confirmed")
    assert shift.order_state(order) == "closed"


def test_the_watch_makes_tomorrows_doses_and_closes_nothing(shift: Shift) -> None:
    order, _ = given(shift)
    shift.at("08:30")
    assert shift.app.one_pass(now=shift.clock.at).orders == (order,)
    assert shift.app.one_pass(now=shift.clock.at).orders == ()
    assert shift.due(order)[-1] == "26 08:00"
    standby = shift.ordered(shift.drug(frequency="sos", order_class="SOS", priority="PRN"))
    shift.at("20:31")
    assert standby in shift.app.pass_due(now=shift.clock.at).orders
    assert shift.order_state(standby) == "voided"


def test_a_patient_moves_and_dies(shift: Shift) -> None:
    order, _ = given(shift)
    shift.app.transfer(
        user="li.na", command=shift.new(), encounter=shift.stay, ward=OTHER_WARD, bed="03"
    )
    now = shift.clock.at
    assert shift.app.worklist(user="li.na", now=now, ward=WARD) == ()
    assert shift.app.worklist(user="li.na", now=now, ward=OTHER_WARD)
    shift.app.record_death(user="dr.chen", command=shift.new(), encounter=shift.stay)
    assert shift.order_state(order) == "voided"
    assert shift.app.list_stays(user="li.na") == ()


def test_a_command_that_is_sent_twice_at_once_is_one_dose(shift: Shift) -> None:
    order, dose = given(shift)
    line = {
        "command_id": "scan-1",
        "task": dose,
        "step": "bedside_verified",
        "evidence": {"noscan_reason": "scanner down"},
    }
    entry = parse_step_entry(line)

    def send(_: int) -> int:
        return len(shift.app.record_step(user="li.na", entry=entry).tasks)

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(send, range(4))) == [0, 0, 0, 1]
    assert shift.tasks(order)[0].steps["M10"].count == 1


def test_a_frozen_clock_before_a_true_record_is_refused_whatever_is_asked_for(
    shift: Shift, settings: Settings
) -> None:
    order, _ = given(shift)
    earlier = shift.clock.at - timedelta(hours=1)
    shift.app.close()
    for rewind in (False, True):
        frozen = build(settings, now=earlier, rewind=rewind)
        with pytest.raises(Refused) as refused:
            frozen.hold_order(user="dr.chen", command=shift.new(), order=order, reason="x")
        assert refused.value.code == "SIMULATED_CLOCK"
        assert frozen.show_order(user="li.na", order=order, now=frozen.now())["order"]
        frozen.close()


def test_every_projection_is_the_fold_of_the_journal(shift: Shift, settings: Settings) -> None:
    """What each use case stored, step by step, is what `db verify` works out from the journal."""
    from storage.store import open_store
    from storage.verify import verify

    order, dose = given(shift)
    shift.at("08:05")
    shift.give(dose)
    refused = shift.tasks(order)[1].id
    shift.do("li.na", task=refused, exit="refused", reason="nausea")
    tubes = shift.ordered(TEST, kind="test")
    shift.do("li.na", order=tubes, step="nurse_verified", result="verified")
    tube = shift.tasks(tubes)[0].id
    shift.do("li.na", task=tube, step="label_printed", evidence={"container": "C100"})
    held = shift.ordered(shift.drug())
    shift.app.hold_order(user="dr.chen", command=shift.new(), order=held, reason="fasting")
    stat = shift.ordered(shift.drug(frequency="st", order_class="STAT", priority="STAT"))
    shift.do("ph.qian", order=stat, step="pharm_reviewed", result="intervened")
    shift.at("20:00")
    shift.app.release_order(user="dr.chen", command=shift.new(), order=held)
    shift.app.one_pass(now=shift.clock.at)
    shift.app.transfer(
        user="li.na", command=shift.new(), encounter=shift.stay, ward=OTHER_WARD, bed="03"
    )
    shift.app.discontinue_order(user="dr.chen", command=shift.new(), order=held)
    store = open_store(settings.database, clock=shift.clock)
    verdict = verify(store, partial(outlooks, shift.app.loops))
    store.close()
    assert verdict.fault is None
    assert verdict.events > 100
