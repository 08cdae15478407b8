"""One dose of a drug from the first user of a new database to the physician's confirmation."""

from __future__ import annotations

from pathlib import Path

import pytest

from domain.barcodes import gs1_element_string, wristband
from tests.end_to_end import hospital
from tests.end_to_end.command_line import Json, Wardloop

BAND = wristband("0012345678", 1)
PACK = gs1_element_string([("01", "06901234567892"), ("17", "280630"), ("10", "B7")])


@pytest.fixture
def wardloop(tmp_path: Path) -> Wardloop:
    """A hospital that was told its users, ward and catalogues, at eight in the morning."""
    return hospital.told_hospital(tmp_path)


def record(wardloop: Wardloop, clock: str, user: str, **entry: object) -> Json:
    """Record at a time of the day, under an id of its own."""
    wardloop.now = f"2026-11-24T{clock}:00+08:00"
    name = f"{clock}-{user}-{entry.get('step')}".replace(":", ".")
    entry.setdefault("command_id", name)
    return wardloop.does("step", "record", given=entry, user=user)


def next_steps(wardloop: Wardloop, role: str) -> list[str]:
    return [row["step"] for row in wardloop.does("worklist", "--role", role, user="li.na")]


def test_a_dose_is_followed_from_the_first_user_to_the_confirmation(tmp_path: Path) -> None:
    wardloop = Wardloop(tmp_path)
    hospital.set_up(wardloop)
    encounter = hospital.admitted(wardloop)
    order, dose = hospital.signed(wardloop)
    assert next_steps(wardloop, "nurse") == ["nurse_verified"]
    assert next_steps(wardloop, "pharmacist") == ["pharm_reviewed"]

    record(wardloop, "08:10", "li.na", order=order, step="nurse_verified", result="verified")
    record(wardloop, "08:20", "wu.min", order=order, step="M3", result="approved")
    assert next_steps(wardloop, "pharmacy_technician") == ["prepared"]
    record(wardloop, "08:30", "he.jun", task=dose, step="prepared", scans=[PACK])
    record(wardloop, "08:40", "wu.min", task=dose, step="dispense_checked", scans=[PACK])
    received = {"count": 1}
    record(wardloop, "08:55", "li.na", task=dose, step="received", evidence=received)
    record(wardloop, "11:58", "li.na", task=dose, step="bedside_verified", scans=[BAND, PACK])
    amounts = {"dose": "500 mg", "amount": "500 mg"}
    record(
        wardloop,
        "12:01",
        "li.na",
        task=dose,
        step="admin_started",
        result="complete",
        evidence=amounts,
    )
    assert next_steps(wardloop, "physician") == ["physician_confirmed"]
    exceptions = wardloop.does("order", "show", order, user="chen.wei")["exceptions"]
    seen = {"exceptions_seen": len(exceptions)}
    record(wardloop, "14:00", "chen.wei", order=order, step="physician_confirmed", evidence=seen)

    shown = wardloop.does("order", "show", order, user="li.na")
    assert shown["order"]["state"] == "closed"
    assert [step["step"] for step in shown["steps"]] == [
        "prescribed",
        "nurse_verified",
        "pharm_reviewed",
        "order_ended",
        "physician_confirmed",
    ]
    (task,) = shown["tasks"]
    assert (task["state"], task["outcome"]) == ("closed", "completed")
    assert [step["step"] for step in task["steps"]] == [
        "prepared",
        "dispense_checked",
        "received",
        "bedside_verified",
        "admin_started",
        "admin_completed",
    ]
    given = task["steps"][4]
    assert (given["actor"], given["at"]) == ("li.na", "2026-11-24T04:01:00+00:00")
    assert given["evidence"]["dose"] == {"value": "500", "unit": "mg"}
    assert next_steps(wardloop, "nurse") == []
    stay = wardloop.does("patient", "show", "--encounter", encounter, user="li.na")
    assert stay["orders"] == [order]

    verdict = wardloop.does("db", "verify")
    assert verdict["holds"]
    assert verdict["events"] == wardloop.events()


def test_the_wrong_wristband_stops_the_dose_and_writes_nothing(wardloop: Wardloop) -> None:
    hospital.admitted(wardloop)
    order, dose = hospital.signed(wardloop)
    record(wardloop, "08:10", "li.na", order=order, step="M2", result="verified")
    record(wardloop, "08:20", "wu.min", order=order, step="M3", result="approved")
    record(wardloop, "08:30", "he.jun", task=dose, step="M5", scans=[PACK])
    record(wardloop, "08:40", "wu.min", task=dose, step="M6", scans=[PACK])
    record(wardloop, "08:55", "li.na", task=dose, step="M8", evidence={"count": 1})
    wardloop.now = "2026-11-24T11:58:00+08:00"
    before = wardloop.events()
    entry = {
        "command_id": "wrong",
        "task": dose,
        "step": "M10",
        "scans": [wristband("0099999999", 1), PACK],
    }
    said = wardloop("step", "record", "--json", given=entry, user="li.na")
    assert said.code == 1
    assert said.out == ""
    assert [row["check"] for row in said.error["findings"]] == ["right_patient"]
    assert said.error["findings"][0]["severity"] == "stop"
    assert wardloop.events() == before
    in_words = wardloop("step", "record", given=entry, user="li.na")
    assert "stop right_patient: " in in_words.err


def test_the_same_command_twice_changes_nothing_the_second_time(wardloop: Wardloop) -> None:
    hospital.admitted(wardloop)
    order, _dose = hospital.signed(wardloop)
    entry = {"command_id": "twice", "order": order, "step": "M2", "result": "verified"}
    first = wardloop.does("step", "record", given=entry, user="li.na")
    assert first["order"] == order
    before = wardloop.events()
    again = wardloop("step", "record", given=entry, user="li.na")
    assert again.code == 0
    assert "carried out before" in again.out
    assert wardloop.events() == before


def test_a_refused_dose_is_ended_by_its_exit_and_told_to_the_prescriber(
    wardloop: Wardloop,
) -> None:
    hospital.admitted(wardloop)
    order, dose = hospital.signed(wardloop)
    record(wardloop, "08:10", "li.na", order=order, step="M2", result="verified")
    record(wardloop, "08:20", "wu.min", order=order, step="M3", result="approved")
    record(wardloop, "08:30", "he.jun", task=dose, step="M5", scans=[PACK])
    record(wardloop, "08:40", "wu.min", task=dose, step="M6", scans=[PACK])
    record(wardloop, "08:55", "li.na", task=dose, step="M8", evidence={"count": 1})
    reason = {"reason": "nauseous", "education": "explained why it matters"}
    record(wardloop, "11:58", "sun.li", task=dose, exit="refused", evidence=reason)
    assert "prescriber_told" in next_steps(wardloop, "nurse")
    told = {"told_to": "chen.wei"}
    record(wardloop, "12:10", "sun.li", task=dose, step="prescriber_told", evidence=told)
    shown = wardloop.does("order", "show", order, user="li.na")
    (task, *_returned) = [one for one in shown["tasks"] if one["id"] == dose]
    assert (task["state"], task["outcome"]) == ("closed_by_exit", "refused")
    words = wardloop("order", "show", order, user="li.na").out
    assert "closed_by_exit (refused)" in words
    assert "2026-11-24 11:58" in words


@pytest.mark.parametrize(
    ("order", "role", "step"),
    [
        (hospital.EXAMINATION, "nurse", "nurse_verified"),
        (hospital.TEST, "nurse", "nurse_verified"),
    ],
    ids=["examination", "test"],
)
def test_an_order_of_another_kind_goes_on_the_worklist_when_it_is_signed(
    wardloop: Wardloop, order: dict[str, object], role: str, step: str
) -> None:
    hospital.admitted(wardloop)
    drafted = wardloop.does("order", "draft", given=order, user="chen.wei")["order"]
    assert wardloop.does("worklist", "--role", role, user="li.na") == []
    wardloop.does("order", "sign", given={"order": drafted}, user="chen.wei")
    (row,) = wardloop.does("worklist", "--role", role, "--ward", "3A", user="li.na")
    assert (row["order"], row["kind"], row["step"]) == (drafted, order["kind"], step)
    assert row["bed"] == "01"


def test_a_number_with_a_point_keeps_every_digit(wardloop: Wardloop) -> None:
    """0.1 read as a float and written again might be another dose."""
    hospital.admitted(wardloop)
    given = (
        '{"mrn": "0012345678", "kind": "medication", "fields": {"product": "AMOX500", '
        '"dose": {"value": 0.100000000000000006, "unit": "g"}, "frequency": "TID", '
        '"start": "2026-11-24T12:00:00+08:00", "priority": "ROUTINE", "order_class": "LONG"}}'
    )
    order = wardloop.does("order", "draft", given=given, user="chen.wei")["order"]
    shown = wardloop.does("order", "show", order, user="chen.wei")
    assert shown["order"]["fields"]["dose"] == {"value": "0.100000000000000006", "unit": "g"}


def test_only_my_patients_are_on_my_list(wardloop: Wardloop) -> None:
    encounter = hospital.admitted(wardloop)
    hospital.signed(wardloop)
    assert wardloop.does("worklist", "--mine", user="sun.li") == []
    shift = {
        "ward": "3A",
        "starts_at": "2026-11-24T07:30:00+08:00",
        "ends_at": "2026-11-24T19:30:00+08:00",
        "nurses": {encounter: "sun.li"},
    }
    wardloop.does("staff", "assign", given=shift, user="li.na")
    assert len(wardloop.does("worklist", "--mine", user="sun.li")) == 1
    assert wardloop.does("worklist", "--role", "nurse", "--mine", user="li.na") == []
