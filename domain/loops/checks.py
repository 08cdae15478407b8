"""What a check may look at, and the checks of identity: code, never draft (decision 37)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from domain.barcodes import (
    BarcodeError,
    BloodExpiry,
    BloodUnit,
    Din,
    ExamRequest,
    Expect,
    MedicinePack,
    PatientBand,
    SpecimenTube,
    TracedPack,
    UnitDose,
    parse_scan,
)
from domain.findings import Finding, Severity
from domain.values import quickly_made

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from domain.barcodes import Scan
    from domain.commands import Entry
    from domain.loops.applies import Place
    from domain.loops.case import Facts
    from domain.loops.definition import Step
    from domain.loops.loops import Check

ITEM_FIELDS: Final = ("container", "din", "dose_label", "accession")
"""Fields of a task or of its records that name the one thing this task is about."""


_NO_CODES: Final[frozenset[str]] = frozenset()
_ITEM_CODE: Final[Mapping[type, str]] = {
    MedicinePack: "gtin",
    TracedPack: "product_id",
    UnitDose: "dose_label",
    SpecimenTube: "container_id",
    ExamRequest: "accession_no",
    Din: "din",
}


_EXPECTED: Final[Mapping[str, Expect]] = {
    "container": Expect.SPECIMEN,
    "accession": Expect.EXAMINATION,
}
"""What a bare number is read as, where the task is about one."""

_BINDS: Final[Mapping[type, str]] = {
    UnitDose: "dose_label",
    SpecimenTube: "container",
    ExamRequest: "accession",
    Din: "din",
}


@quickly_made
@dataclass(frozen=True, slots=True)
class CheckContext:
    """All that a check sees.

    Attributes:
        scans: the codes that were read well.
        limit_minutes: the minutes of a limit by its id, for this order and task; a check has no
            minutes of its own (E49).
    """

    step: Step
    place: Place
    entry: Entry
    facts: Facts
    now: datetime
    scans: tuple[Scan, ...]
    limit_minutes: Callable[[str], int | None]

    @property
    def unscanned_reason(self) -> str:
        """Why something was not scanned, as the person gave it."""
        value = self.entry.evidence.get("noscan_reason")
        return value.strip() if isinstance(value, str) else ""


def read_scans(entry: Entry, place: Place) -> tuple[tuple[Scan, ...], tuple[Finding, ...]]:
    """The codes that could be read, and a stop for each that could not."""
    read: list[Scan] = []
    stops: list[Finding] = []
    for text in entry.scans:
        try:
            read.append(_read_scan(text, entry, place))
        except BarcodeError as error:
            stops.append(
                Finding(
                    "scan_readable",
                    Severity.STOP,
                    f"a scanned code of {len(text)} characters cannot be read",
                    error.right or "scan again, or say why it cannot be scanned",
                )
            )
    return tuple(read), tuple(stops)


def _read_scan(text: str, entry: Entry, place: Place) -> Scan:
    """What a code says of itself; else the bare number of the kind that the task is about."""
    today = entry.at.date()
    try:
        return _parsed(text, today=today)
    except BarcodeError:
        about = known_items(place)
        expect = next((one for name, one in _EXPECTED.items() if name in about), None)
        if expect is None:
            raise
        return _parsed(text, expect=expect, today=today)


_parsed: Final = lru_cache(maxsize=64)(parse_scan)
"""A record looks at its scans twice: what is found about them, and what they bind."""


def encounter_active(context: CheckContext) -> Finding | None:
    """The patient is in hospital at the time of the event."""
    ended = context.facts.ended_at
    if context.facts.active or (ended is not None and context.entry.at <= ended):
        return None
    return Finding(
        "encounter_active",
        Severity.STOP,
        "the patient's stay has ended",
        "admit the patient, or enter what was done before with its true time and source retro",
    )


def not_stopped(context: CheckContext) -> Finding | None:
    """The order was not stopped before the event; what has started may still be ended."""
    task, stop = context.place.task, context.place.order.stop_at
    if stop is None or context.entry.at < stop or (task is not None and task.started):
        return None
    return Finding(
        "not_stopped", Severity.STOP, "the order is stopped", "place a new order if it is needed"
    )


def right_patient(context: CheckContext) -> Finding | None:
    """The scanned wristband is this patient's, and the newest one that was printed."""
    bands = [scan for scan in context.scans if isinstance(scan, PatientBand)]
    if not bands:
        return _unscanned(context, "right_patient", "wristband")
    facts = context.facts
    for band in bands:
        theirs = band.patient_id == facts.mrn if band.gsrn is None else band.gsrn == facts.gsrn
        if not theirs:
            return Finding(
                "right_patient",
                Severity.STOP,
                "wrong patient: the wristband belongs to somebody else",
                "go to the right patient and scan their wristband",
            )
        if band.band_instance is not None and band.band_instance != facts.band_instance:
            return Finding(
                "right_patient",
                Severity.STOP,
                "this wristband was replaced by a newer one",
                "scan the wristband that the patient wears, or print a new one",
            )
    return None


def right_item(context: CheckContext) -> Finding | None:
    """The scanned product, tube, unit or request is the one that this task is about.

    Where nothing says yet which one that is, the scan binds it (see `bound`) at a step whose
    fields name it; at any other a person must compare by eye and say so.
    """
    seen = [code for scan in context.scans if (code := item_code(scan)) is not None]
    if not seen:
        return _unscanned(context, "right_item", "item")
    expected = expected_codes(context)
    if not expected:
        return _first_named(context, frozenset(seen))
    if all(code in expected for code in seen):
        return None
    return Finding(
        "right_item",
        Severity.STOP,
        "wrong item: the scanned code is not the one of this task",
        "put it aside and scan the item that belongs to this task",
    )


def _first_named(context: CheckContext, seen: frozenset[str]) -> Finding | None:
    """The first scan of an item that nothing names yet."""
    fields = {use.name for use in context.step.fields}
    if len(seen) == 1 and fields.intersection(_BINDS.values()) & bound(context.scans).keys():
        return None
    return Finding(
        "right_item",
        Severity.REASON,
        "nothing says yet which item this task is about",
        "compare the label with the order by eye and say that it was done",
    )


def expiry(context: CheckContext) -> Finding | None:
    """Nothing scanned or entered is past its expiry at the time of the event."""
    at, zone = context.entry.at, context.facts.zone
    days: list[date] = [
        scan.expiry
        for scan in context.scans
        if isinstance(scan, MedicinePack) and scan.expiry is not None
    ]
    typed = context.entry.evidence.get("expiry")
    if isinstance(typed, str) and typed:
        days.append(date.fromisoformat(typed[:10]))
    late = any(day < at.astimezone(zone).date() for day in days)
    blood = [
        part
        for scan in context.scans
        for part in (scan.expiry if isinstance(scan, BloodUnit) else scan,)
        if isinstance(part, BloodExpiry)
    ]
    if late or any(part.instant(zone) < at for part in blood):
        return Finding("expiry", Severity.STOP, "it has expired", "take one that has not expired")
    return None


def item_code(scan: Scan) -> str | None:
    """What identifies the item of a scan; None for a wristband, a badge or a part of a label."""
    if isinstance(scan, BloodUnit):
        scan = scan.din
    name = _ITEM_CODE.get(type(scan))
    return None if name is None else str(getattr(scan, name))


def bound(scans: tuple[Scan, ...]) -> dict[str, str]:
    """What scans say of the item, as evidence: later steps are held to it."""
    found: dict[str, str] = {}
    for scan in scans:
        part = scan.din if isinstance(scan, BloodUnit) else scan
        name = _BINDS.get(type(part))
        if name is not None:
            found[name] = item_code(part) or ""
        if isinstance(scan, MedicinePack):
            found.update({"lot": scan.lot} if scan.lot else {})
            found.update({"expiry": scan.expiry.isoformat()} if scan.expiry else {})
    return found


def expected_codes(context: CheckContext) -> frozenset[str]:
    """The codes right for this task: its own labels and records, and the order's product.

    A step that names an item for the first time is held to what it enters.
    """
    known = known_items(context.place)
    own = {use.name for use in context.step.fields}.intersection(ITEM_FIELDS) - known.keys()
    entered = context.entry.evidence
    codes = context.facts.item_codes.union(*known.values())
    return codes.union(str(entered[name]) for name in own if entered.get(name))


def known_items(place: Place) -> dict[str, frozenset[str]]:
    """What names the one thing of a task so far, by field: its fields and records that count."""
    sources: list[Mapping[str, object]] = [place.order.fields]
    if place.task is not None:
        records = place.task.steps.values()
        sources.append(place.task.fields)
        sources.extend(record.evidence for record in records if not record.undone)
    named: dict[str, frozenset[str]] = {}
    for source in sources:
        for name in ITEM_FIELDS:
            value = source.get(name)
            if value:
                named[name] = named.get(name, _NO_CODES) | {str(value)}
    return named


def _unscanned(context: CheckContext, check: str, what: str) -> Finding | None:
    if context.unscanned_reason:
        return Finding(check, Severity.INFO, f"the {what} was not scanned")
    return Finding(
        check,
        Severity.REASON,
        f"the {what} was not scanned",
        f"scan the {what}, or say why it cannot be scanned (evidence noscan_reason)",
    )


IDENTITY_CHECKS: Final[Mapping[str, Check]] = {
    "encounter_active": encounter_active,
    "not_stopped": not_stopped,
    "right_patient": right_patient,
    "right_item": right_item,
    "expiry": expiry,
}
"""The checks that work from the first day; clinical ones join them by name (decision 24)."""
