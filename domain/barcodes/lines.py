"""One line of `wardloop barcode parse`: a JSON object in, a JSON object out.

In: `scan`, optional `expect` (a word of `Expect`), optional `today` (ISO date; the middle of the
window for two-digit years, without it they are 2000-2099). Unknown fields are refused: a misspelt
`expect` must not switch the check off.
Out: `kind`, a word of `Expect`, and what the code carries; what it does not carry is left out.
A line that cannot be read is `{"error": {"field", "message"}}`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Final

from domain.barcodes.classify import parse_scan
from domain.barcodes.scans import (
    BloodExpiry,
    BloodGroup,
    BloodUnit,
    Din,
    ExamRequest,
    Expect,
    Location,
    LogisticUnit,
    MedicinePack,
    PatientBand,
    ProductCode,
    ReturnableAsset,
    Scan,
    SpecimenTube,
    StaffBadge,
    TracedPack,
    UnitDose,
)
from domain.errors import InvalidInput

_FIELDS: Final = ("scan", "expect", "today")


_CARRIED: Final[dict[type[Scan], tuple[str, ...]]] = {
    PatientBand: ("patient_id", "gsrn", "band_instance"),
    StaffBadge: ("staff_id", "gsrn", "badge_instance"),
    MedicinePack: ("gtin", "lot", "expiry", "serial"),
    TracedPack: ("trace_code", "product_id"),
    UnitDose: ("dose_label", "order_no", "seq"),
    SpecimenTube: ("container_id",),
    ExamRequest: ("accession_no",),
    LogisticUnit: ("sscc",),
    Location: ("gln", "extension"),
    ReturnableAsset: ("grai",),
    Din: ("din", "check", "flags"),
    BloodGroup: ("abo_rhd", "group_code"),
    ProductCode: ("product_code",),
    BloodExpiry: ("expires_at",),
}


def scan_to_json(scan: Scan) -> dict[str, object]:
    """`kind` and what the code carries, as JSON values; absent parts are absent."""
    answer: dict[str, object] = {"kind": scan.kind.value}
    parts: tuple[Scan | None, ...] = (scan,)
    if isinstance(scan, BloodUnit):
        parts = (scan.din, scan.group, scan.product, scan.expiry)
    for part in parts:
        if part is not None:
            answer |= _carried(part)
    return answer


def _carried(scan: Scan) -> dict[str, object]:
    """The fields of one value that are there, dates as ISO text."""
    carried: dict[str, object] = {}
    for name in _CARRIED[type(scan)]:
        value = getattr(scan, name)
        if value is not None:
            carried[name] = value.isoformat() if isinstance(value, date) else value
    elements = getattr(scan, "elements", None)
    if elements is not None and elements.pairs:
        carried["elements"] = dict(elements.pairs)
    return carried


def parse_line(line: Mapping[str, object]) -> dict[str, object]:
    """The answer to one line, an error included: it never raises for what stands in the line."""
    try:
        return scan_to_json(_parse(line))
    except InvalidInput as error:
        return {"error": {"field": error.field, "message": error.message}}


def _parse(line: Mapping[str, object]) -> Scan:
    for field in line:
        if field not in _FIELDS:
            raise InvalidInput(field, f"unknown field {field!r}", right=", ".join(_FIELDS))
    scan = line.get("scan")
    if not isinstance(scan, str):
        raise InvalidInput("scan", "scan is missing or no text", right="the text as scanned")
    return parse_scan(scan, expect=_expect(line.get("expect")), today=_today(line.get("today")))


def _expect(value: object) -> Expect | None:
    if value is None:
        return None
    known = {word.value: word for word in Expect}
    if not isinstance(value, str) or value not in known:
        raise InvalidInput("expect", f"{value!r} is not known", right=", ".join(known))
    return known[value]


def _today(value: object) -> date | None:
    if value is None:
        return None
    try:
        if isinstance(value, str):
            return date.fromisoformat(value)
    except ValueError:
        pass  # told below, like what is no text
    raise InvalidInput("today", f"{value!r} is no date", right="2026-11-24")
