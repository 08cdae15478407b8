"""How a unit ends otherwise: table 6.2."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.spec.exit_rows import Child, Exit, Return, Table
from tests.spec.exit_table import CHILDREN, EXITS, RETURNS, is_whole

if TYPE_CHECKING:
    from collections.abc import Callable

TITLE = "Exits, returns and sub-loops of the transfusion loop"
TABLE = Table(
    "transfusion",
    exits=(
        Exit("TX02", "refused", "PHY", at="T11 T14 T15", fields="reason form_id disposition?"),
        Exit(
            "TX08",
            "returned",
            "RN BB",
            at="T12 T14 T15",
            witness="RN BB",
            when="T11",
            fields="reason disposition",
            intl_fields="reason disposition box_temperature appearance",
        ),
        Exit("TX09", "wasted", "RN BB", at="T11 T12 T14 T15", witness="RN BB PHY", fields="reason"),
        Exit(
            "TX12",
            "completed_partial",
            "RN",
            on="T18:time_limit",
            fields="reason",
            still="T19 T20 T20b",
        ),
        Exit(
            "TX13",
            "stopped_reaction",
            "RN",
            on="T18:stopped_reaction",
            fields="reason",
            still="T19 T20 T20b",
        ),
        Exit(
            "TX15",
            "completed_partial",
            "RN",
            on="T18:partial",
            fields="reason",
            still="T19 T20 T20b",
        ),
        Exit("TX17", "lapsed", "SYS", at="T11", voids=True, when="T10", not_before=("T10", 4320)),
        Exit(
            "TX18",
            "bag_missing",
            "NIC",
            at="T20 T20b",
            when="T18",
            not_before=("T18", 1440),
            fields="reason incident_no",
            still="T19",
        ),
    ),
    returns=(
        Return(
            "TX01",
            "T4:returned T4b:returned T4c:returned",
            given="order.approval_level=affairs",
            undo="T4 T4b T4c",
            asks="PHY",
            answers="replace cancel",
            within=(15, 60, 240),
        ),
        Return(
            "TX01b",
            "T5:returned",
            undo="T5",
            asks="PHY",
            answers="replace cancel",
            within=(5, 15, 60),
        ),
        Return(
            "TX01c",
            "T7:returned",
            undo="T7",
            asks="PHY",
            answers="replace cancel",
            within=(15, 60, 240),
        ),
        Return("TX02", "T2:refused", undo="T2", when="!order.emergency"),
        Return("TX03", "T7:rejected", undo="T6 T7"),
        Return("TX04", "T8:discrepancy", undo="T6 T7 T8"),
        Return("TX05", "T10:incompatible", undo="T10"),
        Return("TX08", "exit:returned", asks="PHY", answers="again enough", within=(30, 120, 1440)),
        Return("TX09", "exit:wasted", asks="PHY", answers="again enough", within=(30, 120, 1440)),
        Return("TX17", "exit:lapsed", asks="PHY", answers="again enough", within=(30, 120, 1440)),
    ),
    children=(
        Child(
            "TX13",
            "T16.reaction T17.reaction T18:stopped_reaction T19.reaction",
            "transfusion_reaction",
            by="RN PHY",
            blocks="T22",
        ),
    ),
)
HELD = pytest.mark.rows(
    "TX02",
    "TX08",
    "TX09",
    "TX12",
    "TX13",
    "TX15",
    "TX17",
    "TX18",
    "TX01",
    "TX01b",
    "TX01c",
    "TX03",
    "TX04",
    "TX05",
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
