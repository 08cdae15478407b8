"""The loop files against the tables of the loop specification: nothing forgotten, nothing unsaid.

The files are read as plain TOML here, so that a fault in the loader cannot hide one in a file.
"""

from __future__ import annotations

import re
import tomllib
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest

import rules.loops

if TYPE_CHECKING:
    from collections.abc import Iterator

FOLDER: Final = Path(rules.loops.__file__).parent
FILES: Final = (
    "medication",
    "examination",
    "test",
    "transfusion",
    "critical_value",
    "transfusion_reaction",
    "medication_return",
    "adverse_reaction",
    "patch_removal",
)
LISTS_WITH_TEXT: Final = ("steps", "exits", "returns", "children")
HAN: Final = re.compile(r"[\u4e00-\u9fff]")
LONGEST_NODE_EN: Final = 14
LONGEST_NODE_ZH: Final = 7

NOT_IN_FILES: Final = {
    "MX13": "exit held (MX08) with reason npo, no_access or vomiting; M18 tells the prescriber",
    "MX14": "common act discontinue",
    "MX15": "common act cancel; the dispensed drug comes back by child MX17",
    "MX16": "common act hold; its 24 h are limit TM24",
    "MX18": "common act incident",
    "MX19": "a verbal order: M1, M2 and M3 are lawful afterwards, M2 and M11 have a witness",
    "MX20": "the source downtime of any record",
    "MX22": "by the encounter: transfer, discharge, death",
    "EX02": "common act cancel, for the physician and the department",
    "EX11": "amending a report is a law of every report step",
    "EX12": "common acts incident and entered_in_error",
    "EX13": "by the encounter: discharge, death",
    "EX14": "by the encounter; alert rule L-14 names the owner",
    "EX15": "rescheduled (EX03) with the reason equipment",
    "LX06": "result concession of L6, with the physician as witness",
    "LX08": "an add-on test inherits steps of another order: code beside the engine",
    "LX10": "step L9p",
    "LX11": "amending a report is a law of every report step",
    "LX14": "result sent_out of L7, limits TL15 and TL15s",
    "LX16": "by the encounter; alert rule L-14 names the owner",
    "TX06": "step T11e and what `afterwards` frees under order.emergency",
    "TX07": "order field massive: next_task_after does not hold, issue is a batch",
    "TX10": "check storage_time, with the minutes of TT08",
    "TX11": "common act hold on the task; TT13 runs on",
    "TX14": "common act incident; the reaction is opened by hand (child TX13)",
    "TX16": "common acts cancel and discontinue",
    "TX19": "step T14b, limit TT22",
    "TM03": "within of the returns MX02 and MX03",
    "TM20": "limits TQ1 and TQ1c of medication_return",
    "TT14": "expected durations are shown; TT13 is the limit",
    "TT16": "the late watch is child TX13, opened by hand up to 24 h after",
    "TT20": "expiry of thawed units: check unit_expiry and the label",
}
"""What the specification numbers and no file has, with the reason."""

SERIES: Final = {
    "MX": range(1, 24),
    "EX": range(1, 16),
    "LX": range(1, 18),
    "TX": range(1, 20),
    "TM": range(1, 23),
    "TE": range(1, 15),
    "TL": range(1, 15),
    "TC": range(1, 8),
    "TT": range(1, 21),
}
"""Codes and limits with two digits, as the tables number them."""
STEPS: Final = {
    "M": range(1, 17),
    "E": range(1, 15),
    "L": range(1, 12),
    "C": range(1, 10),
    "T": range(1, 23),
    "R": range(1, 10),
    "Q": range(1, 3),
    "A": range(1, 6),
    "TQ": range(1, 3),
    "TA": range(1, 5),
}
"""Steps, and the limits of the small loops, with their plain numbers."""
ADDED_STEPS: Final = (
    "M4a", "M17", "M18", "L6b", "L9p", "T4b", "T4c", "T11e", "T14b", "T20b", "R5v",
)  # fmt: skip
"""Steps that were split or added since the tables (decisions 12 and 51)."""


@cache
def _read(name: str) -> dict[str, Any]:
    return tomllib.loads((FOLDER / f"{name}.toml").read_text(encoding="utf-8"))


def _rows(name: str, kind: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = _read(name).get(kind, [])
    return rows


@cache
def _keys() -> set[str]:
    """Every step number, limit id and code that stands in a file."""
    found = set()
    for name in FILES:
        for kind, key in (
            ("steps", "no"), ("limits", "id"), ("exits", "code"), ("returns", "code"),
            ("children", "code"),
        ):  # fmt: skip
            found |= {row[key] for row in _rows(name, kind)}
    return found


def _numbered() -> list[str]:
    """Every number of the specification's tables."""
    codes = [f"{letters}{n:02}" for letters, numbers in SERIES.items() for n in numbers]
    steps = [f"{letters}{n}" for letters, numbers in STEPS.items() for n in numbers]
    return [*codes, *steps, *ADDED_STEPS]


def _texts() -> Iterator[tuple[str, dict[str, Any]]]:
    for name in FILES:
        yield name, _read(name)["text"]
        for kind in LISTS_WITH_TEXT:
            for row in _rows(name, kind):
                yield f"{name} {kind} {row.get('no') or row.get('code')}", row
    for field, row in _read("fields").items():
        yield f"field {field}", row


@pytest.mark.parametrize("number", _numbered())
def test_each_number_of_the_tables_is_in_a_file_or_says_why_not(number: str) -> None:
    assert (number in _keys()) is not (number in NOT_IN_FILES)


@pytest.mark.parametrize(("where", "row"), list(_texts()))
def test_each_row_speaks_english_and_chinese(where: str, row: dict[str, Any]) -> None:
    assert row["en"].strip() == row["en"], where
    assert not HAN.search(row["en"]), where
    assert row["en"][0].isupper() or row["en"].startswith(("eGFR", "15")), where
    assert HAN.search(row["zh"]), where


@pytest.mark.parametrize("name", FILES)
def test_each_node_name_fits_its_box_or_has_a_short_one(name: str) -> None:
    for row in _rows(name, "steps"):
        assert len(row.get("short_en", row["en"])) <= LONGEST_NODE_EN, row["no"]
        assert len(row.get("short_zh", row["zh"])) <= LONGEST_NODE_ZH, row["no"]


@pytest.mark.parametrize("name", FILES)
def test_one_row_is_one_line_that_begins_with_its_key(name: str) -> None:
    text = (FOLDER / f"{name}.toml").read_text(encoding="utf-8")
    for kind, key in (("steps", "no"), ("limits", "id"), ("exits", "code")):
        for row in _rows(name, kind):
            assert f'\n  {{ {key} = "{row[key]}"' in text


def test_every_field_that_is_declared_is_used_somewhere() -> None:
    used = set()
    for name in FILES:
        data = _read(name)
        uses = [*data.get("order_fields", []), *data.get("task_fields", [])]
        for row in (*_rows(name, "steps"), *_rows(name, "exits")):
            uses += row.get("fields", [])
            uses += row.get("profile", {}).get("intl", {}).get("fields", [])
        used |= {use.removesuffix("?") for use in uses}
    assert used == set(_read("fields"))


def test_every_limit_names_the_source_of_its_minutes() -> None:
    mark = re.compile(r"(\[(S[0-9]+[a-z]?|K|D)\])+")
    for name in FILES:
        for row in _rows(name, "limits"):
            assert mark.fullmatch(row["source"]), row["id"]


def test_a_question_to_a_person_always_has_its_time() -> None:
    for name in FILES:
        for row in _rows(name, "returns"):
            assert ("asks" in row) is ("within" in row), row["code"]


def test_an_exit_that_waits_for_a_time_after_a_step_needs_that_step() -> None:
    """A bag cannot be missing before the transfusion ended, nor a reservation lapse unmade."""
    for name in FILES:
        task_steps = {row["no"] for row in _rows(name, "steps") if row["level"] == "task"}
        for row in _rows(name, "exits"):
            start = row.get("not_before", {}).get("from", "").partition(".")[0]
            if start in task_steps:
                assert start in row["when"], row["code"]


def test_the_need_of_a_dose_is_timed_only_where_somebody_states_a_need() -> None:
    """Every dose has a making; only an as-needed dose is made because it is needed (TM16)."""
    rows = [row for row in _rows("medication", "limits") if row["from"] == "need"]
    assert [row["id"] for row in rows] == ["TM16"]
    assert rows[0]["when"] == ["order.order_class=PRN_LONG"]


def test_no_rank_is_needed_to_stop_a_transfusion() -> None:
    """The nurse at the bedside ends the unit and opens the reaction; nobody is fetched first."""
    ended = next(row for row in _rows("transfusion", "steps") if row["no"] == "T18")
    reaction = next(row for row in _rows("transfusion", "children") if row["code"] == "TX13")
    assert ended["by"] == ["RN"]
    assert "witness" not in ended
    assert ended["after"] == ["T15"]
    assert "RN" in reaction["by"]
