"""An administrator keeps a ward safe by commands: backups, keys, encryption, the morning after."""

from __future__ import annotations

import os
import re
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from client.settings import Settings
from client.watch import LEASE
from client.wiring import SystemClock, build
from tests.end_to_end import hospital
from tests.end_to_end.command_line import Wardloop, say

if TYPE_CHECKING:
    from tests.end_to_end.command_line import Said

LIST = ("worklist", "--role", "nurse", "--user", "li.na")


@pytest.fixture
def ward(tmp_path: Path) -> Wardloop:
    return with_keys(hospital.told_hospital(tmp_path), tmp_path / "keys")


def with_keys(wardloop: Wardloop, folder: Path, **more: str) -> Wardloop:
    wardloop.environ = {"WARDLOOP_KEYS": str(folder), **more}
    return wardloop


def damage(file: Path) -> None:
    for beside in ("-wal", "-shm"):
        file.with_name(file.name + beside).unlink(missing_ok=True)
    size = file.stat().st_size
    with file.open("r+b") as opened:
        for page in range(4096 * 20, size - 4096, 4096 * 7):
            opened.seek(page)
            opened.write(b"\xa5" * 900)


def with_folder(ward: Wardloop) -> Path:
    folder = ward.folder / "copies"
    text = f'workstation = "test"\n[backup]\nfolder = "{folder}"\n'
    ward.settings.write_text(text, encoding="utf-8")
    return folder


# ---------------------------------------------------------------- backups
def test_the_morning_after_a_disk_failed(ward: Wardloop) -> None:
    folder = with_folder(ward)
    work = ward.does(*LIST)
    made = ward.does("db", "backup")
    assert Path(made["file"]).parent == folder
    assert ward.does("db", "backup", "list") == [made]
    damage(ward.file)
    said = ward(*LIST)
    assert said.code == 1
    assert "is damaged" in said.err
    command = re.search(r"`wardloop (db restore [^`]+)`", said.err)
    assert command is not None, "it says what to do"
    assert made["file"] in command[1]
    done = say(*command[1].split(), environ=ward.environ)
    assert done.code == 0, done.err
    assert "is kept as" in done.out
    assert ward.does(*LIST) == work
    assert ward.does("db", "verify")["holds"]


def test_a_damaged_ward_without_a_backup_says_so(ward: Wardloop) -> None:
    damage(ward.file)
    said = ward(*LIST)
    assert said.code == 1
    assert "No backup is known here" in said.err


def test_what_was_recorded_after_the_backup_is_counted(ward: Wardloop) -> None:
    backup = ward.does("db", "backup", "--out", str(ward.folder))["file"]
    before = ward.events()
    hospital.admitted(ward)
    later = ward.events() - before
    assert later > 0
    done = ward.does("db", "restore", backup, "--replace")
    assert done["lost"] == later
    assert ward.events() == before
    assert Path(done["kept"]).exists()


def test_a_backup_is_never_written_over_a_ward_unasked(ward: Wardloop) -> None:
    backup = ward.does("db", "backup", "--out", str(ward.folder))["file"]
    said = ward("db", "restore", backup, "--json")
    assert said.code == 1
    assert said.error["code"] == "STANDS_THERE"
    assert "--replace" in said.error["message"]


def test_a_dead_workstation_s_sealed_backup_opens_where_its_key_was_brought(
    ward: Wardloop, tmp_path: Path
) -> None:
    made = ward("db", "backup", "--encrypt", "--out", str(tmp_path / "copies"))
    assert "wardloop keys export backup" in made.out
    (backup,) = ward.does("db", "backup", "list", "--out", str(tmp_path / "copies"))
    ward.does("keys", "export", "backup", "--out", str(tmp_path / "safe.key"))
    new = with_keys(Wardloop(new_folder(tmp_path)), tmp_path / "other-keys")
    said = new("db", "restore", backup["file"], "--replace", "--json")
    assert said.error["code"] == "NO_KEY"
    assert "wardloop keys import backup" in said.error["message"]
    brought = new.does("keys", "import", "backup", "--file", str(tmp_path / "safe.key"))
    assert brought["id"] == backup["key"]
    new.does("db", "restore", backup["file"], "--replace")
    assert new.does(*LIST) == ward.does(*LIST)


def new_folder(folder: Path) -> Path:
    made = folder / "new-workstation"
    made.mkdir()
    return made


def test_who_made_a_backup_is_in_the_trail(ward: Wardloop) -> None:
    ward.does("db", "backup", "--out", str(ward.folder / "copies"), user="zhao.lei")
    entries = ward.does("audit", "show", "--by", "zhao.lei", "--action", "backup", user="zhao.lei")
    assert "db.backup" in str(entries)


def test_in_a_secured_ward_nobody_s_name_stands_by_a_backup_unproved(ward: Wardloop) -> None:
    typed = "river-under-stone\n"
    said = ward("user", "secret", "--json", user="zhao.lei", text=typed)
    assert said.code == 0, said.err
    out = str(ward.folder / "copies")
    said = ward("db", "backup", "--out", out, "--json", user="zhao.lei")
    assert said.error["code"] == "SECRET_NEEDED"
    assert ward.does("db", "backup", "list", "--out", out) == []
    backup = ward.does("db", "backup", "--out", out)["file"]
    ward.does("db", "restore", backup, "--replace", user="zhao.lei")
    asked = ("audit", "show", "--by", "zhao.lei", "--action", "backup", "--json")
    said = ward(*asked, user="zhao.lei", text=typed)
    assert said.code == 0, said.err
    assert "db." not in said.out


# ---------------------------------------------------------------- encryption
def test_a_plain_ward_becomes_an_encrypted_one_and_back(ward: Wardloop, tmp_path: Path) -> None:
    work = ward.does(*LIST)
    secret, again = tmp_path / "secret.db", tmp_path / "again.db"
    ward.does("db", "copy", "--to", str(secret), "--encrypted")
    assert b"SQLite format" not in secret.read_bytes()[:100]
    encrypted = {**ward.environ, "WARDLOOP_ENCRYPTED": "true"}

    def on(file: Path, *words: str, environ: dict[str, str]) -> Said:
        url = f"sqlite:///{file}"
        return say(*words, "--database", url, "--now", str(ward.now), environ=environ)

    assert on(secret, *LIST, "--json", environ=encrypted).json == work
    assert on(secret, "db", "verify", environ=encrypted).code == 0
    backup = on(secret, "db", "backup", "--out", str(tmp_path), "--json", environ=encrypted)
    assert b"SQLite format" not in Path(backup.json["file"]).read_bytes()[:100]
    nobody = {**encrypted, "WARDLOOP_KEYS": str(tmp_path / "nothing")}
    assert "wardloop keys import database" in on(secret, *LIST, environ=nobody).err
    assert "encrypted = true" in on(secret, *LIST, environ=ward.environ).err
    back = on(secret, "db", "copy", "--plain", "--to", str(again), environ=encrypted)
    assert back.code == 0, back.err
    assert on(again, *LIST, "--json", environ=ward.environ).json == work


def test_a_new_database_is_encrypted_from_its_first_byte(tmp_path: Path) -> None:
    environ = {"WARDLOOP_KEYS": str(tmp_path / "keys"), "WARDLOOP_ENCRYPTED": "true"}
    file = tmp_path / "ward.db"
    url = f"sqlite:///{file}"
    assert say("db", "upgrade", "--database", url, environ=environ).code == 0
    assert b"SQLite format" not in file.read_bytes()[:100]
    assert say("db", "verify", "--database", url, environ=environ).code == 0
    said = say("keys", "list", environ=environ)
    assert "database" in said.out
    assert "only its owner can read" in said.out


# ---------------------------------------------------------------- words
@pytest.mark.parametrize(
    ("words", "named"),
    [
        (("db", "backup"), "backup.folder"),
        (("db", "restore", "nothing.wlb"), "nothing.wlb is no file"),
        (("db", "restore", "nothing.wlb", "--to", "mysql://x"), "--to mysql://x"),
        (("db", "copy", "--to", "no/where.db"), "make the folder first"),
        (("keys", "export", "site", "--out", "no/where.key"), "no/where.key cannot be written"),
        (("keys", "export", "database", "--out", "a.key"), "is not on this workstation"),
        (("keys", "import", "backup", "--file", "no.key"), "no.key cannot be read"),
        (("keys", "export", "door"), "door"),
    ],
)
def test_bad_input_is_named(
    ward: Wardloop, words: tuple[str, ...], named: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ward.folder)
    ward.does("db", "copy", "--to", "made.db")  # a site key is made with the first use
    ward("audit", "seal", user="zhao.lei")
    said = ward(*words)
    assert said.code in {1, 2}
    assert named in said.err


def test_a_database_on_a_server_is_backed_up_there(ward: Wardloop) -> None:
    url = "postgresql+psycopg://ward@server/wardloop"
    said = say("db", "backup", "--out", "x", "--database", url, environ=ward.environ)
    assert said.code == 1
    assert "the server's own tools" in said.err


def test_the_doctor_says_how_old_the_last_backup_is(ward: Wardloop) -> None:
    ward.environ |= {**os.environ, "QT_QPA_PLATFORM": "offscreen", **ward.environ}

    def backups() -> tuple[str, str]:
        lines = {line["what"]: line for line in ward.does("doctor")["lines"]}
        return lines["backups"]["state"], lines["backups"]["found"]

    assert backups() == ("attention", "no folder for them is named")
    with_folder(ward)
    assert backups() == ("attention", "there is none")
    ward.does("db", "backup")
    state, found = backups()
    assert state == "ok"
    assert found.startswith("the last one that held is 0 min old")


def test_the_doctor_says_what_the_watch_told_and_where_keys_lie(ward: Wardloop) -> None:
    ward.environ |= {**os.environ, "QT_QPA_PLATFORM": "offscreen", **ward.environ}
    with_folder(ward)
    ward.does("db", "backup", "--encrypt")
    now = SystemClock().now()
    with closing(build(Settings(database=ward.url), clock=SystemClock())) as app:
        assert app.leases is not None
        app.leases.take(LEASE, "ws-1:7", now=now, lasts=timedelta(minutes=5))
        app.leases.tell(LEASE, "ws-1:7", {"backup_failed": "DISK_FULL"})
    found = {line["what"]: line for line in ward.does("doctor")["lines"]}
    assert found["backups"]["state"] == "attention"
    assert found["backups"]["found"].endswith("; the last try failed: DISK_FULL")
    assert "wardloop db backup" in found["backups"]["to_do"]
    assert found["keys"]["state"] == "attention"
    assert found["keys"]["found"].startswith("backup; in files")
    assert "The last try to make one failed: DISK_FULL." in ward("watch", "--show").out
    (ward.folder / "keys" / "backup.key").chmod(0o644)
    said = ward("doctor", "--json")
    assert said.code == 1, "a key that others can read stops work"
    assert "chmod 600" in said.out
