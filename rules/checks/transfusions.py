"""Checks of blood before it leaves the blood bank: request, sample, group, unit."""

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from typing import Final

from domain.barcodes import BloodExpiry, BloodGroup, BloodUnit, ProductCode, SpecimenTube
from domain.findings import Finding, Severity
from domain.loops.applies import truth
from domain.loops.checks import CheckContext, bound, known_items
from rules.checks import patient
from rules.checks.blood import COMPONENTS, GROUPS, UNKNOWN, Answer, compatible
from rules.checks.findings import not_checked, of_row
from rules.checks.patient import words_in
from rules.checks.reading import (
    decimal,
    instant,
    minutes_since,
    reason,
    recorded,
    result_of,
    stop,
    text,
    warning,
)
from rules.knowledge.limit_rows import ThresholdRow
from rules.knowledge.tables import Tables

LEVELS: Final = ("senior", "department", "affairs")
LEVEL_FROM: Final = (Decimal(0), Decimal(800), Decimal(1600))
"""Millilitres of a patient and day, from which a level approves (医疗机构临床用血管理办法 20)."""
_BINDS: Final = {
    Answer.COMPATIBLE: Severity.INFO,
    Answer.SECOND_PERSON: Severity.SECOND_PERSON,
    Answer.STOP: Severity.STOP,
}
_VALUES_HOURS: Final = 24
_IN_T1: Final = {
    "haemoglobin": "haemoglobin",
    "platelets": "platelet_count",
    "inr": "inr",
    "fibrinogen": "fibrinogen",
}


def transfusion_request(context: CheckContext, tables: Tables) -> tuple[Finding, ...]:
    """The request is approved at the right level, and the value is one that asks for blood."""
    return (*_level(context), *_threshold(context, tables), *_matching(context))


def _level(context: CheckContext) -> Iterator[Finding]:
    order = context.place.order
    asked = decimal(order.fields, "order_volume")
    if asked is None or truth(order.fields.get("emergency")):
        return
    clinical = context.facts.clinical
    others = () if clinical is None else clinical.orders
    total = asked + sum(
        (
            decimal(one.fields, "order_volume") or Decimal(0)
            for one in others
            if one.loop == order.loop and one.id not in (order.id, order.replaces)
        ),
        Decimal(0),
    )
    needed = max(n for n, least in enumerate(LEVEL_FROM) if total >= least)
    said = str(order.fields.get("approval_level") or "")
    if said in LEVELS and LEVELS.index(said) < needed:
        yield stop(
            "transfusion_request",
            f"{total:f} mL in a day need the approval of a higher level",
            f"approval_level {LEVELS[needed]}",
            ("level", LEVELS[needed]),
        )


def _matching(context: CheckContext) -> Iterator[Finding]:
    """HLA-matched is said of platelets: nothing else can be matched so (4.10)."""
    fields = context.place.order.fields
    if "hla_matched" in _words(fields.get("special_needs")) and fields.get("component") != (
        "platelets"
    ):
        yield warning(
            "transfusion_request",
            "only platelets are HLA-matched",
            "ask for platelets, or leave HLA-matched out",
        )


def _threshold(context: CheckContext, tables: Tables) -> Iterator[Finding]:
    """Advice where the value is better than that at which blood is usually asked for (4.11)."""
    order = context.place.order
    component = order.fields.get("component")
    rows = [row for row in tables.of(ThresholdRow) if row.component == component]
    if not rows:
        return
    indication = str(order.fields.get("indication") or "")
    named = [row for row in rows if row.words and words_in(indication, row.words)]
    chosen = named or [row for row in rows if not row.words]
    value = _value(context, chosen[0].observation) if chosen else None
    if value is None:
        what = rows[0].observation.replace("_", " ")
        yield not_checked("transfusion_request", f"no {what} within 24 h", "measure it first")
        return
    if any(_asks(row, value) for row in chosen):
        return
    row = chosen[0]
    yield of_row(
        row,
        check="transfusion_request",
        message=f"{row.observation.replace('_', ' ')} is better than that: {row.en}",
        right="one unit at a time, or none; the patient decides, not the number",
        params=(("advice", row.en), ("advice_zh", row.zh)),
    )


def _asks(row: ThresholdRow, value: Decimal) -> bool:
    low = row.below is not None and value < row.below
    return low or (row.above is not None and value > row.above)


def _value(context: CheckContext, observation: str) -> Decimal | None:
    """As it was assessed (T1), else the patient's latest."""
    assessed = recorded(context, "T1")
    said = None if assessed is None else decimal(assessed.evidence, _IN_T1[observation])
    clinical = context.facts.clinical
    if said is not None or clinical is None:
        return said
    return patient.number(clinical, observation, context.entry.at, _VALUES_HOURS)


# ------------------------------------------------------------------ the sample
def sample_label(context: CheckContext) -> Finding | None:
    """The tube that was scanned at the bedside is the one that is recorded."""
    tubes = {scan.container_id for scan in context.scans if isinstance(scan, SpecimenTube)}
    said = text(context, "container")
    if tubes and said and said not in tubes:
        return stop(
            "sample_label",
            "the scanned tube is not the one that is recorded",
            "label the tube at the bedside and scan it; never relabel",
        )
    if not tubes:
        return warning(
            "sample_label", "the tube was not scanned at the bedside", "scan it, or compare aloud"
        )
    return None


def second_sample(context: CheckContext) -> Finding | None:
    """A patient whose group nobody knows gives two samples, to two people."""
    if _earlier_group(context) is not None:
        return None
    return warning(
        "second_sample",
        "no earlier blood group is known",
        "a second sample, taken by another person at another time",
    )


def _earlier_group(context: CheckContext) -> str | None:
    clinical = context.facts.clinical
    found = None if clinical is None else clinical.latest.get("abo_rhd")
    return found.value if found is not None and isinstance(found.value, str) else None


def group_history(context: CheckContext) -> Finding | None:
    """Today's group is the one that was found before (TX04)."""
    if result_of(context) == "discrepancy":
        return None
    found, before = text(context, "abo_rhd"), _earlier_group(context)
    stated = str(context.place.order.fields.get("abo_rhd") or "")
    if before in GROUPS and found in GROUPS and found != before:
        return stop(
            "group_history",
            "the group is not the one that was found before",
            "record a discrepancy: a new sample by another person, O red cells until it is solved",
        )
    if stated in GROUPS and found in GROUPS and found != stated:
        return reason(
            "group_history",
            "the group is not the one that the request states",
            "ask who stated it, and say why this one is right",
        )
    if before is None:
        return not_checked("group_history", "no earlier blood group is known")
    return None


def sample_validity(context: CheckContext) -> Finding | None:
    """The sample behind the crossmatch is still valid."""
    most, age = context.limit_minutes("TT05"), minutes_since(context, "T6")
    if age is None:
        if truth(context.place.order.fields.get("emergency")):
            return warning("sample_validity", "no sample: an emergency release", "take one now")
        return not_checked("sample_validity", "it is not known when the sample was taken")
    if most is None or age <= most:
        return None
    return stop("sample_validity", "the sample is too old", "take a new sample and crossmatch it")


# ------------------------------------------------------------------ the unit
def blood_compatible(context: CheckContext, policy: str) -> Finding | None:
    """ABO and RhD of the unit fit the patient's, worked out anew at every hand-over."""
    groups = unit_groups(context)
    if len(groups) > 1:
        return stop(
            "blood_compatible", "the unit's group is stated in two ways", "send the unit back"
        )
    component = str(context.place.order.fields.get("component") or "")
    if not groups or component not in COMPONENTS:
        return warning(
            "blood_compatible",
            "not checked: the group of the unit is not known",
            "read it from the label and enter it (blood_group)",
        )
    clinical = context.facts.clinical
    verdict = compatible(
        component,
        patient_group(context),
        next(iter(groups)),
        sex=None if clinical is None or clinical.sex.value not in ("female", "male")
        else clinical.sex.value,
        age_years=None if clinical is None else clinical.age_years(context.entry.at),
        emergency=truth(context.place.order.fields.get("emergency")),
        policy=policy,
    )  # fmt: skip
    if verdict.verdict is Answer.IDENTICAL:
        return None
    return Finding(
        "blood_compatible",
        _BINDS[verdict.verdict],
        verdict.reason,
        "" if verdict.verdict is Answer.COMPATIBLE else "another unit",
    )


def patient_group(context: CheckContext) -> str:
    """As the blood bank found it in this request (T8); what was only stated counts for nothing."""
    found = recorded(context, "T8")
    said = "" if found is None else str(found.evidence.get("abo_rhd") or "")
    return said if said in GROUPS else UNKNOWN


def unit_groups(context: CheckContext) -> frozenset[str]:
    """Every group that scans, this record and earlier ones state of the unit."""
    said = {text(context, "blood_group")}
    for scan in context.scans:
        group = scan.group if isinstance(scan, BloodUnit) else scan
        if isinstance(group, BloodGroup):
            said.add(group.abo_rhd)
    for no in ("T10", "T11"):
        record = recorded(context, no)
        if record is not None:
            said.add(str(record.evidence.get("blood_group") or ""))
    return frozenset(said & set(GROUPS))


def special_needs(context: CheckContext) -> Finding | None:
    """The unit is irradiated, washed, HLA-matched, ... as was asked for.

    Confirmed from the label at the crossmatch; platelets and plasma have none, so at the issue too.
    """
    wanted = _words(context.place.order.fields.get("special_needs"))
    if not wanted:
        return None
    given = context.entry.evidence.get("special_needs")
    crossmatched = recorded(context, "T10")
    if given is None and crossmatched is not None:
        given = crossmatched.evidence.get("special_needs")
    if given is None:
        return reason(
            "special_needs",
            "nothing says that the unit meets the special needs",
            f"confirm {', '.join(sorted(wanted))} from the label (special_needs)",
        )
    lacking = wanted - _words(given)
    if not lacking:
        return None
    return stop(
        "special_needs", "the unit lacks what was asked for", f"a unit {', '.join(sorted(lacking))}"
    )


def _words(value: object) -> set[str]:
    return {str(one) for one in value} if isinstance(value, (list, tuple)) else set()


def unit_expiry(context: CheckContext) -> Finding | None:
    """The unit lasts until it is needed."""
    ends = _expiries(context)
    if not ends:
        return not_checked("unit_expiry", "the expiry of the unit is not known")
    needed = instant(context.place.order.fields.get("needed_by")) or context.entry.at
    if min(ends) >= max(needed, context.entry.at):
        return None
    return stop("unit_expiry", "the unit expires before it is needed", "a unit that lasts longer")


def _expiries(context: CheckContext) -> list[datetime]:
    zone = context.facts.zone
    parts = [scan.expiry if isinstance(scan, BloodUnit) else scan for scan in context.scans]
    found = [part.instant(zone) for part in parts if isinstance(part, BloodExpiry)]
    typed = text(context, "expiry")
    if typed:
        day = datetime.fromisoformat(typed[:10]).replace(tzinfo=zone, hour=23, minute=59)
        found.append(day)
    return found


def appearance(context: CheckContext) -> Finding | None:
    """The unit looks as it should."""
    if text(context, "appearance") != "abnormal":
        return None
    return stop("appearance", "the unit does not look right", "keep it back and take another")


def right_unit(context: CheckContext) -> Finding | None:
    """The unit is the one that was allocated to this patient, and its product the ordered one."""
    known = known_items(context.place).get("din", frozenset())
    said = {text(context, "din"), bound(context.scans).get("din", "")} - {""}
    if known and said - known:
        return stop(
            "right_unit",
            "this unit was not allocated to this patient",
            "put it aside and take the unit of this task",
        )
    product = _product(context)
    allocated = recorded(context, "T10")
    stated = "" if allocated is None else str(allocated.evidence.get("product_code") or "")
    if product and stated and product != stated:
        return stop("right_unit", "this product was not allocated", "take the unit of this task")
    return None


def _product(context: CheckContext) -> str:
    for scan in context.scans:
        part = scan.product if isinstance(scan, BloodUnit) else scan
        if isinstance(part, ProductCode):
            return part.product_code
    return text(context, "product_code")
