"""Secrets at the command line: nobody acts in another's name."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.end_to_end import hospital
from tests.end_to_end.command_line import Said, Wardloop

ADMIN, FIRST, OWN = "river-under-stone", "given by the chief", "seven green lamps"


@pytest.fixture
def wardloop(tmp_path: Path) -> Wardloop:
    return hospital.told_hospital(tmp_path)


@pytest.fixture
def secured(wardloop: Wardloop) -> Wardloop:
    """The administrator has a secret, and li.na an own one."""
    enters(wardloop, "zhao.lei", ADMIN, "user", "secret")
    enters(wardloop, "zhao.lei", (ADMIN, FIRST), "user", "secret", "--for", "li.na")
    enters(wardloop, "li.na", (FIRST, OWN), "user", "secret")
    return wardloop


def lines(*secrets: str) -> str:
    return "".join(f"{secret}\n" for secret in secrets)


def enters(wardloop: Wardloop, user: str, secrets: str | Sequence[str], *argv: str) -> None:
    """A command that must succeed, with secrets on its standard input."""
    typed = (secrets,) if isinstance(secrets, str) else secrets
    said = wardloop(*argv, user=user, text=lines(*typed))
    assert said.code == 0, said.err


def kept(folder: Path, name: str, *secrets: str, mode: int = 0o600) -> str:
    file = folder / name
    file.write_text(lines(*secrets), encoding="utf-8")
    file.chmod(mode)
    return str(file)


def code(said: Said) -> str:
    assert said.code == 1, said.err
    return str(said.error["code"])


def test_securing_a_ward_says_who_may_act_no_more(wardloop: Wardloop) -> None:
    said = wardloop("user", "secret", "--json", user="zhao.lei", text=lines(ADMIN))
    assert said.code == 0, said.err
    assert {"li.na", "chen.wei"} <= set(said.json["without"])
    assert "zhao.lei" not in said.json["without"]
    assert code(wardloop("user", "list", "--json", user="li.na")) == "NO_SECRET"


def test_who_is_named_proves_it_before_anything_is_read(secured: Wardloop) -> None:
    for text, refusal in (
        (lines(OWN), None),
        ("", "SECRET_NEEDED"),
        (lines("not it"), "SECRET_WRONG"),
        (lines(ADMIN), "SECRET_WRONG"),
    ):
        said = secured("patient", "list", "--json", user="li.na", text=text)
        if refusal is None:
            assert said.code == 0, said.err
            continue
        assert code(said) == refusal
        assert said.out == ""
        assert OWN not in said.err


def test_a_secret_that_was_given_opens_nothing_else(secured: Wardloop) -> None:
    enters(secured, "zhao.lei", (ADMIN, FIRST), "user", "secret", "--for", "chen.wei")
    assert code(secured("user", "list", "--json", user="chen.wei", text=lines(FIRST))) == (
        "SECRET_EXPIRED"
    )


def test_what_is_written_waits_for_the_proof(secured: Wardloop, tmp_path: Path) -> None:
    before = secured.events()
    said = secured("patient", "admit", "--json", given=hospital.PATIENT, user="li.na")
    assert code(said) == "SECRET_NEEDED"
    assert secured.events() == before
    file = kept(tmp_path, "lina.secret", OWN)
    told = secured(
        "patient", "admit", "--json", "--secret-file", file, given=hospital.PATIENT, user="li.na"
    )
    assert told.code == 0, told.err
    assert secured.events() > before
    assert secured("db", "verify").code == 0


def test_a_secret_file_is_its_owners_only(secured: Wardloop, tmp_path: Path) -> None:
    file = kept(tmp_path, "lina.secret", OWN, mode=0o640)
    said = secured("user", "list", "--json", "--secret-file", file, user="li.na")
    assert said.code == 2
    assert said.error["field"] == "secret_file"
    assert f"chmod 600 {file}" in said.error["message"]
    missing = secured("user", "list", "--json", "--secret-file", f"{file}.no", user="li.na")
    assert missing.code == 2
    (tmp_path / "odd").write_bytes(b"\xff\xfe\n")
    (tmp_path / "odd").chmod(0o600)
    odd = secured("user", "list", "--json", "--secret-file", str(tmp_path / "odd"), user="li.na")
    assert odd.code == 2
    assert "UTF-8" in odd.error["message"]


def test_a_new_hospital_begins_with_its_administrators_secret(tmp_path: Path) -> None:
    wardloop = Wardloop(tmp_path)
    entry = tmp_path / "me.json"
    entry.write_text('{"user": "zhao.lei", "name": "ZHAO, L", "roles": ["administrator"]}')
    file = kept(tmp_path, "mine", ADMIN)
    add = ("user", "add", "--file", str(entry))
    simple = wardloop(*add, "--json", user="zhao.lei", text=lines("password"))
    assert simple.error["field"] == "new_secret"
    said = wardloop(*add, "--secret-file", file, user="zhao.lei")
    assert said.code == 0, said.err
    assert code(wardloop("user", "list", "--json", user="zhao.lei")) == "SECRET_NEEDED"

    nurse = {"user": "li.na", "name": "LI, Na", "roles": ["nurse"]}
    first = kept(tmp_path, "hers", "480291")
    options = ("--secret-file", file, "--new-secret-file", first, "--pin")
    told = wardloop("user", "add", *options, given=nurse, user="zhao.lei")
    assert told.code == 0, told.err
    enters(wardloop, "li.na", ("480291", "739264"), "user", "secret", "--pin")
    enters(wardloop, "li.na", "739264", "user", "list")


def test_without_a_secret_a_new_hospital_is_open(tmp_path: Path) -> None:
    wardloop = Wardloop(tmp_path)
    wardloop.does("user", "add", given=hospital.ADMINISTRATOR, user="zhao.lei")
    assert wardloop("user", "list", user="zhao.lei").code == 0
    new = kept(tmp_path, "new", FIRST)
    nurse = {"user": "li.na", "name": "LI, Na", "roles": ["nurse"]}
    said = wardloop("user", "add", "--json", "--new-secret-file", new, given=nurse, user="zhao.lei")
    assert code(said) == "SECRET_NOT_HERE"


def test_who_has_not_signed_in_does_not_learn_who_lies_here(secured: Wardloop) -> None:
    admit = ("patient", "admit", "--secret-file")
    file = kept(secured.folder, "lina.secret", OWN)
    told = secured(*admit, file, given=hospital.PATIENT, user="li.na")
    assert told.code == 0, told.err
    for mrn in (hospital.PATIENT["mrn"], "9999999999"):
        said = secured("risk", "show", "--patient", str(mrn), "--json", user="li.na")
        assert code(said) == "SECRET_NEEDED"
        assert secured("risk", "show", "--patient", str(mrn), "--json").code == 2


def test_an_import_into_a_secured_ward_is_an_administrators(
    secured: Wardloop, tmp_path: Path
) -> None:
    source = tmp_path / "mimic"
    source.mkdir()
    load = ("import", "mimic-iv", str(source), "--json")
    assert secured(*load).code == 2
    assert code(secured(*load, user="li.na", text=lines(OWN))) == "NOT_AUTHORISED"
    said = secured(*load, user="zhao.lei", text=lines(ADMIN))
    assert "NOT_AUTHORISED" not in said.err
    assert "SECRET" not in said.err


GUESS = """
import io, sys
from client.cli.main import run
print("READY", flush=True)
sys.stdin.readline()
for _ in range(4):
    err = io.StringIO()
    run(sys.argv[1:], stdin=io.StringIO("wrong\\n"), stdout=io.StringIO(), stderr=err, environ={})
    print("WRONG" if "not the password" in err.getvalue() else "LOCKED", flush=True)
"""


def test_two_processes_that_guess_at_a_time_have_three_tries_between_them(
    secured: Wardloop,
) -> None:
    argv = ["user", "list", "--user", "li.na", "--database", secured.url]
    argv += ["--settings", str(secured.settings)]
    guessers = [
        subprocess.Popen(
            [sys.executable, "-c", GUESS, *argv],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=Path(__file__).parents[2],
            env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
        )
        for _ in range(2)
    ]
    for one in guessers:
        assert one.stdout is not None
        assert one.stdout.readline() == "READY\n"
    for one in guessers:
        assert one.stdin is not None
        one.stdin.write("go\n")
        one.stdin.flush()
    told = [word for one in guessers for word in one.communicate()[0].split()]
    assert sorted(told) == ["LOCKED"] * 5 + ["WRONG"] * 3
    assert code(secured("user", "list", "--json", user="li.na", text=lines(OWN))) == "LOCKED_OUT"
