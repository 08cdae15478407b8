"""How a tube ends otherwise: table 4.2."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.spec.exit_rows import Child, Exit, Return, Table
from tests.spec.exit_table import CHILDREN, EXITS, RETURNS, is_whole

if TYPE_CHECKING:
    from collections.abc import Callable

TITLE = "Exits, returns and sub-loops of the laboratory loop"
TABLE = Table(
    "test",
    exits=(
        Exit("LX02", "refused", "RN", at="L4", fields="reason told_to"),
        Exit("LX04", "missed", "RN", at="L4", when="!order.timing=random", fields="reason told_to"),
        Exit(
            "LX05",
            "rejected_recollect",
            "LAB",
            on="L6:rejected",
            fields="reject_reason",
            still="L6b",
        ),
        Exit("LX07", "missed", "LAB RN", at="L6", fields="reason incident_no"),
        Exit("LX09", "cancelled", "PHY", at="L6 L7 L8", witness="LAB", fields="reason"),
        Exit(
            "LX13",
            "rejected_recollect",
            "LAB",
            at="L7 L8 L9",
            when="!L6:rejected",
            fields="reason incident_no?",
        ),
        Exit("LX15", "not_available", "LAB", at="L7 L8", fields="reason told_to"),
    ),
    returns=(
        Return(
            "LX01",
            "L2:returned",
            undo="L2",
            asks="PHY",
            answers="replace cancel",
            within=(5, 15, 60),
        ),
        Return("LX03", "L4:failed", undo="L4"),
        Return(
            "LX04",
            "exit:missed",
            when="!L4",
            asks="PHY",
            answers="again enough",
            within=(15, 60, 240),
            rule="L-01",
        ),
        Return("LX12", "L8:rerun", undo="L8"),
        Return(
            "LX15", "exit:not_available", asks="PHY", answers="again enough", within=(15, 60, 240)
        ),
    ),
    children=(
        Child(
            "LX05",
            "L6:rejected",
            "task",
            keeps_clock=True,
            sets={"recollection": True, "scheduled": False},
        ),
        Child(
            "LX07",
            "exit:missed",
            "task",
            when="L4",
            keeps_clock=True,
            sets={"recollection": True, "scheduled": False},
        ),
        Child(
            "LX13",
            "exit:rejected_recollect",
            "task",
            when="!L6:rejected",
            keeps_clock=True,
            sets={"recollection": True, "scheduled": False},
        ),
        Child("LX17", "L8.critical L9p.critical L9.critical", "critical_value", blocks="L11"),
    ),
)
HELD = pytest.mark.rows(
    "LX02",
    "LX04",
    "LX05",
    "LX07",
    "LX09",
    "LX13",
    "LX15",
    "LX01",
    "LX03",
    "LX12",
    "LX17",
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
