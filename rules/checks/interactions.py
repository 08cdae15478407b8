"""Drugs that do not go together: high-priority and local pairs (4.2), and in one line (4.13)."""

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal

from domain.alerts import AlertSeverity
from domain.findings import Finding
from rules.checks.drugs import Drug
from rules.checks.findings import of_row
from rules.checks.patient import is_neonate, number
from rules.checks.prescription import Prescription
from rules.knowledge.limit_rows import IncompatibilityRow
from rules.knowledge.rows import InteractionRow

CHECK = "interaction"
LINE = "incompatibility"
_QTC_HIGH = 470
_POTASSIUM_LOW = Decimal("3.5")
_QTC_HOURS = 7 * 24
_POTASSIUM_HOURS = 24


def findings(asked: Prescription) -> Iterator[Finding]:
    """Each pair of the drug and another that runs or was just stopped."""
    for row in asked.tables.of(InteractionRow):
        for other in _partners(asked, row):
            yield _pair(asked, row, other)
            break


def _partners(asked: Prescription, row: InteractionRow) -> Iterator[Drug]:
    """The other drugs that make a row true, whichever of the two is ordered now."""
    for mine, theirs, their_routes, my_routes in (
        (row.object, row.precipitant, row.precipitant_routes, ()),
        (row.precipitant, row.object, (), row.precipitant_routes),
    ):
        if not asked.has(mine) or (my_routes and not _by(asked.drug, my_routes)):
            continue
        for other in (*asked.others, *asked.stopped):
            if not asked.tables.meets(theirs, other.ingredients):
                continue
            if their_routes and not _by(other, their_routes):
                continue
            if other.runs(asked.now, washout=_washout(row, other)) and _third(asked, row, other):
                yield other
    if row.third and asked.has(row.third):
        yield from _as_third(asked, row)


def _as_third(asked: Prescription, row: InteractionRow) -> Iterator[Drug]:
    objects = list(asked.beside(row.object))
    for other in asked.beside(row.precipitant):
        if any(one is not other for one in objects):
            yield other


def _third(asked: Prescription, row: InteractionRow, other: Drug) -> bool:
    return not row.third or any(one is not other for one in asked.beside(row.third))


def _by(drug: Drug, routes: tuple[str, ...]) -> bool:
    return drug.route in routes or ("IV" in routes and drug.in_vein)


def _washout(row: InteractionRow, stopped: Drug) -> timedelta:
    own = [int(row.washout_for[name]) for name in stopped.ingredients if name in row.washout_for]
    return timedelta(days=max([row.washout_days, *own]))


def _pair(asked: Prescription, row: InteractionRow, other: Drug) -> Finding:
    grade = row.severity
    if row.worse is not None and _worse(asked, row.worse_when or ""):
        grade = row.worse
    name = asked.name(other)
    until = _stopped_on(asked, other)
    still = f" (stopped on {until})" if until else ""
    right = "choose another drug, or say why both are needed and what is monitored"
    if until:
        last = _washed_out_on(row, other)
        right = f"wait until {last}, choose another drug, or say why it cannot wait"
    return of_row(
        row,
        check=CHECK,
        grade=grade,
        message=f"{asked.called} with {name}{still}: {row.en}",
        right=right,
        risk=_risk(grade, onc=row.onc is not None),
        params=(
            ("drug", asked.called),
            ("other", name),
            ("order", other.order),
            *((("stopped_zh", f"({until}停用)"),) if until else ()),
        ),
    )


def _stopped_on(asked: Prescription, other: Drug) -> str:
    """The day on which a drug that still acts was stopped; empty while it is given."""
    ended = other.stop_at
    return "" if ended is None or other.runs(asked.now) else ended.date().isoformat()


def _washed_out_on(row: InteractionRow, other: Drug) -> str:
    """The first day on which a stopped drug counts no more."""
    ended = other.stop_at
    return "" if ended is None else (ended + _washout(row, other)).date().isoformat()


def _risk(grade: AlertSeverity, *, onc: bool) -> str:
    if onc or grade is AlertSeverity.S1:
        return "ddi_contraindicated"
    return "ddi_major" if grade is AlertSeverity.S2 else "ddi_moderate"


def _worse(asked: Prescription, when: str) -> bool:
    """Whether the patient is one for whom the pair is graver."""
    if when == "neonate":
        return is_neonate(asked.clinical, asked.now)
    qtc = number(asked.clinical, "qtc", asked.now, _QTC_HOURS)
    potassium = number(asked.clinical, "potassium", asked.now, _POTASSIUM_HOURS)
    return (qtc is not None and qtc >= _QTC_HIGH) or (
        potassium is not None and potassium < _POTASSIUM_LOW
    )


def line_findings(asked: Prescription) -> Iterator[Finding]:
    """What runs into a vein beside it and must not meet it in a line."""
    if not asked.drug.in_vein:
        return
    for other in asked.others:
        if other.in_vein and other.runs(asked.now):
            row = incompatible(asked, other.ingredients)
            if row is not None:
                yield _line(asked, row, other)


def incompatible(
    asked: Prescription, others: frozenset[str], *, one_bag: bool = False
) -> IncompatibilityRow | None:
    """The first row by which the drug does not go with some ingredients."""
    tables, mine = asked.tables, asked.drug.ingredients
    for row in tables.of(IncompatibilityRow):
        if row.same_bag and not one_bag:
            continue
        for first, second in ((mine, others), (others, mine)):
            if tables.meets(row.a, first) and tables.meets(row.b, second - tables.drugs(row.a)):
                return row
    return None


def _line(asked: Prescription, row: IncompatibilityRow, other: Drug) -> Finding:
    grave = row.worse is not None and is_neonate(asked.clinical, asked.now)
    name = asked.name(other)
    return of_row(
        row,
        check=LINE,
        grade=row.worse if grave else row.severity,
        message=f"{asked.called} and {name} must not meet in one line: {row.en}",
        right="give each a line of its own, or flush between them",
        risk="iv_incompatible",
        params=(("drug", asked.called), ("other", name), ("order", other.order)),
    )
