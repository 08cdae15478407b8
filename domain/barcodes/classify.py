"""From the text of a scanner or keyboard to a typed identifier, or an error naming what was seen.

The reader is chosen by the first characters; readers never overlap, so no order of trial decides:

| begins with | read as |
|---|---|
| `]d2` `]C1` `]Q3` `]e0` `]J1`, FNC1 (GS), `(` | GS1 element string |
| (01) (8006) (8018) (8017) (00) (414) (8003) without brackets, long enough | GS1 element string |
| `]E0` `]E4` `]I0` `]I1` | a GTIN alone: EAN-13 (UPC-A as 13 digits), EAN-8, ITF-14 |
| `=` `&` | ISBT 128 |
| 14 characters in the form of a DIN, not all digits | DIN keyed with its check character |
| `P` `D` `S` `U` | the hospital's own labels |
| digits only | by their number, see below |

`]d1` `]C0` `]Q1` `]A0` `]F0` say "not GS1" and are taken off; any other AIM identifier is an error.
A GS1 element string under one of them is an error as well: the symbol lacks its FNC1.

Digits only, without an AIM identifier that tells: 8 or 13 a GTIN; 14 a GTIN, or a keyed DIN where
the first is not 0; 12 a GTIN (UPC-A), a specimen or an accession number; 10 or 11 a specimen or an
accession number; 18 an SSCC or GSRN, which must be scanned with its identifier; 20 a Chinese drug
traceability code, which never begins with 0. A GTIN must have its check digit. Where more than one
is left `expect` chooses; without it the code is ambiguous, an error that names them.

An accession number has no mark of its own, so it is taken only where an examination is expected.
A code of another class than the expected one is an error that names both; `got` tells the class.
Blanks at the ends and CR, LF, TAB go; inside they are ignored only in what people type.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Final

from domain.barcodes.checksums import gs1_check_holds, is_digits
from domain.barcodes.gs1 import SPELLED_GS, interpret, read_elements
from domain.barcodes.isbt128 import DIN_FORM, KEYED_FORM, read_isbt128, read_keyed_din
from domain.barcodes.local import NAMES, is_bare_container, read_local
from domain.barcodes.scans import (
    GS,
    SAID,
    BarcodeError,
    ExamRequest,
    Expect,
    MedicinePack,
    Scan,
    SpecimenTube,
    TracedPack,
)

AIM_GS1: Final = ("]d2", "]C1", "]Q3", "]e0", "]J1")
AIM_RETAIL: Final = {"]E0": 13, "]E4": 8, "]I0": 14, "]I1": 14}
AIM_PLAIN: Final = ("]d1", "]C0", "]Q1", "]A0", "]F0")
_AIM_LENGTH: Final = 3
_UNMARKED_GS1: Final = re.compile(
    "(?:00[0-9]{18}|01[0-9]{14}|8017[0-9]{18}|8018[0-9]{18}|414[0-9]{13}|8003[0-9]{14}|8006[0-9]{18})"
)
_ACCESSION: Final = re.compile(r"[0-9A-Za-z][0-9A-Za-z._/-]{0,15}")
_TRACE_CODE: Final = re.compile("[1-9][0-9]{19}")
_TRACE_LENGTH: Final = 20
_LONGEST_ACCESSION: Final = 16
_BARE_KEY: Final = 18
_BARE_DIN: Final = 14
_UPC_A: Final = 12
_NEXT: Final = {
    Expect.BLOOD_UNIT: "a unit with another code is entered by hand by two persons",
    None: "scan again, or type the number printed under the code",
}


@dataclass(frozen=True, slots=True)
class _Reading:
    """One scan on its way through the readers."""

    seen: str
    data: str
    aim: str
    expect: Expect | None
    today: date | None


def parse_scan(text: str, *, expect: Expect | None = None, today: date | None = None) -> Scan:
    """What was scanned.

    Args:
        text: as the scanner sent it, GS as 0x1D, an AIM identifier in front or not.
        expect: the class that the screen waits for; it also settles what is ambiguous.
        today: for the century of GS1's two-digit years; without it they are 2000-2099.

    Raises:
        BarcodeError: damaged, unknown, ambiguous, or of another class than expected.
    """
    data = _clean(text)
    aim, data = (data[:_AIM_LENGTH], data[_AIM_LENGTH:]) if data.startswith("]") else ("", data)
    reading = _Reading(seen=text, data=data, aim=aim, expect=expect, today=today)
    try:
        scan = _read(reading)
    except BarcodeError:
        if expect is Expect.EXAMINATION and _may_be_accession(reading):
            return ExamRequest(accession_no=data)
        raise
    if expect is not None and scan.kind is not expect:
        raise BarcodeError(
            f"expected {SAID[expect]}, this is {SAID[scan.kind]}", seen=text, got=scan.kind
        )
    return scan


def _clean(text: str) -> str:
    """The text without the scanner's suffix, refused where the way from the scanner spoilt it."""
    data = text.strip(" \t\r\n")
    if not data.strip(GS):
        raise BarcodeError("nothing was scanned", seen=text)
    for char in data.replace("\u241d", ""):
        if unicodedata.east_asian_width(char) == "F" or char == "\u3000":
            raise BarcodeError(
                f"full-width character {char!r}: an input method changed the code; switch it off",
                seen=text,
            )
        if not char.isascii():
            raise BarcodeError(
                f"character {char!r} is on no label: the keyboard layouts of scanner and "
                "workstation differ",
                seen=text,
            )
        if char != GS and not char.isprintable():
            raise BarcodeError(f"control character {ord(char):#04x}: damaged", seen=text)
    return data


def _read(reading: _Reading) -> Scan:
    if reading.aim in AIM_GS1:
        return _read_gs1(reading)
    if reading.aim in AIM_RETAIL:
        return _read_retail(reading)
    if reading.aim and reading.aim not in AIM_PLAIN:
        known = (*AIM_GS1, *AIM_RETAIL, *AIM_PLAIN)
        hint = " (Caps Lock?)" if reading.aim.swapcase() in known else ""
        raise BarcodeError(
            f"AIM identifier {reading.aim} is not known here{hint}",
            seen=reading.seen,
            right=" ".join(known),
        )
    if reading.data.startswith("("):
        return _read_gs1(reading)
    if _looks_like_gs1(reading.data):
        if reading.aim:
            raise BarcodeError(
                f"ambiguous: the data look like GS1, but {reading.aim} says that they are not "
                "(the symbol lacks its FNC1)",
                seen=reading.seen,
            )
        return _read_gs1(reading)
    if reading.data[:1] in ("=", "&"):
        return read_isbt128(reading.data, seen=reading.seen)
    return _read_plain(reading)


def _looks_like_gs1(data: str) -> bool:
    return (
        GS in data
        or any(spelled in data for spelled in SPELLED_GS)
        or _UNMARKED_GS1.match(data) is not None
    )


def _read_gs1(reading: _Reading) -> Scan:
    if reading.data[:1] in ("=", "&"):
        raise BarcodeError(
            f"ambiguous: {reading.aim or 'a separator'} says GS1, the data look like ISBT 128",
            seen=reading.seen,
        )
    elements = read_elements(reading.data, seen=reading.seen)
    return interpret(elements, seen=reading.seen, expect=reading.expect, today=reading.today)


def _read_retail(reading: _Reading) -> Scan:
    length = AIM_RETAIL[reading.aim]
    if len(reading.data) != length or not is_digits(reading.data):
        raise BarcodeError(
            f"{reading.aim} carries {length} digits, {len(reading.data)} of {length} characters",
            seen=reading.seen,
        )
    return _gtin(reading.data, seen=reading.seen)


def _gtin(digits: str, *, seen: str) -> MedicinePack:
    if not gs1_check_holds(digits):
        raise BarcodeError(
            f"GTIN: the check digit of {digits} does not fit: damaged or mistyped", seen=seen
        )
    return MedicinePack(gtin=digits.zfill(14))


def _read_plain(reading: _Reading) -> Scan:
    """What people type and what our own labels carry."""
    data = reading.data.replace(" ", "")
    if is_digits(data):
        return _read_digits(data, reading)
    if KEYED_FORM.fullmatch(data):
        return read_keyed_din(data, seen=reading.seen)
    if DIN_FORM.fullmatch(data):
        raise BarcodeError(
            "13 of 14 characters: a DIN is keyed with the check character printed in the box "
            "after it",
            seen=reading.seen,
            right="W0000 26 123456 *",
        )
    if data[:1] in NAMES:
        return read_local(data, seen=reading.seen)
    raise _unknown(data, reading)


def _unknown(data: str, reading: _Reading) -> BarcodeError:
    capitals = data.upper()
    if capitals != data and (KEYED_FORM.fullmatch(capitals) or capitals[:1] in NAMES):
        return BarcodeError(
            "small letters where labels have capitals: Caps Lock or another keyboard layout",
            seen=reading.seen,
        )
    return BarcodeError(
        f"the code begins with {data[:4]!r}, which is no code known here; "
        f"{_NEXT.get(reading.expect, _NEXT[None])}",
        seen=reading.seen,
    )


@dataclass(frozen=True, slots=True)
class _Candidate:
    kind: Expect
    words: str
    read: Callable[[str], Scan]


def _read_digits(digits: str, reading: _Reading) -> Scan:
    seen = reading.seen
    if reading.expect is Expect.EXAMINATION and len(digits) <= _LONGEST_ACCESSION:
        return ExamRequest(accession_no=digits)
    if len(digits) == _BARE_KEY:
        raise BarcodeError(
            "ambiguous: 18 digits may be (00) an SSCC, (8018) a patient or (8017) a carer; "
            "scan them with their identifier",
            seen=seen,
        )
    candidates = _candidates(digits, seen=seen)
    expected = [candidate for candidate in candidates if candidate.kind is reading.expect]
    left = expected or candidates
    if not left:
        raise _odd_number(digits, seen=seen)
    if len(left) > 1:
        words = ", ".join(candidate.words for candidate in left)
        raise BarcodeError(f"ambiguous: {len(digits)} digits may be {words}", seen=seen)
    return left[0].read(digits)


def _candidates(digits: str, *, seen: str) -> list[_Candidate]:
    """All that a number of this many digits may be."""
    gtin = _Candidate(Expect.MEDICATION, "a GTIN", lambda text: _gtin(text, seen=seen))
    if len(digits) in (8, 13):
        return [gtin]
    if len(digits) == _BARE_DIN:
        din = _Candidate(
            Expect.BLOOD_UNIT, "a keyed DIN", lambda text: read_keyed_din(text, seen=seen)
        )
        return [gtin, din] if KEYED_FORM.fullmatch(digits) else [gtin]
    if is_bare_container(digits):
        both = [
            _Candidate(Expect.SPECIMEN, "a specimen container", SpecimenTube),
            _Candidate(Expect.EXAMINATION, "an accession number", ExamRequest),
        ]
        return [*both, gtin] if len(digits) == _UPC_A else both
    if _TRACE_CODE.fullmatch(digits):
        return [_Candidate(Expect.MEDICATION, "a drug traceability code", TracedPack)]
    return []


def _odd_number(digits: str, *, seen: str) -> BarcodeError:
    count = f"{len(digits)} digits"
    if _BARE_DIN < len(digits) < _TRACE_LENGTH:
        count = f"truncated: {len(digits)} of {_TRACE_LENGTH} characters"
    return BarcodeError(
        f"{count} are no code known here",
        seen=seen,
        right="8, 13 or 14 (GTIN), 10 to 12 (specimen), 20 (drug traceability code)",
    )


def _may_be_accession(reading: _Reading) -> bool:
    """A text of DICOM SH that no other reader took, from a symbol that is not GS1."""
    return (
        reading.aim in ("", *AIM_PLAIN)
        and len(reading.data) <= _LONGEST_ACCESSION
        and _ACCESSION.fullmatch(reading.data) is not None
    )
