"""`docs/commands.md` says what the program says; counts and columns of a table may drift."""

from __future__ import annotations

import re

from tests.end_to_end import documented


def _told(page: str) -> list[str]:
    return [re.sub(r"\d+", "#", re.sub(r" {2,}", " ", line)) for line in page.splitlines()]


def test_the_page_shows_what_the_commands_answer() -> None:
    stored = documented.FILE.read_text(encoding="utf-8")
    mend = "write it anew: .venv/bin/python -m tests.end_to_end.documented"
    assert _told(documented.written()) == _told(stored), mend
