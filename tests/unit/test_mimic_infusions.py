"""Infusions: a run from its start to its stop, and what the source did not record of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from client.gateway.mimic.charting import EMAR
from domain.tasks import Task, TaskState
from tests.mimic_folder import TinyFolder, at, played

INFUSION = "IV Infusion"


@pytest.fixture
def folder(tmp_path: Path) -> TinyFolder:
    return TinyFolder(tmp_path)


def runs(folder: TinyFolder, poe: str, *rows: tuple[str, str], kind: str = INFUSION) -> list[Task]:
    for event, clock in rows:
        folder.chart(poe, event, clock, due=clock, kind=kind)
    plan = folder.plan()
    found = played(plan)[poe]
    assert plan.accounts.of(EMAR).taken == len(rows)
    assert not found.refused
    return sorted(found.whole.tasks.values(), key=lambda task: task.made_at)


def test_a_run_from_start_to_stop_is_closed(folder: TinyFolder) -> None:
    poe = folder.drug()
    rows = (("Started", "08:00"), ("Confirmed", "12:00"), ("Stopped As Directed", "16:00"))
    run = runs(folder, poe, *rows)[0]
    assert run.state is TaskState.CLOSED
    assert (run.steps["M11"].at, run.steps["M12"].at, run.steps["M13"].at) == (
        at("08:00"),
        at("12:00"),
        at("16:00"),
    )


def test_a_run_without_its_stop_is_running(folder: TinyFolder) -> None:
    poe = folder.drug()
    run = runs(folder, poe, ("Started", "08:00"), ("Rate Change", "09:00"))[0]
    assert run.state is TaskState.IN_PROGRESS
    assert not run.incomplete


def test_a_run_whose_start_is_missing_is_a_gap_even_after_its_stop(folder: TinyFolder) -> None:
    poe = folder.drug()
    run = runs(folder, poe, ("Confirmed", "12:00"), ("Stopped", "16:00"))[0]
    assert run.state is TaskState.IN_PROGRESS
    assert run.gaps == {"M11"}


def test_a_start_charted_late_fills_its_own_gap(folder: TinyFolder) -> None:
    poe = folder.drug()
    rows = (("Confirmed", "08:00"), ("Started", "08:00"), ("Stopped", "16:00"))
    found = runs(folder, poe, *rows)
    assert [run.state for run in found] == [TaskState.CLOSED]


def test_after_a_stop_the_next_row_opens_another_run(folder: TinyFolder) -> None:
    poe = folder.drug()
    rows = (("Started", "08:00"), ("Stopped - Unscheduled", "09:00"), ("Restarted", "10:00"))
    first, second = runs(folder, poe, *rows)
    assert first.state is TaskState.CLOSED
    assert second.state is TaskState.IN_PROGRESS
    assert second.gaps == {"M11"}


def test_a_second_start_without_a_stop_is_another_run(folder: TinyFolder) -> None:
    poe = folder.drug()
    found = runs(folder, poe, ("Started", "08:00"), ("Started", "12:00"), ("Stopped", "16:00"))
    assert [run.state for run in found] == [TaskState.IN_PROGRESS, TaskState.CLOSED]


def test_a_pump_that_is_assessed_is_a_round(folder: TinyFolder) -> None:
    poe = folder.drug()
    run = runs(folder, poe, ("Started", "08:00"), ("Assessed", "12:00"), kind="PCA")[0]
    assert "M12" in run.steps


def test_a_stopped_order_voids_no_run_that_had_begun(folder: TinyFolder) -> None:
    poe = folder.drug()
    folder.order(7, "Medications", "14:00", does="D/C", ends=poe)
    run = runs(folder, poe, ("Confirmed", "12:00"))[0]
    assert run.state is TaskState.IN_PROGRESS
