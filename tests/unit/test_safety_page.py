"""The hazard log names tests that are there: a control that nothing holds is only a hope."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "safety.md").read_text(encoding="utf-8")
HELD_BY = sorted(set(re.findall(r"`(tests/[^`]+)`", PAGE)))


@pytest.mark.parametrize("reference", HELD_BY)
def test_what_holds_a_hazard_is_there(reference: str) -> None:
    path, _, name = reference.partition("::")
    assert (ROOT / path).exists(), reference
    if name:
        assert f"def {name}(" in (ROOT / path).read_text(encoding="utf-8"), reference


def test_every_hazard_has_a_cause_a_control_a_test_and_what_is_left() -> None:
    rows = [line for line in PAGE.splitlines() if re.match(r"\| H\d+ \|", line)]
    assert len(rows) >= 18
    for number, row in enumerate(rows, start=1):
        cells = [cell.strip() for cell in row.strip("|").split("|")]
        assert cells[0] == f"H{number}"
        assert all(cells), row
        assert cells[3] in ("A", "B", "C")
        assert "`tests/" in cells[5], row
