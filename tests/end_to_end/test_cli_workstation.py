"""`doctor`, `settings example`, `db …`: what an administrator asks of a workstation."""

from __future__ import annotations

import json
import os
import sqlite3
import tomllib
from pathlib import Path

import pytest

from client.settings import Backups, Settings
from tests.end_to_end import hospital
from tests.end_to_end.command_line import Json, Wardloop, say


def lines(answer: Json) -> dict[str, dict[str, str]]:
    return {line["what"]: line for line in answer["lines"]}


def test_the_example_names_every_setting_and_can_be_used_as_it_is(tmp_path: Path) -> None:
    text = say("settings", "example").out
    file = tmp_path / "settings.toml"
    file.write_text(text, encoding="utf-8")
    assert say("loops", "list", "--settings", str(file)).code == 0
    said = [line.removeprefix("# ") for line in text.splitlines()]
    bare = tomllib.loads("\n".join(line for line in said if " = " in line or line.startswith("[")))
    assert set(bare) == set(Settings.model_fields)
    assert set(bare["backup"]) == set(Backups.model_fields)


def test_the_doctor_finds_a_well_database_and_says_what_is_missing(tmp_path: Path) -> None:
    wardloop = hospital.told_hospital(tmp_path)
    wardloop.environ = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    before = wardloop.events()
    found = lines(wardloop.does("doctor"))
    assert set(found) == {
        *("settings", "display", "fonts", "printers", "clock"),
        *("loops", "site", "disk", "database", "backups", "seals", "keys", "secrets"),
    }
    assert found["secrets"]["state"] == "attention", "anybody can act in any name here"
    assert found["database"]["state"] == "ok"
    assert found["display"]["state"] == "ok"
    assert found["loops"]["found"] == "9 loops hold", "every check that they name has code"
    assert found["site"]["found"].startswith("profile cn; configuration ")
    for line in found.values():
        assert line["state"] == "ok" or line["to_do"]
    assert wardloop.events() == before


def test_the_doctor_works_without_a_display(tmp_path: Path) -> None:
    wardloop = hospital.told_hospital(tmp_path)
    names = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    wardloop.environ = {name: text for name, text in os.environ.items() if name not in names}
    said = wardloop("doctor")
    assert said.code == 0
    assert "display: there is none" in said.out


def test_the_doctor_works_where_the_window_system_is_broken(tmp_path: Path) -> None:
    wardloop = hospital.told_hospital(tmp_path)
    wardloop.environ = {**os.environ, "QT_QPA_PLATFORM": "no-such-platform"}
    said = wardloop("doctor", "--json")
    assert said.code == 0
    display = lines(said.json)["display"]
    assert display["state"] == "attention"
    assert "no-such-platform" in display["found"]


def test_the_doctor_says_1_where_something_stops_work(tmp_path: Path) -> None:
    wardloop = hospital.told_hospital(tmp_path)
    wardloop.file.write_text("no database " * 50, encoding="utf-8")
    said = wardloop("doctor", "--json")
    assert said.code == 1
    assert lines(said.json)["database"]["state"] == "stops work"
    wardloop.settings.write_text("colour = 'red'\n", encoding="utf-8")
    settings = lines(wardloop("doctor", "--json").json)["settings"]
    assert settings["state"] == "stops work"
    assert "colour" in settings["found"] + settings["to_do"]


def test_the_doctor_makes_no_database(tmp_path: Path) -> None:
    file = tmp_path / "not yet" / "ward.db"
    found = lines(say("doctor", "--json", "--database", f"sqlite:///{file}").json)
    assert found["database"]["state"] == "ok"
    assert "not there yet" in found["database"]["found"]
    assert not file.parent.exists()


def test_the_doctor_finds_a_loop_file_of_the_hospital_that_is_wrong(tmp_path: Path) -> None:
    wardloop = hospital.told_hospital(tmp_path)
    own = tmp_path / "own"
    own.mkdir()
    (own / "mine.toml").write_text("format = 9\n", encoding="utf-8")
    wardloop.settings.write_text(f"loops = ['{own}']\n", encoding="utf-8")
    said = wardloop("doctor", "--json")
    assert said.code == 1
    assert "mine.toml:1: " in lines(said.json)["loops"]["found"]
    assert wardloop("patient", "list", user="li.na").code == 1


def test_a_new_database_is_made_by_upgrade_and_holds(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'new' / 'ward.db'}"
    made = say("db", "upgrade", "--database", url, "--json").json
    assert made["changed"]
    assert not say("db", "upgrade", "--database", url, "--json").json["changed"]
    assert say("db", "verify", "--database", url, "--json").json["events"] == 0


@pytest.mark.skipif(os.name != "posix", reason="rights of files are POSIX's")
def test_a_new_database_is_its_owners_and_the_doctor_tells_where_all_may_read_it(
    tmp_path: Path,
) -> None:
    wardloop = Wardloop(tmp_path)
    wardloop.file = tmp_path / "ward" / "ward.db"
    wardloop.url = f"sqlite:///{wardloop.file}"
    person = tmp_path / "me.json"
    person.write_text(json.dumps(hospital.ADMINISTRATOR), "utf-8")
    said = wardloop(
        *("user", "add", "--file", str(person)), user="zhao.lei", text="river-under-stone\n"
    )
    assert said.code == 0, said.err
    for path in (wardloop.file.parent, *wardloop.file.parent.iterdir()):
        assert not path.stat().st_mode & 0o077, f"others on the computer read {path.name}"
    assert "file" not in lines(wardloop.does("doctor"))
    wardloop.file.chmod(0o644)
    found = lines(wardloop.does("doctor"))["file"]
    assert (found["state"], found["to_do"]) == ("attention", f"chmod o-rwx {wardloop.file}")


def test_verify_writes_nothing_and_makes_no_database(tmp_path: Path) -> None:
    file = tmp_path / "ward.db"
    said = say("db", "verify", "--database", f"sqlite:///{file}", "--json")
    assert said.code == 1
    assert said.error["code"] == "NO_DATABASE"
    assert not file.exists()


@pytest.fixture
def damaged(tmp_path: Path) -> Wardloop:
    """A ward whose projection of a task was changed behind Wardloop's back."""
    wardloop = hospital.told_hospital(tmp_path)
    hospital.admitted(wardloop)
    hospital.signed(wardloop)
    connection = sqlite3.connect(wardloop.file)
    with connection:
        connection.execute("UPDATE patients SET name = 'SOMEBODY, Else'")
    connection.close()
    return wardloop


def test_verify_names_what_does_not_hold_and_rebuild_mends_it(damaged: Wardloop) -> None:
    said = damaged("db", "verify", "--json")
    assert said.code == 1
    assert said.error["code"] == "DOES_NOT_HOLD"
    assert said.error["findings"][0]["chain"] == "patients"
    assert damaged.does("db", "rebuild")["events"] == damaged.events()
    assert damaged.does("db", "verify")["holds"]
    (patient,) = damaged.does("patient", "list", user="li.na")
    assert patient["name"] == "WANG, Xiaoming"


def test_watch_makes_the_doses_of_the_days_to_come(tmp_path: Path) -> None:
    wardloop = hospital.told_hospital(tmp_path)
    hospital.admitted(wardloop)
    fields = {**hospital.DOSE, "dose_count": None}
    order = wardloop.does(
        "order", "draft", given={**hospital.AMOXICILLIN, "fields": fields}, user="chen.wei"
    )["order"]
    wardloop.does("order", "sign", given={"order": order}, user="chen.wei")
    first = len(wardloop.does("order", "show", order, user="li.na")["tasks"])
    wardloop.now = "2026-11-25T08:00:00+08:00"
    assert wardloop.does("watch", "--once")["orders"] == [order]
    later = len(wardloop.does("order", "show", order, user="li.na")["tasks"])
    assert later == first + 3
    before = wardloop.events()
    assert wardloop.does("watch", "--once")["orders"] == []
    assert wardloop.events() == before
