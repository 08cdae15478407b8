"""The hospital's own labels: wristband, dose label, specimen tube, staff badge.

    P <patient id> N <band instance> <check>      P10000032N2K
    D <order no.>  N <occurrence>    <check>
    S <container id, 10-12 digits> N <check>
    U <staff id>   N [badge instance] <check>

(written here with blanks; the codes have none). Ids are 1-20 of 0-9 A-Z, the numbers 1-99999
without leading zeros. The last N before the check ends the id. There is no punctuation, which
keyboard layouts move about. Any one wrong character and any swap of neighbours is found by the
check character, ISO 7064 mod 37-2 over everything before it, the same as for a keyed DIN.

The N also keeps these codes apart from keyed DINs that begin with P, D, S or U: in a code of 14
characters it stands where a DIN has a digit. Analysers read the tube's bare 10-12 digits; those are
taken as a specimen only where one is expected.
"""

from __future__ import annotations

import re
from typing import Final

from domain.barcodes.checksums import ALPHABET, check_character, is_digits
from domain.barcodes.scans import (
    BarcodeError,
    PatientBand,
    SpecimenTube,
    StaffBadge,
    UnitDose,
)
from domain.errors import InvalidInput

LocalScan = PatientBand | UnitDose | SpecimenTube | StaffBadge

NAMES: Final = {
    "P": "patient wristband",
    "D": "dose label",
    "S": "specimen label",
    "U": "staff badge",
}
CONTAINER_FORM: Final = re.compile("[0-9]{10,12}")
_ID_FORM: Final = re.compile("[0-9A-Z]{1,20}")
_NUMBER_FORM: Final = re.compile("[1-9][0-9]{0,4}")
_HIGHEST: Final = 99_999


def wristband(mrn: str, band_instance: int) -> str:
    """The code of a wristband; every reprint has the next `band_instance`, from 1.

    Raises:
        InvalidInput: an id with other characters than 0-9 A-Z, a number out of 1-99999.
    """
    return _label("P", _checked_id("mrn", mrn), _checked_number("band_instance", band_instance))


def dose_label(order_no: str, seq: int) -> str:
    """The code of the label on a prepared dose: order number and occurrence, from 1.

    Raises:
        InvalidInput: an id with other characters than 0-9 A-Z, a number out of 1-99999.
    """
    return _label("D", _checked_id("order_no", order_no), _checked_number("seq", seq))


def specimen_label(container_id: str) -> str:
    """The code of a specimen label for reading by people's scanners.

    Raises:
        InvalidInput: the id is not 10 to 12 digits.
    """
    if CONTAINER_FORM.fullmatch(container_id) is None:
        raise InvalidInput(
            "container_id", f"{container_id!r} is no container", right="10-12 digits"
        )
    return _label("S", container_id, "")


def staff_badge(staff_id: str, badge_instance: int | None = None) -> str:
    """The code of a staff badge; a badge that replaces a lost one may be counted.

    Raises:
        InvalidInput: an id with other characters than 0-9 A-Z, a number out of 1-99999.
    """
    number = "" if badge_instance is None else _checked_number("badge_instance", badge_instance)
    return _label("U", _checked_id("staff_id", staff_id), number)


def _label(prefix: str, identity: str, number: str) -> str:
    body = f"{prefix}{identity}N{number}"
    return body + check_character(body)


def _checked_id(field: str, value: str) -> str:
    if _ID_FORM.fullmatch(value) is None:
        raise InvalidInput(
            field, f"{value!r} cannot stand in a label", right="1-20 characters 0-9 A-Z"
        )
    return value


def _checked_number(field: str, value: int) -> str:
    if not 1 <= value <= _HIGHEST:
        raise InvalidInput(field, f"{value} cannot stand in a label", right="1 to 99999")
    return str(value)


def read_local(data: str, *, seen: str) -> LocalScan:
    """A label of the hospital, which begins with P, D, S or U.

    Raises:
        BarcodeError: truncated or damaged.
    """
    name = NAMES[data[0]]
    body, check = data[:-1], data[-1]
    identity, mark, number = body[1:].rpartition("N")
    if not mark or not set(ALPHABET).issuperset(data):
        raise BarcodeError(
            f"{name}: truncated or damaged, it ends before its mark N and check character",
            seen=seen,
            right=f"{data[0]} id N number check, capitals and digits only",
        )
    if check_character(body) != check:
        raise BarcodeError(
            f"{name}: the check character {check} does not fit, truncated or damaged", seen=seen
        )
    scan = _meaning(data, identity, number)
    if scan is None:
        raise BarcodeError(
            f"{name}: {identity!r} with number {number!r} is not possible", seen=seen
        )
    return scan


def _meaning(data: str, identity: str, number: str) -> LocalScan | None:
    """What a sound label says, or None where it says something that no label of ours does."""
    if data[0] == "S":
        sound = CONTAINER_FORM.fullmatch(identity) is not None and not number
        return SpecimenTube(container_id=identity) if sound else None
    counted = _NUMBER_FORM.fullmatch(number) is not None
    if _ID_FORM.fullmatch(identity) is None or (number and not counted):
        return None
    if data[0] == "U":
        return StaffBadge(staff_id=identity, badge_instance=int(number) if counted else None)
    if not counted:
        return None
    if data[0] == "D":
        return UnitDose(dose_label=data, order_no=identity, seq=int(number))
    return PatientBand(patient_id=identity, band_instance=int(number))


def is_bare_container(text: str) -> bool:
    """True for the 10 to 12 digits that may be a tube."""
    return is_digits(text) and CONTAINER_FORM.fullmatch(text) is not None
