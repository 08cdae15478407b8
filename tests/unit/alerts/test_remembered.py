"""What the rules remember of a stay: never more than there may be."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rules.alerts import remembered

if TYPE_CHECKING:
    import pytest


def test_all_is_forgotten_before_it_becomes_too_much(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remembered, "MOST", 2)
    known: dict[str, int] = {}
    for number, stay in enumerate(("stay-1", "stay-2", "stay-3")):
        remembered.kept(known, stay, number)
    assert known == {"stay-3": 2}
