"""Potassium and the QT interval (rules specification 4.9)."""

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Final

from domain.findings import Finding
from domain.patients import Sex
from rules.checks import patient
from rules.checks.drugs import Drug
from rules.checks.findings import not_checked, of_row
from rules.checks.prescription import Prescription
from rules.comorbidity import illnesses
from rules.knowledge.limit_rows import ElectrolyteRow
from rules.knowledge.tables import Tables

POTASSIUM: Final = "potassium"
QT: Final = "qt"
QTC_470: Final = 470
_OLD: Final = 68
_LOW_POTASSIUM: Final = Decimal("3.5")
_LONG_QTC: Final = 450
_HEART_FAILURE: Final = "chf"
_DIURETICS: Final = ("loop_diuretics", "thiazides")


def rule(tables: Tables, ident: str) -> ElectrolyteRow | None:
    """A rule by its number; None where a site switched it off."""
    return next((row for row in tables.of(ElectrolyteRow) if row.id == ident), None)


def findings(asked: Prescription) -> Iterator[Finding]:
    """The rules of potassium, then those of the QT interval."""
    yield from _potassium_level(asked)
    yield from _into_a_vein(asked)
    yield from _two_raisers(asked)
    yield from _qt(asked)


def _hours(row: ElectrolyteRow | None, usual: int) -> int:
    return usual if row is None or row.hours is None else row.hours


def _potassium_level(asked: Prescription) -> Iterator[Finding]:
    rows = [rule(asked.tables, ident) for ident in ("k1", "k2", "k3_severe", "k3")]
    about = [row for row in rows if row is not None and asked.has(row.drugs)]
    if not about:
        return
    level = patient.number(asked.clinical, POTASSIUM, asked.now, _hours(about[0], 24))
    if level is None:
        yield not_checked(POTASSIUM, f"no potassium within 24 h for {asked.called}")
        return
    for row in about:
        if _outside(row, level) and not _made_up_for(asked, row):
            yield of_row(
                row,
                check=POTASSIUM,
                message=f"{asked.called}: {row.en}",
                right="treat potassium first, or say why the drug is right",
                risk=_potassium_risk(level),
                params=(("drug", asked.called), ("rule_text", row.en), ("rule_zh", row.zh)),
            )
            return


def _outside(row: ElectrolyteRow, level: Decimal) -> bool:
    if row.low is not None:
        return level >= row.low
    return row.high is not None and level < row.high


def _made_up_for(asked: Prescription, row: ElectrolyteRow) -> bool:
    """A diuretic beside which potassium is given already; not digoxin, not a QT drug."""
    if (
        row.id != "k3_severe"
        or not asked.has(_DIURETICS)
        or asked.has(("digoxin", "qt_known_risk"))
    ):
        return False
    return any(True for _ in asked.beside(("potassium_supplements", "potassium_sparing")))


def _potassium_risk(level: Decimal) -> str:
    severe = level >= Decimal("6.0") or level < Decimal("3.0")
    return "potassium_severe" if severe else "potassium_moderate"


def _into_a_vein(asked: Prescription) -> Iterator[Finding]:
    """Potassium into a vein without a fresh result, with a weak kidney or little urine (K-4)."""
    row = rule(asked.tables, "k4")
    if row is None or not asked.drug.in_vein or not asked.has(row.drugs):
        return
    hours = _hours(row, 12)
    rate = patient.filtration_rate(asked.clinical, asked.now)
    urine = patient.number(asked.clinical, "urine_ml_kg_h", asked.now, hours)
    level = patient.number(asked.clinical, POTASSIUM, asked.now, hours)
    weak = rate is not None and row.low is not None and rate < row.low
    little = urine is not None and row.high is not None and urine < row.high
    if level is None or weak or little:
        yield of_row(
            row,
            check=POTASSIUM,
            message=f"{asked.called}: {row.en}",
            right=f"measure potassium first (not older than {hours} h), or say why",
            params=(("drug", asked.called), ("rule_text", row.en), ("rule_zh", row.zh)),
        )


def _two_raisers(asked: Prescription) -> Iterator[Finding]:
    """Two drugs that raise potassium, and no control of it ordered (K-5)."""
    row = rule(asked.tables, "k5")
    if row is None or not asked.has(row.drugs):
        return
    if not any(True for _ in asked.beside(row.drugs)) or _control_ordered(asked):
        return
    yield of_row(
        row,
        check=POTASSIUM,
        message=f"{asked.called}: {row.en}",
        right="order potassium within 72 h",
        params=(("drug", asked.called), ("rule_text", row.en), ("rule_zh", row.zh)),
    )


def _control_ordered(asked: Prescription) -> bool:
    listed = (order.fields.get("tests") for order in asked.clinical.orders)
    codes = {str(code) for one in listed if isinstance(one, (list, tuple)) for code in one}
    return bool(codes & {"K", "POTASSIUM", "potassium"})


def _qt(asked: Prescription) -> Iterator[Finding]:
    first = rule(asked.tables, "qt1")
    if first is None or not asked.has(first.drugs):
        return
    hours = _hours(first, 168)
    qtc = patient.number(asked.clinical, "qtc", asked.now, hours)
    if qtc is None:
        yield not_checked(QT, f"no QTc within {hours // 24} days for {asked.called}")
    if qtc is not None and (_long(first, qtc) or _longer(asked, first)):
        yield _qt_finding(asked, first, risk="qtc_500")
        return
    yield from _tisdale_finding(asked, qtc)
    row = rule(asked.tables, "qt3")
    ecg = timedelta(hours=_hours(row, 48))
    seen = asked.clinical.latest.get("qtc")
    recent = seen is not None and seen.at >= asked.now - ecg
    if row is not None and not recent and any(True for _ in asked.beside(row.drugs)):
        yield _qt_finding(asked, row)


def _long(row: ElectrolyteRow, qtc: Decimal) -> bool:
    return row.low is not None and qtc >= row.low


def _longer(asked: Prescription, row: ElectrolyteRow) -> bool:
    grew = patient.grew_by(asked.clinical, "qtc")
    return grew is not None and row.high is not None and grew >= row.high


def _tisdale_finding(asked: Prescription, qtc: Decimal | None) -> Iterator[Finding]:
    score = tisdale(asked, qtc)
    for ident in ("qt2_high", "qt2_moderate"):
        row = rule(asked.tables, ident)
        if row is not None and row.low is not None and score >= row.low:
            yield _qt_finding(asked, row)
            return


def tisdale(asked: Prescription, qtc: Decimal | None) -> int:
    """The points that are known (Tisdale 2013); what is not known adds none: it is `at least`.

    An acute myocardial infarction (2 points) is told by nothing: conditions have old ones, too.
    """
    clinical, now = asked.clinical, asked.now
    age = clinical.age_years(now)
    potassium = patient.number(clinical, POTASSIUM, now, 24)
    drugs = [asked.drug, *(other for other in asked.others if other.runs(now))]
    qt_drugs = sum(_is(asked, drug, "qt_known_risk") for drug in drugs)
    flags = clinical.flags(now)
    points = (
        (1, age is not None and age >= _OLD),
        (1, clinical.sex is Sex.FEMALE),
        (1, any(_is(asked, drug, "loop_diuretics") for drug in drugs)),
        (2, potassium is not None and potassium <= _LOW_POTASSIUM),
        (2, qtc is not None and qtc >= _LONG_QTC),
        (3, "infection_suspected" in flags),
        (3, _HEART_FAILURE in (illnesses(clinical) or ())),
        (3, qt_drugs >= 1),
        (3, qt_drugs >= 2),
    )
    return sum(number for number, holds in points if holds)


def _is(asked: Prescription, drug: Drug, group: str) -> bool:
    return asked.tables.meets((group,), drug.ingredients)


def _qt_finding(asked: Prescription, row: ElectrolyteRow, *, risk: str = "") -> Finding:
    return of_row(
        row,
        check=QT,
        message=f"{asked.called}: {row.en}",
        right="choose another drug, or record an ECG and say why this one is right",
        risk=risk,
        params=(("drug", asked.called), ("rule_text", row.en), ("rule_zh", row.zh)),
    )


def qt_risk(asked: Prescription) -> str:
    """What a long QTc with this drug adds to the risk score; empty where nothing."""
    first = rule(asked.tables, "qt1")
    if first is None or not asked.has(first.drugs):
        return ""
    qtc = patient.number(asked.clinical, "qtc", asked.now, _hours(first, 168))
    return "qtc_470" if qtc is not None and QTC_470 <= qtc < (first.low or qtc + 1) else ""
