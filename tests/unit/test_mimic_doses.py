"""What was charted of single doses becomes doses given, not given, held, partly given, put off."""

from __future__ import annotations

from pathlib import Path

import pytest

from client.gateway.mimic.charting import DETAIL, EMAR
from client.gateway.mimic.medication import PHARMACY
from client.gateway.mimic.playing import Played
from client.gateway.mimic.run import _give_back
from domain.events import NoteAdded
from domain.orders import OrderState, Priority
from domain.tasks import Task, TaskState
from tests.mimic_folder import TinyFolder, aside, at, played


@pytest.fixture
def folder(tmp_path: Path) -> TinyFolder:
    return TinyFolder(tmp_path)


def tasks(found: Played) -> list[Task]:
    return sorted(found.whole.tasks.values(), key=lambda task: (task.made_at, task.seq, task.id))


def notes(found: Played) -> list[str]:
    return [event.body.kind for event in found.events if isinstance(event.body, NoteAdded)]


def test_a_dose_given_is_closed_with_what_the_source_knows_of_it(folder: TinyFolder) -> None:
    poe = folder.drug()
    folder.chart(
        poe,
        "Administered",
        "08:05",
        stored="08:07",
        dose_given="25",
        dose_given_unit="mg",
        product_code="METO25",
        product_amount_given="1",
        product_unit="TAB",
    )
    dose = tasks(played(folder.plan())[poe])[0]
    assert (dose.state, dose.outcome, dose.due_at) == (TaskState.CLOSED, "completed", at("08:00"))
    start, end = dose.steps["M11"], dose.steps["M13"]
    assert (start.at, end.at, start.recorded_at) == (at("08:05"), at("08:05"), at("08:07"))
    assert start.evidence["dose"] == {"value": "25", "unit": "mg"}
    assert start.evidence["products"] == [{"code": "METO25", "amount": "1 {tablet}"}]


def test_the_order_stays_open_for_want_of_the_physicians_confirmation(folder: TinyFolder) -> None:
    poe = folder.drug()
    folder.chart(poe, "Administered", "08:05")
    order = played(folder.plan())[poe].case.order
    assert order.state is OrderState.IN_PROGRESS
    assert order.fields["product"] == "Metoprolol"
    assert {"M2", "M10"} <= order.not_recorded
    assert "M16" not in order.not_recorded


def test_a_record_stored_before_its_own_time_keeps_both_times(folder: TinyFolder) -> None:
    poe = folder.drug()
    folder.chart(poe, "Administered", "08:05", stored="07:55")
    found = played(folder.plan())[poe]
    record = tasks(found)[0].steps["M11"]
    assert (record.at, record.recorded_at) == (at("08:05"), at("07:55"))
    assert not found.refused


def test_delayed_and_elsewhere_are_said_beside_the_dose(folder: TinyFolder) -> None:
    poe = folder.drug()
    folder.chart(poe, "Delayed Administered in Other Location", "10:30")
    found = played(folder.plan())[poe]
    dose = tasks(found)[0]
    assert dose.state is TaskState.CLOSED
    assert dose.steps["M11"].evidence["place"] == "other location"
    reasons = [getattr(event.body, "reason", None) for event in found.events]
    assert "Delayed, as the source says" in reasons


def test_a_dose_not_given_says_that_the_reason_is_not_stated(folder: TinyFolder) -> None:
    poe = folder.drug()
    folder.chart(poe, "Not Given", "08:10")
    dose = tasks(played(folder.plan())[poe])[0]
    assert (dose.state, dose.outcome) == (TaskState.CLOSED_BY_EXIT, "not_given")
    assert dose.exit is not None
    assert dose.exit.code == "MX23"


@pytest.mark.parametrize("event", ["Hold Dose", "Not Given per Sliding Scale"])
def test_a_dose_held_is_held(folder: TinyFolder, event: str) -> None:
    poe = folder.drug()
    folder.chart(poe, event, "08:10")
    dose = tasks(played(folder.plan())[poe])[0]
    assert (dose.state, dose.outcome) == (TaskState.CLOSED_BY_EXIT, "held")


def test_a_dose_partly_given_ends_as_such(folder: TinyFolder) -> None:
    poe = folder.drug()
    folder.chart(poe, "Partial Administered", "08:10")
    dose = tasks(played(folder.plan())[poe])[0]
    assert (dose.state, dose.outcome) == (TaskState.CLOSED_BY_EXIT, "completed_partial")
    assert dose.started


def test_put_off_and_then_given_is_one_dose_that_was_given(folder: TinyFolder) -> None:
    poe = folder.drug()
    folder.chart(poe, "Not Given", "08:10")
    folder.chart(poe, "Delayed Administered", "09:40")
    found = played(folder.plan())[poe]
    assert [task.state for task in tasks(found)] == [TaskState.CLOSED]
    assert notes(found) == ["deferred"]


def test_not_given_twice_is_one_dose_and_a_note(folder: TinyFolder) -> None:
    poe = folder.drug()
    folder.chart(poe, "Not Given", "08:10")
    folder.chart(poe, "Not Given", "08:40")
    found = played(folder.plan())[poe]
    assert [task.outcome for task in tasks(found)] == ["not_given"]
    assert notes(found) == ["repeated"]


def test_fixed_insulin_and_sliding_scale_of_one_time_are_two_doses(folder: TinyFolder) -> None:
    poe = folder.drug()
    folder.chart(poe, "Administered", "08:10", kind="Insulin SC Fixed Dose")
    folder.chart(poe, "Not Given per Sliding Scale", "08:10", kind="Insulin SC Sliding Scale")
    outcomes = sorted(str(task.outcome) for task in tasks(played(folder.plan())[poe]))
    assert outcomes == ["completed", "held"]


def test_two_rows_given_for_one_time_are_two_doses(folder: TinyFolder) -> None:
    poe = folder.drug()
    folder.chart(poe, "Administered", "08:10")
    folder.chart(poe, "Administered", "08:40")
    found = tasks(played(folder.plan())[poe])
    assert [(task.seq, task.state) for task in found] == [
        (0, TaskState.CLOSED),
        (1, TaskState.CLOSED),
    ]


def test_windows_follow_the_frequency_but_for_the_first_dose(folder: TinyFolder) -> None:
    poe = folder.drug(frequency="BID")
    folder.chart(poe, "Administered", "08:10")
    folder.chart(poe, "Administered", "22:10", due="20:00")
    first, second = tasks(played(folder.plan())[poe])
    assert (first.window_class, first.fields["first_task"]) == ("none", True)
    assert (second.window_class, second.interval_minutes) == ("up_to_every_4h", 720)
    assert "first_task" not in second.fields


@pytest.mark.parametrize(
    ("frequency", "priority"),
    [("Q6H:PRN", Priority.PRN), ("TITRATE TO RASS", Priority.ROUTINE), ("", Priority.ROUTINE)],
)
def test_what_a_frequency_does_not_say_is_not_guessed(
    folder: TinyFolder, frequency: str, priority: Priority
) -> None:
    poe = folder.drug(frequency=frequency)
    folder.chart(poe, "Administered", "08:10")
    folder.chart(poe, "Administered", "12:10", due="12:00")
    found = played(folder.plan())[poe]
    assert found.case.order.priority is priority
    assert {task.window_class for task in tasks(found)} == {"none"}


def test_a_patch_is_put_on_looked_at_and_taken_off(folder: TinyFolder) -> None:
    poe = folder.drug()
    patch = "Transdermal Patch"
    folder.chart(poe, "Applied", "08:00", kind=patch)
    folder.chart(poe, "Assessed", "12:00", due="12:00", kind=patch)
    folder.chart(poe, "Assessed", "16:00", due="16:00", kind=patch)
    folder.chart(poe, "Removed", "20:00", due="20:00", kind=patch)
    found = played(folder.plan())[poe]
    on, off = tasks(found)
    assert (on.state, off.state) == (TaskState.CLOSED, TaskState.CLOSED)
    assert on.steps["M14"].at == at("12:00")
    assert notes(found) == ["assessed"]


def test_a_patch_changed_in_one_row_is_one_off_and_one_on(folder: TinyFolder) -> None:
    poe = folder.drug()
    folder.chart(poe, "Removed Existing / Applied New", "08:00", kind="Transdermal Patch")
    plan = folder.plan()
    found = played(plan)[poe]
    assert [task.state for task in tasks(found)] == [TaskState.CLOSED, TaskState.CLOSED]
    assert plan.accounts.of(EMAR).taken == 1


def test_a_patch_that_nobody_put_on_is_a_gap(folder: TinyFolder) -> None:
    poe = folder.drug()
    folder.chart(poe, "Assessed", "12:00", kind="Transdermal Patch")
    patch = tasks(played(folder.plan())[poe])[0]
    assert patch.state is TaskState.IN_PROGRESS
    assert patch.incomplete


def test_a_patch_not_taken_off_is_no_patch_not_put_on(folder: TinyFolder) -> None:
    poe = folder.drug()
    patch = "Transdermal Patch"
    folder.chart(poe, "Applied", "08:00", kind=patch)
    folder.chart(poe, "Not Removed", "08:00", kind=patch)
    outcomes = sorted(str(task.outcome) for task in tasks(played(folder.plan())[poe]))
    assert outcomes == ["completed", "not_given"]


@pytest.mark.parametrize(
    ("event", "reason"),
    [
        ("", "no act: the event text is empty"),
        ("Delayed ", "no act: the event text is empty"),
        (" in Other Location", "no act: the event text is empty"),
        ("Not Stopped", "Not Stopped: nothing was done and no task ends"),
        ("Teleported", "event text 'Teleported' is not known"),
    ],
)
def test_a_row_that_says_no_act_is_set_aside_by_name(
    folder: TinyFolder, event: str, reason: str
) -> None:
    poe = folder.drug()
    folder.chart(poe, event, "08:00")
    plan = folder.plan()
    assert aside(plan, EMAR) == {reason: 1}
    assert aside(plan, DETAIL) == {"its eMAR row is set aside": 1}
    assert not played(plan)[poe].whole.tasks


def test_rows_of_unknown_orders_and_repeated_rows_are_set_aside(folder: TinyFolder) -> None:
    poe = folder.drug()
    folder.chart("1-999", "Administered", "08:00")
    folder.chart(poe, "Administered", "08:00")
    folder.rows[EMAR].append(folder.rows[EMAR][-1])
    folder.add(DETAIL, emar_id="1-e77")
    plan = folder.plan()
    assert aside(plan, EMAR) == {"order not in poe": 1, "the same row again": 1}
    assert aside(plan, DETAIL) == {"its eMAR row is set aside": 1, "no eMAR row": 1}


def test_a_note_alone_never_makes_the_account_wrong(folder: TinyFolder) -> None:
    poe = folder.drug()
    folder.chart(poe, "Not Given", "08:10")
    folder.chart(poe, "Administered", "08:20")
    plan = folder.plan()
    for found in played(plan).values():
        _give_back(found, plan.accounts)
    plan.accounts.prove()
    assert plan.accounts.of(EMAR).taken == 2


def test_a_dose_has_the_window_of_the_pharmacy_row_that_it_names(folder: TinyFolder) -> None:
    """Insulin at dinner under an order whose own row says "as directed"."""
    poe = folder.drug(frequency="ASDIR")
    folder.add(PHARMACY, pharmacy_id="10", poe_id=poe, frequency="DINNER", medication="Insulin")
    folder.chart(poe, "Administered", "08:00", pharmacy="9")
    folder.chart(poe, "Administered", "18:00", due="18:00", pharmacy="10")
    folder.chart(poe, "Administered", "20:00", due="20:00", pharmacy="9")
    classes = [dose.window_class for dose in tasks(played(folder.plan())[poe])]
    assert classes == ["none", "up_to_every_4h", "none"]


def test_an_order_without_a_pharmacy_row_takes_the_frequency_that_its_dose_names(
    folder: TinyFolder,
) -> None:
    named = folder.drug(frequency="Q6H:PRN")
    poe = folder.order(8, "Medications", "07:00")
    folder.chart(poe, "Administered", "08:00", pharmacy="9")
    found = played(folder.plan())
    order = found[poe].case.order
    assert order.fields["frequency"] == found[named].case.order.fields["frequency"] == "Q6H:PRN"
    assert order.priority is Priority.PRN
    assert "start" not in order.fields, "only the frequency: the rest is another order's"
