"""The same treatment twice (rules specification 4.3)."""

from collections.abc import Iterator
from datetime import timedelta
from itertools import chain
from typing import Final

from domain.findings import Finding
from rules.checks.drugs import Drug
from rules.checks.findings import of_row
from rules.checks.prescription import Prescription
from rules.knowledge.rows import DuplicateExceptionRow, DuplicateRow
from rules.knowledge.tables import Tables

CHECK: Final = "duplicate"
SWITCH: Final = timedelta(minutes=60)
"""An order that stops within this time of the new one is a switch, no duplicate."""
_LEVEL_4: Final = 5


def findings(asked: Prescription) -> Iterator[Finding]:
    """Each rule that the drug and others break together; each pair is told once, the gravest."""
    if asked.drug.one_off:
        return
    running = [
        other
        for other in asked.others
        if other.runs(asked.now + SWITCH) and not other.one_off and not _excepted(asked, other)
    ]
    told: set[str] = set()
    for row in sorted(asked.tables.of(DuplicateRow), key=lambda row: row.severity.rank):
        twins = [other for other in running if _twins(asked.tables, row, asked.drug, other)]
        if len(twins) + 1 < row.least or all(other.order in told for other in twins):
            continue
        told.update(other.order for other in twins)
        yield _finding(asked, row, twins)


def _finding(asked: Prescription, row: DuplicateRow, twins: list[Drug]) -> Finding:
    names = ", ".join(sorted({asked.name(other) for other in twins}))
    return of_row(
        row,
        check=CHECK,
        message=f"{asked.called} beside {names}: {row.en}",
        right="stop one of them, or say why both are needed",
        risk="duplicate_critical" if row.critical else "duplicate",
        params=(("drug", asked.called), ("other", names), ("order", twins[0].order)),
    )


def _twins(tables: Tables, row: DuplicateRow, drug: Drug, other: Drug) -> bool:
    """Whether a rule takes two drugs for one treatment."""
    if row.kind == "same_ingredient":
        same_code = bool(drug.atc) and drug.atc == other.atc
        return same_code or not drug.ingredients.isdisjoint(other.ingredients)
    if row.kind == "same_class" and not row.group:
        codes = (drug.atc[:_LEVEL_4], other.atc[:_LEVEL_4])
        return len(codes[0]) == _LEVEL_4 and codes[0] == codes[1]
    if row.beside:
        return any(
            _belongs(tables, row, one) and tables.meets(row.beside, two.ingredients)
            for one, two in ((drug, other), (other, drug))
        )
    return all(_belongs(tables, row, one) for one in (drug, other))


def _belongs(tables: Tables, row: DuplicateRow, drug: Drug) -> bool:
    by_code = bool(drug.atc) and any(drug.atc.startswith(prefix) for prefix in row.atc)
    return by_code or tables.meets(row.group, drug.ingredients)


def _excepted(asked: Prescription, other: Drug) -> bool:
    """Whether the two belong together all the same."""
    mine, theirs, tables = asked.drug.ingredients, other.ingredients, asked.tables
    rows = tables.of(DuplicateExceptionRow)
    pairs = chain.from_iterable(((row, row.a, row.b), (row, row.b, row.a)) for row in rows)
    return any(
        tables.meets(a, mine) and tables.meets(b, theirs) and _holds(row, asked, other)
        for row, a, b in pairs
    )


def _holds(row: DuplicateExceptionRow, asked: Prescription, other: Drug) -> bool:
    if row.different_routes and asked.drug.route == other.route:
        return False
    if row.one_prolonged and asked.drug.prolonged == other.prolonged:
        return False
    if row.overlap_hours is None:
        return True
    ends = [drug.stop_at for drug in (asked.drug, other) if drug.stop_at is not None]
    return any(end <= asked.now + timedelta(hours=row.overlap_hours) for end in ends)
