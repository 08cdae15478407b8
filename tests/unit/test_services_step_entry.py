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
        ({"signature": {"method": "fingerprint"}}, "signature"),
    ],
)
def test_a_wrong_entry_names_its_field(change: dict[str, object], field: str) -> None:
    with pytest.raises(InvalidInput) as wrong:
        parse_step_entry(BASE | change)
    assert wrong.value.field == field


@pytest.mark.parametrize(
    ("line", "field"),
    [
        ({"act": "incident", "exit": "not_given"}, "exit"),
        ({"act": "incident", "step": "M10"}, "step"),
        ({"act": "entered_in_error", "step": "M10"}, "step"),
        ({"act": "correct", "step": "M10", "result": "complete"}, "result"),
        ({"act": "amend", "step": "L10", "corrects": 3}, "corrects"),
        ({"act": "hold", "code": "MX05"}, "code"),
        ({"act": "release", "until": "2026-11-24T08:05:00+08:00"}, "until"),
        ({"act": "open_child", "code": "MX11", "answer": "insist"}, "answer"),
        ({"act": "need", "evidence": {"dose": "1 mg"}}, "evidence"),
        ({"step": "M10", "until": "2026-11-24T08:05:00+08:00"}, "until"),
        ({"step": "M10", "code": "MX01"}, "code"),
        ({"exit": "refused", "result": "complete"}, "result"),
        ({"answer": "insist", "code": "MX02", "result": "complete"}, "result"),
    ],
)
def test_what_an_act_would_not_keep_is_named(line: dict[str, object], field: str) -> None:
    with pytest.raises(InvalidInput) as wrong:
        parse_step_entry({"command_id": "c1", "task": "t1", **line})
    assert wrong.value.field == field


@pytest.mark.parametrize(
    "line",
    [
        {"step": "M10", "result": "complete", "evidence": {"dose": "1 mg"}},
        {"exit": "refused", "code": "MX08", "reason": "tired"},
        {"code": "MX08"},
        {"answer": "insist", "code": "MX02"},
        {"act": "correct", "step": "M10", "corrects": 3},
        {"act": "hold", "until": "2026-11-24T08:05:00+08:00"},
        {"act": "incident", "evidence": {"incident_no": "I-1"}},
        {"act": "need", "reason": "pain"},
    ],
)
def test_what_belongs_to_an_act_is_taken(line: dict[str, object]) -> None:
    entry = parse_step_entry({"command_id": "c1", "task": "t1", **line})
    assert entry.act == line.get("act", "record")


def test_an_entry_keeps_what_it_says() -> None:
    entry = parse_step_entry(
        {
            "command_id": "c1",
            "tasks": ["t1", "t2"],
            "step": "M5",
            "at": "2026-11-24T08:05:00+08:00",
            "override": [{"check": "x", "reason": "y", "second": "li.na"}],
            "evidence": {"count": 2, "parts": ["a"]},
            "witness": None,
        }
    )
    assert entry.tasks == ("t1", "t2")
    assert entry.at is not None
    assert entry.at.utcoffset() is not None
    assert entry.overrides[0].second == "li.na"
    assert entry.witness is None
    true_time = {"act": "correct", "task": "t1", "step": "M5", "corrects": 4, "command_id": "c2"}
    assert parse_step_entry(true_time).corrects == 4
