"""Limits of the laboratory loop: tables 4.3 and 4.4, with those that the trial added."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.spec.limit_table import QUESTIONS, Limit, is_whole, same

if TYPE_CHECKING:
    from collections.abc import Callable

IN_HOUSE = "!order.point_of_care !L7:sent_out"

TITLE = "Limits of the laboratory loop"
TABLE = (
    Limit("TL01", "L1", "L2", (5, 15, 60)),
    Limit("TL02", "L1 opened", "L4", (15, 60, 1440), when="!scheduled !recollection", rule="L-01"),
    Limit(
        "TL02d",
        "due",
        "L4",
        (15, 60, 60),
        when="!order.timing=timed|trough|peak|curve !recollection",
        rule="L-01",
    ),
    Limit("TL02s", "opened", "L4", (1440, 2880, 20160), when="scheduled", rule="L-01"),
    Limit(
        "TL03",
        "due",
        "L4",
        window=(-15, 15),
        when="order.timing=timed|curve !recollection",
        rule="L-01",
    ),
    Limit(
        "TL03t",
        "due",
        "L4",
        window=(-30, 0),
        when="order.timing=trough !recollection",
        rule="L-01",
    ),
    Limit(
        "TL03p",
        "due",
        "L4",
        window=(30, 60),
        when="order.timing=peak !recollection",
        rule="L-01",
    ),
    Limit(
        "TL04",
        "L4",
        "L6",
        per="task.specimen_class",
        cases={
            "blood_gas": same(15),
            "serum_labile": same(30),
            "serum": (30, 60, 120),
            "plasma": (30, 60, 240),
            "whole_blood": (30, 60, 480),
            "urine": (30, 60, 120),
            "stool": (30, 60, 120),
            "fluid": (30, 60, 60),
            "culture": (30, 60, 120),
            "molecular": (30, 60, 240),
            "unheard_of": (30, 60, 120),
        },
        rule="L-02",
    ),
    Limit("TL05", "L4", "L5", (10, 30, 60), rule="L-02"),
    Limit(
        "TL06",
        "L6",
        "L9",
        (30, 60, 60),
        when=f"!task.test_class=chemistry|cardiac|blood_gas|special|culture {IN_HOUSE}",
        rule="L-03",
    ),
    Limit(
        "TL07",
        "L6",
        "L9",
        (60, 120, 240),
        when=f"task.test_class=chemistry {IN_HOUSE}",
        rule="L-03",
    ),
    Limit(
        "TL08",
        "L6",
        "L9",
        (60, 120, 240),
        when=f"task.test_class=cardiac {IN_HOUSE}",
        rule="L-03",
    ),
    Limit(
        "TL09",
        "L6",
        "L9",
        same(60),
        when=f"task.test_class=blood_gas {IN_HOUSE}",
        rule="L-03",
    ),
    Limit("TL09p", "L4", "L9", (15, 30, 30), when="order.point_of_care", rule="L-03"),
    Limit(
        "TL10",
        "L6",
        "L9",
        (180, 1440, 2880),
        when=f"task.test_class=special {IN_HOUSE}",
        rule="L-03",
    ),
    Limit(
        "TL11",
        "L6",
        "L9p",
        same(1440),
        when="task.test_class=culture !L7:sent_out",
        rule="L-03",
    ),
    Limit(
        "TL11f",
        "L6",
        "L9",
        same(5 * 1440),
        when=f"task.test_class=culture {IN_HOUSE}",
        rule="L-03",
    ),
    Limit("TL12", "L6:rejected", "L6b", (5, 15, 30), rule="L-05"),
    Limit("TL12r", "opened", "L4", (15, 30, 120), when="recollection", rule="L-05"),
    Limit("TL13", "L9", "L10", (15, 60, 720), rule="L-12"),
    Limit("TL13p", "L9p", "L10", (15, 60, 720), when="!order.point_of_care", rule="L-12"),
    Limit("TL14", "L9", "L11", (30, 120, 1440)),
    Limit(
        "TL15",
        "L7.expected_at",
        "L9",
        (60, 240, 1440),
        when="L7:sent_out !order.point_of_care",
        rule="L-03",
    ),
    Limit(
        "TL15s",
        "L7:sent_out",
        "L9",
        (4320, 10080, 20160),
        when="L7:sent_out !order.point_of_care",
        rule="L-03",
    ),
    Limit("TL16", "tasks:ended", "L11", (240, 1440, 1440)),
    Limit("TL17", "held", "release", same(1440)),
    Limit("TL18", "opened", "L1", same(360), rule="X-02"),
)
HELD = pytest.mark.rows(
    "TL01",
    "TL02",
    "TL02d",
    "TL02s",
    "TL03",
    "TL03t",
    "TL03p",
    "TL04",
    "TL05",
    "TL06",
    "TL07",
    "TL08",
    "TL09",
    "TL09p",
    "TL10",
    "TL11",
    "TL11f",
    "TL12",
    "TL12r",
    "TL13",
    "TL13p",
    "TL14",
    "TL15",
    "TL15s",
    "TL16",
    "TL17",
    "TL18",
)


def test_the_table_is_whole() -> None:
    is_whole("test", TABLE, HELD.args)


@HELD
@pytest.mark.parametrize("question", QUESTIONS, ids=lambda one: one.__name__)
@pytest.mark.parametrize("row", TABLE, ids=lambda row: row.id)
def test_the_limit(row: Limit, question: Callable[[str, Limit], None]) -> None:
    question("test", row)
