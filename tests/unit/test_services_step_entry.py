"""The form of `step record`."""

from __future__ import annotations

import pytest

from domain.errors import InvalidInput
from domain.ids import OrderId, TaskId
from domain.services.executing import parse_step_entry
from tests.shift import Shift, fake_shift

STAT = {"frequency": "st", "order_class": "STAT", "priority": "STAT"}
TEST = {"tests": ["K"], "specimen_type": "serum", "timing": "random", "priority": "URGENT"}


@pytest.fixture
def shift() -> Shift:
    return fake_shift()


def given(shift: Shift, **fields: object) -> tuple[OrderId, TaskId]:
    """A drug order that nurse and pharmacist have passed, and its first dose."""
    order = shift.ordered(shift.drug(**fields))
    shift.verified(order)
    return order, shift.tasks(order)[0].id


# ---------------------------------------------------------------- the form of an entry
BASE: dict[str, object] = {"command_id": "c1", "task": "t1", "step": "M10"}


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"colour": "red"}, "colour"),
        ({"command_id": None}, "command_id"),
        ({"command_id": 7}, "command_id"),
        ({"step": 10}, "step"),
        ({"act": "undo"}, "act"),
        ({"source": "rumour"}, "source"),
        ({"at": "2026-11-24T08:05:00"}, "at"),
        ({"at": "yesterday"}, "at"),
        ({"evidence": ["x"]}, "evidence"),
        ({"evidence": {"dose": 2.5}}, "evidence.dose"),
        ({"evidence": {"parts": [{"ml": 1.5}]}}, "evidence.parts.0.ml"),
        ({"scans": "P1"}, "scans"),
        ({"scans": ["P1", 2]}, "scans.1"),
        ({"tasks": ["t2"]}, "tasks"),
        ({"task": None, "tasks": []}, "tasks"),
        ({"task": None, "tasks": ["t1", "t1"]}, "tasks"),
        ({"task": None}, "task"),
        ({"container": "C1"}, "container"),
        ({"exit": "refused"}, "step"),
        ({"step": None}, "step"),
        ({"step": None, "answer": "insist"}, "code"),
        ({"step": None, "act": "correct"}, "step"),
        ({"step": None, "act": "open_child"}, "code"),
        ({"corrects": "7"}, "corrects"),
        ({"corrects": True}, "corrects"),
        ({"override": {"check": "x"}}, "override"),
        ({"override": ["x"]}, "override.0"),
        ({"override": [{"check": "x"}]}, "override.0"),
        ({"override": [{"check": "x", "reason": "y", "who": "z"}]}, "override.0.who"),
        ({"override": [{"check": "x", "reason": ""}]}, "override.0.reason"),
        ({"override": [{"check": "x", "reason": "y", "second": 1}]}, "override.0.second"),
        ({"signature": {"method": "password"}}, "signature"),
    ],
)
def test_a_wrong_entry_names_its_field(change: dict[str, object], field: str) -> None:
    with pytest.raises(InvalidInput) as wrong:
        parse_step_entry(BASE | change)
    assert wrong.value.field == field


def test_an_entry_keeps_what_it_says() -> None:
    entry = parse_step_entry(
        {
            "command_id": "c1",
            "tasks": ["t1", "t2"],
            "step": "M5",
            "at": "2026-11-24T08:05:00+08:00",
            "until": "2026-11-24T09:05:00+08:00",
            "corrects": 4,
            "override": [{"check": "x", "reason": "y", "second": "li.na"}],
            "evidence": {"count": 2, "parts": ["a"]},
            "witness": None,
        }
    )
    assert entry.tasks == ("t1", "t2")
    assert entry.at is not None
    assert entry.at.utcoffset() is not None
    assert entry.overrides[0].second == "li.na"
    assert entry.corrects == 4
    assert entry.witness is None
