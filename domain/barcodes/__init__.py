"""Bar codes: the text of a scanner to a typed identifier, and back to the text that labels carry.

`classify.parse_scan` reads, `gs1_element_string`, `wristband`, `dose_label`, `specimen_label`,
`staff_badge` write; `docs/barcodes.md` tells integrators the forms.
"""

from domain.barcodes.checksums import check_character, gs1_check_digit, gs1_check_holds
from domain.barcodes.classify import parse_scan
from domain.barcodes.gs1 import gs1_date, gs1_element_string
from domain.barcodes.isbt128 import din_check_character, din_flags
from domain.barcodes.lines import parse_line, scan_to_json
from domain.barcodes.local import dose_label, specimen_label, staff_badge, wristband
from domain.barcodes.scans import (
    BarcodeError,
    BloodExpiry,
    BloodGroup,
    BloodUnit,
    Din,
    Elements,
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

__all__ = [
    "BarcodeError",
    "BloodExpiry",
    "BloodGroup",
    "BloodUnit",
    "Din",
    "Elements",
    "ExamRequest",
    "Expect",
    "Location",
    "LogisticUnit",
    "MedicinePack",
    "PatientBand",
    "ProductCode",
    "ReturnableAsset",
    "Scan",
    "SpecimenTube",
    "StaffBadge",
    "TracedPack",
    "UnitDose",
    "check_character",
    "din_check_character",
    "din_flags",
    "dose_label",
    "gs1_check_digit",
    "gs1_check_holds",
    "gs1_date",
    "gs1_element_string",
    "parse_line",
    "parse_scan",
    "scan_to_json",
    "specimen_label",
    "staff_badge",
    "wristband",
]
