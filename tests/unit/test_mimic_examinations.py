"""Examinations that were performed answer an order of their modality; no report ever comes."""

from __future__ import annotations

from pathlib import Path

import pytest

from client.gateway.mimic.examinations import TABLE
from domain.tasks import TaskState
from tests.mimic_folder import TinyFolder, aside, at, played

CHEST_XRAY = "225459"
EKG = "225402"
GAUGE = "224275"


@pytest.fixture
def folder(tmp_path: Path) -> TinyFolder:
    return TinyFolder(tmp_path)


def test_a_performed_examination_stays_open_for_want_of_its_report(folder: TinyFolder) -> None:
    poe = folder.order(1, "Radiology", "07:00", subtype="General Xray")
    folder.procedure(CHEST_XRAY, "08:00")
    found = played(folder.plan())[poe]
    visit = next(iter(found.whole.tasks.values()))
    assert found.case.order.fields == {"exam": "General Xray", "modality": "XR"}
    assert visit.state is TaskState.IN_PROGRESS
    assert not visit.incomplete
    assert (visit.steps["E8"].at, visit.steps["E9"].result) == (at("08:00"), "complete")
    assert "E12" not in found.case.order.not_recorded


def test_each_order_is_answered_once_the_latest_first(folder: TinyFolder) -> None:
    first = folder.order(1, "Radiology", "07:00", subtype="General Xray")
    second = folder.order(2, "Radiology", "07:30", subtype="General Xray")
    folder.procedure(CHEST_XRAY, "08:00", "11")
    folder.procedure(CHEST_XRAY, "09:00", "12")
    folder.procedure(CHEST_XRAY, "10:00", "13")
    plan = folder.plan()
    found = played(plan)
    starts = {
        poe: [task.steps["E8"].at for task in found[poe].whole.tasks.values()]
        for poe in (first, second)
    }
    assert starts == {first: [at("09:00")], second: [at("08:00")]}
    assert aside(plan, TABLE) == {"no order of that modality from 1 h after to 72 h before": 1}


def test_modality_and_time_must_fit(folder: TinyFolder) -> None:
    folder.order(1, "Radiology", "09:30", subtype="General Xray")
    folder.order(2, "Cardiology", "07:00", subtype="Holter Monitor")
    folder.procedure(CHEST_XRAY, "08:29", "11")
    folder.procedure(EKG, "08:00", "12")
    folder.procedure(GAUGE, "08:00", "13")
    plan = folder.plan()
    assert aside(plan, TABLE) == {
        "no order of that modality from 1 h after to 72 h before": 2,
        "no examination": 1,
    }
    assert plan.accounts.of(TABLE).taken == 0
