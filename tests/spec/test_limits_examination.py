"""Limits of the examination loop: table 3.3, with those that the engine's trial added."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.spec.limit_table import QUESTIONS, Limit, is_whole, same

if TYPE_CHECKING:
    from collections.abc import Callable

TITLE = "Limits of the examination loop"
TABLE = (
    Limit("TE01", "E1", "E2", (5, 15, 60)),
    Limit("TE02", "E1 opened", "E3", (10, 60, 240), rule="E-01"),
    Limit(
        "TE03",
        "E1 opened",
        "E8",
        (30, 240, 48 * 60),
        when="!scheduled",
        per="order.modality",
        cases={"XR": (30, 240, 48 * 60), "CT": (30, 240, 72 * 60), "MR": (30, 240, 72 * 60)},
    ),
    Limit(
        "TE03b",
        "E1 opened",
        "E8",
        (10, None, None),
        when="order.modality=ECG order.bedside !scheduled",
    ),
    Limit("TE03r", "due", "E8", (30, 60, 240), when="scheduled"),
    Limit("TE03s", "opened", "E8", (1440, 2880, 20160), when="scheduled"),
    Limit("TE04", "E3.slot", "E7", (10, 15, 30), rule="E-04"),
    Limit("TE05", "E7", "E8", (10, 30, 60), rule="E-05"),
    Limit("TE06", "E9", "E10", (30, 60, 60)),
    Limit(
        "TE07",
        "E9",
        "E12",
        (30, 60, 120),
        when="!order.modality=CT|MR|US|ECG !order.special_reading",
        rule="E-06",
    ),
    Limit(
        "TE08",
        "E9",
        "E12",
        (60, 240, 360),
        when="order.modality=CT|MR !order.special_reading",
        rule="E-06",
    ),
    Limit(
        "TE08h",
        "E9",
        "E12",
        (30, None, None),
        when="order.modality=CT order.body_part=HEAD !order.special_reading",
        rule="E-06",
    ),
    Limit(
        "TE09",
        "E9",
        "E12",
        same(30),
        when="order.modality=US|ECG !order.special_reading",
        rule="E-06",
    ),
    Limit("TE10", "E9", "E12", (240, 1440, 1440), when="order.special_reading", rule="E-06"),
    Limit("TE11", "E12", "E13", (15, 60, 720), rule="E-10"),
    Limit("TE11p", "E11", "E13", (15, 60, 720), rule="E-10"),
    Limit("TE12", "E12", "E14", (30, 120, 1440)),
    Limit(
        "TE13",
        "E5.egfr_at",
        "E8",
        (24 * 60, 7 * 1440, 30 * 1440),
        when="order.contrast order.checklist",
        rule="E-02",
    ),
    Limit("TE14", "E9", "E10", window=(30, 60), when="order.contrast !order.priority=STAT"),
    Limit("TE14s", "E9", "E10", window=(15, 30), when="order.contrast order.priority=STAT"),
    Limit("TE15", "tasks:ended", "E14", (240, 1440, 1440)),
    Limit(
        "TE16",
        "E3.slot",
        "E5",
        window=(-4320, -120),
        when="!order.priority=STAT|URGENT",
        rule="E-03",
    ),
    Limit("TE16u", "E3", "E5", (10, 60, None), rule="E-03"),
    Limit("TE17", "E8:started", "E9", (60, 90, 120)),
    Limit("TE18", "E6", "E7", (15, 30, 60), when="!order.bedside", rule="E-04"),
    Limit("TE19", "held", "release", same(1440)),
    Limit("TE20", "E1 opened", "E4", (30, 240, 2880), when="!scheduled", rule="E-03"),
    Limit("TE20r", "due", "E4", same(0), when="scheduled", rule="E-03"),
    Limit("TE21", "opened", "E1", same(360), rule="X-02"),
)
HELD = pytest.mark.rows(
    "TE01",
    "TE02",
    "TE03",
    "TE03b",
    "TE03r",
    "TE03s",
    "TE04",
    "TE05",
    "TE06",
    "TE07",
    "TE08",
    "TE08h",
    "TE09",
    "TE10",
    "TE11",
    "TE11p",
    "TE12",
    "TE13",
    "TE14",
    "TE14s",
    "TE15",
    "TE16",
    "TE16u",
    "TE17",
    "TE18",
    "TE19",
    "TE20",
    "TE20r",
    "TE21",
)


def test_the_table_is_whole() -> None:
    is_whole("examination", TABLE, HELD.args)


@HELD
@pytest.mark.parametrize("question", QUESTIONS, ids=lambda one: one.__name__)
@pytest.mark.parametrize("row", TABLE, ids=lambda row: row.id)
def test_the_limit(row: Limit, question: Callable[[str, Limit], None]) -> None:
    question("examination", row)
