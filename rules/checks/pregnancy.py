"""What is not given in pregnancy or while breast-feeding (rules specification 4.6)."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from domain.alerts import AlertSeverity
from domain.findings import Finding
from domain.patients import Sex
from domain.standing import PREGNANCY
from rules.checks.findings import of_row
from rules.checks.prescription import Prescription
from rules.knowledge.rows import PregnancyRow

CHECK: Final = "pregnancy"
AGES: Final = range(12, 56)
"""Years in which the status is asked for."""
FRESH: Final = timedelta(days=7)


def findings(asked: Prescription) -> Iterator[Finding]:
    """What the drug means for a child, born or not; and whether the status must be asked first."""
    flags = asked.clinical.flags(asked.now)
    rows = [row for row in asked.tables.of(PregnancyRow) if asked.has(row.drugs)]
    for row in sorted(rows, key=lambda row: row.severity.rank):
        if _holds(asked, row, flags):
            yield _finding(asked, row)
            return
    grave = [row for row in rows if row.state == "pregnancy" and row.severity is AlertSeverity.S1]
    if grave and _unknown(asked, flags):
        yield _ask(asked, grave[0])


def _holds(asked: Prescription, row: PregnancyRow, flags: frozenset[str]) -> bool:
    if row.state == "lactation":
        return "lactating" in flags
    if "pregnant" not in flags:
        return False
    weeks = _weeks(asked)
    if weeks is None:  # the weeks are not known: every row of pregnancy counts
        return True
    return (row.weeks_from or 0) <= weeks and (row.weeks_below is None or weeks < row.weeks_below)


def _weeks(asked: Prescription) -> int | None:
    """Completed weeks of pregnancy now."""
    fact = asked.clinical.facts.get(PREGNANCY)
    said = None if fact is None else fact.detail.get("gestation_weeks")
    if fact is None or not isinstance(said, int):
        return None
    return said + (asked.now - fact.at).days // 7


def _unknown(asked: Prescription, flags: frozenset[str]) -> bool:
    """Whether she may be pregnant and nobody has asked in the last seven days."""
    age = asked.clinical.age_years(asked.now)
    if asked.clinical.sex is not Sex.FEMALE or age not in AGES:
        return False
    fact = asked.clinical.facts.get(PREGNANCY)
    if fact is None or "pregnancy_unknown" in flags:
        return True
    return fact.value == "no" and fact.at < asked.now - FRESH


def _finding(asked: Prescription, row: PregnancyRow) -> Finding:
    grave = row.severity is AlertSeverity.S1
    return of_row(
        row,
        check=CHECK,
        message=f"{asked.called}: {row.en}",
        right="choose another drug, or say why this one is right",
        risk="pregnancy_contraindicated" if grave and row.state == "pregnancy" else "",
        params=(("drug", asked.called), ("advice", row.en), ("advice_zh", row.zh)),
    )


def _ask(asked: Prescription, row: PregnancyRow) -> Finding:
    return of_row(
        row,
        check=CHECK,
        grade=AlertSeverity.S2,
        message=f"{asked.called} is contraindicated in pregnancy, and the status is not known",
        right="ask or test (not older than 7 days) and record it, or say why it need not be known",
        params=(("drug", asked.called),),
    )
