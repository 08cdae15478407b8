"""How a visit ends otherwise: table 3.2."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.spec.exit_rows import Child, Exit, Return, Table
from tests.spec.exit_table import CHILDREN, EXITS, RETURNS, is_whole

if TYPE_CHECKING:
    from collections.abc import Callable

TITLE = "Exits, returns and sub-loops of the examination loop"
TABLE = Table(
    "examination",
    exits=(
        Exit("EX03", "rescheduled", "RAD RN", at="E7 E8", voids=True, when="E3", fields="reason"),
        Exit(
            "EX04",
            "no_show",
            "RAD",
            at="E7",
            when="E3",
            fields="reason",
            not_before=("E3.slot", 30),
        ),
        Exit(
            "EX05",
            "refused",
            "RN PHY",
            at="E4 E5 E6 E7 E8",
            given="order.consent_required order.checklist",
            fields="reason form_id? told_to",
        ),
        Exit(
            "EX08", "completed_partial", "RAD", on="E9:partial", fields="reason", still="E6 E10 E12"
        ),
        Exit(
            "EX09",
            "stopped_reaction",
            "RAD",
            on="E9:stopped_reaction",
            fields="reason",
            still="E6 E10 E12",
        ),
    ),
    returns=(
        Return(
            "EX01",
            "E2:returned",
            undo="E2",
            asks="PHY",
            answers="replace cancel",
            within=(5, 15, 60),
        ),
        Return(
            "EX01b",
            "E3:returned",
            undo="E3",
            asks="PHY",
            answers="replace cancel",
            within=(15, 60, 240),
        ),
        Return("EX04", "exit:no_show", asks="PHY", answers="again enough", within=(60, 240, 1440)),
        Return("EX06", "E5:not_ready E7:not_ready", given="order.checklist", undo="E5 E7"),
        Return(
            "EX07",
            "E5:safety_stop E8:safety_stop",
            given="order.checklist",
            undo="E5 E8",
            asks="RADV",
            answers="proceed replace cancel",
            second="PHY",
            within=(15, 30, 60),
            rule="E-02",
        ),
    ),
    children=(
        Child("EX03", "exit:rescheduled", "task"),
        Child(
            "EX09",
            "E9:stopped_reaction E9.reaction E10.reaction",
            "adverse_reaction",
            by="RN RAD PHY",
            blocks="E14",
        ),
        Child("EX10", "E9.repeat_needed E12.repeat_needed", "task", blocks="E14"),
        Child("EX16", "E11.critical E12.critical", "critical_value", blocks="E14"),
    ),
)
HELD = pytest.mark.rows(
    "EX03",
    "EX04",
    "EX05",
    "EX08",
    "EX09",
    "EX01",
    "EX01b",
    "EX06",
    "EX07",
    "EX10",
    "EX16",
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
