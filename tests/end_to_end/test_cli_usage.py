"""How the command line says no: wrong usage is 2, a refusal 1, always with what would be right."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from client.cli.progress import Progress
from tests.end_to_end import hospital
from tests.end_to_end.command_line import Wardloop, say

PROGRAM = Path(sys.executable).with_name("wardloop")


@pytest.fixture(scope="module")
def wardloop(tmp_path_factory: pytest.TempPathFactory) -> Wardloop:
    """A hospital that these tests only read."""
    told = hospital.told_hospital(tmp_path_factory.mktemp("ward"))
    hospital.admitted(told)
    return told


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        (["alert"], "invalid choice"),
        (["loops"], "which command?"),
        (["loops", "show"], "LOOP"),
        (["patient", "admit"], "--file"),
        (["worklist", "--colour"], "--colour"),
        (["alerts"], "which command?"),
        (["watch", "--once", "--show"], "not allowed with"),
        (["patient", "list"], "--user"),
        (["patient", "list", "--user", "li.na", "--now", "yesterday"], "--now: 'yesterday'"),
        (["patient", "list", "--user", "li.na", "--now", "2026-11-24T08:00:00"], "no time zone"),
        (["worklist", "--user", "li.na", "--role", "surgeon"], "charge_nurse"),
        (["loops", "check", "nowhere.toml"], "nowhere.toml is not there"),
        (["import", "mimic-iv", "nowhere"], "nowhere is no folder"),
        (["patient", "admit", "--file", "nowhere.json", "--user", "li.na"], "No such file"),
        (["loops", "draw", "medication", "--out", "nowhere/x.svg"], "cannot be written"),
    ],
)
def test_wrong_usage_is_2_and_says_what_would_be_right(
    tmp_path: Path, argv: list[str], said: str
) -> None:
    url = f"sqlite:///{tmp_path / 'ward.db'}"
    answer = say(*argv, "--database", url)
    assert (answer.code, answer.out) == (2, "")
    assert said in answer.err
    as_json = say(*argv, "--database", url, "--json")
    assert as_json.code == 2
    assert as_json.error["code"] == "USAGE"
    assert said in as_json.error["message"]


def test_a_refusal_has_code_message_field_and_findings(wardloop: Wardloop) -> None:
    taken = {**hospital.PATIENT, "mrn": "0088888888"}
    said = wardloop("patient", "admit", "--json", given=taken, user="li.na")
    assert said.code == 1
    assert said.out == ""
    assert said.error == {
        "code": "BED_TAKEN",
        "message": "Bed 01 of ward 3A is taken. Choose a free bed",
        "field": "bed",
        "findings": [],
    }


def test_a_role_that_may_not_is_told_which_may(wardloop: Wardloop) -> None:
    said = wardloop("user", "add", given={**hospital.PEOPLE[0], "user": "x"}, user="li.na")
    assert said.code == 1
    assert "administrator" in said.err


@pytest.mark.parametrize(
    ("argv", "field"),
    [
        (["order", "show", "no-such-order"], "order"),
        (["patient", "show", "--mrn", "0000000000"], "mrn"),
        (["patient", "show", "--encounter", "no-such-stay"], "encounter"),
        (["catalogue", "list", "spice"], "kind"),
        (["worklist", "--ward", "9Z"], "ward"),
    ],
)
def test_a_question_about_what_is_not_there_names_the_field(
    wardloop: Wardloop, argv: list[str], field: str
) -> None:
    said = wardloop(*argv, "--json", user="li.na")
    assert (said.code, said.out) == (1, "")
    assert said.error["field"] == field


def test_a_broken_file_names_line_and_column(wardloop: Wardloop, tmp_path: Path) -> None:
    file = tmp_path / "order.json"
    file.write_text('{\n  "mrn": "0012345678",\n  "kind" "medication"\n}\n', encoding="utf-8")
    said = wardloop("order", "draft", "--file", str(file), user="chen.wei")
    assert said.code == 1
    assert "order.json, line 3, column 10: not JSON" in said.err


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"mrn": "1", "mrn": "2"}', "mrn stands twice"),
        ('{"mrn": NaN}', "NaN is no number"),
        ("[" * 100_000, "nested too deeply"),
        (f'{{"mrn": {"9" * 5000}}}', "digits"),
        ("", "line 1, column 1"),
    ],
)
def test_json_that_could_mean_two_things_is_refused(
    wardloop: Wardloop, text: str, said: str
) -> None:
    answer = wardloop("patient", "admit", "--file", "-", user="li.na", text=text)
    assert answer.code == 1
    assert said in answer.err


def test_a_file_that_is_no_utf_8_is_refused(wardloop: Wardloop, tmp_path: Path) -> None:
    file = tmp_path / "patient.json"
    file.write_bytes('{"name": "王"}'.encode("gb18030"))
    said = wardloop("patient", "admit", "--file", str(file), user="li.na")
    assert said.code == 1
    assert "not UTF-8 at byte 10" in said.err


@pytest.mark.parametrize(
    ("change", "field", "right"),
    [
        ({"product": "ASPIRIN"}, "fields.product", "catalogue drug"),
        ({"product": None}, "fields.product", "product is missing"),
        ({"dose": 500}, "fields.dose", '{"value": "2.5", "unit": "mg"}'),
        ({"dose": "500"}, "fields.dose", "no unit"),
        ({"frequency": "when the moon is full"}, "fields.frequency", ""),
        ({"start": "2026-11-24T12:00:00"}, "fields.start", "no time zone"),
        ({"priority": "SOON"}, "fields.priority", "URGENT"),
        ({"colour": "red"}, "fields.colour", "order_class"),
        ({"dose_count": "1"}, "fields.dose_count", "a whole number"),
    ],
)
def test_a_wrong_field_of_an_order_is_named(
    wardloop: Wardloop, change: dict[str, object], field: str, right: str
) -> None:
    order = {**hospital.AMOXICILLIN, "fields": {**hospital.DOSE, **change}}
    before = wardloop.events()
    said = wardloop("order", "draft", "--json", given=order, user="chen.wei")
    assert said.code == 1
    assert said.error["field"] == field
    assert right in said.error["message"]
    assert wardloop.events() == before


@pytest.mark.parametrize(
    ("kind", "text", "said"),
    [
        ("drug", "code,name\nA,B\n", "missing columns ['name_zh']"),
        ("drug", "code,name,name_zh,colour\nA,B,C,D\n", "unknown columns ['colour']"),
        ("drug", "code,name,name_zh,high_alert\nA,B,C,maybe\n", "line 2: high_alert"),
        ("drug", "code,name,name_zh\nA,B,C\nA,B,C\n", "line 3: code: 'A' stands twice"),
        ("spice", "code,name,name_zh\nA,B,C\n", "examination"),
    ],
)
def test_a_wrong_catalogue_is_refused_whole(
    wardloop: Wardloop, kind: str, text: str, said: str
) -> None:
    before = wardloop.events()
    answer = wardloop("catalogue", "import", kind, given=text, user="zhao.lei")
    assert answer.code == 1
    assert said in answer.err
    assert wardloop.events() == before


def test_the_user_may_come_from_the_environment(wardloop: Wardloop) -> None:
    reading = Wardloop.__call__
    wardloop.environ["WARDLOOP_USER"] = "li.na"
    try:
        assert reading(wardloop, "patient", "list").code == 0
    finally:
        wardloop.environ.clear()
    assert reading(wardloop, "patient", "list").code == 2


def test_a_clock_before_the_last_record_is_refused_unless_rewound(tmp_path: Path) -> None:
    told = hospital.told_hospital(tmp_path)
    encounter = hospital.admitted(told)
    told.now = "2026-11-23T08:00:00+08:00"
    before = told.events()
    given = {"encounter": encounter, "ward": "3A", "bed": "02"}
    said = told("patient", "transfer", given=given, user="li.na")
    assert said.code == 1
    assert told.events() == before
    assert told("patient", "transfer", "--rewind", given=given, user="li.na").code == 0


def test_without_a_display_the_desktop_says_so_in_words() -> None:
    said = say(environ={})
    assert said.code == 1
    assert "There is no display here" in said.err
    assert "wardloop doctor" in said.err


def test_help_and_version_need_nothing() -> None:
    assert say("--version").out.startswith("wardloop 0.")
    said = say("--help")
    assert said.code == 0
    for group in ("patient", "order", "worklist", "loops", "doctor"):
        assert f"\n    {group} " in said.out
    assert "--now INSTANT" in say("order", "draft", "--help").out


def test_a_bar_is_shown_to_a_person_only() -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    terminal, pipe = Terminal(), io.StringIO()
    for stderr in (terminal, pipe):
        with Progress(stderr, "patients") as progress:
            progress.tell(1, 3)
            progress.tell(3, 3)
    assert "33 %  1 of 3 patients" in terminal.getvalue()
    assert terminal.getvalue().endswith("100 %  3 of 3 patients\n")
    assert pipe.getvalue() == ""


# ---------------------------------------------------------------- the real program
@pytest.mark.parametrize(
    "argv", [["--version"], ["--help"], ["timing", "expand"], ["barcode", "parse"]]
)
def test_a_quick_command_loads_nothing_heavy(argv: list[str]) -> None:
    """What takes long to load is loaded by the commands that need it: these start at once."""
    code = (
        "import sys; from client.cli.main import main; sys.argv = ['wardloop', *sys.argv[1:]]; "
        "main(); print(*sys.modules, file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, *argv], input="", capture_output=True, check=True, text=True
    )
    loaded = {name.split(".")[0] for name in done.stderr.split()}
    assert "argparse" in loaded
    heavy = {"PySide6", "alembic", "apscheduler", "pydantic", "reportlab", "sqlalchemy", "storage"}
    assert not loaded & heavy


def test_the_program_reads_and_writes_utf_8_in_any_locale(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'ward.db'}"
    given = json.dumps({**hospital.ADMINISTRATOR, "name_zh": "赵磊"}, ensure_ascii=False)
    settings = tmp_path / "settings.toml"
    settings.write_text("", encoding="utf-8")
    options = ["--database", url, "--settings", str(settings), "--user", "zhao.lei"]
    environ = {**os.environ, "LC_ALL": "C", "PYTHONIOENCODING": "latin-1"}
    added = subprocess.run(
        [PROGRAM, "user", "add", "--file", "-", *options],
        input=given.encode(),
        capture_output=True,
        check=False,
        env=environ,
    )
    assert added.returncode == 0, added.stderr
    listed = subprocess.run(
        [PROGRAM, *options, "user", "list"], capture_output=True, check=True, env=environ
    )
    assert "赵磊" in listed.stdout.decode()


def test_the_program_answers_every_line_even_one_that_is_no_text() -> None:
    lines = b'{"scan": "6901234567892"}\n{"scan": "\xff"}\n{"scan": "P00123"}\n'
    done = subprocess.run(
        [PROGRAM, "barcode", "parse"], input=lines, capture_output=True, check=True
    )
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert answers[0]["gtin"] == "06901234567892"
    assert answers[1]["error"]["field"] == "line"
    assert answers[2]["error"]["field"] == "scan"


def test_a_reader_who_has_seen_enough_is_no_fault() -> None:
    with subprocess.Popen(
        [PROGRAM, "loops", "show", "medication", "--json"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as reading:
        assert reading.stdout is not None
        assert reading.stderr is not None
        reading.stdout.read(1)
        reading.stdout.close()
        assert reading.stderr.read() == b""
        assert reading.wait() == 0


def test_what_the_system_refuses_is_told_in_words(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder", encoding="utf-8")
    url = f"sqlite:///{tmp_path / 'file' / 'ward.db'}"
    said = say("patient", "list", "--user", "li.na", "--database", url, "--json")
    assert said.code == 1
    assert "file" in said.error["message"]


def test_a_database_that_is_none_is_told_without_a_traceback(tmp_path: Path) -> None:
    file = tmp_path / "letter.db"
    file.write_text("Dear Sir or Madam, " * 100, encoding="utf-8")
    done = subprocess.run(
        [PROGRAM, "db", "verify", "--json", "--database", f"sqlite:///{file}"],
        capture_output=True,
        check=False,
        text=True,
    )
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert json.loads(done.stderr)["error"]["code"] == "NOT_A_DATABASE"
