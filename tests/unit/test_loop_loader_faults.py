"""A wrong loop file is refused whole, and the person who wrote it is told file, line and reason."""

import tomllib
from pathlib import Path

import pytest

from domain.errors import DefinitionError
from rules.loops.loader import load_fields, load_loop

LOOPS = Path(__file__).parent.parent / "loops"
MILK = (LOOPS / "human_milk.toml").read_text(encoding="utf-8")
SUB_LOOP = (LOOPS / "feeding_reaction.toml").read_text(encoding="utf-8")
FIELDS = load_fields(LOOPS / "fields.toml")
FAULTS = tomllib.loads((Path(__file__).parent / "loop_faults.toml").read_text(encoding="utf-8"))


def refusal(folder: Path, text: str) -> DefinitionError:
    path = folder / "planted.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(DefinitionError) as caught:
        load_loop(path, fields=FIELDS)
    assert caught.value.file == "planted.toml"
    return caught.value


def edited(text: str, old: str, new: str) -> str:
    assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times"
    return text.replace(old, new)


def line_of(text: str, mark: str) -> int:
    assert text.count(mark) == 1, f"{mark!r} stands {text.count(mark)} times"
    return text[: text.index(mark)].count("\n") + 1


@pytest.mark.parametrize("fault", FAULTS["fault"], ids=lambda fault: fault["because"])
def test_a_planted_fault_is_refused_with_its_line_and_reason(
    fault: dict[str, str], tmp_path: Path
) -> None:
    text = edited(MILK, fault["old"], fault["new"])
    error = refusal(tmp_path, text)
    assert fault["because"] in error.reason
    assert error.line == (line_of(text, fault["at"]) if "at" in fault else 0)


def test_the_first_of_several_faults_is_named(tmp_path: Path) -> None:
    text = edited(MILK, 'no = "H4"', 'no = "H444x"').replace('level = "task"', 'level = "bed"', 1)
    assert refusal(tmp_path, text).line == line_of(text, 'level = "bed"')


def test_a_file_that_ends_in_the_middle_is_refused_at_its_last_line(tmp_path: Path) -> None:
    text = 'format = 1\nid = "half"\nsteps = ['
    assert refusal(tmp_path, text).line == 3


def test_a_file_that_is_not_utf8_or_not_there_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "gb.toml"
    path.write_bytes("zh = '母乳'".encode("gb18030"))
    for wrong in (path, tmp_path / "absent.toml"):
        with pytest.raises(DefinitionError, match="cannot be read") as caught:
            load_loop(wrong, fields=FIELDS)
        assert (caught.value.file, caught.value.line) == (wrong.name, 0)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("format = 1\nsteps = 7\n", "valid list"),
        ("format = 1\nsteps = [7]\n", "steps, row 1"),
        ("format = 1\nlimits = [{ profile = 3 }]\n", "profile.intl"),
    ],
)
def test_what_is_no_table_of_rows_is_refused_at_its_line(
    text: str, reason: str, tmp_path: Path
) -> None:
    error = refusal(tmp_path, text)
    assert reason in error.message
    assert error.line == 2


def test_a_sub_loop_has_no_order_of_its_own_to_record_steps_on(tmp_path: Path) -> None:
    text = SUB_LOOP.replace('level = "task", by = ["RN"]', 'level = "order", by = ["RN"]')
    error = refusal(tmp_path, text)
    assert error.line == line_of(text, 'level = "order"')
    assert "no order of its own" in error.reason
