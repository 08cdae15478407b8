"""Signing at the command line: each signer's own secret, and `order show` says whether it holds."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.end_to_end import hospital
from tests.end_to_end.command_line import Said, Wardloop
from tests.end_to_end.test_cli_secrets import enters

ADMIN, GIVEN = "river-under-stone", "given by the chief"
OWN = {
    "li.na": "seven green lamps",
    "chen.wei": "twelve red kites",
    "sun.li": "849316",
    "wu.min": "nine slow boats",
}
INSULIN = {
    "mrn": "0012345678",
    "kind": "medication",
    "fields": {
        **hospital.DOSE,
        "product": "INSR",
        "dose": "6 [iU]",
        "start": "2026-11-24T08:10:00+08:00",
        "route": "SC",
    },
}


@pytest.fixture
def secured(tmp_path: Path) -> Wardloop:
    """A hospital whose administrator, physician and nurses have secrets of their own."""
    wardloop = hospital.told_hospital(tmp_path)
    hospital.admitted(wardloop)
    enters(wardloop, "zhao.lei", ADMIN, "user", "secret")
    for user, own in OWN.items():
        enters(wardloop, "zhao.lei", (ADMIN, GIVEN), "user", "secret", "--for", user)
        kind = ("--pin",) if own.isdecimal() else ()
        enters(wardloop, user, (GIVEN, own), "user", "secret", *kind)
    return wardloop


def file_of(folder: Path, user: str, secret: str | None = None) -> str:
    file = folder / user
    file.write_text(f"{secret or OWN[user]}\n", encoding="utf-8")
    file.chmod(0o600)
    return str(file)


def says(wardloop: Wardloop, user: str, *argv: str, given: object = None) -> Said:
    own = file_of(wardloop.folder, user)
    return wardloop(*argv, "--json", "--secret-file", own, given=given, user=user)


def signed_order(wardloop: Wardloop) -> str:
    drafted = says(wardloop, "chen.wei", "order", "draft", given=INSULIN)
    assert drafted.code == 0, drafted.err
    order = str(drafted.json["order"])
    signed = says(wardloop, "chen.wei", "order", "sign", given={"order": order})
    assert signed.code == 0, signed.err
    return order


def test_an_order_is_signed_by_the_secret_of_its_prescriber(secured: Wardloop) -> None:
    order = signed_order(secured)
    shown = says(secured, "li.na", "order", "show", order).json
    (signed,) = shown["steps"][0]["signatures"]
    assert signed == {
        "signer": "chen.wei",
        "meaning": "ordered",
        "method": "password",
        "at": "2026-11-24T00:00:00+00:00",
        "holds": True,
    }
    file = secured.file
    with closing(sqlite3.connect(file, isolation_level=None)) as raw:
        guards = raw.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall()
        for (name,) in guards:
            raw.execute(f"DROP TRIGGER {name}")
        raw.execute(
            "UPDATE journal SET payload = replace(payload, '\"6\"', '\"60\"')"
            " WHERE kind = 'order_placed'"
        )
    own = file_of(secured.folder, "li.na")
    words = secured("order", "show", order, "--secret-file", own, user="li.na").out
    assert "DOES NOT HOLD" in words


def test_a_witness_signs_with_a_secret_of_their_own(secured: Wardloop) -> None:
    order = signed_order(secured)
    for user, step, result in (
        ("li.na", "nurse_verified", "verified"),
        ("wu.min", "pharm_reviewed", "approved"),
    ):
        done = {"order": order, "step": step, "result": result, "command_id": step}
        said = says(secured, user, "step", "record", given=done)
        assert said.code == 0, said.err
    secured.now = "2026-11-24T12:00:00+08:00"
    dose = says(secured, "li.na", "order", "show", order).json["tasks"][0]["id"]
    line = {
        "command_id": "c2",
        "task": dose,
        "step": "bedside_verified",
        "evidence": {"noscan_reason": "scanner_down"},
        "witness": "sun.li",
        "signature": {"method": "password"},
    }
    alone = says(secured, "li.na", "step", "record", given=line)
    assert alone.code == 1
    assert (alone.error["code"], alone.error["field"]) == ("SECRET_NEEDED", "witness_secret")
    for secret, code in ((OWN["li.na"], 1), (OWN["sun.li"], 0)):
        hers = file_of(secured.folder, "sun.li", secret)
        said = says(secured, "li.na", "step", "record", "--witness-secret-file", hers, given=line)
        assert said.code == code, said.err
        assert OWN["sun.li"] not in said.out + said.err
    step = says(secured, "li.na", "order", "show", order).json["tasks"][0]["steps"][-1]
    (signed,) = step["signatures"]
    assert (signed["signer"], signed["meaning"], signed["method"]) == (
        "sun.li",
        "witnessed",
        "pin",
    )
