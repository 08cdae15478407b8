"""The knowledge files: what ships is whole and says where it is from; a bad row is refused."""

from __future__ import annotations

import shutil
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from domain.alerts import AlertSeverity
from domain.analytes import in_stored_unit
from domain.errors import DefinitionError
from rules.knowledge import tables as of_a_day
from rules.knowledge.limit_rows import CriticalLimitRow
from rules.knowledge.loading import SHIPPED, load_knowledge
from rules.knowledge.result_limits import result_limits
from rules.knowledge.rows import AllergyRow, InteractionRow, MaxDoseRow
from rules.knowledge.tables import MODELS
from tests.unit.checks.patient_record import NOW, knowledge, tables

TODAY = NOW.date()


@pytest.mark.parametrize("table", MODELS)
def test_every_shipped_row_says_source_licence_status_and_day(table: str) -> None:
    rows = knowledge().rows[table]
    assert rows
    for row in rows:
        assert row.source
        assert row.licence
        assert row.version
        assert row.status == "draft"  # until a hospital has reviewed it (decision 37)
        assert row.effective_from <= TODAY
        assert "WHO" not in row.licence


def test_what_has_not_begun_says_nothing() -> None:
    before = knowledge().on(date(2026, 11, 23))
    assert before.of(InteractionRow) == ()
    assert knowledge().on(TODAY) is knowledge().on(TODAY)


def test_only_some_days_are_remembered() -> None:
    known = load_knowledge()
    days = [date(2026, 11, day) for day in range(1, 28)]
    assert [len(known.on(day).of(InteractionRow)) > 0 for day in days] == [
        day >= TODAY for day in days
    ]


@pytest.mark.parametrize(
    ("text", "ingredients"),
    [
        ("Amoxicillin and clavulanic acid capsules", ("amoxicillin", "clavulanate")),
        ("Potassium chloride SR tablet", ("potassium_chloride",)),
        ("acetaminophen 500", ("paracetamol",)),
        ("呋塞米注射液", ("furosemide",)),
        ("浓氯化钠注射液", ("concentrated_sodium_chloride",)),
        ("青霉素V钾片", ("phenoxymethylpenicillin",)),
        ("something else", ()),
        ("", ()),
    ],
)
def test_ingredients_are_found_in_a_products_name(text: str, ingredients: tuple[str, ...]) -> None:
    assert tables().ingredients_in(text) == ingredients


def test_names_of_products_are_forgotten_before_they_fill_the_memory(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(of_a_day, "_REMEMBERED", 1)
    known = load_knowledge().on(TODAY)
    for text in ("paracetamol of one name", "paracetamol of another"):
        assert known.ingredients_in(text) == ("paracetamol",)
    assert list(known.named) == ["paracetamol of another"]


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("Penicillin", "benzylpenicillin"),
        ("penicillins", "penicillins"),
        ("cephalosporin", "cephalosporins"),
        ("青霉素类", "penicillins"),
        ("阿莫西林", "amoxicillin"),
        ("NSAID", "nsaids"),
        ("peanut", ""),
    ],
)
def test_what_a_person_calls_a_substance(said: str, meant: str) -> None:
    assert tables().substance(said) == meant


@pytest.mark.parametrize(
    ("name", "twins"),
    [
        ("dopamine injection", ("dobutamine",)),
        ("泼尼松", ("泼尼松龙",)),
        ("泼尼松龙片", ("泼尼松",)),
        ("KCl", ()),
        ("potassium chloride", ("sodium chloride",)),
        ("aspirin", ()),
    ],
)
def test_names_that_are_taken_for_another(name: str, twins: tuple[str, ...]) -> None:
    assert tables().look_alikes(name) == twins


def planted(tmp_path: Path, table: str, old: str, new: str) -> tuple[Path, int]:
    """The shipped files with one fault; the line where it stands."""
    folder = tmp_path / "knowledge"
    folder.mkdir()
    for file in SHIPPED.glob("*.toml"):
        shutil.copy(file, folder)
    path = folder / f"{table}.toml"
    text = path.read_text(encoding="utf-8")
    assert text.count(old) >= 1, old
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return folder, text[: text.index(old)].count("\n") + 1


FAULTS = (
    ("interactions", 'precipitant = ["ppis"]', 'precipitant = ["ppi"]', "called 'ppi'"),
    ("max_doses", '["moderate_severe_liver_disease"]', '["tired"]', "'tired' is no condition"),
    ("interactions", 'severity = "S1", washout_days', 'severity = "S0", washout_days', "severity"),
    ("interactions", "washout_days = 14", "washout_days = -1", "washout_days"),
    ("interactions", 'worse = "S1", worse_when', "worse_when", "stand together"),
    ("groups", 'members = ["benzylpenicillin"', 'members = ["benzylpeniclin"', "benzylpeniclin"),
    ("max_doses", 'max_per_day = "4000"', "max_per_day = 4000.0", "max_per_day"),
    ("max_doses", 'unit = "mg", max_per_day = "4000"', 'max_per_day = "4000"', "unit"),
    ("max_doses", "max_days = 5", "max_days = 0", "max_days"),
    ("renal", 'at_least = "26", below = "51"', 'at_least = "52", below = "51"', "before it begins"),
    ("renal", "aki_from = 1,", "", "either below"),
    ("renal", 'verdict = "adjust"', 'verdict = "maybe"', "verdict"),
    ("high_alert", 'double_check = "C"', 'doublecheck = "C"', "unknown key"),
    ("pregnancy", 'state = "lactation"', 'state = "nursing"', "state"),
    ("look_alike", 'id = "en02"', 'id = "en01"', "twice"),
    ("allergies", 'zh = "同为青霉素类"', 'zh = ""', "both languages"),
    ("electrolytes", 'id = "k5"', 'id = "k6"', "k6"),
    ("thresholds", 'status = "draft"', 'status = "approved"', "approved_by"),
    ("critical_limits", 'version = "2026.11"\n', "", "version"),
    ("critical_limits", "format = 1", "format = 2", "format"),
    ("contrast", 'table = "contrast"', 'table = "kontrast"', "kontrast"),
    ("contrast", 'licence = "Apache', 'license = "Apache', "unknown key 'license'"),
    ("hold_limits", "rows = [", "rows = 7 # [", ""),
    ("incompatibilities", 'a = ["phenytoin"]', "a = 7", ""),
    ("duplicates", "least = 3", "least = 1", "least"),
    ("interactions", 'washout_for = { fluoxetine = "35" }', "washout_for = 35", "washout_for"),
)


@pytest.mark.parametrize(("table", "old", "new", "why"), FAULTS, ids=lambda one: str(one)[:24])
def test_a_planted_fault_is_refused_with_file_and_line(
    tmp_path: Path, table: str, old: str, new: str, why: str
) -> None:
    folder, line = planted(tmp_path, table, old, new)
    with pytest.raises(DefinitionError) as said:
        load_knowledge(shipped=folder)
    assert said.value.file == f"{table}.toml"
    assert why in said.value.reason
    if old not in ('version = "2026.11"\n', 'status = "draft"', "rows = ["):
        assert said.value.line == line


# ------------------------------------------------------------------ what a site changes
def changed(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "site.toml"
    path.write_text(text, encoding="utf-8")
    return path


def change(tmp_path: Path, action: str, more: str, by: str = '["ph.lead", "committee"]') -> Path:
    return changed(
        tmp_path,
        f'[[knowledge]]\naction = "{action}"\nreason = "our committee"\n'
        f"approved_by = {by}\napproved_at = 2026-11-24\n{more}\n",
    )


def onc08(path: Path) -> InteractionRow:
    rows = load_knowledge(overlays=[path]).on(TODAY).of(InteractionRow)
    return next(row for row in rows if row.id == "onc08")


def test_a_site_approves_a_table_and_its_rows_bind(tmp_path: Path) -> None:
    path = change(tmp_path, "approve", 'table = "interactions"')
    rows = load_knowledge(overlays=[path]).on(TODAY).of(InteractionRow)
    assert {row.status for row in rows} == {"approved"}
    assert rows[0].approved_by == ("ph.lead", "committee")
    one = change(tmp_path, "approve", 'table = "interactions"\nid = "onc08"')
    statuses = {
        row.id: row.status for row in load_knowledge(overlays=[one]).on(TODAY).of(InteractionRow)
    }
    assert statuses["onc08"] == "approved"
    assert statuses["onc07"] == "draft"


def test_the_strictest_wins_unless_a_site_relaxes_with_a_reason(tmp_path: Path) -> None:
    milder = 'table = "interactions"\nid = "onc08"\nrow = { severity = "S3" }\n'
    assert onc08(change(tmp_path, "modify", milder)).severity is AlertSeverity.S2
    assert onc08(change(tmp_path, "modify", f"{milder}relax = true")).severity is AlertSeverity.S3
    graver = 'table = "interactions"\nid = "onc08"\nrow = { severity = "S1" }\n'
    assert onc08(change(tmp_path, "modify", graver)).severity is AlertSeverity.S1
    fewer = 'table = "interactions"\nid = "onc08"\nrow = { object = ["amiodarone"] }\n'
    assert onc08(change(tmp_path, "modify", fewer)).object == ("qt_known_risk",)
    more = 'table = "interactions"\nid = "onc08"\nrow = { object = ["qt_known_risk", "opium"] }\n'
    assert onc08(change(tmp_path, "modify", more)).object == ("qt_known_risk", "opium")
    shorter = 'table = "interactions"\nid = "onc01"\nrow = { washout_days = 7, en = "x", zh = "x" }'
    path = change(tmp_path, "modify", shorter)
    rows = load_knowledge(overlays=[path]).on(TODAY).of(InteractionRow)
    assert next(row for row in rows if row.id == "onc01").washout_days == 14


@pytest.mark.parametrize(
    ("keys", "most"),
    [('max_per_day = "5000"', "4000"), ('max_per_day = "3000"', "3000")],
)
def test_a_dose_may_be_lowered_but_not_raised_in_silence(
    tmp_path: Path, keys: str, most: str
) -> None:
    path = change(
        tmp_path, "modify", f'table = "max_doses"\nid = "paracetamol"\nrow = {{ {keys} }}'
    )
    rows = load_knowledge(overlays=[path]).on(TODAY).of(MaxDoseRow)
    assert str(next(row for row in rows if row.id == "paracetamol").max_per_day) == most


def test_a_later_version_waits_for_its_day(tmp_path: Path) -> None:
    more = (
        'table = "critical_limits"\nid = "potassium"\n'
        'row = { low = "3.0", effective_from = 2027-01-01 }'
    )
    known = load_knowledge(overlays=[change(tmp_path, "modify", more)])

    def low(day: date) -> str:
        rows = known.on(day).of(CriticalLimitRow)
        return str(next(row for row in rows if row.id == "potassium").low)

    assert low(date(2026, 12, 31)) == "2.8"
    assert low(date(2027, 1, 1)) == "3.0"


def test_a_site_adds_a_row_of_its_own(tmp_path: Path) -> None:
    row = 'row = { id = "ours", kind = "cross", allergen = ["aspirin"], drug = ["heparin"], severity = "S3" }'  # noqa: E501 - a row is one line
    path = change(tmp_path, "add", f'table = "allergies"\n{row}')
    rows = load_knowledge(overlays=[path]).on(TODAY).of(AllergyRow)
    ours = next(row for row in rows if row.id == "ours")
    assert ours.status == "approved"
    assert ours.licence == "the hospital's own"
    unsigned = change(tmp_path, "add", f'table = "allergies"\n{row}', by="[]")
    rows = load_knowledge(overlays=[unsigned]).on(TODAY).of(AllergyRow)
    assert next(row for row in rows if row.id == "ours").status == "draft"


def test_a_rule_is_switched_off_until_a_day(tmp_path: Path) -> None:
    more = 'table = "interactions"\nid = "onc02"\nexpires = 2027-11-24'
    known = load_knowledge(overlays=[change(tmp_path, "disable", more)])

    def there(day: date) -> bool:
        return any(row.id == "onc02" for row in known.on(day).of(InteractionRow))

    assert not there(TODAY)
    assert not there(date(2027, 11, 24))
    assert there(date(2027, 11, 25))


def test_a_lighter_rule_is_switched_off_by_one_person(tmp_path: Path) -> None:
    more = 'table = "interactions"\nid = "onc08"\nexpires = 2030-01-01'
    known = load_knowledge(overlays=[change(tmp_path, "disable", more, by='["ph.lead"]')])
    assert not any(row.id == "onc08" for row in known.on(TODAY).of(InteractionRow))


BAD = (
    (
        "disable",
        'table = "interactions"\nid = "onc02"\nexpires = 2027-11-24',
        '["one"]',
        "two people",
    ),
    (
        "disable",
        'table = "interactions"\nid = "onc02"\nexpires = 2027-11-24',
        '["one", "one"]',
        "twice",
    ),
    ("disable", 'table = "interactions"\nid = "onc02"\nexpires = 2027-11-25', '["a", "b"]', "365"),
    ("disable", 'table = "interactions"\nid = "onc02"', '["a", "b"]', "expires"),
    ("disable", 'table = "interactions"\nid = "onc99"\nexpires = 2027-01-01', '["a"]', "no row"),
    (
        "modify",
        'table = "interactions"\nid = "onc02"\nrow = { status = "draft" }',
        '["a"]',
        "status",
    ),
    (
        "modify",
        'table = "interactions"\nid = "onc02"\nrow = { sevrity = "S2" }',
        '["a"]',
        "sevrity",
    ),
    (
        "modify",
        'table = "max_doses"\nid = "paracetamol"\nrow = { max_per_day = "a lot" }',
        '["a"]',
        "max_per_day",
    ),
    ("add", 'table = "look_alike"\nrow = { id = "en01", names = ["a", "b"] }', '["a"]', "already"),
    ("add", 'table = "look_alike"\nrow = { id = "ours" }', '["a"]', "names"),
    ("add", 'table = "prices"\nrow = { id = "ours" }', '["a"]', "no table"),
    ("add", 'table = "groups"\nrow = { id = "ours", members = ["coffee"] }', '["a"]', "coffee"),
    ("drop", 'table = "groups"', '["a"]', "action"),
)


@pytest.mark.parametrize(("action", "more", "by", "why"), BAD, ids=lambda one: str(one)[:30])
def test_a_change_that_may_not_be_made_is_refused_in_the_sites_file(
    tmp_path: Path, action: str, more: str, by: str, why: str
) -> None:
    with pytest.raises(DefinitionError) as said:
        load_knowledge(overlays=[change(tmp_path, action, more, by)])
    assert why in said.value.reason
    assert said.value.line > 0


def test_a_value_that_is_taken_away_is_milder(tmp_path: Path) -> None:
    site = 'table = "critical_limits"\nid = "sodium"\nrow = { high = "150" }'
    path = change(tmp_path, "modify", site)
    rows = load_knowledge(overlays=[path]).on(TODAY).of(CriticalLimitRow)
    assert str(next(row for row in rows if row.id == "sodium").high) == "150"


def test_knowledge_that_is_no_list_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DefinitionError, match="tables"):
        load_knowledge(overlays=[changed(tmp_path, "knowledge = 7\n")])


def test_a_table_without_rows_is_refused(tmp_path: Path) -> None:
    folder, _ = planted(tmp_path, "contrast", "format = 1", "format = 1")
    (folder / "contrast.toml").write_text('format = 1\ntable = "contrast"\nrows = 7\n', "utf-8")
    with pytest.raises(DefinitionError, match="a list of rows"):
        load_knowledge(shipped=folder)


def test_changes_of_several_tables_stand_in_one_file(tmp_path: Path) -> None:
    first = change(tmp_path, "approve", 'table = "interactions"').read_text(encoding="utf-8")
    added = 'table = "ingredients"\nrow = { id = "our_tonic", also = ["Elixir 7"] }'
    second = change(tmp_path, "add", added).read_text(encoding="utf-8")
    known = load_knowledge(overlays=[changed(tmp_path, first + second)]).on(TODAY)
    assert {row.status for row in known.of(InteractionRow)} == {"approved"}
    assert known.ingredients_in("elixir 7 drops") == ("our_tonic",)


def test_what_a_site_changes_changes_the_hash(tmp_path: Path) -> None:
    path = change(tmp_path, "approve", 'table = "interactions"')
    assert load_knowledge(overlays=[path]).sha256 != knowledge().sha256
    assert load_knowledge().sha256 == knowledge().sha256


def test_a_site_gives_troponin_the_cut_off_of_its_assay(tmp_path: Path) -> None:
    assert result_limits(knowledge)("troponin", TODAY) is None
    row = (
        'row = { id = "troponin", observation = "troponin", names = ["TnT"], unit = "ng/L", '
        'high = "52", en = "high-sensitivity troponin T", zh = "超敏肌钙蛋白T" }'
    )
    path = change(tmp_path, "add", f'table = "critical_limits"\n{row}')
    limits = result_limits(lambda: load_knowledge(overlays=[path]))("troponin", TODAY)
    assert limits is not None
    stored = in_stored_unit("troponin", Decimal("0.06"), "ug/L")
    assert stored == 60
    assert limits.crossed(stored) == "> 52"
