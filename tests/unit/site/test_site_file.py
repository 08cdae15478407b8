"""A hospital's site file: what it says of itself, who approved it, and from when it holds."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from domain.errors import DefinitionError
from rules.site import Site, SiteError, in_force, lists_of, next_change, read_site

HEAD = """format = 1
version = "2026-12"
effective_from = 2026-12-01T08:00:00+08:00
approved_by = ["pharm.lead", "medical.affairs"]
note = "decided on 24 November"
"""
EIGHT = datetime(2026, 12, 1, 0, 0, tzinfo=UTC)


def written(folder: Path, text: str, name: str = "site.toml") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def read(folder: Path, text: str, name: str = "site.toml") -> Site:
    return read_site(written(folder, text, name))


def test_a_file_says_who_decided_what_from_when(tmp_path: Path) -> None:
    site = read(tmp_path, f'{HEAD}ward = "7A"\n[rules.M-05]\nroles = ["CN"]\n')
    assert (site.version, site.wards, site.effective_from) == ("2026-12", ("7A",), EIGHT)
    assert site.approved_by == ("pharm.lead", "medical.affairs")
    assert site.note == "decided on 24 November"
    assert site.summary == (
        "site.toml 2026-12; for 7A; rules; approved by pharm.lead, medical.affairs"
    )


def test_a_file_of_texts_needs_neither_version_nor_two_people(tmp_path: Path) -> None:
    site = read(tmp_path, 'format = 1\n[loops.medication.text]\nen = "Drugs"\n')
    assert (site.summary, site.wards) == ("site.toml; loops", ())
    assert site.in_force(EIGHT)
    assert read(tmp_path, "format = 1\n").summary == "site.toml; nothing"


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        ("format = 2\n", 1, "Input should be 1"),
        ("format = 1\ncolour = 3\n", 2, "unknown key 'colour'"),
        ("format = 1\nversion = 3\n", 2, "should be a valid string"),
        ("format = 1\neffective_from = 2026-12-01\n", 2, "is no instant; right would be 2026-12"),
        ("format = 1\neffective_from = 2026-12-01T08:00:00\n", 2, "2026-12-01T08:00:00+08:00"),
        ('format = 1\napproved_by = "one"\n', 2, "a list of texts"),
        ('format = 1\napproved_by = ["one", "one"]\n', 2, "stands twice"),
        ("format = 1\nloops = 5\n", 2, "should be a valid dictionary"),
        (f"{HEAD}[lists]\nblood_policy = 'any'\n", 7, "'compatible' or 'strict_same_group'"),
        (f"{HEAD}[lists]\ndrugs = []\n", 7, "right would be one of time_critical, blood_policy"),
    ],
)
def test_a_head_that_is_wrong_is_refused_with_its_line(
    text: str, line: int, reason: str, tmp_path: Path
) -> None:
    with pytest.raises(SiteError) as refused:
        read(tmp_path, text)
    assert reason in refused.value.reason
    assert (refused.value.file, refused.value.line) == ("site.toml", line)


@pytest.mark.parametrize(
    "part",
    [
        "[loops.medication.limits.TM06]\nwithin = [10, 60, 'due']",
        "[rules.M-05]\nroles = ['CN']",
        "[clors.orders]\nhigh_alert_a = 7000",
        "[lists]\ntime_critical = ['INS']",
    ],
)
def test_a_limit_a_rule_a_weight_and_a_list_are_changed_by_two_people(
    part: str, tmp_path: Path
) -> None:
    with pytest.raises(SiteError) as refused:
        read(tmp_path, f'format = 1\napproved_by = ["pharm.lead"]\n{part}\n')
    people, version = refused.value.faults
    assert "two people change" in people.reason
    assert 'right: approved_by = ["A", "B"]' in people.reason
    assert 'right: version = "2026-12"' in version.reason
    assert people.line == version.line == 3
    assert read(tmp_path, f"{HEAD}{part}\n").version == "2026-12"


@pytest.mark.parametrize(
    "part",
    ["[clors.orders]\nhigh_alert_a = 7000", "[lists]\ntime_critical = ['INS']", "[[knowledge]]"],
)
def test_what_holds_for_the_whole_site_stands_in_no_wards_file(part: str, tmp_path: Path) -> None:
    with pytest.raises(SiteError) as refused:
        read(tmp_path, f'{HEAD}ward = "7A"\n{part}\n')
    (fault,) = refused.value.faults
    assert "a file without ward" in fault.reason
    assert fault.line == 7


def test_a_file_that_is_no_toml_or_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DefinitionError, match="not TOML"):
        read(tmp_path, "format = = 1\n")
    with pytest.raises(DefinitionError, match="cannot be read"):
        read_site(tmp_path / "none.toml")


def test_a_file_holds_from_its_instant_on(tmp_path: Path) -> None:
    always = read(tmp_path, "format = 1\n", "always.toml")
    later = read(tmp_path, HEAD, "later.toml")
    last = read(tmp_path, HEAD.replace("12-01", "12-05"), "last.toml")
    sites = (always, later, last)
    before, after = EIGHT - timedelta(seconds=1), EIGHT + timedelta(days=9)
    assert in_force(sites, before) == (always,)
    assert in_force(sites, EIGHT) == (always, later)
    assert in_force(sites, after) == sites
    assert next_change(sites, before) == EIGHT
    assert next_change(sites, EIGHT) == EIGHT + timedelta(days=4)
    assert next_change(sites, after) is None


def test_lists_of_several_files_come_together_and_the_later_policy_holds(tmp_path: Path) -> None:
    first = read(
        tmp_path,
        f'{HEAD}[lists]\ntime_critical = ["INS"]\nblood_policy = "strict_same_group"\n',
        "first.toml",
    )
    second = read(tmp_path, f'{HEAD}[lists]\ntime_critical = ["LEVO", "INS"]\n', "second.toml")
    assert lists_of([]).blood_policy == "compatible"
    both = lists_of([first, second])
    assert both.time_critical == ("INS", "LEVO")
    assert both.blood_policy == "strict_same_group"
