"""What each alert rule says stands in `docs/alerts.md`, and is what the rule files say."""

from __future__ import annotations

import runpy
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent


def test_the_page_of_alert_rules_is_current() -> None:
    program = runpy.run_path(str(ROOT / "packaging" / "alerts_page.py"))
    page = (ROOT / "docs" / "alerts.md").read_text(encoding="utf-8")
    assert page == program["page"](), "packaging/alerts_page.py --write brings it up to date"
