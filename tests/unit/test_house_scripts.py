"""The scripts that hold the house to its figures: coverage floors, benchmark ratchet, pins."""

import json
import re
import runpy
import tomllib
from pathlib import Path
from typing import Any

import pytest

from tests.house import ROOT


@pytest.fixture
def coverage() -> dict[str, Any]:
    return runpy.run_path(str(ROOT / "packaging" / "check_coverage.py"))


@pytest.fixture
def bench() -> dict[str, Any]:
    return runpy.run_path(str(ROOT / "tests" / "bench" / "run.py"))


def _report(path: Path, *, covered: int) -> Path:
    row = {
        "summary": {
            "covered_lines": covered,
            "num_statements": 10,
            "covered_branches": 0,
            "num_branches": 0,
        },
        "missing_lines": [7],
        "missing_branches": [[3, 5]],
    }
    path.write_text(json.dumps({"files": {"domain/loops.py": row}}), encoding="utf-8")
    return path


def test_a_package_below_its_floor_is_named_with_its_lines(
    coverage: dict[str, Any], tmp_path: Path
) -> None:
    files = coverage["read_report"](_report(tmp_path / "c.json", covered=9))
    _, faults = coverage["compare"](files, {"domain": 100})
    assert faults == [
        "domain: 90.00 % is below its floor of 100 %",
        "  domain/loops.py: lines [3, 7]",
    ]


def test_a_package_on_its_floor_passes(coverage: dict[str, Any], tmp_path: Path) -> None:
    files = coverage["read_report"](_report(tmp_path / "c.json", covered=9))
    measured, faults = coverage["compare"](files, {"domain": 90, "rules": 100})
    assert not faults
    assert measured == {"domain": 90.0, "rules": 100}


def test_a_floor_rises_and_never_falls(coverage: dict[str, Any]) -> None:
    assert coverage["raised"]({"client": 85, "storage": 85}, {"client": 92.7, "storage": 85.0}) == {
        "client": 92,
        "storage": 85,
    }
    assert coverage["raised"]({"client": 85}, {"client": 40.0}) == {"client": 85}


def test_domain_and_rules_are_held_at_all_branches() -> None:
    floors = tomllib.loads((ROOT / "tests" / "coverage_floors.toml").read_text(encoding="utf-8"))
    assert floors["domain"] == floors["rules"] == 100, "a branch there is a clinical decision"


def test_a_benchmark_that_fell_beyond_noise_is_named(bench: dict[str, Any]) -> None:
    figures = bench["figures_in"]("warming up\nrecord_step 0.50 of a bare insert\n")
    assert [(figure.name, figure.ratio, figure.note) for figure in figures] == [
        ("record_step", 0.5, "of a bare insert")
    ]
    assert bench["slower"](figures, {"record_step": 0.70})
    assert not bench["slower"](figures, {"record_step": 0.60})
    assert not bench["slower"](figures, {})


def test_the_ratchet_keeps_the_better_figure(bench: dict[str, Any]) -> None:
    figures = bench["figures_in"]("record_step 0.50\nworklist 0.90\n")
    assert bench["raised"](figures, {"record_step": 0.7}) == {"record_step": 0.7, "worklist": 0.9}


def test_a_benchmark_without_a_figure_fails(bench: dict[str, Any], tmp_path: Path) -> None:
    script = tmp_path / "bench_nothing.py"
    script.write_text("print('all fine')", encoding="utf-8")
    with pytest.raises(bench["BenchError"], match="gave no figure"):
        bench["measure"](script)


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt"])
def test_every_pin_has_a_hash_and_no_address(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    pins = re.findall(r"^[\w.-]+==[^\s]+ \\\n    --hash=sha256:[0-9a-f]{64}", text, re.MULTILINE)
    assert len(pins) == text.count("==") > 10
    assert "://" not in text


def test_the_pins_stand_for_the_ranges_of_the_project() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    names = r"^([\w.-]+)=="
    runtime = re.findall(
        names, (ROOT / "requirements.txt").read_text(encoding="utf-8"), re.MULTILINE
    )
    dev = re.findall(
        names, (ROOT / "requirements-dev.txt").read_text(encoding="utf-8"), re.MULTILINE
    )
    for wanted, pinned in (
        (project["dependencies"], runtime),
        (project["optional-dependencies"]["dev"], dev),
    ):
        plain = {re.sub(r"[-_.]+", "-", name).lower() for name in pinned}
        asked = {re.sub(r"[-_.]+", "-", re.split(r"[<>=~!]", row)[0]).lower() for row in wanted}
        assert asked <= plain
