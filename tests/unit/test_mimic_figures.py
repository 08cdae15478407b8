"""The figures about the source: on the edges, where a minute decides."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.mimic_folder import TinyFolder


@pytest.fixture
def folder(tmp_path: Path) -> TinyFolder:
    return TinyFolder(tmp_path)


def test_late_and_early_are_more_than_an_hour(folder: TinyFolder) -> None:
    poe = folder.drug()
    for clock in ("09:00", "09:01", "07:00", "06:59"):
        folder.chart(poe, "Administered", clock)
    folder.chart(poe, "Administered", "09:30", due="")
    folder.chart(poe, "Delayed Administered", "11:00")
    assert folder.plan().timeliness == {
        "administered_with_schedule": 4,
        "late_over_60": 1,
        "early_over_60": 1,
    }


def test_doses_before_their_order_and_after_its_end(folder: TinyFolder) -> None:
    stopped = folder.order(1, "Medications", "10:00", ended_by="1-2")
    folder.order(2, "Medications", "12:00", does="D/C", ends=stopped)
    replaced = folder.order(3, "Medications", "10:00", ended_by="1-4")
    folder.order(4, "Medications", "12:00", does="Change", ends=replaced)
    folder.chart(stopped, "Administered", "09:59")
    folder.chart(stopped, "Partial Administered", "08:59")
    folder.chart(stopped, "Administered Bolus from IV Drip", "12:00")
    folder.chart(stopped, "Administered", "12:01")
    folder.chart(replaced, "Administered", "12:01")
    folder.chart(stopped, "Flushed", "12:01")
    folder.chart("1-99", "Administered", "12:01")
    found = folder.plan().violations
    assert {name: found[name] for name in list(found)[:4]} == {
        "given_rows_joined": 5,
        "given_before_ordered": 2,
        "given_before_ordered_over_60": 1,
        "given_after_discontinued": 1,
    }


def test_red_cells_against_orders_and_the_clock(folder: TinyFolder) -> None:
    folder.order(1, "Blood Bank", "08:00", subtype="Red Cell Product Order")
    folder.unit("77", "07:00", "11:00")
    folder.unit("78", "08:00", "12:01")
    folder.unit("78", "12:01", "12:30", row="79")
    folder.unit("80", "08:00", "23:00", item="225170")
    found = folder.plan().violations
    assert {name: found[name] for name in list(found)[4:]} == {
        "red_cell_transfusions": 3,
        "red_cell_runs": 2,
        "red_cells_without_order_24h": 1,
        "red_cells_over_4h": 1,
    }
