"""Tubes and orders, which nothing links, are brought together by patient and time alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from client.gateway.mimic.laboratory import DICTIONARY, TABLE
from client.gateway.mimic.playing import Played
from domain.orders import Priority
from domain.tasks import Task, TaskState
from tests.mimic_folder import TinyFolder, aside, at, played


@pytest.fixture
def folder(tmp_path: Path) -> TinyFolder:
    return TinyFolder(tmp_path)


def containers(found: Played) -> list[str]:
    return sorted(str(task.fields["container"]) for task in found.whole.tasks.values())


def only(found: Played) -> Task:
    return next(iter(found.whole.tasks.values()))


def test_a_tube_is_collected_resulted_and_reported(folder: TinyFolder) -> None:
    poe = folder.order(1, "Lab", "07:00")
    folder.add(DICTIONARY, itemid="50971", label="Potassium", fluid="Blood", category="Chemistry")
    folder.tube("501", "07:30", "08:00", "08:20")
    tube = only(played(folder.plan())[poe])
    assert (tube.state, tube.fields["test_class"]) == (TaskState.CLOSED, "chemistry")
    assert [tube.steps[no].at for no in ("L4", "L8", "L9")] == [
        at("07:30"),
        at("08:00"),
        at("08:20"),
    ]
    assert tube.steps["L8"].evidence == {
        "values": "Potassium 5.9 mEq/L; Potassium 5.9 mEq/L",
        "flags": ["abnormal"],
        "results": {"potassium": {"value": "5.9", "unit": "mmol/L"}},
        "results_at": at("07:30").isoformat(),
    }


def test_results_that_were_never_stored_leave_the_tube_open(folder: TinyFolder) -> None:
    poe = folder.order(1, "Lab", "07:00")
    folder.tube("501", "07:30", "08:00", "")
    tube = only(played(folder.plan())[poe])
    assert tube.state is TaskState.IN_PROGRESS
    assert "L8" in tube.steps
    assert "L9" not in tube.steps


def test_a_tube_without_any_stored_result_was_only_drawn(folder: TinyFolder) -> None:
    poe = folder.order(1, "Lab", "07:00")
    folder.tube("501", "07:30", "")
    assert set(only(played(folder.plan())[poe]).steps) == {"L4"}


@pytest.mark.parametrize(
    ("ordered", "drawn", "day", "matched"),
    [
        ("08:00", "07:30", 1, True),
        ("08:00", "07:29", 1, False),
        ("08:00", "08:00", 2, True),
        ("08:00", "08:01", 2, False),
    ],
)
def test_an_order_reaches_half_an_hour_back_and_a_day_ahead(
    folder: TinyFolder, ordered: str, drawn: str, day: int, *, matched: bool
) -> None:
    poe = folder.order(1, "Lab", ordered)
    folder.tube("501", drawn, "12:00", day=day)
    plan = folder.plan()
    assert bool(played(plan)[poe].whole.tasks) is matched
    assert aside(plan, TABLE) == ({} if matched else {"no order in the 24 h before": 1})


def test_the_first_tube_answers_the_first_order_and_the_last_is_shared(
    folder: TinyFolder,
) -> None:
    first = folder.order(1, "Lab", "07:00")
    second = folder.order(2, "Lab", "07:05")
    third = folder.order(3, "Lab", "07:10")
    folder.tube("502", "07:30", "08:00")
    folder.tube("501", "07:30", "08:00")
    plan = folder.plan()
    found = played(plan)
    assert [containers(found[poe]) for poe in (first, second, third)] == [
        ["501"],
        ["502"],
        ["502"],
    ]
    assert plan.accounts.of(TABLE).taken == 2


def test_more_tubes_than_orders_belong_to_the_last_order(folder: TinyFolder) -> None:
    poe = folder.order(1, "Lab", "07:00")
    folder.tube("501", "07:30", "08:00")
    folder.tube("502", "07:30", "08:00")
    assert containers(played(folder.plan())[poe]) == ["501", "502"]


def test_a_draw_that_nobody_ordered_goes_to_the_latest_order(folder: TinyFolder) -> None:
    first = folder.order(1, "Lab", "07:00")
    second = folder.order(2, "Lab", "07:10")
    folder.tube("501", "07:30", "08:00")
    folder.tube("502", "19:00", "20:00")
    found = played(folder.plan())
    assert containers(found[first]) == ["501"]
    assert containers(found[second]) == ["501", "502"]


def test_an_order_that_was_stopped_before_the_draw_is_not_answered(folder: TinyFolder) -> None:
    stopped = folder.order(1, "Lab", "07:00")
    live = folder.order(2, "Lab", "07:05", does="Change", ends=stopped)
    folder.tube("501", "07:30", "08:00")
    found = played(folder.plan())
    assert not found[stopped].whole.tasks
    assert containers(found[live]) == ["501"]


def test_an_urgent_result_makes_an_urgent_order(folder: TinyFolder) -> None:
    poe = folder.order(1, "Lab", "07:00")
    folder.tube("501", "07:30", "08:00", priority="STAT")
    assert played(folder.plan())[poe].case.order.priority is Priority.STAT


def test_tubes_of_no_stay_or_of_a_stay_without_orders_are_set_aside(folder: TinyFolder) -> None:
    folder.tube("501", "07:30", "08:00")
    folder.tube("502", "07:30", "08:00")
    folder.rows[TABLE][0]["hadm_id"] = ""
    assert aside(folder.plan(), TABLE) == {
        "no admission": 1,
        "admission without lab orders": 1,
    }


def results_of(folder: TinyFolder, **cells: str) -> object:
    """The named results of a tube with one more row."""
    poe = folder.order(1, "Lab", "07:00")
    folder.tube("501", "07:30", "08:00")
    row = {**folder.rows[TABLE][0], "labevent_id": "9", **cells}
    folder.rows[TABLE][:] = [row]
    return only(played(folder.plan())[poe]).steps["L8"].evidence.get("results")


@pytest.mark.parametrize(
    ("cells", "results"),
    [
        (
            {"itemid": "50931", "value": "___", "valuenum": "193", "valueuom": "mg/dL"},
            {"glucose": {"value": "10.7127", "unit": "mmol/L"}},
        ),
        ({"itemid": "50931", "value": "___", "valueuom": "mg/dL"}, None),
        ({"itemid": "50931", "value": "193", "valueuom": "g/L"}, None),
        ({"itemid": "99999", "value": "193", "valueuom": "mg/dL"}, None),
    ],
)
def test_only_what_is_known_by_name_and_unit_is_named(
    folder: TinyFolder, cells: dict[str, str], results: object
) -> None:
    assert results_of(folder, **cells) == results
