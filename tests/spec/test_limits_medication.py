"""Limits of the medication loop: table 2.3, with those that the engine's trial added."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.spec.limit_table import QUESTIONS, Limit, is_whole, same

if TYPE_CHECKING:
    from collections.abc import Callable

TITLE = "Limits of the medication loop"
TABLE = (
    Limit("TM01", "M1", "M2", (5, 15, 60)),
    Limit("TM02", "M1", "M3", (15, 30, 120), rule="M-01"),
    Limit("TM04", "M3", "M6", (None, None, 240), before_due=60, when="first_task", rule="M-03"),
    Limit("TM04s", "M3", "M6", (15, 30, None), when="first_task", rule="M-03"),
    Limit("TM04n", "due", "M6", window=(-2880, -60), when="!first_task", rule="M-03"),
    Limit("TM05", "M6", "M8", (15, 30, 60), rule="M-04"),
    Limit(
        "TM06",
        "M1",
        "M11",
        (15, 120, "due"),
        intl=(60, 120, "due"),
        when="first_task !order.order_class=PRN_LONG|SOS",
        rule="M-05",
    ),
    Limit("TM06n", "due", "M11", (15, 60, 60), when="!first_task", rule="M-05"),
    Limit("TM07", "due", "M11", window=(-30, 30), kind="time_critical", rule="M-06"),
    Limit("TM08", "due", "M11", window=(-120, 120), kind="daily_or_rarer", rule="M-08"),
    Limit("TM09", "due", "M11", window=(-60, 60), kind="up_to_every_4h", rule="M-07"),
    Limit("TM10", "due", "M11", percent=(-25, 25), kind="above_every_4h", rule="M-09"),
    Limit("TM11", "M9", "M11", (30, 60, 60), when="ward_mixed"),
    Limit("TM11v", "M9", "M11", same(240), when="ward_mixed"),
    Limit("TM12", "M10", "M11", same(5)),
    Limit("TM13", "M11", "M12", same(15)),
    Limit(
        "TM13r",
        "M12",
        "M12",
        (15, 30, 60),
        per="task.care_level",
        cases={"I": (15, 30, 60), "II": (15, 30, 120), "III": (15, 30, 180)},
        until="M13",
    ),
    Limit("TM14", "M11.expected_end", "M13", (15, 30, 30)),
    Limit("TM14n", "M11", "M13", (15, 30, 60), when="!infusion"),
    Limit(
        "TM15",
        "M13",
        "M14",
        per="order.route",
        cases={"IV": same(30), "IM": same(45), "SC": same(45), "PO": same(60)},
        rule="M-15",
    ),
    Limit("TM16", "need", "M11", same(60), when="order.order_class=PRN_LONG"),
    Limit("TM17", "exit", "M18", (15, 30, 120), rule="M-14"),
    Limit("TM18", "M15:discontinued", "M17", (5, 15, 30)),
    Limit("TM19", "M15 tasks:ended", "M16", (240, 1440, 1440)),
    Limit("TM21", "M4a", "M4", window=(15, 20)),
    Limit("TM22", "opened", "M1", (30, None, None), when="order.verbal"),
    Limit("TM23", "M4 due", "M11", same(72 * 60), when="order.skin_test"),
    Limit("TM24", "held", "release", same(1440)),
    Limit("TM25", "M2", "M4a", (15, 30, 120)),
    Limit("TM27", "opened", "M1", same(360), rule="X-02"),
    Limit("TM26", "M1", "M11", same(720), when="order.order_class=SOS"),
)
HELD = pytest.mark.rows(
    "TM01",
    "TM02",
    "TM04",
    "TM04n",
    "TM04s",
    "TM05",
    "TM06",
    "TM06n",
    "TM07",
    "TM08",
    "TM09",
    "TM10",
    "TM11",
    "TM11v",
    "TM12",
    "TM13",
    "TM13r",
    "TM14",
    "TM14n",
    "TM15",
    "TM16",
    "TM17",
    "TM18",
    "TM19",
    "TM21",
    "TM22",
    "TM23",
    "TM24",
    "TM25",
    "TM26",
    "TM27",
)


def test_the_table_is_whole() -> None:
    is_whole("medication", TABLE, HELD.args)


@HELD
@pytest.mark.parametrize("question", QUESTIONS, ids=lambda one: one.__name__)
@pytest.mark.parametrize("row", TABLE, ids=lambda row: row.id)
def test_the_limit(row: Limit, question: Callable[[str, Limit], None]) -> None:
    question("medication", row)
