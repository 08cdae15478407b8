"""The most of a drug in a dose and in a day (4.4), and what the kidney allows of it (4.5)."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from domain.alerts import AlertSeverity
from domain.findings import Finding, Severity
from domain.timing import Kind
from rules.checks import patient
from rules.checks.drugs import Drug
from rules.checks.findings import not_checked, of_row
from rules.checks.prescription import Prescription
from rules.comorbidity import illnesses
from rules.knowledge.rows import MaxDoseRow, RenalRow

CHECK: Final = "max_dose"
RENAL: Final = "renal"
FAR_ABOVE: Final = Decimal("1.5")
"""Above so many times the most it is S1."""
_WEEK_DAYS: Final = 7


@dataclass(frozen=True, slots=True)
class _Over:
    """By how much a row's most is passed."""

    row: MaxDoseRow
    ratio: Decimal
    most: Decimal
    what: str


def findings(asked: Prescription) -> Iterator[Finding]:
    """The worst that the dose breaks, and what could not be looked at."""
    rows = [row for row in asked.tables.of(MaxDoseRow) if _about(asked, row)]
    missing: dict[str, None] = {}
    over: list[_Over] = []
    for row in rows:
        fits = _fits(asked, row, missing)
        if fits:
            yield from _never(asked, row)
            over.extend(_over(asked, row, missing))
    worst = max(over, key=lambda one: one.ratio, default=None)
    if worst is not None:
        yield _too_much(asked, worst)
    elif missing:
        yield not_checked(CHECK, f"{', '.join(missing)} for the most of {asked.called}")


def _about(asked: Prescription, row: MaxDoseRow) -> bool:
    """Whether a row is about the product: all its ingredients, or one whose amount is known."""
    drug = asked.drug
    wanted = frozenset(row.ingredients)
    alone = wanted == drug.ingredients or (len(wanted) == 1 and wanted <= drug.amounts.keys())
    if not alone:
        return False
    return not row.routes or drug.route in row.routes or ("IV" in row.routes and drug.in_vein)


_Bound = tuple[str, bool, Callable[[], Decimal | int | None], Callable[[Decimal], bool]]
"""What is lacking, whether the row asks for it, how it is known, whether the patient is inside."""


def _fits(asked: Prescription, row: MaxDoseRow, missing: dict[str, None]) -> bool:
    """Whether the patient is of the row's population; what is not known is noted."""
    clinical, now = asked.clinical, asked.now
    if row.illnesses and not _ill(asked, row, missing):
        return False
    bounds: tuple[_Bound, ...] = (
        (
            "no birth date",
            row.age_from is not None or row.age_below is not None,
            lambda: clinical.age_years(now),
            lambda age: (
                age >= (row.age_from or 0) and (row.age_below is None or age < row.age_below)
            ),
        ),
        (
            "no weight within 7 days",
            row.weight_at_most is not None,
            lambda: patient.weight(clinical, now),
            lambda weight: row.weight_at_most is not None and weight <= row.weight_at_most,
        ),
        (
            "no creatinine clearance within 48 h",
            row.crcl_below is not None,
            lambda: patient.creatinine_clearance(clinical, now),
            lambda rate: row.crcl_below is not None and rate < row.crcl_below,
        ),
    )
    for lacking, asked_for, known, inside in bounds:
        if not asked_for:
            continue
        value = known()
        if value is None:
            missing[lacking] = None
            return False
        if not inside(Decimal(value)):
            return False
    return True


def _ill(asked: Prescription, row: MaxDoseRow, missing: dict[str, None]) -> bool:
    found = illnesses(asked.clinical)
    if found is None:
        missing["no list of lasting illnesses"] = None
        return False
    return not found.isdisjoint(row.illnesses)


def _never(asked: Prescription, row: MaxDoseRow) -> Iterator[Finding]:
    """A route that is never right, a weekly drug every day, too many days."""
    drug = asked.drug
    if drug.route in row.never_routes:
        yield of_row(
            row,
            check=CHECK,
            grade=AlertSeverity.S1,
            message=f"{asked.called} is never given by this route",
            right="dilute it and let it run, or choose another route",
            risk="dose_over_150",
            params=(("drug", asked.called), ("route", drug.route)),
        )
    if row.weekly and not _weekly(drug):
        yield of_row(
            row,
            check=CHECK,
            grade=AlertSeverity.S1,
            message=f"{asked.called} is given once a week here, never every day",
            right="order it once a week (qw)",
            risk="dose_over_150",
            params=(("drug", asked.called),),
        )
    days = _days(drug)
    if row.max_days is not None and days is not None and days > row.max_days:
        yield of_row(
            row,
            check=CHECK,
            grade=AlertSeverity.S3,
            message=f"{asked.called} for {days} days: {row.max_days} at most",
            right="give it for a shorter time, or say why",
            params=(("drug", asked.called), ("days", str(days))),
        )


def _weekly(drug: Drug) -> bool:
    frequency = drug.frequency
    if frequency is None or frequency.kind is Kind.ONCE:
        return True
    return frequency.interval is not None and frequency.interval.days >= _WEEK_DAYS


def _days(drug: Drug) -> int | None:
    """For how many days it is ordered; None where that is open."""
    count, times = drug.fields.get("dose_count"), drug.times_per_day
    if isinstance(count, int) and times:
        return -(-count // max(int(times), 1))
    frequency = drug.frequency
    if frequency is not None and frequency.duration is not None:
        return max(frequency.duration.days, 1)
    return None


def _over(asked: Prescription, row: MaxDoseRow, missing: dict[str, None]) -> Iterator[_Over]:
    main = row.ingredients[0]
    dose = asked.drug.per_dose(main, row.unit, row.equals)
    daily = _daily(asked, row, missing)
    if dose is None:
        missing["a dose that can be compared"] = None
    if row.max_per_dose is not None and dose is not None and dose > row.max_per_dose:
        yield _Over(row, dose / row.max_per_dose, row.max_per_dose, "a dose")
    for most in _most_per_day(asked, row, missing):
        if daily is not None and daily > most:
            ratio = daily / most if most else FAR_ABOVE + 1
            yield _Over(row, ratio, most, "a day")


def _daily(asked: Prescription, row: MaxDoseRow, missing: dict[str, None]) -> Decimal | None:
    """What the drug and the others with the same ingredient give together in a day."""
    main = row.ingredients[0]
    own = asked.drug.per_day(main, row.unit, row.equals)
    if own is None:
        missing["how often it may be given in a day"] = None
        return None
    others = [
        other.per_day(main, row.unit, row.equals)
        for other in asked.others
        if main in other.ingredients and other.runs(asked.now)
    ]
    return own + sum((one for one in others if one is not None), Decimal(0))


def _most_per_day(
    asked: Prescription, row: MaxDoseRow, missing: dict[str, None]
) -> Iterator[Decimal]:
    if row.max_per_day is not None:
        yield row.max_per_day
    if row.max_per_kg_day is None:
        return
    weight = patient.weight(asked.clinical, asked.now)
    if weight is None:
        missing["no weight within 7 days"] = None
        return
    most = row.max_per_kg_day * weight
    yield most if row.cap_per_day is None else min(most, row.cap_per_day)


def _too_much(asked: Prescription, worst: _Over) -> Finding:
    row = worst.row
    far = worst.ratio > FAR_ABOVE
    return of_row(
        row,
        check=CHECK,
        grade=AlertSeverity.S1 if far else row.severity,
        message=f"{asked.called}: more than the most for {worst.what},"
        f" {_plain(worst.most)} {row.unit}",
        right=f"at most {_plain(worst.most)} {row.unit} for {worst.what}, or say why",
        risk="dose_over_150" if far else "dose_over_100",
        params=(
            ("drug", asked.called),
            ("most", f"{_plain(worst.most)} {row.unit}"),
            ("per", worst.what),
        ),
    )


def renal_findings(asked: Prescription) -> Iterator[Finding]:
    """What the kidney allows; that nobody knows how it works is said once."""
    rows = [row for row in asked.tables.of(RenalRow) if _renal_about(asked, row)]
    if not rows:
        return
    unknown = said = False
    dialysis = patient.on_dialysis(asked.clinical, asked.now)
    stage = patient.kidney_injury(asked.clinical, asked.now) or 0
    for row in rows:
        if row.aki_from is not None:
            if stage >= row.aki_from:
                said = True
                yield _injured(asked, row, stage)
            continue
        rate = Decimal(0) if dialysis else _rate(asked, row)
        if rate is None:
            unknown = True
        elif row.at_least <= rate < (row.below or rate):
            found = _renal(asked, row)
            if found is not None:
                yield found
    if stage and not said:
        yield _unsteady(asked, stage)
    if unknown:
        yield not_checked(
            RENAL,
            f"no creatinine within 48 h, or no weight or age, for {asked.called}",
            "measure creatinine and weight",
        )


def _renal_about(asked: Prescription, row: RenalRow) -> bool:
    drug = asked.drug
    by_route = not row.routes or drug.route in row.routes or ("IV" in row.routes and drug.in_vein)
    return by_route and asked.has(row.drugs)


def _rate(asked: Prescription, row: RenalRow) -> Decimal | None:
    if row.by == "egfr":
        return patient.filtration_rate(asked.clinical, asked.now)
    return patient.creatinine_clearance(asked.clinical, asked.now)


def _renal(asked: Prescription, row: RenalRow) -> Finding | None:
    """A band's finding: none where the dose is known to lie within what it allows."""
    grade = row.severity
    if row.verdict == "adjust":
        above = _above(asked, row)
        if above is False:
            return None
        grade = AlertSeverity.S3 if above is None else AlertSeverity.S2
    return of_row(
        row,
        check=RENAL,
        grade=grade,
        message=f"{asked.called}: the kidney works too little for the usual dose ({row.en})",
        right=row.en,
        risk={
            AlertSeverity.S1: "renal_contraindicated",
            AlertSeverity.S2: "renal_adjust",
        }.get(grade, ""),
        params=(("drug", asked.called), ("advice", row.en), ("advice_zh", row.zh)),
    )


def _injured(asked: Prescription, row: RenalRow, stage: int) -> Finding:
    """What an acute kidney injury means for a drug."""
    return of_row(
        row,
        check=RENAL,
        grade=row.severity,
        message=f"{asked.called}: acute kidney injury, stage {stage} ({row.en})",
        right=row.en,
        risk="renal_adjust" if row.severity is AlertSeverity.S2 else "renal_contraindicated",
        params=(("drug", asked.called), ("advice", row.en), ("advice_zh", row.zh)),
    )


def _unsteady(asked: Prescription, stage: int) -> Finding:
    """The rate is worked out from a creatinine that still rises: the true one is lower (G-AKI)."""
    return Finding(
        RENAL,
        Severity.WARNING,
        f"{asked.called}: acute kidney injury, stage {stage}: the kidney works less than its"
        " creatinine says",
        "take the dose of the next lower band, and measure creatinine every day",
        params=(
            ("drug", asked.called),
            ("advice_zh", f"急性肾损伤{stage}期:肾功能低于估算值,按下一档剂量"),
        ),
    )


def _above(asked: Prescription, row: RenalRow) -> bool | None:
    """Whether the dose is above the band's most; None where the band or the dose says no number."""
    most = row.max_per_day
    if row.max_per_kg_day is not None:
        weight = patient.weight(asked.clinical, asked.now)
        most = None if weight is None else row.max_per_kg_day * weight
    names = sorted(asked.drug.ingredients & asked.tables.drugs(row.drugs))
    daily = asked.drug.per_day(names[0], row.unit, row.equals)
    return None if most is None or daily is None else daily > most


def _plain(amount: Decimal) -> str:
    return format(amount.quantize(Decimal("0.01")).normalize(), "f")
