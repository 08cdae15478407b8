"""How a sub-loop ends otherwise: tables 2.6 and 5.2, record 0017. The others have no exit."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.spec.exit_rows import Exit, Table
from tests.spec.exit_table import EXITS, is_whole

if TYPE_CHECKING:
    from collections.abc import Callable

TITLE = "Exits of the sub-loops"
TABLES = (
    Table(
        "medication_return",
        exits=(Exit("QX01", "wasted", "RN", on="Q1:wasted Q1c:wasted", fields="reason"),),
    ),
    Table(
        "critical_value",
        exits=(
            Exit("CX01", "cancelled", "LAB RADV", on="C2:not_confirmed", fields="reason told_to?"),
        ),
    ),
    Table(
        "patch_removal",
        exits=(
            Exit("PX01", "not_found", "RN", on="P1:not_found", fields="reason told_to?"),
            Exit("PX02", "left_on", "RN PHY", at="P1", fields="reason"),
        ),
    ),
    Table("adverse_reaction"),
    Table("transfusion_reaction"),
)
HELD = pytest.mark.rows("QX01", "CX01", "PX01", "PX02")
ROWS = [pytest.param(table.loop, row, id=row.code) for table in TABLES for row in table.exits]


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.loop)
def test_the_table_is_whole(table: Table) -> None:
    is_whole(table, HELD.args)


@HELD
@pytest.mark.parametrize("question", EXITS, ids=lambda one: one.__name__)
@pytest.mark.parametrize(("loop", "row"), ROWS)
def test_the_exit(loop: str, row: Exit, question: Callable[[str, Exit], None]) -> None:
    question(loop, row)
