"""`worklist`: what waits for whom, its keys, and how much of it is shown."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.end_to_end import hospital
from tests.end_to_end.command_line import Wardloop

KEYS = {
    "task", "order", "kind", "patient", "bed", "step", "due_at", "overdue_minutes", "priority",
    "title",
}  # fmt: skip


@pytest.fixture
def wardloop(tmp_path: Path) -> Wardloop:
    found = hospital.told_hospital(tmp_path)
    hospital.admitted(found)
    return found


def test_the_physician_finds_the_question_and_answers_it(wardloop: Wardloop) -> None:
    order, _ = hospital.signed(wardloop)
    asks = {
        "command_id": "c-asks",
        "order": order,
        "step": "M3",
        "result": "intervened",
        "evidence": {"advice": "too much for these kidneys"},
    }
    wardloop.does("step", "record", given=asks, user="wu.min")
    (row,) = wardloop.does("worklist", user="chen.wei")
    assert row.keys() == KEYS
    assert (row["order"], row["task"], row["step"]) == (order, None, "answer")
    assert row["title"].startswith("MX02 Pharmacist intervention: ")
    answer = {"command_id": "c-says", "order": order, "answer": "cancel", "code": "MX02"}
    answer["reason"] = "true"
    wardloop.does("step", "record", given=answer, user="chen.wei")
    assert wardloop.does("worklist", user="chen.wei") == []


def test_a_held_order_is_on_the_physicians_list(wardloop: Wardloop) -> None:
    order, _ = hospital.signed(wardloop)
    wardloop.does("order", "hold", given={"order": order, "reason": "vomiting"}, user="chen.wei")
    (row,) = wardloop.does("worklist", "--role", "physician", user="li.na")
    assert (row["order"], row["step"]) == (order, "release")


def test_a_draft_is_on_its_authors_own_list_only(wardloop: Wardloop) -> None:
    given = {"mrn": "0012345678", "kind": "medication", "fields": hospital.DOSE}
    draft = wardloop.does("order", "draft", given=given, user="chen.wei")["order"]
    (row,) = wardloop.does("worklist", "--mine", user="chen.wei")
    assert (row["order"], row["step"]) == (draft, "prescribed")
    assert wardloop.does("worklist", user="chen.wei") == []


def test_no_line_is_cut_unless_a_limit_is_said(wardloop: Wardloop) -> None:
    hourly = {**hospital.DOSE, "frequency": "q1h", "order_class": "LONG", "dose_count": None}
    given = {"mrn": "0012345678", "kind": "medication", "fields": hourly}
    for _ in range(5):  # 44 doses each
        order = wardloop.does("order", "draft", given=given, user="chen.wei")["order"]
        why = [{"check": check, "reason": "a long list"} for check in ("max_dose", "duplicate")]
        signed = {"order": order, "override": why}
        wardloop.does("order", "sign", given=signed, user="chen.wei")
        for user, step, result in (("li.na", "M2", "verified"), ("wu.min", "M3", "approved")):
            line = {"command_id": f"{step}-{order}", "order": order, "step": step, "result": result}
            wardloop.does("step", "record", given={**line, "override": why}, user=user)
    asked = ("worklist", "--role", "pharmacy_technician")
    rows = wardloop.does(*asked, user="li.na")
    assert len(rows) == 220
    assert "The first 200 of 220; --limit 220 shows all." in wardloop(*asked, user="li.na").out
    assert len(wardloop.does(*asked, "--limit", "3", user="li.na")) == 3
    assert "The first" not in wardloop(*asked, "--limit", "3", user="li.na").out
