"""Every word that the code makes a person choose from stands in GLOSSARY.md."""

import re
from enum import StrEnum

import pytest

from domain.orders import OrderState, Priority
from domain.people import ALIASES, Role
from domain.records import Source
from domain.tasks import TaskState
from tests.house import ROOT


def _rows(heading: str) -> set[str]:
    """The first column of the tables below one heading."""
    page = (ROOT / "GLOSSARY.md").read_text(encoding="utf-8")
    section = page.split(f"## {heading}\n")[1].split("\n## ")[0]
    return set(re.findall(r"^\| (\S+) \|", section, re.MULTILINE)) - {"code"}


@pytest.mark.parametrize(
    ("heading", "words"),
    [
        ("States of a task", [TaskState]),
        ("States of an order", [OrderState]),
        ("Priorities and sources", [Priority, Source]),
        ("Roles", [Role]),
    ],
)
def test_the_glossary_has_the_words_of_the_code_and_no_others(
    heading: str, words: list[type[StrEnum]]
) -> None:
    assert _rows(heading) == {member.value for kind in words for member in kind}


def test_every_short_code_of_a_role_is_told() -> None:
    page = (ROOT / "GLOSSARY.md").read_text(encoding="utf-8")
    roles = page.split("## Roles\n")[1]
    assert not [short for short in ALIASES if not re.search(rf"\b{short}\b", roles)]
