"""A hospital's own numbers: what may be edited, how far, and how a fault is named."""

from __future__ import annotations

from pathlib import Path

import pytest

from domain.errors import DefinitionError
from rules.risk import RiskInputs, read_model, risk_of, shipped_model
from rules.risk_table import SHIPPED

TEXT = SHIPPED.read_text(encoding="utf-8")
MORSE_50 = RiskInputs(morse=50)


def line_of(start: str) -> int:
    return next(n for n, line in enumerate(TEXT.splitlines(), 1) if line.startswith(start))


def refused(folder: Path, old: str, new: str) -> DefinitionError:
    """The fault of the shipped file with one text replaced."""
    assert TEXT.count(old) == 1
    file = folder / "ours.toml"
    file.write_text(TEXT.replace(old, new), encoding="utf-8")
    with pytest.raises(DefinitionError) as raised:
        read_model(file)
    assert raised.value.file == "ours.toml"
    return raised.value


def test_a_hospital_may_edit_a_weight_by_half(tmp_path: Path) -> None:
    file = tmp_path / "ours.toml"
    for value in (1_000, 3_000):
        changed = TEXT.replace("high_alert_c = 2_000", f"high_alert_c = {value}")
        file.write_text(changed, encoding="utf-8")
        assert read_model(file).orders["high_alert_c", "none"] == value


def test_the_cut_of_morse_is_the_hospitals(tmp_path: Path) -> None:
    file = tmp_path / "ours.toml"
    file.write_text(TEXT.replace("morse_high_cut = 45", "morse_high_cut = 51"), encoding="utf-8")
    assert risk_of(MORSE_50, read_model(file)).hazard == 0
    assert risk_of(MORSE_50).hazard == 1000


def test_a_comment_makes_no_other_model_and_a_number_does(tmp_path: Path) -> None:
    file = tmp_path / "ours.toml"
    file.write_text(f"# reviewed by the committee\n{TEXT}", encoding="utf-8")
    assert read_model(file).config_sha256 == shipped_model().config_sha256
    first, second = "aki_1 = 4_000\n", "aki_2 = 8_000\n"
    file.write_text(TEXT.replace(first + second, second + first), encoding="utf-8")
    assert read_model(file).config_sha256 == shipped_model().config_sha256
    file.write_text(TEXT.replace("aki_1 = 4_000", "aki_1 = 4_001"), encoding="utf-8")
    assert read_model(file).config_sha256 != shipped_model().config_sha256


@pytest.mark.parametrize(
    ("old", "new", "row", "reason"),
    [
        (
            "ddi_major = 6_000",
            "ddi_major = 9_001",
            "ddi_major",
            "orders: ddi_major: 9001 is out of reach; right: 3000 to 9000",
        ),
        (
            "aki_3 = 14_000",
            "aki_3 = 6_999",
            "aki_3",
            "acute: aki_3: 6999 is out of reach; right: 7000 to 21000",
        ),
        (
            "age_85 = 4_500",
            "age_85 = 2_999",
            "age_85",
            "baseline: age_85: 2999 is less than age_75; right would be 3000 or more",
        ),
        ("high = 8_000", "high = -8_000", "high = ", "loops: high: -8000 is out of reach"),
        (
            "baseline = 10_000",
            "baseline = 11_000",
            "caps",
            "locked.caps: baseline: 11000 is locked; right would be 10000",
        ),
        ("26_000, 32_000", "25_000, 32_000", "news2 =", "locked: news2: [0, 2000, 4000"),
        ("critical = 60 }", "critical = 61 }", "bands", "critical: 61 is locked"),
        ('model = "clors@1.0"', 'model = "clors@2"', "model", "is locked"),
        ("dose_over_100 =", "dose_over_101 =", "dose_over_101", "unknown key 'dose_over_101'"),
        ("scale = 50_000", "scale = 50.5", "scale", "scale: 50.5: "),
        ("qtc_470 = 6_000", 'qtc_470 = "6"', "qtc_470", "qtc_470: '6': "),
    ],
)
def test_what_may_not_be_edited_is_refused_by_line_and_reason(
    tmp_path: Path, old: str, new: str, row: str, reason: str
) -> None:
    fault = refused(tmp_path, old, new)
    changed = TEXT.replace(old, new).splitlines()
    assert fault.line == next(n for n, line in enumerate(changed, 1) if line.startswith(row))
    assert reason in fault.reason


def test_a_graver_interaction_never_counts_less_than_a_lighter_one(tmp_path: Path) -> None:
    file = tmp_path / "ours.toml"
    text = TEXT.replace("ddi_major = 6_000", "ddi_major = 9_000")
    file.write_text(text, encoding="utf-8")
    assert read_model(file).orders["ddi_major", "none"] == 9000
    file.write_text(text.replace("cated = 14_000 ", "cated = 8_999 "), encoding="utf-8")
    with pytest.raises(DefinitionError) as raised:
        read_model(file)
    assert raised.value.reason.startswith("orders: ddi_contraindicated: 8999 is less than")


def test_a_missing_weight_has_no_default(tmp_path: Path) -> None:
    fault = refused(tmp_path, "iv_incompatible = 8_000\n", "")
    assert fault.line == line_of("[orders]")
    assert "the key 'iv_incompatible' is missing" in fault.reason
    assert "is missing" in refused(tmp_path, "low = 1_000\n", "").reason


def test_of_several_faults_the_first_of_the_file_is_named(tmp_path: Path) -> None:
    file = tmp_path / "ours.toml"
    text = TEXT.replace("qtc_500 = 14_000", "qtc_500 = 1").replace("aki_2 = 8_000", "aki_2 = 1")
    file.write_text(text, encoding="utf-8")
    with pytest.raises(DefinitionError) as raised:
        read_model(file)
    assert raised.value.line == line_of("aki_2")


def test_a_file_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(DefinitionError):
        read_model(tmp_path / "absent.toml")
