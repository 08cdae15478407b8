"""Limits of the sub-loops: tables 2.6, 2.7, 5.2 and 6.3, those of the trial and record 0017."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.spec.limit_table import QUESTIONS, Limit, is_whole, same

if TYPE_CHECKING:
    from collections.abc import Callable

TITLE = "Limits of the sub-loops"
TABLES = {
    "medication_return": (
        Limit("TQ1", "opened", "Q1", same(1440)),
        Limit("TQ1c", "opened", "Q1c", same(8 * 60)),
        Limit("TQ2", "Q1:sent", "Q2", (60, 240, 240), when="!controlled"),
        Limit("TQ2c", "Q1c:sent", "Q2", (60, 240, 240), when="controlled"),
    ),
    "adverse_reaction": (
        Limit("TA1", "A1:by_staff", "A2", (5, 5, 15)),
        Limit("TA2", "A2", "A3", (10, 30, 60), when="A1:by_staff"),
        Limit("TA2p", "A1:by_physician", "A3", (10, 30, 60), when="A1:by_physician"),
        Limit("TA3", "A3", "A4", same(1440)),
        Limit("TA3s", "A3:severe", "A4", same(15), when="A3:severe"),
        Limit("TA4", "A4", "A5", same(7 * 1440)),
        Limit("TA5", "opened", "A1", (5, 5, 15)),
    ),
    "critical_value": (
        Limit("TC01", "C1", "C3", same(10), rule="L-06"),
        Limit("TC02", "C3", "C4", same(5), rule="L-07"),
        Limit("TC03", "C4:by_nurse", "C5", same(10), rule="L-08"),
        Limit("TC03p", "C4:by_physician", "C6", same(10), when="C4:by_physician", rule="L-09"),
        Limit("TC04", "C1", "C6", same(30), rule="L-09"),
        Limit("TC05", "C6", "C7", same(30), rule="L-09"),
        Limit("TC06", "C7", "C8", same(360)),
        Limit(
            "TC07",
            "C7",
            "C9",
            per="task.critical_item",
            cases={
                "K": same(120),
                "GLU": same(30),
                "HB": same(240),
                "TROP": same(180),
                "unheard_of": same(120),
            },
            rule="L-10",
        ),
        Limit("TC08", "opened", "C1", same(5), rule="L-06"),
    ),
    "patch_removal": (
        Limit("TP1", "due", "P1", same(60)),
        Limit("TP2", "stop", "P1", same(60)),
        Limit("TP3", "P1:removed", "P2", same(30), when="controlled"),
    ),
    "transfusion_reaction": (
        Limit("TR01", "opened", "R1", same(1), rule="T-13"),
        Limit("TR02", "R1", "R2", same(1), rule="T-13"),
        Limit("TR03", "R1", "R3", same(5), rule="T-13"),
        Limit("TR04", "R1", "R4", same(5), rule="T-13"),
        Limit("TR05", "R1", "R5", same(10), rule="T-13"),
        Limit("TR06", "R5", "R5v", same(15), rule="T-13"),
        Limit("TR06r", "R5v:unstable", "R5v", same(15), until="R5v:stable", rule="T-13"),
        Limit("TR07", "R1", "R6", same(30), rule="T-13"),
        Limit("TR08", "R6", "R7", same(1440)),
        Limit("TR09", "R1", "R8", same(1440)),
        Limit("TR10", "R1", "R9", same(7 * 1440)),
    ),
}
HELD = pytest.mark.rows(
    "TQ1",
    "TQ1c",
    "TQ2",
    "TQ2c",
    "TA1",
    "TA2",
    "TA2p",
    "TA3",
    "TA3s",
    "TA4",
    "TA5",
    "TC01",
    "TC02",
    "TC03",
    "TC03p",
    "TC04",
    "TC05",
    "TC06",
    "TC07",
    "TC08",
    "TP1",
    "TP2",
    "TP3",
    "TR01",
    "TR02",
    "TR03",
    "TR04",
    "TR05",
    "TR06",
    "TR06r",
    "TR07",
    "TR08",
    "TR09",
    "TR10",
)
ROWS = [pytest.param(loop, row, id=row.id) for loop, table in TABLES.items() for row in table]


@pytest.mark.parametrize("loop", TABLES)
def test_the_table_is_whole(loop: str) -> None:
    is_whole(loop, TABLES[loop], HELD.args)


@HELD
@pytest.mark.parametrize("question", QUESTIONS, ids=lambda one: one.__name__)
@pytest.mark.parametrize(("loop", "row"), ROWS)
def test_the_limit(loop: str, row: Limit, question: Callable[[str, Limit], None]) -> None:
    question(loop, row)
