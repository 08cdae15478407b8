"""Blood: one bag is one task, with or without an order of its component."""

from __future__ import annotations

from pathlib import Path

import pytest

from client.gateway.mimic.transfusions import DICTIONARY, TABLE
from domain.orders import OrderState
from domain.tasks import TaskState
from tests.mimic_folder import TinyFolder, aside, at, played

RED_CELLS = "Red Cell Product Order"


@pytest.fixture
def folder(tmp_path: Path) -> TinyFolder:
    return TinyFolder(tmp_path)


def test_a_bag_that_was_ordered_runs_to_its_end(folder: TinyFolder) -> None:
    poe = folder.order(1, "Blood Bank", "07:00", subtype=RED_CELLS)
    folder.unit("77", "08:00", "10:00")
    found = played(folder.plan())[poe]
    unit = next(iter(found.whole.tasks.values()))
    assert found.case.order.fields == {"component": "red_cells"}
    assert unit.state is TaskState.CLOSED
    assert (unit.steps["T15"].at, unit.steps["T18"].at) == (at("08:00"), at("10:00"))
    assert unit.steps["T18"].evidence["volume"] == {"value": "350", "unit": "mL"}


def test_a_change_of_rate_is_a_round_of_the_same_bag(folder: TinyFolder) -> None:
    poe = folder.order(1, "Blood Bank", "07:00", subtype=RED_CELLS)
    folder.unit("77", "09:00", "10:00", row="78")
    folder.unit("77", "08:00", "09:00")
    plan = folder.plan()
    units = played(plan)[poe].whole.tasks
    assert len(units) == 1
    unit = next(iter(units.values()))
    assert (unit.steps["T17"].at, unit.steps["T18"].at) == (at("09:00"), at("10:00"))
    assert plan.accounts.of(TABLE).taken == 2


def test_a_bag_that_nobody_ordered_is_a_gap_until_it_is_ordered_in_writing(
    folder: TinyFolder,
) -> None:
    folder.order(1, "Blood Bank", "07:00", subtype="Platelet Product Order")
    folder.unit("77", "08:00", "10:00")
    found = played(folder.plan())
    made = found["inputevents/77"]
    unit = next(iter(made.whole.tasks.values()))
    assert made.case.order.state is OrderState.VERBAL
    assert unit.state is TaskState.IN_PROGRESS
    assert "T3" in unit.gaps
    assert not found["1-1"].whole.tasks


@pytest.mark.parametrize(("clock", "ordered"), [("08:00", True), ("07:59", False)])
def test_an_order_covers_a_day(folder: TinyFolder, clock: str, *, ordered: bool) -> None:
    poe = folder.order(1, "Blood Bank", clock, subtype=RED_CELLS)
    folder.unit("77", "08:00", "10:00")
    folder.rows[TABLE][0]["starttime"] = "2150-05-02 08:00:00"
    folder.rows[TABLE][0]["endtime"] = "2150-05-02 10:00:00"
    assert bool(played(folder.plan())[poe].whole.tasks) is ordered


def test_what_only_looks_like_blood_is_set_aside_by_name(folder: TinyFolder) -> None:
    for item, label, category in (
        ("220864", "Albumin 5%", "Blood Products/Colloids"),
        ("226368", "OR Packed RBC Intake", "Blood Products/Colloids"),
        ("225158", "NaCl 0.9%", "Fluids/Intake"),
    ):
        folder.add(DICTIONARY, itemid=item, label=label, category=category)
        folder.unit(item, "08:00", "10:00", item=item)
    folder.unit("1", "08:00", "10:00", item="999")
    folder.unit("2", "08:00", "10:00")
    folder.rows[TABLE][-1]["hadm_id"] = "21"
    plan = folder.plan()
    assert aside(plan, TABLE) == {
        "Albumin 5%: no blood unit": 1,
        "OR Packed RBC Intake: no blood unit": 1,
        "flow sheet: Fluids/Intake": 1,
        "item without a name": 1,
        "no admission": 1,
    }
    assert not played(plan)
