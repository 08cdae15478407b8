"""`demo` and `import` on the command line; what they do is told in tests of their own."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from client.gateway.mimic.stays import TRANSFERS
from tests.end_to_end.command_line import Said, say
from tests.mimic_folder import STAY, TinyFolder, local


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Said]:
    """One hour with two patients."""
    out = tmp_path_factory.mktemp("demo") / "night"
    return out, say("demo", "--out", str(out), "--beds", "2", "--hours", "1", "--json")


def test_the_demo_says_what_it_played_and_leaves_a_ward_to_look_at(
    played: tuple[Path, Said],
) -> None:
    out, said = played
    assert said.code == 0, said.err
    assert said.json == json.loads((out / "summary.json").read_text(encoding="utf-8"))
    assert said.json["patients"] == 2
    url = f"sqlite:///{out / 'ward.sqlite3'}"
    assert say("db", "verify", "--database", url, "--json").json["holds"]


@pytest.mark.parametrize(
    ("option", "value", "field"), [("--beds", "0", "beds"), ("--hours", "99", "hours")]
)
def test_a_demo_that_cannot_be_played_is_refused(
    tmp_path: Path, option: str, value: str, field: str
) -> None:
    said = say("demo", "--out", str(tmp_path / "new"), option, value, "--json")
    assert (said.code, said.error["field"]) == (1, field)
    assert not (tmp_path / "new").exists()


def test_a_folder_that_is_not_empty_is_left_alone(tmp_path: Path) -> None:
    letter = tmp_path / "letter.txt"
    letter.write_text("keep me", encoding="utf-8")
    said = say("demo", "--out", str(tmp_path))
    assert said.code == 1
    assert "not empty" in said.err
    assert list(tmp_path.iterdir()) == [letter]


def test_an_offset_may_stand_by_itself_though_it_looks_like_an_option(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'ward.db'}"
    folder = tmp_path / "empty"
    folder.mkdir()
    import_it = ["import", "mimic-iv", str(folder), "--database", url, "--json"]
    for offset in (["--time-zone", "-05:00"], ["--time-zone=-05:00"], []):
        said = say(*import_it, *offset)
        assert said.code in (0, 1), said.err
        assert "--time-zone" not in said.err
    assert say(*import_it, "--time-zone", "New York").error["field"] == "time_zone"


def test_an_import_tells_what_became_of_every_row(tmp_path: Path) -> None:
    folder = tmp_path / "mimic"
    folder.mkdir()
    story = TinyFolder(folder)
    story.add(TRANSFERS, hadm_id=STAY, eventtype="admit", careunit="MICU", intime=local("06:00"))
    story.drug()
    story.write()
    url = f"sqlite:///{tmp_path / 'ward.db'}"
    said = say("import", "mimic-iv", str(folder), "--database", url)
    assert said.code == 0, said.err
    assert "hosp/transfers" in said.out
    assert "No row was set aside." in said.out
    assert "medication" in said.out
    assert say("db", "verify", "--database", url).code == 0
