"""Checks of the laboratory loop: the request, the tube, the result, the report."""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Final

from domain.barcodes import ExamRequest, PatientBand, SpecimenTube
from domain.findings import Finding
from domain.loops.applies import truth
from domain.loops.checks import CheckContext, known_items
from domain.people import Role
from rules.checks.findings import not_checked, of_row
from rules.checks.reading import (
    Result,
    minutes_since,
    reason,
    recorded,
    result_of,
    results,
    says,
    stop,
    text,
    warning,
)
from rules.knowledge.limit_rows import CriticalLimitRow
from rules.knowledge.tables import Tables

AGAIN: Final = timedelta(hours=2)
"""The same test ordered within this time is told [C]; a site's list of intervals comes later."""
LABELLED_BEFORE: Final = 120
"""Minutes after which a label that was printed ahead is told (loop specification 4.5)."""
_DRIP_ARM: Final = ("infusion arm", "drip arm", "arm with infusion", "输液侧", "输液肢")
_BAD_QUALITY: Final = ("haemoly", "hemoly", "clot", "lipaem", "lipem", "溶血", "凝块", "脂血")
_RESULTS: Final = ("results", "values")
_TURNED_AWAY: Final = ("rejected", "returned", "concession")


def test_request(context: CheckContext) -> tuple[Finding, ...]:
    """The same test was not ordered a moment ago."""
    clinical = context.facts.clinical
    if clinical is None:
        return (not_checked("test_request", "nothing is known of the patient's other orders"),)
    order = context.place.order
    mine = _codes(order.fields.get("tests"))
    start = str(order.fields.get("start") or "")
    for other in clinical.orders:
        same = mine & _codes(other.fields.get("tests"))
        recent = other.signed_at is not None and other.signed_at > context.entry.at - AGAIN
        planned = start != str(other.fields.get("start") or "")
        if other.id != order.id and same and recent and not planned:
            return (
                warning(
                    "test_request",
                    "the same test was ordered in the last two hours",
                    "cancel one of them, or leave both where both are meant",
                    ("order", other.id),
                ),
            )
    return ()


def _codes(value: object) -> set[str]:
    return {str(code) for code in value} if isinstance(value, (list, tuple)) else set()


def container_type(context: CheckContext) -> Finding | None:
    """The tube is of the kind that the test needs."""
    task = context.place.task
    wanted = "" if task is None else str(task.fields.get("container_type") or "")
    taken = text(context, "container_type")
    if not wanted or not taken or wanted == taken:
        return None
    return stop("container_type", "this is the wrong tube for the test", f"a tube {wanted}")


def collection(context: CheckContext) -> tuple[Finding, ...]:
    """The sample was taken as it should be."""
    return tuple(_collection(context))


def _collection(context: CheckContext) -> Iterator[Finding]:
    if result_of(context) == "failed":
        return
    fasting = context.entry.evidence.get("fasting")
    if context.place.order.fields.get("timing") == "fasting" and fasting is False:
        yield reason("collection", "the patient has eaten", "take it fasting, or say why now")
    if says(text(context, "site"), _DRIP_ARM):
        yield warning("collection", "taken from the arm with an infusion", "take the other arm")
    printed = minutes_since(context, "L3")
    if printed is not None and printed > LABELLED_BEFORE:
        yield warning(
            "collection",
            "the label was printed more than two hours before",
            "print labels where the sample is taken",
        )


def specimen_age(context: CheckContext) -> tuple[Finding, ...]:
    """The sample is fresh enough, and the one that was taken."""
    if result_of(context) in _TURNED_AWAY:
        return ()
    if "T7" in context.place.loop.steps:
        return tuple(_blood_sample(context))
    return tuple(_specimen(context))


def _specimen(context: CheckContext) -> Iterator[Finding]:
    limit = context.place.loop.limit.get("TL04")
    task, age = context.place.task, minutes_since(context, "L4")
    if limit is None or task is None or age is None:
        yield not_checked("specimen_age", "it is not known when the sample was taken")
        return
    kind = str(task.fields.get("specimen_class") or "other")
    bounds = limit.cases.get(kind) or limit.cases.get("other")
    most = None if bounds is None else bounds.column(2)
    if isinstance(most, int) and age > most:
        yield reason(
            "specimen_age",
            f"the sample is {age} min old: more than {most} min",
            "reject it, or take it by concession; say why",
            ("minutes", str(age)),
            ("limit", limit.id),
        )
    if says(text(context, "quality"), _BAD_QUALITY):
        yield reason(
            "specimen_age", "the sample is not good", "reject it, or take it by concession"
        )


def _blood_sample(context: CheckContext) -> Iterator[Finding]:
    taken = recorded(context, "T6")
    if taken is None:
        yield not_checked("specimen_age", "it is not known when the sample was taken")
        return
    tube = str(taken.evidence.get("container") or "")
    if tube and text(context, "container") not in ("", tube):
        yield stop(
            "specimen_age",
            "this is not the tube that was taken",
            "reject it: a sample is never relabelled",
        )
    most, age = context.limit_minutes("TT05"), minutes_since(context, "T6")
    if most is not None and age is not None and age > most:
        yield reason("specimen_age", "the sample is too old", "reject it and ask for a new one")


def plausibility(context: CheckContext, tables: Tables) -> tuple[Finding, ...]:
    """The result can be true, and the controls were good."""
    return tuple(_plausibility(context, tables))


def _plausibility(context: CheckContext, tables: Tables) -> Iterator[Finding]:
    before = recorded(context, "L7")
    if before is not None and before.evidence.get("qc_ok") is False:
        yield reason("plausibility", "quality control did not pass", "measure again")
    for row, result in _known(context.entry.evidence, tables):
        if _impossible(row, result):
            yield reason(
                "plausibility",
                f"{row.observation.replace('_', ' ')} cannot be true of a living patient",
                "measure again; a drip into the same arm, a wrong tube?",
                ("observation", row.observation),
            )
        elif _jumped(context, row, result):
            yield warning(
                "plausibility",
                f"{row.observation.replace('_', ' ')} has changed much since the last result",
                "is it this patient's sample? Measure again",
                ("observation", row.observation),
            )


def _known(
    evidence: Mapping[str, object], tables: Tables
) -> Iterator[tuple[CriticalLimitRow, Result]]:
    """The values of a result that have a row, in the row's unit."""
    limits = tables.of(CriticalLimitRow)
    rows = {name.lower(): row for row in limits for name in (*row.names, row.observation)}
    for result in results(evidence):
        row = rows.get(result.name.lower())
        if row is not None and result.unit in ("", row.unit):
            yield row, result


def _impossible(row: CriticalLimitRow, result: Result) -> bool:
    low, high = row.possible_low, row.possible_high
    return (low is not None and result.value < low) or (high is not None and result.value > high)


def _jumped(context: CheckContext, row: CriticalLimitRow, result: Result) -> bool:
    clinical = context.facts.clinical
    last = None if clinical is None else clinical.latest.get(row.observation)
    number = None if last is None else last.number
    return row.delta is not None and number is not None and abs(result.value - number) >= row.delta


def critical_record(context: CheckContext, tables: Tables) -> tuple[Finding, ...]:
    """No critical result is released without its record (loop specification 4.5, L9)."""
    evidence = context.entry.evidence
    if truth(evidence.get("critical")):
        named = text(context, "critical_item") or text(context, "critical_value")
        before = recorded(context, "L8")
        earlier = before is not None and truth(before.evidence.get("critical"))
        if named or earlier:
            return ()
        return (
            stop(
                "critical_record",
                "a critical result without saying which",
                "enter the critical item and its value",
            ),
        )
    return tuple(_unsaid(context, tables))


def _unsaid(context: CheckContext, tables: Tables) -> Iterator[Finding]:
    """Values beyond a critical limit in what was measured, and nobody called them critical."""
    before = recorded(context, "L8")
    measured: dict[str, object] = {} if before is None else dict(before.evidence)
    own = {
        name: context.entry.evidence[name] for name in _RESULTS if name in context.entry.evidence
    }
    if before is not None and truth(before.evidence.get("critical")):
        yield stop(
            "critical_record",
            "the result was called critical and the report is not",
            "release it as critical, or measure again",
        )
    for row, result in _known(measured | own, tables):
        beyond = (row.low is not None and result.value < row.low) or (
            row.high is not None and result.value > row.high
        )
        if beyond:
            yield of_row(
                row,
                check="critical_record",
                message=f"{row.observation.replace('_', ' ')} is beyond the critical limit",
                right="release it as critical, or say why not",
                params=(("observation", row.observation),),
            )


def right_report(context: CheckContext) -> Finding | None:
    """The report is of this patient and of this order."""
    for scan in context.scans:
        if isinstance(scan, PatientBand) and scan.patient_id not in (None, context.facts.mrn):
            return stop("right_report", "another patient's wristband", "open the right report")
        code = None
        if isinstance(scan, SpecimenTube):
            code = scan.container_id
        if isinstance(scan, ExamRequest):
            code = scan.accession_no
        known = frozenset[str]().union(*known_items(context.place).values())
        if code is not None and known and code not in known:
            return stop("right_report", "this is not the item of this report", "open the right one")
    return None


def latest_version(context: CheckContext) -> Finding | None:
    """What is confirmed is the latest version of the report."""
    said = context.entry.evidence.get("version")
    newest = context.place.order.report_version
    if not isinstance(said, int) or said >= newest:
        return None
    return stop(
        "latest_version",
        f"version {said} was replaced by version {newest}",
        "read the latest version and confirm it",
        ("version", str(newest)),
    )


def clinician(context: CheckContext) -> Finding | None:
    """A critical value is received by a nurse or a physician, by nobody else."""
    if context.entry.actor.roles & {Role.NURSE, Role.PHYSICIAN}:
        return None
    return stop("clinician", "no nurse and no physician", "call a nurse or the physician")
