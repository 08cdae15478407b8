"""The loops of a hospital stand together: the shipped ones, its own, and the checks they name."""

from pathlib import Path

import pytest

from domain.errors import DefinitionError, NotFound
from domain.findings import Finding, Severity
from domain.loops.loops import Loops
from rules.loops.loader import SHIPPED, load_fields, load_loop, load_loops
from rules.loops.proofs import unregistered_checks

LOOPS = Path(__file__).parent.parent / "loops"
MILK = LOOPS / "human_milk.toml"
SHIPPED_LOOPS = [path for path in sorted(SHIPPED.glob("*.toml")) if path.name != "fields.toml"]


@pytest.fixture(scope="module")
def loops() -> Loops:
    return load_loops(shipped=LOOPS)


def write(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def test_a_kind_that_no_loop_bears_is_refused_with_those_that_there_are(loops: Loops) -> None:
    with pytest.raises(NotFound, match="feeding_reaction, human_milk") as caught:
        loops.get("massage")
    assert caught.value.field == "kind"
    assert [loop.id for loop in loops] == ["feeding_reaction", "human_milk"]
    assert len(loops) == 2


def test_the_fields_of_all_files_are_known_together(loops: Loops) -> None:
    assert loops.fields["feed_volume"].unit == "mL"
    assert loops.fields["priority"].choices[0] == "STAT"


def test_checks_are_bound_by_name_and_those_without_code_are_listed() -> None:
    def active(_context: object) -> Finding | None:
        return Finding("encounter_active", Severity.STOP, "not in hospital")

    loops = load_loops(shipped=LOOPS, checks={"encounter_active": active})
    assert loops.checks["encounter_active"] is active
    milk = loops.get("human_milk")
    assert unregistered_checks(milk, loops.checks) == ("right_patient", "right_item", "expiry")
    assert unregistered_checks(loops.get("feeding_reaction"), ()) == ()


def test_a_folder_of_the_site_adds_its_loops(tmp_path: Path) -> None:
    own = tmp_path / "own"
    own.mkdir()
    text = (LOOPS / "feeding_reaction.toml").read_text(encoding="utf-8")
    write(
        own / "fall.toml", text.replace('"feeding_reaction"', '"fall"').replace("feedr_", "fall_")
    )
    loops = load_loops(shipped=LOOPS, folders=(own,))
    assert [loop.id for loop in loops] == ["fall", "feeding_reaction", "human_milk"]
    assert loops.sha256 != load_loops(shipped=LOOPS).sha256


@pytest.mark.parametrize(
    ("old", "new", "line", "reason"),
    [
        ("feedr_", "other_", 3, "'feeding_reaction' is taken by feeding_reaction.toml"),
        ('"feeding_reaction"', '"fall"', 4, "'feedr_' is taken by feeding_reaction.toml"),
    ],
)
def test_two_loops_of_one_name_or_prefix_are_refused(
    old: str, new: str, line: int, reason: str, tmp_path: Path
) -> None:
    text = (LOOPS / "feeding_reaction.toml").read_text(encoding="utf-8")
    write(tmp_path / "second.toml", text.replace(old, new))
    with pytest.raises(DefinitionError) as caught:
        load_loops(shipped=LOOPS, folders=(tmp_path,))
    assert reason in caught.value.reason
    assert (caught.value.file, caught.value.line) == ("second.toml", line)


def test_a_field_has_one_meaning_in_all_loops(tmp_path: Path) -> None:
    text = MILK.read_text(encoding="utf-8")
    text = text.replace('"human_milk"', '"donor_milk"').replace('"milk_"', '"donor_"')
    write(tmp_path / "donor.toml", text)
    assert len(load_loops(shipped=LOOPS, folders=(tmp_path,))) == 3
    changed = text.replace('en = "Fortifier"', 'en = "Powder"')
    write(tmp_path / "donor.toml", changed)
    with pytest.raises(
        DefinitionError, match="another loop declares the field 'fortifier'"
    ) as caught:
        load_loops(shipped=LOOPS, folders=(tmp_path,))
    assert caught.value.line == changed[: changed.index('en = "Powder"')].count("\n") + 1


def test_a_child_opens_only_a_loop_that_there_is(tmp_path: Path) -> None:
    write(tmp_path / "fields.toml", (LOOPS / "fields.toml").read_text(encoding="utf-8"))
    text = MILK.read_text(encoding="utf-8")
    write(tmp_path / "human_milk.toml", text)
    with pytest.raises(DefinitionError, match="no loop made by a result is 'feeding_r") as caught:
        load_loops(shipped=tmp_path)
    assert caught.value.line == text[: text.index('"loop:feeding')].count("\n") + 1


@pytest.mark.parametrize("path", SHIPPED_LOOPS, ids=lambda path: path.stem)
def test_a_shipped_loop_is_right_under_each_profile(path: Path) -> None:
    fields = load_fields()
    for profile in ("cn", "intl"):
        assert load_loop(path, fields=fields, profile=profile).id == path.stem


def test_the_eight_shipped_loops_stand_together_and_a_ninth_beside_them(tmp_path: Path) -> None:
    for name in ("human_milk.toml", "feeding_reaction.toml"):
        write(tmp_path / name, (LOOPS / name).read_text(encoding="utf-8"))
    shipped = load_loops()
    assert [loop.id for loop in shipped] == [
        "adverse_reaction",
        "critical_value",
        "examination",
        "medication",
        "medication_return",
        "patch_removal",
        "test",
        "transfusion",
        "transfusion_reaction",
    ]
    with_ninth = load_loops(folders=(tmp_path,))
    assert {loop.id for loop in with_ninth} - {loop.id for loop in shipped} == {
        "feeding_reaction",
        "human_milk",
    }
    assert all(with_ninth.get(loop.id).sha256 == loop.sha256 for loop in shipped)


@pytest.mark.parametrize("path", SHIPPED_LOOPS, ids=lambda path: path.stem)
def test_a_row_written_on_one_line_is_named_by_that_line(path: Path, tmp_path: Path) -> None:
    lines = path.read_text(encoding="utf-8").splitlines()
    number = next(n for n, line in enumerate(lines) if '{ no = "' in line and "after = " in line)
    lines[number] = lines[number].replace("after = [", 'after = ["Z9", ', 1)
    with pytest.raises(DefinitionError, match="unknown step 'Z9'") as caught:
        load_loop(write(tmp_path / path.name, "\n".join(lines)), fields=load_fields())
    assert (caught.value.file, caught.value.line) == (path.name, number + 1)
