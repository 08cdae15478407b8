"""Which rows are orders, what ends them, and when a pharmacist looked at them."""

from __future__ import annotations

from pathlib import Path

import pytest

from client.gateway.mimic.medication import PHARMACY, PRESCRIPTIONS
from client.gateway.mimic.orders import TABLE
from client.gateway.mimic.playing import Played
from client.gateway.mimic.run import in_time_order
from domain.events import GapsMended, NoteAdded, StepRecorded
from domain.orders import OrderState
from domain.tasks import TaskState
from tests.mimic_folder import TinyFolder, aside, at, local, played


@pytest.fixture
def folder(tmp_path: Path) -> TinyFolder:
    return TinyFolder(tmp_path)


def states(found: Played) -> set[TaskState]:
    return {task.state for task in found.whole.tasks.values()}


def test_a_signed_order_is_signed_by_who_ordered_it_when_it_was_ordered(
    folder: TinyFolder,
) -> None:
    poe = folder.drug("07:00")
    order = played(folder.plan())[poe].case.order
    assert (order.signed_at, order.steps["M1"].actor) == (at("07:00"), "mimic:P1")


def test_a_stop_ends_the_order_and_what_was_given_stays_given(folder: TinyFolder) -> None:
    poe = folder.drug()
    folder.chart(poe, "Administered", "08:05")
    folder.order(7, "Medications", "10:00", does="D/C", ends=poe)
    found = played(folder.plan())[poe]
    order = found.case.order
    assert (order.stop_at, order.stopped_by) == (at("10:00"), "discontinue")
    assert order.steps["M15"].result == "discontinued"
    assert order.state is OrderState.IN_PROGRESS
    assert states(found) == {TaskState.CLOSED}


def test_a_stop_may_stand_before_its_order_in_the_file(folder: TinyFolder) -> None:
    folder.order(7, "Medications", "10:00", does="D/C", ends="1-2")
    poe = folder.drug()
    assert poe == "1-2"
    assert played(folder.plan())[poe].case.order.stop_at == at("10:00")


def test_a_dose_charted_after_the_stop_is_not_lost(folder: TinyFolder) -> None:
    poe = folder.drug()
    folder.order(7, "Medications", "10:00", does="D/C", ends=poe)
    folder.chart(poe, "Administered", "10:20")
    found = played(folder.plan())[poe]
    assert states(found) == {TaskState.CLOSED}
    assert found.case.order.state is OrderState.IN_PROGRESS
    assert found.case.order.stop_at == at("10:00")


def test_an_order_stopped_before_anything_was_done_is_void(folder: TinyFolder) -> None:
    poe = folder.drug()
    folder.order(7, "Medications", "10:00", does="D/C", ends=poe)
    order = played(folder.plan())[poe].case.order
    assert (order.state, order.outcome) == (OrderState.VOIDED, "discontinued")


def test_a_change_is_an_order_that_replaces_and_ends_another(folder: TinyFolder) -> None:
    old = folder.drug()
    folder.chart(old, "Administered", "08:05")
    new = folder.order(7, "Medications", "10:00", does="Change", ends=old)
    orders = played(folder.plan())
    assert orders[new].case.order.replaces == orders[old].case.order.id
    assert (orders[old].case.order.stopped_by, orders[old].case.order.stop_at) == (
        "replace",
        at("10:00"),
    )


def test_an_order_that_is_ended_twice_is_ended_by_the_first(folder: TinyFolder) -> None:
    poe = folder.drug()
    folder.chart(poe, "Administered", "08:05")
    folder.order(8, "Medications", "11:00", does="D/C", ends=poe)
    folder.order(7, "Medications", "10:00", does="D/C", ends=poe)
    found = played(folder.plan())[poe]
    assert found.case.order.stop_at == at("10:00")
    assert [one.body.kind for one in found.events if isinstance(one.body, NoteAdded)] == [
        "stopped_again"
    ]


def test_fluids_are_medication_and_lines_are_not(folder: TinyFolder) -> None:
    fluid = folder.order(1, "IV therapy", "07:00", subtype="IV fluids")
    folder.order(2, "IV therapy", "07:00", subtype="IV access")
    folder.order(3, "Nutrition", "07:00")
    folder.order(4, "Blood Bank", "07:00", subtype="Blood tests")
    folder.order(5, "Medications", "07:00", does="D/C", ends="1-99")
    folder.order(6, "Medications", "07:00", does="Suspend")
    folder.order(1, "IV therapy", "07:30", subtype="IV fluids")
    plan = folder.plan()
    assert set(played(plan)) == {fluid}
    assert aside(plan, TABLE) == {
        "order type IV therapy, IV access has no loop": 1,
        "order type Nutrition has no loop": 1,
        "Blood Bank Blood tests: no result and no link in the source": 1,
        "D/C of an order that is not in poe": 1,
        "transaction type 'Suspend' is not known": 1,
        "the same row again": 1,
    }


def test_an_order_of_no_known_stay_is_set_aside(folder: TinyFolder) -> None:
    folder.order(1, "Medications", "07:00")
    folder.rows[TABLE][0]["hadm_id"] = ""
    assert aside(folder.plan(), TABLE) == {"no admission": 1}


def test_the_earliest_verification_counts(folder: TinyFolder) -> None:
    poe = folder.drug(verified="09:00")
    folder.rows[PHARMACY].append(folder.rows[PHARMACY][0] | {"verifiedtime": local("07:30")})
    order = played(folder.plan())[poe].case.order
    assert (order.steps["M3"].at, order.steps["M3"].result) == (at("07:30"), "approved")


def test_a_dose_before_its_verification_is_a_gap_that_the_verification_mends(
    folder: TinyFolder,
) -> None:
    poe = folder.drug(verified="09:00")
    folder.chart(poe, "Administered", "08:05")
    found = played(folder.plan())[poe]
    assert states(found) == {TaskState.CLOSED}
    assert any(isinstance(event.body, GapsMended) for event in found.events)


def test_an_order_that_nobody_verified_cannot_say_so(folder: TinyFolder) -> None:
    poe = folder.drug(verified="")
    folder.chart(poe, "Administered", "08:05")
    found = played(folder.plan())[poe]
    assert "M3" in found.case.order.not_recorded
    assert states(found) == {TaskState.CLOSED}


def test_what_was_prescribed_fills_the_order(folder: TinyFolder) -> None:
    poe = folder.order(1, "Medications", "07:00")
    common = {"poe_id": poe, "route": "IV"}
    folder.add(PRESCRIPTIONS, **common, drug_type="BASE", drug="D5W")
    folder.add(
        PRESCRIPTIONS,
        **common,
        drug_type="MAIN",
        drug="Heparin",
        dose_val_rx="25,000",
        dose_unit_rx="UNIT",
    )
    folder.add(
        PRESCRIPTIONS, **common, drug_type="MAIN", drug="X", dose_val_rx="1-2", dose_unit_rx="mg"
    )
    folder.add(PRESCRIPTIONS, drug_type="MAIN", drug="X")
    folder.add(PRESCRIPTIONS, poe_id="1-99", drug_type="MAIN", drug="X")
    plan = folder.plan()
    fields = played(plan)[poe].case.order.fields
    assert fields == {
        "product": "Heparin",
        "route": "IV",
        "dose": {"value": "25000", "unit": "[iU]"},
        "comment": "D5W; dose 1-2 mg",
    }
    assert aside(plan, PRESCRIPTIONS) == {"no order id": 1, "order not in poe": 1}


def test_the_journal_tells_of_doses_as_they_were_stored(folder: TinyFolder) -> None:
    late = folder.drug("07:00", verified="")
    folder.chart(late, "Administered", "08:05", stored="12:00")
    prompt = folder.drug("09:00", verified="")
    folder.chart(prompt, "Administered", "09:30", stored="09:31")
    events = in_time_order(list(played(folder.plan()).values()))
    given = [
        event.recorded_at
        for event in events
        if isinstance(event.body, StepRecorded) and event.body.step == "M11"
    ]
    assert given == [at("09:31"), at("12:00")]


def test_an_orders_own_events_keep_their_order(folder: TinyFolder) -> None:
    poe = folder.drug("08:00", verified="")
    folder.chart(poe, "Administered", "08:05", stored="07:00")
    found = played(folder.plan())
    assert in_time_order([found[poe]]) == found[poe].events
