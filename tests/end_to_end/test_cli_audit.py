"""The trail by commands: who looked, what is unusual, seals, and what does not hold."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from client.watch import LASTS, LEASE
from client.wiring import SystemClock
from storage.store import open_store
from tests.end_to_end.command_line import Json, Wardloop
from tests.end_to_end.hospital import PATIENT, admitted, signed, told_hospital

MRN = str(PATIENT["mrn"])
MANAGER = {"user": "tang.mei", "name": "TANG, Mei", "roles": ["nursing_manager"]}
NAMESAKE = {"user": "wang.jun", "name": "WANG, Jun", "name_zh": "王军", "roles": ["nurse"]}


@pytest.fixture
def wardloop(tmp_path: Path) -> Wardloop:
    wardloop = told_hospital(tmp_path)
    wardloop.settings.write_text('workstation = "test"\nkeys = "keys"\n', encoding="utf-8")
    for person in (MANAGER, NAMESAKE):
        wardloop.does("user", "add", given=person, user="zhao.lei")
    admitted(wardloop)
    return wardloop


def trail(wardloop: Wardloop, *argv: str) -> Json:
    return wardloop.does("audit", "show", *argv, user="tang.mei")


def test_who_saw_and_who_changed_anything_of_a_patient(wardloop: Wardloop) -> None:
    order, _ = signed(wardloop)
    wardloop.does("order", "show", order, user="li.na")
    lines = trail(wardloop, "--patient", MRN)
    assert {line["user"] for line in lines if line["what"] == "order.show_order"} == {
        "chen.wei",
        "li.na",
    }
    changed = [line for line in lines if line["action"] == "recorded"]
    assert {"admitted", "order_placed", "step_recorded"} <= {line["what"] for line in changed}
    assert {line["workstation"] for line in lines} == {"test"}
    looked = {line["at"][:16] for line in lines if line["action"] == "read"}
    assert "2026-11-24T00:00" not in looked, "the trail goes by the true clock, not by --now"
    assert {line["mrn"] for line in lines} == {MRN}
    assert {line["ward"] for line in lines} == {"3A"}

    said = wardloop("audit", "show", "--patient", MRN, "--action", "read", user="tang.mei")
    assert said.code == 0
    assert "order.show_order" in said.out
    assert "order_placed" not in said.out
    again = trail(wardloop, "--by", "tang.mei")
    assert [line["what"] for line in again] == ["audit.show", "audit.show"]


def test_what_one_person_did_also_one_who_does_not_exist(wardloop: Wardloop) -> None:
    wardloop("order", "show", "none", user="ghost")
    (line,) = [one for one in trail(wardloop, "--by", "ghost") if one["what"] == "order.show_order"]
    assert (line["action"], line["outcome"]) == ("denied", "refused")
    assert line["detail"] == {"code": "NOT_FOUND"}
    words = wardloop("audit", "show", "--by", "nobody.at.all", user="tang.mei")
    assert words.out == "Nothing stands there.\n"
    cut = wardloop("audit", "show", "--by", "li.na", "--limit", "1", user="tang.mei")
    assert "There may be more" in cut.out


@pytest.mark.parametrize(
    ("argv", "code", "named"),
    [
        (("show",), 2, "whose?"),
        (("show", "--by", "x", "--action", "looked"), 2, "right is one of"),
        (("show", "--by", "x", "--limit", "-1"), 2, "1 or more"),
        (("show", "--patient", "999"), 1, "record number"),
        (("show", "--by", "x", "--from", "yesterday"), 1, "from"),
        (("unusual", "--from", "2026-01-02T00:00:00Z", "--to", "2026-01-01T00:00:00Z"), 1, "to"),
    ],
)
def test_a_wrong_question_is_named(
    wardloop: Wardloop, argv: tuple[str, ...], code: int, named: str
) -> None:
    said = wardloop("audit", *argv, user="tang.mei")
    assert said.code == code
    assert named in said.err


def test_a_nurse_may_not_look_into_the_trail_and_that_she_tried_stands_in_it(
    wardloop: Wardloop,
) -> None:
    for argv in (("show", "--by", "li.na"), ("unusual",), ("verify",), ("seal",)):
        assert wardloop("audit", *argv, user="sun.li").code == 1
    lines = trail(wardloop, "--by", "sun.li", "--action", "denied")
    assert len(lines) == 4


def test_a_namesake_is_listed_with_the_reason_in_words(wardloop: Wardloop) -> None:
    order, _ = signed(wardloop)
    wardloop.does("order", "show", order, user="wang.jun")
    (found,) = wardloop.does("audit", "unusual", user="tang.mei")
    assert (found["user"], found["mrn"], found["reasons"]) == ("wang.jun", MRN, ["same_surname"])
    words = wardloop("audit", "unusual", user="tang.mei").out
    assert "same surname" in words
    assert wardloop("audit", "unusual", "--by", "li.na", user="tang.mei").out == (
        "Nothing unusual.\n"
    )


def test_sealed_and_proved_from_then_on_only_what_is_new(wardloop: Wardloop) -> None:
    words = wardloop("audit", "verify", user="tang.mei").out
    assert "none: somebody could have written it anew" in words
    assert "would not be noticed" in words
    done = wardloop("audit", "seal", user="zhao.lei")
    assert done.out.startswith("Seal 1 stands over ")
    assert "which only its owner can read" in done.out
    first = wardloop.does("audit", "verify", user="tang.mei")
    assert (first["holds"], first["full"], first["seals"]) == (True, True, 1)
    wardloop.does("audit", "seal", user="zhao.lei")
    second = wardloop.does("audit", "verify", user="tang.mei")
    assert (second["full"], second["journal"]) == (False, 0)
    assert second["older_copy_told"] is True
    words = wardloop("audit", "verify", user="tang.mei").out
    assert "--full reads all again" in words
    full = wardloop.does("audit", "verify", "--full", user="tang.mei")
    assert full["journal"] > 10


def test_doctor_says_whether_the_trail_is_sealed(wardloop: Wardloop) -> None:
    def seals() -> str:
        said = wardloop("doctor", "--json")
        lines = {line["what"]: line for line in said.json["lines"]}
        return str(lines["seals"]["found"])

    assert seals() == "there is none"
    wardloop.does("audit", "seal", user="zhao.lei")
    assert seals() == "the last one is 0 min old"
    store = open_store(wardloop.url, clock=SystemClock())
    now = SystemClock().now()
    store.leases.take(LEASE, "ws:1", now=now, lasts=LASTS)
    store.leases.tell(LEASE, "ws:1", {"seal_failed": "SEALS_LOST"})
    store.close()
    assert seals() == "nothing can be sealed: SEALS_LOST"


def change(wardloop: Wardloop, statement: str) -> None:
    with closing(sqlite3.connect(wardloop.file)) as connection:
        (guard,) = connection.execute(
            "SELECT sql FROM sqlite_master WHERE name = 'journal_no_update'"
        ).fetchone()
        connection.execute("DROP TRIGGER journal_no_update")
        connection.execute(statement)
        connection.execute(guard)
        connection.commit()


def test_the_first_record_that_does_not_hold_is_named(wardloop: Wardloop) -> None:
    wardloop.does("audit", "seal", user="zhao.lei")
    change(wardloop, "UPDATE journal SET event_at = event_at + 1 WHERE kind = 'admitted'")
    said = wardloop("audit", "verify", "--json", user="tang.mei")
    assert said.code == 1
    assert said.error["code"] == "DOES_NOT_HOLD"
    (finding,) = said.error["findings"]
    assert finding["seq"] == 2
    assert "changed after it was sealed" in finding["what"]
    lines = trail(wardloop, "--by", "tang.mei", "--action", "verify")
    assert lines[0]["outcome"] == "refused"
    assert lines[0]["detail"]["seq"] == 2


def test_another_database_in_its_place_is_taken_only_anew(wardloop: Wardloop) -> None:
    wardloop.does("audit", "seal", user="zhao.lei")
    with closing(sqlite3.connect(wardloop.file)) as connection:
        connection.execute("DROP TRIGGER seals_no_delete")
        connection.execute("DELETE FROM seals")
        connection.commit()
    said = wardloop("audit", "seal", "--json", user="zhao.lei")
    assert said.error["code"] == "SEALS_LOST"
    done = wardloop.does("audit", "seal", "--anew", user="zhao.lei")
    assert done["seq"] == 1
