"""Which test holds which row: `docs/traceability.md`, written from rows and tests.

A row is a step, limit, exit, return or child of a loop file, an alert rule (M-05), a decision of
the engine's trial (E1 …), an invariant of the specification (V1 …, X1 …) or a trap. A test names
its rows by the marker `@pytest.mark.rows("M10", "E34")`. A row without a test fails the check
(decision 47).

Usage: `python packaging/traceability.py` checks; `--write` writes the page.
"""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT: Final = Path(__file__).resolve().parent.parent
PAGE: Final = ROOT / "docs" / "traceability.md"
LOOPS: Final = ROOT / "rules" / "loops"
RULES: Final = ROOT / "rules" / "alerts"
LISTS: Final = (
    ("steps", "no"),
    ("limits", "id"),
    ("exits", "code"),
    ("returns", "code"),
    ("children", "code"),
)
DECISIONS: Final = tuple(f"E{n}" for n in range(1, 50))
VECTORS: Final = (*(f"V{n}" for n in range(1, 19)), *(f"X{n}" for n in range(1, 16)))
TRAPS: Final = {
    "TRAP-STAT": "a STAT dose turns overdue",
    "TRAP-LAST-DOSE": "the last dose of the day turns overdue",
    "TRAP-FULL-HOUR": "a dose exactly on the hour",
    "TRAP-AFTER-MIDNIGHT": "a dose at 00:30",
    "TRAP-ORDERING-MINUTE": "given in the minute in which it was ordered",
    "TRAP-CLOCK-CHANGE": "the day on which the clocks change",
    "TRAP-NO-STAFF-RECORD": "a user without a staff record",
    "TRAP-STOPPED-BETWEEN": "discontinued between due and given",
    "TRAP-TRANSFER": "a patient moved in the middle of a round",
    "TRAP-TWO-NURSES": "two nurses give the same dose",
    "TRAP-ZERO": "a vital sign of zero",
    "TRAP-MISSING-VALUE": "a missing value is no score of zero",
    "TRAP-SCALE-2": "93 % and more on SpO2 scale 2, on air",
    "TRAP-ALERT-ONCE": "one alert for one thing",
}
"""Traps that other ward systems fell into; reports, printing and queues bring theirs with them."""
ELSEWHERE: Final = {
    "E42": "the same command twice: a use case's matter, `tests/contract`",
    "E43": "a batch over orders: a use case's matter, `tests/unit/test_services_executing.py`",
    "E45": "two loop files: `rules/loops/medication_return.toml`, `adverse_reaction.toml`",
    "X14": "the ward's day: `domain/timing`, held by its own tests",
}
"""Rows that no marker of a test can name, each with where they are held."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the specification and where it is built."""

    name: str
    kind: str
    place: str
    text: str


def loop_rows() -> Iterator[Row]:
    """The rows of the loop files, in their order."""
    for path in sorted(LOOPS.glob("*.toml")):
        if path.name == "fields.toml":
            continue
        source = path.read_text(encoding="utf-8")
        document = tomllib.loads(source)
        for kind, key in LISTS:
            for row in document.get(kind, ()):
                name = row[key]
                line = _line(source, kind, key, name)
                text = row.get("en") or f"{row.get('from')} to {row.get('to')}"
                yield Row(name, kind, f"rules/loops/{path.name}:{line}", str(text))


def rule_rows() -> Iterator[Row]:
    """The alert rules, in the order of their files' names."""
    for path in sorted(RULES.glob("*.toml")):
        source = path.read_text(encoding="utf-8")
        for row in tomllib.loads(source).get("rules", ()):
            line = _line(source, "rules", "id", row["id"])
            yield Row(row["id"], "rules", f"rules/alerts/{path.name}:{line}", row["title"]["en"])


def all_rows() -> tuple[Row, ...]:
    """The rows of loops and of alerts."""
    return (*loop_rows(), *rule_rows())


def _line(source: str, kind: str, key: str, name: str) -> int:
    start = source.index(f"\n{kind} = [")
    found = re.compile(rf'{key} = "{re.escape(name)}"').search(source, start)
    return source.count("\n", 0, found.start() if found else start) + 1


def tests_by_row() -> dict[str, list[str]]:
    """The tests that name each row, as `file::test`."""
    found: dict[str, list[str]] = {}
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        place = path.relative_to(ROOT).as_posix()
        for rows, test in _marked(tree):
            for row in rows:
                found.setdefault(row, []).append(f"{place}::{test}" if test else place)
    return found


def _marked(tree: ast.Module) -> Iterator[tuple[tuple[str, ...], str]]:
    for node in tree.body:
        if isinstance(node, ast.ClassDef):
            for inner in node.body:
                yield from _calls(inner, f"{node.name}::{getattr(inner, 'name', '')}")
            continue
        yield from _calls(node, getattr(node, "name", ""))


def _calls(node: ast.AST, test: str) -> Iterator[tuple[tuple[str, ...], str]]:
    for call in ast.walk(node):
        if isinstance(call, ast.Call) and ast.unparse(call.func) == "pytest.mark.rows":
            names = [one.value for one in call.args if isinstance(one, ast.Constant)]
            yield tuple(str(name) for name in names), test


def missing(tests: dict[str, list[str]]) -> list[str]:
    """The rows that no test names."""
    rows = [row.name for row in all_rows()]
    named = [*rows, *DECISIONS, *VECTORS, *TRAPS]
    return [name for name in dict.fromkeys(named) if name not in tests and name not in ELSEWHERE]


def page(tests: dict[str, list[str]]) -> str:
    """The page as it should stand."""
    lines = [
        "# Which test holds which row",
        "",
        "Written by `packaging/traceability.py --write`. A row without a test fails `make test`.",
        "",
        "| row | what | built in | held by |",
        "| --- | --- | --- | --- |",
    ]
    lines += [
        f"| {row.name} | {row.kind[:-1]}: {row.text} | {row.place} | {_held(row.name, tests)} |"
        for row in all_rows()
    ]
    lines += ["", "## Decisions of the engine's trial, invariants and rules of timing", ""]
    lines += ["| row | held by |", "| --- | --- |"]
    lines += [f"| {name} | {_held(name, tests)} |" for name in (*DECISIONS, *VECTORS)]
    lines += ["", "## Traps that other ward systems fell into", ""]
    lines += ["| row | trap | held by |", "| --- | --- | --- |"]
    lines += [f"| {name} | {text} | {_held(name, tests)} |" for name, text in TRAPS.items()]
    return "\n".join(lines) + "\n"


def _held(name: str, tests: dict[str, list[str]]) -> str:
    if name in ELSEWHERE:
        return ELSEWHERE[name]
    held = dict.fromkeys(tests.get(name, ()))
    return "<br>".join(f"`{test}`" for test in list(held)[:4]) + (
        f" and {len(held) - 4} more" if len(held) > 4 else ""  # noqa: PLR2004 - a page is for reading
    )


def main() -> int:
    """Check or write the page; 1 where something is missing."""
    tests = tests_by_row()
    if "--write" in sys.argv:
        PAGE.write_text(page(tests), encoding="utf-8")
    lacking = missing(tests)
    current = PAGE.exists() and PAGE.read_text(encoding="utf-8") == page(tests)
    if lacking:
        sys.stderr.write(f"Rows without a test: {', '.join(lacking)}\n")
    if not current:
        sys.stderr.write("docs/traceability.md is not current: packaging/traceability.py --write\n")
    return 1 if lacking or not current else 0


if __name__ == "__main__":
    sys.exit(main())
