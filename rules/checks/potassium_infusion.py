"""Potassium chloride into a vein: how fast it runs and how strong it is (rules specification 4.4).

What is known of it stands in three places: the ordered rate (`10 mmol/h`, or `100 mL/h` of a
solution whose strength is an amount in a volume), the strength (`40 mmol/L`), and how long one
container runs. Which vein it goes into no order says: what a small one does not bear asks for a
reason, what none bears is stopped.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Final

from domain.alerts import AlertSeverity
from rules.checks.drugs import quantity
from rules.checks.findings import not_checked, of_row
from rules.knowledge.limit_rows import ElectrolyteRow

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from domain.findings import Finding
    from rules.checks.drugs import Drug
    from rules.checks.prescription import Prescription

CHECK: Final = "potassium"
KCL: Final = "potassium_chloride"
_MMOL: Final[Mapping[str, Decimal]] = {
    "mmol": Decimal(1),
    "meq": Decimal(1),
    "mEq": Decimal(1),
    "g": Decimal("13.4"),
    "mg": Decimal("0.0134"),
}
"""mmol of potassium in one of a unit of potassium chloride (74.55 g/mol)."""
_LITRES: Final[Mapping[str, Decimal]] = {
    "L": Decimal(1),
    "dL": Decimal("0.1"),
    "mL": Decimal("0.001"),
}
_HOURS: Final[Mapping[str, Decimal]] = {"h": Decimal(1), "min": Decimal(1) / Decimal(60)}
_MINUTES: Final = Decimal(60)


def findings(asked: Prescription) -> Iterator[Finding]:
    """Too fast, too strong, or not known how fast and how strong."""
    drug = asked.drug
    rate_row, strength_row = (
        next((row for row in asked.tables.of(ElectrolyteRow) if row.id == ident), None)
        for ident in ("k_rate", "k_strength")
    )
    if KCL not in drug.ingredients or not drug.in_vein or not (rate_row or strength_row):
        return
    strength = mmol_per_litre(drug)
    rate = mmol_per_hour(drug, strength)
    if strength_row is not None and strength is not None and _above(strength_row.low, strength):
        yield _found(asked, strength_row, f"{_plain(strength)} mmol/L", AlertSeverity.S2)
    if rate_row is not None and rate is not None and _above(rate_row.low, rate):
        grave = _above(rate_row.high, rate)
        grade = AlertSeverity.S1 if grave else rate_row.severity
        yield _found(asked, rate_row, f"{_plain(rate)} mmol/h", grade)
    lacking = [
        what
        for what, value in (("how strong it is", strength), ("how fast it runs", rate))
        if value is None
    ]
    if lacking:
        right = "order its rate in mmol/h, of a product whose strength is in mmol/L"
        yield not_checked(CHECK, f"{' and '.join(lacking)}, for {asked.called}", right)


def mmol_per_litre(drug: Drug) -> Decimal | None:
    """The strength of the solution; None where it is no amount in a volume."""
    strength = quantity(drug.product.get("strength"))
    if strength is None:
        return None
    amount, _, volume = strength.unit.partition("/")
    if amount not in _MMOL or volume not in _LITRES:
        return None
    return strength.value * _MMOL[amount] / _LITRES[volume]


def mmol_per_hour(drug: Drug, strength: Decimal | None) -> Decimal | None:
    """How fast it runs: as ordered, else by how long one container runs; None: nobody says."""
    rate = quantity(drug.fields.get("rate"))
    if rate is not None:
        what, _, time = rate.unit.partition("/")
        if time not in _HOURS:
            return None
        each = rate.value / _HOURS[time]
        if what in _MMOL:
            return each * _MMOL[what]
        if what in _LITRES and strength is not None:
            return each * _LITRES[what] * strength
        return None
    minutes, dose = drug.product.get("container_minutes"), drug.dose
    if not isinstance(minutes, int) or not minutes or dose is None or dose.unit not in _MMOL:
        return None
    return dose.value * _MMOL[dose.unit] * _MINUTES / minutes


def _above(limit: Decimal | None, value: Decimal) -> bool:
    return limit is not None and value > limit


def _found(asked: Prescription, row: ElectrolyteRow, much: str, grade: AlertSeverity) -> Finding:
    return of_row(
        row,
        check=CHECK,
        grade=grade,
        message=f"{asked.called}, {much}: {row.en}",
        right="dilute it or let it run slower; or say why, by which line and under which watch",
        params=(
            ("drug", asked.called),
            ("rule_text", row.en),
            ("rule_zh", f"{much} {row.zh}"),
        ),
    )


def _plain(amount: Decimal) -> str:
    return format(amount.quantize(Decimal("0.1")).normalize(), "f")
