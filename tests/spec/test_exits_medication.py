"""How a dose ends otherwise: table 2.2, decisions 19 and 52."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.spec.exit_rows import Child, Exit, Return, Table
from tests.spec.exit_table import CHILDREN, EXITS, RETURNS, is_whole

if TYPE_CHECKING:
    from collections.abc import Callable

TITLE = "Exits, returns and sub-loops of the medication loop"
TABLE = Table(
    "medication",
    exits=(
        Exit("MX04", "not_available", "RPH", at="M5", fields="reason alternative? told_to"),
        Exit("MX06", "not_available", "RN RPH", at="M8", fields="reason told_to?"),
        Exit("MX07", "refused", "RN", at="M10 M11", fields="reason education?", still="M18"),
        Exit("MX08", "held", "RN PHY", at="M10 M11", fields="reason parameter?", still="M18"),
        Exit(
            "MX09",
            "missed",
            "NIC",
            at="M10 M11",
            not_before=("window_end", 0),
            fields="reason catch_up incident_no",
            still="M18",
        ),
        Exit(
            "MX10",
            "completed_partial",
            "RN",
            on="M13:partial",
            given="infusion effect_required",
            fields="reason",
            still="M14",
        ),
        Exit(
            "MX11",
            "stopped_reaction",
            "RN",
            on="M13:stopped_reaction",
            given="infusion",
            fields="reason",
        ),
        Exit(
            "MX12",
            "patient_absent",
            "RN",
            at="M10",
            not_before=("window_end", 0),
            fields="reason whereabouts?",
            still="M18",
        ),
        Exit(
            "MX21",
            "lapsed",
            "SYS",
            at="M10",
            voids=True,
            not_before=("M1", 720),
            when="order.order_class=SOS",
        ),
        Exit("MX23", "not_given", "SYS", at="M10 M11", sources="import interface"),
    ),
    returns=(
        Return(
            "MX01",
            "M2:returned",
            undo="M2",
            asks="PHY",
            answers="replace cancel",
            within=(5, 15, 60),
        ),
        Return(
            "MX02",
            "M3:intervened",
            undo="M3",
            asks="PHY",
            answers="replace insist cancel",
            second="RPH",
            within=(15, 30, 120),
            rule="M-02",
        ),
        Return(
            "MX03",
            "M3:returned",
            undo="M3",
            asks="PHY",
            answers="replace insist cancel",
            second="RPH",
            within=(15, 30, 120),
            rule="M-02",
        ),
        Return(
            "MX05",
            "M4:positive",
            holds=True,
            asks="PHY",
            answers="replace cancel discontinue",
            within=(15, 30, 120),
        ),
        Return("MX06", "M8.shortage", undo="M5 M6 M7 M8"),
        Return(
            "MX11h",
            "M13:stopped_reaction",
            given="infusion",
            holds=True,
            asks="PHY",
            answers="replace release discontinue",
            within=(15, 30, 120),
        ),
    ),
    children=(
        Child(
            "MX17",
            "exit:refused|held|missed|patient_absent cancel discontinue",
            "medication_return",
            when="M6",
            blocks="M16",
        ),
        Child(
            "MX11",
            "M12.reaction M13:stopped_reaction M14.reaction",
            "adverse_reaction",
            given="infusion",
            by="RN PHY",
            blocks="M16",
        ),
        Child(
            "MX24",
            "M11",
            "patch_removal",
            when="patch",
            given="infusion",
            blocks="M16",
            due="remove_at worn_minutes",
        ),
    ),
)
HELD = pytest.mark.rows(
    "MX04",
    "MX06",
    "MX07",
    "MX08",
    "MX09",
    "MX10",
    "MX11",
    "MX12",
    "MX21",
    "MX23",
    "MX01",
    "MX02",
    "MX03",
    "MX05",
    "MX11h",
    "MX17",
    "MX24",
)


def test_the_table_is_whole() -> None:
    is_whole(TABLE, HELD.args)


@HELD
@pytest.mark.parametrize("question", EXITS, ids=lambda one: one.__name__)
@pytest.mark.parametrize("row", TABLE.exits, ids=lambda row: row.code)
def test_the_exit(row: Exit, question: Callable[[str, Exit], None]) -> None:
    question(TABLE.loop, row)


@HELD
@pytest.mark.parametrize("question", RETURNS, ids=lambda one: one.__name__)
@pytest.mark.parametrize("row", TABLE.returns, ids=lambda row: row.code)
def test_the_return(row: Return, question: Callable[[str, Return], None]) -> None:
    question(TABLE.loop, row)


@HELD
@pytest.mark.parametrize("question", CHILDREN, ids=lambda one: one.__name__)
@pytest.mark.parametrize("row", TABLE.children, ids=lambda row: row.code)
def test_what_it_opens(row: Child, question: Callable[[str, Child], None]) -> None:
    question(TABLE.loop, row)
