"""Roles for a time and stays opened in need, at the command line."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.end_to_end import hospital
from tests.end_to_end.command_line import Wardloop

SURGERY = {"ward": "5B", "name": "Surgery", "beds": ["01"]}
FAN = {"user": "fan.yu", "name": "FAN, Yu", "roles": ["nurse"], "wards": ["5B"]}
REVIEWER = {"user": "gao.jie", "name": "GAO, Jie", "roles": ["nursing_manager"]}
SHIFT = {
    "user": "fan.yu",
    "role": "nurse",
    "ward": "3A",
    "ends_at": "2026-11-24T16:00:00+08:00",
    "reason": "two nurses are ill",
}


@pytest.fixture
def wardloop(tmp_path: Path) -> Wardloop:
    """The hospital, a patient on 3A, and a nurse who works on 5B."""
    wardloop = hospital.told_hospital(tmp_path)
    wardloop.does("ward", "set", given=SURGERY, user="zhao.lei")
    for person in (FAN, REVIEWER):
        wardloop.does("user", "add", given=person, user="zhao.lei")
    hospital.admitted(wardloop)
    return wardloop


def test_a_nurse_works_on_another_ward_for_a_shift(wardloop: Wardloop) -> None:
    show = ("patient", "list", "--json", "--ward", "3A")
    denied = wardloop(*show, user="fan.yu")
    assert denied.error["code"] == "NOT_AUTHORISED"
    grant = wardloop.does("user", "grant", given=SHIFT, user="li.na")["grant"]
    assert len(wardloop.does("patient", "list", "--ward", "3A", user="fan.yu")) == 1
    shown = wardloop.does("user", "show", "fan.yu", user="li.na")
    assert [one["id"] for one in shown["grants"]] == [grant]
    assert shown["secret"] == {"method": None, "given": False}
    assert "nurse on 3A" in wardloop("user", "list", user="li.na").out
    assert "two nurses are ill" in wardloop("user", "show", "fan.yu", user="li.na").out
    assert wardloop("db", "verify").code == 0
    assert wardloop("db", "rebuild").code == 0
    wardloop.does("user", "take-back", given={"grant": grant}, user="li.na")
    assert wardloop(*show, user="fan.yu").code == 1
    assert "nurse on 3A" not in wardloop("user", "list", user="li.na").out


def test_a_charge_nurse_hands_her_role_on(wardloop: Wardloop) -> None:
    handed = {**SHIFT, "user": "sun.li", "role": "charge_nurse"}
    del handed["ward"]
    wardloop.does("user", "delegate", given=handed, user="li.na")
    span = {"starts_at": "2026-11-24T08:00:00+08:00", "ends_at": "2026-11-24T16:00:00+08:00"}
    duties = [{"kind": "nurse", "practitioner": "sun.li"}]
    roster = {**span, "ward": "3A", "duties": duties}
    wardloop.does("staff", "roster", given=roster, user="sun.li")
    wardloop.now = "2026-11-24T16:00:00+08:00"
    assert wardloop("staff", "roster", given=roster, user="sun.li").code == 1
    assert wardloop.does("user", "show", "sun.li", user="li.na")["grants"] == []


def test_a_stay_is_opened_in_need_and_reviewed(wardloop: Wardloop) -> None:
    show = ("patient", "show", "--mrn", "0012345678", "--json")
    assert wardloop(*show, user="fan.yu").error["code"] == "NOT_AUTHORISED"
    opening = {"mrn": "0012345678", "reason": "called to a resuscitation"}
    grant = wardloop.does("access", "open", given=opening, user="fan.yu")["grant"]
    assert wardloop(*show, user="fan.yu").code == 0
    assert "called to a resuscitation" in wardloop("access", "list", user="gao.jie").out
    verdict = {"grant": grant, "verdict": "justified"}
    assert wardloop("access", "review", given=verdict, user="li.na").code == 1
    wardloop.does("access", "review", given=verdict, user="gao.jie")
    assert wardloop.does("access", "list", user="gao.jie") == []
    (reviewed,) = wardloop.does("access", "list", "--all", user="gao.jie")
    assert reviewed["review"]["verdict"] == "justified"
    assert "justified gao.jie" in wardloop("access", "list", "--all", user="gao.jie").out
    assert wardloop("db", "verify").code == 0
    wardloop.now = "2026-11-24T12:00:00+08:00"
    assert wardloop(*show, user="fan.yu").error["code"] == "NOT_AUTHORISED"


def test_what_is_wrong_is_named(wardloop: Wardloop) -> None:
    stay = {"encounter": "no-such-stay", "reason": "called to help"}
    for argv, user, entry, field in (
        ("user grant", "li.na", {**SHIFT, "role": "surgeon"}, "role"),
        ("user grant", "li.na", {**SHIFT, "ward": "9Z"}, "ward"),
        ("user grant", "li.na", {**SHIFT, "user": "nobody"}, "user"),
        ("user grant", "li.na", {**SHIFT, "ends_at": "2026-11-24T16:00:00"}, "ends_at"),
        ("user grant", "li.na", {**SHIFT, "reason": "-"}, "reason"),
        ("user grant", "li.na", {**SHIFT, "shift": "day"}, "shift"),
        ("user delegate", "li.na", {**SHIFT, "user": "wu.min"}, "user"),
        ("user take-back", "li.na", {"grant": "no-such-grant"}, "grant"),
        ("access open", "fan.yu", stay, "encounter"),
        ("access open", "fan.yu", {**stay, "mrn": "1"}, "mrn"),
        ("access open", "fan.yu", {"mrn": "404", "reason": "called to help"}, "mrn"),
        ("access review", "gao.jie", {"grant": "x", "verdict": "fine"}, "verdict"),
        ("access review", "gao.jie", {"grant": "x", "verdict": "justified"}, "grant"),
    ):
        before = wardloop.events()
        said = wardloop(*argv.split(), "--json", given=entry, user=user)
        assert said.code == 1, argv
        assert said.error["field"] == field, (argv, said.err)
        assert wardloop.events() == before
    assert wardloop("user", "show", "nobody", "--json", user="li.na").error["field"] == "name"
