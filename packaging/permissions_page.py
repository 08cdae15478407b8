"""Who may ask for what, and on whose ward: `docs/permissions.md`, written from the one table.

Usage: `python packaging/permissions_page.py` checks; `--write` writes the page.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

ROOT: Final = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from domain.grants import LONGEST, OPEN_FOR  # noqa: E402 - the program is found by the line above
from domain.people import ALIASES, Role, with_included  # noqa: E402 - as above
from domain.services.permissions import GATES, Gate, Where  # noqa: E402 - as above

if TYPE_CHECKING:
    from collections.abc import Mapping

PAGE: Final = ROOT / "docs" / "permissions.md"
SHORT: Final[Mapping[Role, str]] = {role: code for code, role in [*ALIASES.items()][::-1]}
WHERE: Final[Mapping[Where, str]] = {
    Where.PATIENT: "the patient's",
    Where.WARD: "the one named",
    Where.SEEN: "their own only",
    Where.NOWHERE: "",
}
_HOURS: Final = int(OPEN_FOR.total_seconds()) // 3600


def page() -> str:
    """The page as it should stand."""
    head = ["use case", "ward", *(SHORT[role] for role in Role)]
    lines = [
        "# Permissions",
        "",
        "Written by `packaging/permissions_page.py --write` from `domain/services/permissions.py`.",
        "Every use case asks this table itself, whoever calls it: window, command or interface. A",
        "test tries each of them with every role, and with none. A refusal says what is needed,",
        "and stands in the audit trail.",
        "",
        "- **Roles** are columns; x: may ask. A role that includes another may what that one may:",
        *(f"  {line}" for line in _included()),
        "- **Of a step** the loop file says more: who may record it, who may witness it",
        "  (`wardloop loops show LOOP`). A student acts under supervision and witnesses nothing.",
        "- **Wards.** Who names wards works on these: they act for and see patients of these",
        "  wards only. Who names none works on every ward; interface accounts see all wards.",
        "- **For a time.** Who is in charge of a ward lends it a role that a person has",
        "  (`user grant`); an administrator may lend another one. Who holds a role hands it on to",
        "  somebody of the same profession (`user delegate`): it holds only while and where the",
        f"  giver holds it. Both end by themselves, after {LONGEST.days} days at most.",
        f"- **In need** somebody who treats opens one patient's stay for {_HOURS} hours with a",
        "  reason (`access open`). It stands in the journal and the audit trail, and medical",
        "  affairs or a nursing manager review it; nobody reviews their own.",
        "- **Proof.** In a secured database nobody is taken for a user before their secret was",
        "  entered (`wardloop user secret`).",
        "",
        *_row(head),
        *_row(["---"] * len(head)),
        *(line for name, gate in sorted(GATES.items()) for line in _row(_cells(name, gate))),
        "",
        "| short | role |",
        "|---|---|",
        *(f"| {SHORT[role]} | {role.value} |" for role in Role),
    ]
    return "\n".join(lines) + "\n"


def _included() -> list[str]:
    found = []
    for role in Role:
        more = sorted(one.value for one in with_included(frozenset({role})) if one is not role)
        if more:
            found.append(f"`{role.value}` includes {' and '.join(f'`{one}`' for one in more)}.")
    return found


def _cells(name: str, gate: Gate) -> list[str]:
    marks = [
        "x" if not with_included(frozenset({role})).isdisjoint(gate.roles) else "" for role in Role
    ]
    return [f"`{name}`", WHERE[gate.where], *marks]


def _row(cells: list[str]) -> list[str]:
    return [f"| {' | '.join(cells)} |"]


def main(argv: list[str]) -> int:
    """Check the page, or write it."""
    if "--write" in argv:
        PAGE.write_text(page(), encoding="utf-8")
        return 0
    if PAGE.exists() and PAGE.read_text(encoding="utf-8") == page():
        return 0
    print(f"{PAGE} is not current: packaging/permissions_page.py --write")
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
