"""By commands: a patch that comes off again, a steroid that is taken back, an infusion by bags."""

from __future__ import annotations

from pathlib import Path
from uuid import NAMESPACE_OID, uuid5

import pytest

from domain.barcodes import wristband
from tests.end_to_end import hospital
from tests.end_to_end.command_line import Json, Wardloop

DRUGS = """\
code,name,name_zh,strength,route,ingredients,high_alert,skin_test,ward_stock,infusion,worn_minutes
GTN5,Glyceryl trinitrate patch,硝酸甘油贴片,5 mg,TD,glyceryl_trinitrate,false,false,*,,720
PRED5,Prednisolone 5 mg tablet,泼尼松龙片,5 mg,PO,prednisolone,false,false,*,,
NACL1L,Sodium chloride 0.9 % 1 L,氯化钠注射液,1000 mL,IV,sodium_chloride,false,false,*,true,
"""
BAND = wristband("0012345678", 1)
AT_NINE = "2026-11-24T09:00:00+08:00"


@pytest.fixture
def wardloop(tmp_path: Path) -> Wardloop:
    found = hospital.told_hospital(tmp_path)
    said = found("catalogue", "import", "drug", given=DRUGS, user="zhao.lei")
    assert said.code == 0, said.err
    hospital.admitted(found)
    return found


def signed(wardloop: Wardloop, **fields: object) -> str:
    """An order drafted, signed and passed by nurse and pharmacist, whatever the checks ask."""
    plain = {"start": AT_NINE, "priority": "ROUTINE", "order_class": "LONG"}
    given = {"mrn": "0012345678", "kind": "medication", "fields": plain | fields}
    order = str(wardloop.does("order", "draft", given=given, user="chen.wei")["order"])
    wardloop.does("order", "sign", given={"order": order}, user="chen.wei")
    for user, step, result in (("li.na", "M2", "verified"), ("wu.min", "M3", "approved")):
        record(wardloop, user, order=order, step=step, result=result)
    return order


def record(wardloop: Wardloop, user: str, **entry: object) -> Json:
    told = f"{wardloop.now} {sorted(entry.items(), key=str)}"
    entry.setdefault("command_id", f"c-{uuid5(NAMESPACE_OID, told)}")
    return wardloop.does("step", "record", given=entry, user=user)


def tasks(wardloop: Wardloop, order: str) -> list[Json]:
    found: list[Json] = wardloop.does("order", "show", order, user="li.na")["tasks"]
    return sorted(found, key=lambda one: one["due_at"])


def applied(wardloop: Wardloop, task: str, site: str) -> None:
    record(
        wardloop,
        "li.na",
        task=task,
        step="M10",
        scans=[BAND],
        evidence={"noscan_reason": "a patch has no label of its own"},
    )
    amounts = {"dose": "1 {patch}", "amount": "1 {patch}", "site": site}
    record(wardloop, "li.na", task=task, step="M11", result="complete", evidence=amounts)


def test_a_patch_is_on_the_worklist_until_it_is_off_and_forgetting_it_is_told(
    wardloop: Wardloop,
) -> None:
    order = signed(wardloop, product="GTN5", dose="1 {patch}", route="TD", frequency="qd")
    (first, *_) = tasks(wardloop, order)
    assert first["due_at"] == "2026-11-25T00:00:00+00:00"
    wardloop.now = "2026-11-25T08:05:00+08:00"
    applied(wardloop, first["id"], "left upper arm")

    wardloop.now = "2026-11-25T20:00:00+08:00"
    rows = wardloop.does("worklist", "--role", "nurse", user="li.na")
    (removal,) = [row for row in rows if row["kind"] == "patch_removal"]
    assert (removal["step"], removal["due_at"]) == ("removed", "2026-11-25T12:00:00+00:00")
    assert "left upper arm" in removal["title"]

    wardloop.now = "2026-11-25T21:30:00+08:00"
    wardloop.does("watch", "--once")
    told = wardloop.does("alerts", "list", user="li.na")
    assert [one["rule"] for one in told if one["task"] == removal["task"]] == ["X-LATE"]

    wardloop.now = "2026-11-26T08:00:00+08:00"
    second = next(one for one in tasks(wardloop, order) if one["due_at"].startswith("2026-11-26T"))
    bedside = {"noscan_reason": "a patch has no label of its own"}
    record(wardloop, "li.na", task=second["id"], step="M10", scans=[BAND], evidence=bedside)
    entry = {
        "command_id": "second-patch",
        "task": second["id"],
        "step": "M11",
        "result": "complete",
        "evidence": {"dose": "1 {patch}", "amount": "1 {patch}", "site": "right upper arm"},
    }
    asked = wardloop("step", "record", "--json", given=entry, user="li.na")
    assert [row["check"] for row in asked.error["findings"]] == ["old_patch"]
    record(wardloop, "li.na", task=removal["task"], step="P1", result="removed", scans=[BAND])
    wardloop.does("step", "record", given=entry, user="li.na")
    assert wardloop.does("db", "verify")["holds"]


def test_each_day_of_a_taper_has_the_dose_of_that_day(wardloop: Wardloop) -> None:
    order = signed(
        wardloop,
        product="PRED5",
        dose="40 mg",
        route="PO",
        frequency="qd",
        taper="40 mg 3 d; 30 mg 3 d; 20 mg 2 d",
    )
    for day in ("11-26", "11-28", "11-30", "12-01"):
        wardloop.now = f"2026-{day}T06:00:00+08:00"
        wardloop.does("watch", "--once")
    doses = [task["fields"]["dose"]["value"] for task in tasks(wardloop, order)]
    assert doses == ["40", "40", "40", "30", "30", "30", "20", "20"]


def test_an_infusion_is_a_task_for_each_bag(wardloop: Wardloop) -> None:
    order = signed(
        wardloop,
        product="NACL1L",
        dose="1000 mL",
        route="IV",
        frequency="cont",
        rate="125 mL/h",
        dose_count=3,
    )
    due = [task["due_at"][11:16] for task in tasks(wardloop, order)]
    assert due == ["01:00", "09:00", "17:00"], "nine, five and one o'clock on the ward"
