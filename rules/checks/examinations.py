"""Checks of the examination loop: the request, the preparation, contrast media, the time-out."""

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Final

from domain.clinical import Clinical
from domain.findings import Finding
from domain.loops.applies import applies, truth
from domain.loops.checks import CheckContext
from domain.patients import Sex
from domain.standing import PREGNANCY
from rules.checks import allergies, patient
from rules.checks.drugs import Drug, drug_of, drug_of_order
from rules.checks.findings import not_checked, of_row
from rules.checks.prescription import Prescription
from rules.checks.reading import (
    decimal,
    instant,
    reason,
    recorded,
    result_of,
    second,
    stop,
    text,
    warning,
)
from rules.knowledge.limit_rows import ContrastRow
from rules.knowledge.tables import Tables

AGAIN: Final = timedelta(hours=24)
AGES: Final = range(12, 51)
"""Women of these years are asked for pregnancy before radiation [D]."""
_RADIATION: Final = ("XR", "CT", "XA", "NM", "PET")
_PAIRED: Final = (
    "HAND", "FOOT", "KNEE", "HIP", "SHOULDER", "ELBOW", "WRIST", "ANKLE", "BREAST", "EYE", "EAR",
    "ARM", "FOREARM", "LEG", "FEMUR", "TIBIA", "HUMERUS", "CLAVICLE",
)  # fmt: skip
_ANSWERED: Final = ("not_pregnant", "not_applicable")
FASTING: Final = timedelta(hours=6)
"""Without solids before sedation [K: ASA]."""
_INR_HIGH: Final = Decimal("1.5")
_PLATELETS_LOW: Final = Decimal(50)
_LAB_HOURS: Final = 24


def exam_request(context: CheckContext) -> tuple[Finding, ...]:
    """The request says the side, and whether the patient may be pregnant."""
    return (*_side(context), *_pregnancy(context), *_repeated(context))


def _side(context: CheckContext) -> Iterator[Finding]:
    fields = context.place.order.fields
    part = str(fields.get("body_part") or "").upper()
    if part in _PAIRED and fields.get("side") in (None, "", "none"):
        yield stop(
            "exam_request", "the side is missing", "replace the request by one that says the side"
        )


def _repeated(context: CheckContext) -> Iterator[Finding]:
    clinical = context.facts.clinical
    if clinical is None:
        yield not_checked("exam_request", "nothing is known of the patient's other orders")
        return
    order = context.place.order
    for other in clinical.orders:
        same = other.fields.get("exam") == order.fields.get("exam") is not None
        recent = other.signed_at is not None and other.signed_at > context.entry.at - AGAIN
        if other.id != order.id and same and recent:
            yield warning(
                "exam_request",
                "the same examination was ordered in the last 24 hours",
                "cancel one of them, or leave both where both are meant",
                ("order", other.id),
            )
            return


def _pregnancy(context: CheckContext) -> Iterator[Finding]:
    """Before radiation, or contrast for MR, the status of a woman of these years is known."""
    clinical = context.facts.clinical
    fields = context.place.order.fields
    mr = fields.get("modality") == "MR" and truth(fields.get("contrast"))
    if clinical is None or not (fields.get("modality") in _RADIATION or mr):
        return
    age = clinical.age_years(context.entry.at)
    if clinical.sex is not Sex.FEMALE or (age is not None and age not in AGES):
        return
    said = fields.get("pregnancy_status")
    flags = clinical.flags(context.entry.at)
    if said == "pregnant" or "pregnant" in flags:
        yield second(
            "exam_request",
            "the patient is pregnant",
            "another examination; or the reporting physician agrees",
        )
        return
    fact = clinical.facts.get(PREGNANCY)
    known = fact is not None and "pregnancy_unknown" not in flags
    if said not in _ANSWERED and not known:
        yield stop(
            "exam_request",
            "it is not known whether the patient is pregnant",
            "ask or test, and say it in the request or record it",
        )


def appointment(context: CheckContext) -> Finding | None:
    """The appointment lies ahead."""
    slot = instant(context.entry.evidence.get("slot"))
    if slot is None or result_of(context) == "returned" or slot >= context.entry.at:
        return None
    return warning("appointment", "the appointment lies in the past", "a time that is to come")


def exam_safety(context: CheckContext, tables: Tables) -> tuple[Finding, ...]:
    """What must be cleared before the patient is called ready."""
    if result_of(context) in ("not_ready", "safety_stop"):
        return ()
    return (
        *_metal(context),
        *_test(context),
        *_fasting(context),
        *_bleeding(context),
        *_contrast(context, tables, check="exam_safety"),
    )


def _metal(context: CheckContext) -> Iterator[Finding]:
    mr = context.place.order.fields.get("modality") == "MR"
    if mr and context.entry.evidence.get("metal_screen") is not True:
        yield stop(
            "exam_safety",
            "metal and implants are not cleared for MR",
            "ask for pacemaker, cochlear implant, clips and metal, and record that it is cleared",
        )


def _test(context: CheckContext) -> Iterator[Finding]:
    if text(context, "pregnancy_test") == "positive":
        yield second(
            "exam_safety",
            "the pregnancy test is positive",
            "another examination; or the reporting physician agrees",
        )


def _fasting(context: CheckContext) -> Iterator[Finding]:
    if not truth(context.place.order.fields.get("sedation")):
        return
    since = instant(context.entry.evidence.get("fasting_since"))
    if since is None:
        yield warning("exam_safety", "not checked: since when the patient fasts", "ask and record")
    elif context.entry.at - since < FASTING:
        yield reason("exam_safety", "not fasting for six hours before sedation", "wait, or say why")


def _bleeding(context: CheckContext) -> Iterator[Finding]:
    if not truth(context.place.order.fields.get("invasive")):
        return
    clinical = context.facts.clinical
    at = context.entry.at
    inr = None if clinical is None else patient.number(clinical, "inr", at, _LAB_HOURS)
    count = None if clinical is None else patient.number(clinical, "platelets", at, _LAB_HOURS)
    if inr is None and count is None:
        yield not_checked("exam_safety", "no INR and no platelets within 24 h")
    if (inr is not None and inr > _INR_HIGH) or (count is not None and count < _PLATELETS_LOW):
        yield reason("exam_safety", "the patient may bleed", "correct it first, or say why now")


def contrast(context: CheckContext, tables: Tables) -> tuple[Finding, ...]:
    """The contrast medium was ordered, and the patient bears it."""
    given = text(context, "contrast_product")
    ordered = truth(context.place.order.fields.get("contrast"))
    found = list(_contrast(context, tables, check="contrast"))
    if given and not ordered:
        found.append(reason("contrast", "no contrast medium was ordered", "leave it, or say why"))
    if ordered and not given:
        found.append(warning("contrast", "the contrast medium is not recorded", "scan or enter it"))
    return tuple(found)


def _contrast(context: CheckContext, tables: Tables, *, check: str) -> Iterator[Finding]:
    fields, clinical = context.place.order.fields, context.facts.clinical
    if not truth(fields.get("contrast")):
        return
    if clinical is None:
        yield not_checked(check, "nothing is known of the patient")
        return
    yield from _reacted(context, tables, clinical, check)
    agents = _agents(context, tables)
    rate, known = _rate(context, clinical)
    if not known:
        yield not_checked(check, "no eGFR for a contrast medium", "measure creatinine")
        return
    dialysis = patient.on_dialysis(clinical, context.entry.at)
    injured = bool(patient.kidney_injury(clinical, context.entry.at))
    for row in tables.of(ContrastRow):
        if row.agent not in agents or (
            row.agent == "metformin" and not _metformin(tables, clinical)
        ):
            continue
        inside = rate is not None and row.at_least <= rate < row.below and not dialysis
        if inside or (injured and row.or_aki) or (dialysis and row.on_dialysis):
            yield of_row(
                row,
                check=check,
                message=row.en,
                right=row.en,
                params=(("advice", row.en), ("advice_zh", row.zh)),
            )


def _rate(context: CheckContext, clinical: Clinical) -> tuple[Decimal | None, bool]:
    """The filtration rate that is recorded now, before, or worked out; whether it is known."""
    earlier = recorded(context, "E5")
    for values in (context.entry.evidence, {} if earlier is None else earlier.evidence):
        said = decimal(values, "egfr")
        if said is not None:
            return said, True
    found = patient.filtration_rate(clinical, context.entry.at)
    return found, found is not None or patient.on_dialysis(clinical, context.entry.at)


def _agents(context: CheckContext, tables: Tables) -> tuple[str, ...]:
    """Which agents are asked for: the named one's, else those of the modality."""
    named = frozenset(tables.ingredients_in(text(context, "contrast_product")))
    for group in ("gadolinium_i", "gadolinium_ii", "gadolinium_iii"):
        if tables.meets((group,), named):
            return (group,)
    if context.place.order.fields.get("modality") == "MR":
        return ("gadolinium_ii",)
    return ("iodinated", "metformin")


def _metformin(tables: Tables, clinical: Clinical) -> bool:
    return any(
        "metformin" in drug_of_order(tables, order).ingredients
        for order in clinical.orders
        if order.loop == "medication"
    )


def _reacted(
    context: CheckContext, tables: Tables, clinical: Clinical, check: str
) -> Iterator[Finding]:
    """Whether the patient reacted to a medium of this class before."""
    for finding in allergies.findings(
        Prescription(_medium(context, tables), (), clinical, tables, context.entry.at)
    ):
        if finding.blocks:
            yield _as(finding, check)


def _as(finding: Finding, check: str) -> Finding:
    return Finding(
        check,
        finding.severity,
        finding.message,
        "premedicate, choose another medium or examination, or say why",
        finding.source,
        finding.params,
        finding.risk,
        finding.draft,
    )


def _medium(context: CheckContext, tables: Tables) -> Drug:
    """The medium as a drug; where no name is known, any of its class."""
    name = text(context, "contrast_product")
    drug = drug_of(tables, order=context.place.order.id, fields={}, product={"name": name})
    if drug.ingredients:
        return drug
    mr = context.place.order.fields.get("modality") == "MR"
    members = tables.drugs(("gadolinium_ii",) if mr else ("iodinated_contrast",))
    return Drug(drug.order, members, {}, {"name": name}, {})


def time_out(context: CheckContext) -> tuple[Finding, ...]:
    """The part and the side are those of the request."""
    fields, found = context.place.order.fields, []
    for name in ("body_part", "side"):
        said, ordered = text(context, name), str(fields.get(name) or "")
        if said and ordered and said.lower() != ordered.lower():
            word = name.replace("_", " ")
            found.append(stop("time_out", f"this is not the {word} of the request", ordered))
    if fields.get("side") in ("left", "right") and not text(context, "side"):
        found.append(
            warning("time_out", "the side was not said at the time-out", f"{fields['side']}")
        )
    return tuple(found)


def consent(context: CheckContext) -> Finding | None:
    """The patient agreed, where that is asked for (E4, T2)."""
    for no in ("E4", "T2"):
        step = context.place.loop.steps.get(no)
        if step is None or not applies(step, context.place):
            continue
        record = recorded(context, no)
        if record is not None and record.result in ("consented", "emergency"):
            return None
        emergency = truth(context.place.order.fields.get("emergency"))
        refused = record is not None and record.result == "refused"
        if emergency and not refused:
            return second(
                "consent", "there is no consent", "in an emergency a second physician agrees"
            )
        return stop("consent", "there is no consent", "ask the patient and record the consent")
    return None
