"""What a scan can be: one frozen value per class of code, and the error for everything else.

`Expect` names the classes, both as what a screen waits for and as the `kind` of what came. Absent
parts are None: a pack without a lot has no lot, never an empty one.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, time, tzinfo
from enum import StrEnum
from typing import ClassVar, Final

from domain.errors import InvalidInput

GS: Final = "\x1d"
_LONGEST_SHOWN: Final = 80


class Expect(StrEnum):
    """The classes of codes on a ward."""

    PATIENT = "patient"
    STAFF = "staff"
    MEDICATION = "medication"
    SPECIMEN = "specimen"
    BLOOD_UNIT = "blood_unit"
    EXAMINATION = "examination"
    LOCATION = "location"
    LOGISTIC_UNIT = "logistic_unit"
    ASSET = "asset"


SAID: Final = {
    Expect.PATIENT: "a patient wristband",
    Expect.STAFF: "a staff badge",
    Expect.MEDICATION: "a medicine pack or dose label",
    Expect.SPECIMEN: "a specimen tube",
    Expect.BLOOD_UNIT: "a blood unit",
    Expect.EXAMINATION: "an examination request",
    Expect.LOCATION: "a location",
    Expect.LOGISTIC_UNIT: "a transport unit (SSCC)",
    Expect.ASSET: "a returnable asset (GRAI)",
}


def shown(text: str) -> str:
    """The scanned text as people can read it: GS visible, other controls escaped, cut when long."""
    readable = "".join(
        "<GS>" if char == GS else char if char.isprintable() else f"\\x{ord(char):02x}"
        for char in text
    )
    return readable if len(readable) <= _LONGEST_SHOWN else readable[:_LONGEST_SHOWN] + "…"


class BarcodeError(InvalidInput):
    """The code is damaged, ambiguous, unknown or of the wrong class. Nothing was taken from it.

    Attributes:
        seen: the text exactly as it came, for the report of unreadable codes. It may identify a
            patient: never write it to a log.
        got: the class of code that was read well but is not the one expected, else None.
    """

    def __init__(
        self, message: str, *, seen: str, right: str | None = None, got: Expect | None = None
    ) -> None:
        count = "1 character" if len(seen) == 1 else f"{len(seen)} characters"
        super().__init__("scan", f'{message}; seen "{shown(seen)}" ({count})', right=right)
        self.seen = seen
        self.got = got


@dataclass(frozen=True, slots=True)
class Elements:
    """The GS1 elements of one code, in the order in which they stand."""

    pairs: tuple[tuple[str, str], ...] = ()

    def get(self, identifier: str) -> str | None:
        """The value of one application identifier, or None."""
        return dict(self.pairs).get(identifier)

    def __contains__(self, identifier: str) -> bool:
        return any(known == identifier for known, _ in self.pairs)


@dataclass(frozen=True, slots=True)
class PatientBand:
    """A wristband: `patient_id` (local) or `gsrn` (GS1), and which printed band it is.

    `band_instance` counts the reprints; None where a GS1 band bears no (8019). Only the newest
    band of a patient is valid: the caller compares.
    """

    kind: ClassVar[Expect] = Expect.PATIENT
    patient_id: str | None = None
    gsrn: str | None = None
    band_instance: int | None = None
    elements: Elements = field(default_factory=Elements)


@dataclass(frozen=True, slots=True)
class StaffBadge:
    """A badge: `staff_id` (local) or `gsrn` (GS1 (8017))."""

    kind: ClassVar[Expect] = Expect.STAFF
    staff_id: str | None = None
    gsrn: str | None = None
    badge_instance: int | None = None
    elements: Elements = field(default_factory=Elements)


@dataclass(frozen=True, slots=True)
class MedicinePack:
    """A medicine pack by its GTIN-14. `expiry` is the last day of use."""

    kind: ClassVar[Expect] = Expect.MEDICATION
    gtin: str
    lot: str | None = None
    expiry: date | None = None
    serial: str | None = None
    elements: Elements = field(default_factory=Elements)


@dataclass(frozen=True, slots=True)
class TracedPack:
    """A medicine pack by its Chinese traceability code (药品追溯码), unique per sales pack."""

    kind: ClassVar[Expect] = Expect.MEDICATION
    trace_code: str

    @property
    def product_id(self) -> str:
        """The first 7 digits: the product, to be looked up in the formulary."""
        return self.trace_code[:7]


@dataclass(frozen=True, slots=True)
class UnitDose:
    """A dose prepared in the hospital: order number and occurrence. One label is one dose."""

    kind: ClassVar[Expect] = Expect.MEDICATION
    dose_label: str
    order_no: str
    seq: int


@dataclass(frozen=True, slots=True)
class SpecimenTube:
    """A specimen container by its id of 10 to 12 digits."""

    kind: ClassVar[Expect] = Expect.SPECIMEN
    container_id: str


@dataclass(frozen=True, slots=True)
class ExamRequest:
    """An examination request by its accession number (DICOM SH, at most 16 characters)."""

    kind: ClassVar[Expect] = Expect.EXAMINATION
    accession_no: str


@dataclass(frozen=True, slots=True)
class Din:
    """The donation identification number (structure 001): 13 characters, without flags and check.

    `flags` are the two characters after it in the bar code, None when it was keyed. `check` is the
    character printed in the box, which only keyboard entry uses.
    """

    kind: ClassVar[Expect] = Expect.BLOOD_UNIT
    din: str
    check: str
    flags: str | None = None


@dataclass(frozen=True, slots=True)
class BloodGroup:
    """ABO and RhD of a unit (structure 002): `abo_rhd` is `O+` … `AB-`, from `group_code`."""

    kind: ClassVar[Expect] = Expect.BLOOD_UNIT
    abo_rhd: str
    group_code: str


@dataclass(frozen=True, slots=True)
class ProductCode:
    """The product of a unit (structure 003): 8 characters, to be looked up in the site's table."""

    kind: ClassVar[Expect] = Expect.BLOOD_UNIT
    product_code: str


@dataclass(frozen=True, slots=True)
class BloodExpiry:
    """When a unit expires (structures 004, 005), by the wall clock of the place that labelled it.

    A label without a time (004) means the end of that day, 23:59.
    """

    kind: ClassVar[Expect] = Expect.BLOOD_UNIT
    day: date
    at: time

    def instant(self, zone: tzinfo) -> datetime:
        """The instant of expiry in the time zone of the label."""
        return datetime.combine(self.day, self.at, tzinfo=zone)

    @property
    def expires_at(self) -> str:
        """`2026-12-31T23:59`: ISO 8601 to the minute, without a zone, as the label has none."""
        return f"{self.day.isoformat()}T{self.at.isoformat(timespec='minutes')}"


@dataclass(frozen=True, slots=True)
class BloodUnit:
    """The parts of one compound label (structure 023). A part that it does not carry is None."""

    kind: ClassVar[Expect] = Expect.BLOOD_UNIT
    din: Din
    group: BloodGroup | None = None
    product: ProductCode | None = None
    expiry: BloodExpiry | None = None


@dataclass(frozen=True, slots=True)
class LogisticUnit:
    """A box or pallet by its SSCC, 18 digits."""

    kind: ClassVar[Expect] = Expect.LOGISTIC_UNIT
    sscc: str
    elements: Elements = field(default_factory=Elements)


@dataclass(frozen=True, slots=True)
class Location:
    """A place by its GLN (414), 13 digits; `extension` (254) names a room or shelf in it."""

    kind: ClassVar[Expect] = Expect.LOCATION
    gln: str
    extension: str | None = None
    elements: Elements = field(default_factory=Elements)


@dataclass(frozen=True, slots=True)
class ReturnableAsset:
    """A bag or box that comes back, by its GRAI (8003): 14 digits and an optional serial."""

    kind: ClassVar[Expect] = Expect.ASSET
    grai: str
    elements: Elements = field(default_factory=Elements)


Scan = (
    PatientBand
    | StaffBadge
    | MedicinePack
    | TracedPack
    | UnitDose
    | SpecimenTube
    | ExamRequest
    | Din
    | BloodGroup
    | ProductCode
    | BloodExpiry
    | BloodUnit
    | LogisticUnit
    | Location
    | ReturnableAsset
)
