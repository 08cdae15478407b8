"""Allergies: the same ingredient, its class, and what crosses to others (rules specification 4.1).

An intolerance is no allergy: it is told, and asks for nothing.
"""

from collections.abc import Iterable, Iterator

from domain.alerts import AlertSeverity
from domain.clinical import REFUTED, Allergy, AllergyKind
from domain.findings import Finding, Severity
from rules.checks.findings import bound, not_checked, of_row
from rules.checks.patient import words_in
from rules.checks.prescription import Prescription
from rules.knowledge.rows import AllergyRow
from rules.knowledge.tables import normal

CHECK = "allergy"
_RISK = {AlertSeverity.S1: "allergy_s1", AlertSeverity.S2: "allergy_s2"}
_INTOLERANCE = AlertSeverity.S4


def findings(asked: Prescription) -> Iterator[Finding]:
    """What the patient's allergies say of the drug."""
    allergies = asked.clinical.allergies
    if allergies is None:
        yield _nobody_asked(asked)
        return
    if not asked.drug.ingredients and allergies:
        yield not_checked(
            CHECK, "the catalogue says no ingredient that is known", "compare allergies by eye"
        )
        return
    for allergy in allergies:
        if allergy.certainty != REFUTED:
            found = _of(asked, allergy)
            if found is not None:
                yield found


def _nobody_asked(asked: Prescription) -> Finding:
    """The first order of what can kill by allergy waits until somebody has asked."""
    rows = [row for row in asked.tables.of(AllergyRow) if row.severity is AlertSeverity.S1]
    grave = [row for row in rows if row.kind == "cross" and asked.has(row.drug)]
    if not grave:
        return not_checked(CHECK, "nobody has asked for allergies", "ask, and record the answer")
    draft = all(row.draft for row in grave)
    return Finding(
        CHECK,
        bound(AlertSeverity.S1, draft=draft),
        f"allergies were never asked for, and {asked.called} is of a class that needs it"
        + (" (draft rule)" if draft else ""),
        "ask the patient, and record the allergies or that there are none",
        source=grave[0].source,
        params=(("rule", grave[0].id), ("drug", asked.called)),
        draft=draft,
    )


def _of(asked: Prescription, allergy: Allergy) -> Finding | None:
    """The gravest thing that one allergy means for the drug."""
    known = asked.tables.substance(allergy.substance)
    if not known:
        return _unknown(asked, allergy)
    rows = sorted(_rows(asked, known, allergy.reaction), key=lambda row: row.severity.rank)
    if not rows:
        return None
    row = rows[0]
    grade = row.severity
    if allergy.kind is AllergyKind.INTOLERANCE:
        grade = max(grade, _INTOLERANCE, key=lambda one: one.rank)
    return of_row(
        row,
        check=CHECK,
        grade=grade,
        message=f"{asked.called}: {allergy.kind.value} to {known.replace('_', ' ')} is recorded"
        f" ({row.en})",
        right="choose another drug, or say why this one is right",
        risk=_RISK.get(grade, "allergy_s3") if grade.rank <= AlertSeverity.S3.rank else "",
        params=(("drug", asked.called), ("substance", known)),
    )


def _rows(asked: Prescription, substance: str, reaction: str) -> Iterator[AllergyRow]:
    tables, drug = asked.tables, asked.drug
    meant = tables.drugs([substance])
    same = substance in drug.ingredients
    crosses = [
        row for row in tables.of(AllergyRow) if row.kind == "cross" and _crosses(asked, row, meant)
    ]
    recorded = not same and not crosses and not meant.isdisjoint(drug.ingredients)
    holds = {
        "same": same,
        "recorded_group": recorded,
        "excipient": _in_excipients(asked, substance),
    }
    for row in tables.of(AllergyRow):
        crossed = row in crosses and (not row.reactions or words_in(reaction, row.reactions))
        if holds.get(row.kind, crossed):
            yield row


def _crosses(asked: Prescription, row: AllergyRow, meant: frozenset[str]) -> bool:
    """Whether the recorded substance lies in the row's allergens, and the drug in its drugs."""
    tables = asked.tables
    return meant <= tables.drugs(row.allergen) and asked.has(row.drug)


def _in_excipients(asked: Prescription, substance: str) -> bool:
    listed = asked.drug.product.get("excipients")
    names: Iterable[object] = listed if isinstance(listed, (list, tuple)) else ()
    return substance in {normal(str(name)) for name in names}


def _unknown(asked: Prescription, allergy: Allergy) -> Finding | None:
    """An allergy that no row knows: compared with excipients and names, else by eye."""
    substance = normal(allergy.substance)
    for row in asked.tables.of(AllergyRow):
        if row.kind == "excipient" and substance and _in_excipients(asked, substance):
            return of_row(
                row,
                check=CHECK,
                message=f"{asked.called}: an excipient that the patient does not bear",
                right="choose another product, or say why this one is right",
                risk="allergy_s2",
                params=(("drug", asked.called), ("substance", substance)),
            )
    product = " ".join(str(asked.drug.product.get(name, "")) for name in ("name", "name_zh"))
    if allergy.substance.strip() and words_in(product, (allergy.substance.strip(),)):
        return Finding(
            CHECK,
            Severity.REASON,
            f"{asked.called}: an allergy is recorded that its name names",
            "choose another drug, or say why this one is right",
            params=(("drug", asked.called),),
            risk="allergy_s2",
        )
    return Finding(
        CHECK,
        Severity.WARNING,
        "not checked: an allergy is recorded that the rules do not know",
        "compare it with the drug by eye",
        params=(("drug", asked.called),),
    )
