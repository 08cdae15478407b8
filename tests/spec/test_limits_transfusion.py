"""Limits of the transfusion loop: table 6.4, with those that the engine's trial added."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.spec.limit_table import QUESTIONS, Limit, is_whole, same

if TYPE_CHECKING:
    from collections.abc import Callable

TITLE = "Limits of the transfusion loop"
TABLE = (
    Limit("TT01", "T3", "T4", (15, 60, 240)),
    Limit("TT01b", "T4:approved", "T4b", (15, 60, 240)),
    Limit("TT01c", "T4b:approved", "T4c", (15, 60, 240), when="order.approval_level=affairs"),
    Limit("TT02", "T3", "T5", (5, 15, 60)),
    Limit("TT02b", "T5", "T6", (10, 30, 120), rule="T-02"),
    Limit("TT03", "T6", "T7", (15, 30, 120), rule="T-02"),
    Limit("TT04", "T7 opened", "T10", (60, 60, 240), rule="T-03"),
    Limit("TT04e", "T7 opened", "T10", same(20), when="order.emergency", rule="T-03"),
    Limit("TT04g", "T7", "T8", (15, 60, 240), rule="T-03"),
    Limit(
        "TT04p",
        "T8 opened",
        "T11",
        (60, 240, 1440),
        when="order.component=plasma|platelets|cryoprecipitate",
        rule="T-04",
    ),
    Limit(
        "TT05",
        "T6",
        "T15",
        same(3 * 1440),
        per="order.recent_exposure",
        cases={"yes": same(3 * 1440), "no": same(3 * 1440)},
        intl_cases={"yes": same(3 * 1440), "no": same(7 * 1440)},
        rule="T-02",
    ),
    Limit("TT06", "T10", "T11", same(72 * 60), rule="T-04"),
    Limit("TT07", "T11", "T12", (10, 15, 20), rule="T-05"),
    Limit(
        "TT08",
        "T11",
        "T15",
        same(30),
        per="order.component",
        cases={
            "red_cells": same(30),
            "plasma": same(30),
            "platelets": same(10),
            "cryoprecipitate": same(10),
        },
        rule="T-06",
    ),
    Limit("TT09", "T13", "T15", same(60), rule="T-09"),
    Limit("TT10", "T14", "T15", same(5)),
    Limit("TT11", "T15", "T16", window=(10, 20), rule="T-10"),
    Limit("TT12", "T16", "T17", (15, 30, 30), rule="T-11"),
    Limit("TT12r", "T17", "T17", (15, 30, 30), until="T18", rule="T-11"),
    Limit(
        "TT13",
        "T11",
        "T18",
        same(240),
        per="order.component",
        cases={"red_cells": same(240), "platelets": same(240), "plasma": same(240)},
        intl_cases={"red_cells": same(240), "platelets": same(60), "plasma": same(240)},
        rule="T-12",
    ),
    Limit("TT15", "T18", "T19", same(15), rule="T-14"),
    Limit("TT17", "T18", "T20", same(1440), rule="T-14"),
    Limit("TT17b", "T18", "T20b", same(1440), rule="T-14"),
    Limit("TT18", "tasks:ended", "T21", same(1440), rule="T-15"),
    Limit("TT19", "T21", "T22", same(1440)),
    Limit("TT21", "held", "release", same(1440)),
    Limit("TT22", "T15", "T14b", same(15), rule="T-07"),
    Limit("TT23", "T3", "T9", (30, 240, 1440)),
    Limit("TT24", "T3 opened", "T11e", same(15)),
    Limit("TT25", "T11e", "T11", same(10), when="order.emergency", rule="T-03"),
    Limit("TT26", "T1", "T2", same(360), when="order.emergency"),
    Limit("TT27", "opened", "T3", same(360), rule="X-02"),
)
HELD = pytest.mark.rows(
    "TT01",
    "TT01b",
    "TT01c",
    "TT02",
    "TT02b",
    "TT03",
    "TT04",
    "TT04e",
    "TT04g",
    "TT04p",
    "TT05",
    "TT06",
    "TT07",
    "TT08",
    "TT09",
    "TT10",
    "TT11",
    "TT12",
    "TT12r",
    "TT13",
    "TT15",
    "TT17",
    "TT17b",
    "TT18",
    "TT19",
    "TT21",
    "TT22",
    "TT23",
    "TT24",
    "TT25",
    "TT26",
    "TT27",
)


def test_the_table_is_whole() -> None:
    is_whole("transfusion", TABLE, HELD.args)


@HELD
@pytest.mark.parametrize("question", QUESTIONS, ids=lambda one: one.__name__)
@pytest.mark.parametrize("row", TABLE, ids=lambda row: row.id)
def test_the_limit(row: Limit, question: Callable[[str, Limit], None]) -> None:
    question("transfusion", row)
