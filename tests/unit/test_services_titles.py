"""A title that was worked out before is the same title; what it was made of is told apart."""

import pytest

from domain.services import titles
from domain.services.titles import title_of


def test_equal_fields_have_equal_titles_and_each_field_its_own(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(titles, "_REMEMBERED", 2)
    order: dict[str, object] = {"product": "PARA500", "route": "PO"}
    found = title_of(order, {})
    assert found.text() == "PARA500 PO"
    for dose in ("1 mg", "2 mg", "3 mg"):  # more than are remembered
        task: dict[str, object] = {"dose": dose}
        assert title_of(order, task) is title_of(order, task)
        assert title_of(order, task).text() == f"PARA500 {dose} PO"
    assert title_of(order, {}) == found
