"""Every row of the specification that is built names its file and its tests (decision 47)."""

from __future__ import annotations

import runpy
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent


def test_every_row_has_a_test_and_the_page_says_which() -> None:
    program = runpy.run_path(str(ROOT / "packaging" / "traceability.py"))
    tests = program["tests_by_row"]()
    assert program["missing"](tests) == []
    page = (ROOT / "docs" / "traceability.md").read_text(encoding="utf-8")
    assert page == program["page"](tests), "packaging/traceability.py --write brings it up to date"
