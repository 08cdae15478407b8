"""What the engine would find about an entry before it is recorded, and refusals in words.

The findings are those of the domain's own checks: nothing about care is decided here. When the
entry is recorded it is judged anew, under the lock.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

from client.presenters.step_actions import act_of
from domain.barcodes import BarcodeError, MedicinePack, PatientBand, StaffBadge, parse_scan
from domain.commands import RecordStep
from domain.errors import Conflict, Forestalled, InvalidInput, Refused, WardloopError
from domain.findings import Finding, Severity, worst_first
from domain.loops.case import Facts
from domain.loops.decision import Decision
from domain.loops.judging import step_findings
from domain.records import Source
from domain.services.worn_patches import worn_elsewhere

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from client.app import App
    from client.presenters.formats import Formats
    from client.presenters.step_form import StepForm
    from client.texts import Texts
    from domain.clinical import Clinical
    from domain.ids import PractitionerId
    from domain.loops.case import Case
    from domain.loops.loops import Loops
    from domain.orders import Order
    from domain.patients import Encounter, Patient
    from domain.people import Actor, Practitioner
    from domain.ports import Reads

_SCANS: Final = ("right_patient", "right_item")


class ScanClass(StrEnum):
    """What a scan is for a dialog."""

    BAND = "band"
    BADGE = "badge"
    ITEM = "item"


@dataclass(frozen=True, slots=True)
class Bedside:
    """All that was read about the one order that a page is about.

    Attributes:
        item: what the catalogue says of the order's product.
        clinical: what is known of the patient beside this order.
        worn: what the catalogue says of the patches of other orders that are still worn.
    """

    case: Case
    patient: Patient
    stay: Encounter
    loops: Loops
    actor: Actor
    zone: str
    item: Mapping[str, object]
    clinical: Clinical | None = None
    worn: tuple[Mapping[str, object], ...] = ()


def read_bedside(
    app: App, order: object, *, user: PractitionerId, whole: bool = True
) -> Bedside | None:
    """The order with its tasks, its patient and who asks; None where the order is not known."""
    from domain.ids import OrderId

    reads = app.reads
    case = reads.case(OrderId(str(order)), whole=whole)
    person = reads.practitioner(user)
    if case is None or person is None:
        return None
    patient = reads.patient(case.order.patient_id)
    stay = reads.encounter(case.order.encounter_id)
    if patient is None or stay is None:
        return None
    product = str(case.order.fields.get("product") or "")
    zones = {ward.id: ward.time_zone for ward in reads.wards()}
    return Bedside(
        case=case,
        patient=patient,
        stay=stay,
        loops=app.loops.for_ward(stay.ward),
        actor=person.actor(),
        zone=zones.get(stay.ward) or app.place.time_zone,
        item=reads.catalogue_item("drug", product, at=app.now()) or {},
        clinical=reads.clinical(stay.id),
        worn=_worn(reads, case.order),
    )


def _worn(reads: Reads, order: Order) -> tuple[Mapping[str, object], ...]:
    """The patches of other orders that the patient wears, where this one is of patches."""
    if order.fields.get("worn_minutes") is None:
        return ()
    found = map(reads.case, reads.orders_of(order.encounter_id))
    return worn_elsewhere(reads, order, (case for case in found if case is not None))


def facts_of(at: Bedside) -> Facts:
    """The facts that checks look at, from what was read without a lock."""
    listed = (at.item.get(name) for name in ("gtins", "codes"))
    codes = {str(code) for one in listed if isinstance(one, list) for code in one}
    product = at.case.order.fields.get("product")
    return Facts(
        encounter=at.stay.id,
        patient=at.patient.id,
        active=at.stay.active,
        ended_at=at.stay.ended_at,
        mrn=at.patient.mrn,
        band_instance=at.stay.band_instance,
        item_codes=frozenset(codes | ({str(product)} if isinstance(product, str) else set())),
        zone=ZoneInfo(at.zone),
        product={**at.item, "code": product} if isinstance(product, str) else {},
        clinical=at.clinical,
        worn=at.worn,
    )


def judge(
    at: Bedside,
    form: StepForm,
    *,
    scans: Sequence[str],
    evidence: Mapping[str, object],
    when: datetime,
    now: datetime,
) -> tuple[Finding, ...]:
    """What the checks of a step find about an entry, worst first; nothing for an exit.

    That something was not scanned yet is no finding: the form asks for the scan.
    """
    if form.is_exit:
        return ()
    entry = RecordStep(
        order=form.order,
        task=form.task,
        actor=at.actor,
        at=when,
        scans=tuple(scans),
        evidence=MappingProxyType(dict(evidence)),
        step=form.step,
    )
    decision = Decision(
        loops=at.loops,
        case=at.case,
        entry=entry,
        facts=facts_of(at),
        now=now,
        source=Source.LIVE,
    )
    task = None if form.task is None else at.case.tasks.get(form.task)
    place = decision.place(task)
    group = act_of(place, form.step)
    found: dict[tuple[str, str], Finding] = {}
    for no in group:
        step = place.loop.steps[no]
        for one in step_findings(decision, step, task, together=frozenset(group)):
            found.setdefault((one.check, one.message), one)
    seen = {scan_class(code) for code in scans}
    return worst_first(tuple(one for one in found.values() if not _waits(one, seen)))


def _waits(finding: Finding, seen: set[ScanClass]) -> bool:
    """Whether a finding only says that a scan has not come yet."""
    if finding.severity is Severity.STOP or finding.check not in _SCANS:
        return False
    awaited = ScanClass.BAND if finding.check == "right_patient" else ScanClass.ITEM
    return awaited not in seen


def scan_class(code: str) -> ScanClass:
    """What a scanned code is; what cannot be read counts as an item and is refused as one."""
    try:
        scan = parse_scan(code)
    except BarcodeError:
        return ScanClass.ITEM
    if isinstance(scan, PatientBand):
        return ScanClass.BAND
    return ScanClass.BADGE if isinstance(scan, StaffBadge) else ScanClass.ITEM


def badge_holder(staff: Sequence[Practitioner], code: str) -> Practitioner | None:
    """Whose badge a code is; None where it is nobody's."""
    try:
        scan = parse_scan(code)
    except BarcodeError:
        return None
    if not isinstance(scan, StaffBadge):
        return None
    keys = {code, scan.staff_id, scan.gsrn} - {None}
    return next((one for one in staff if one.badge in keys or one.user == scan.staff_id), None)


def read_badge(app: App, code: str) -> Practitioner | None:
    """Whose badge was scanned; None where it is nobody's."""
    return badge_holder(app.reads.practitioners(), code)


def band_holder(app: App, code: str) -> Patient | None:
    """Whose wristband a code is; None where the record does not know it."""
    try:
        scan = parse_scan(code)
    except BarcodeError:
        return None
    if not isinstance(scan, PatientBand) or scan.patient_id is None:
        return None
    return app.reads.patient_by_mrn(scan.patient_id)


def scan_words(code: str, formats: Formats) -> str:
    """What an item's code says of it, for the quiet line of a passed check."""
    try:
        scan = parse_scan(code)
    except BarcodeError:
        return code
    if not isinstance(scan, MedicinePack):
        return code
    parts = [formats.texts("step.item_lot", lot=scan.lot)] if scan.lot else []
    if scan.expiry is not None:
        day = formats.full_date(scan.expiry)
        parts.append(formats.texts("step.item_expiry", expiry=day))
    return ", ".join(parts) or scan.gtin


def refusal_words(error: Exception, texts: Texts) -> str:
    """A refusal in the language of the screen; the program's own sentence where none is known."""
    if isinstance(error, Refused) and error.findings:
        worst = worst_first(error.findings)[0]
        key = f"finding.{worst.check}.{worst.severity.value}"
        return texts(key) if texts.has(key) else error.message
    if isinstance(error, WardloopError):
        key = f"refusal.{error.code}"
        known = texts.has(key) and not (texts.language == "en" and isinstance(error, InvalidInput))
        return texts(key) if known else error.message
    return texts("step.not_saved")


def first_words(error: Exception, *, now: datetime, formats: Formats) -> str:
    """Who was first, and when, where a refusal knows; else nothing."""
    if not isinstance(error, Forestalled | Conflict) or error.when is None:
        return ""
    return formats.texts("step.was_first", who=error.who, at=formats.moment(error.when, now=now))
