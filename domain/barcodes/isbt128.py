"""ISBT 128 codes of blood units: structures 001-005 and the compound label 023.

Only the commonly published layouts are here; ICCBBA's tables of products and facilities are
licensed and are loaded at the site. Group codes: the eight without an intended-use variant; any
other is an error that asks the blood bank to confirm.

| structure | identifier | content |
|---|---|---|
| 001 DIN | `=` and the DIN's first character | 13 characters and 2 flags |
| 002 group | `=%` | gg (ABO and RhD) and two more characters, kept and not interpreted |
| 003 product | `=<` | product description (5), type of donation (1), division (2) |
| 004, 005 expiry | `=>`, `&>` | c yy jjj and, in 005, hhmm: `0` is 20yy, `1` is 21yy |
| 023 compound | `=+` | header, then the parts without separators |

Flags 00-59 say something of the process and nothing of the number; they are kept. Flags 60-96 are
60 + the check value and must fit. 97-99 and letters are refused.

Compound header: the published form is the number of parts (2 digits) and a 3-digit reference; the
form of our design pages is the number of parts (1 or 2 digits) and the 3-digit structure id of
each. The length tells them apart; listed ids must fit the parts. The parts may stand in any order,
each once; a DIN is required. Collection and production dates and special tests (006-010) are
stepped over in a compound and refused alone.

A DIN that is keyed must bear its check character (ISO 7064 mod 37-2), printed in the box after it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, time, timedelta
from typing import Final

from domain.barcodes.checksums import ALPHABET, mod_37_2
from domain.barcodes.scans import (
    BarcodeError,
    BloodExpiry,
    BloodGroup,
    BloodUnit,
    Din,
    ProductCode,
)
from domain.errors import InvalidInput

BloodScan = Din | BloodGroup | ProductCode | BloodExpiry | BloodUnit

DIN_FORM: Final = re.compile(r"[A-NP-Z1-9][0-9A-Z]{4}[0-9]{8}")
KEYED_FORM: Final = re.compile(DIN_FORM.pattern + r"[0-9A-Z*]")
GROUPS: Final = {
    "95": "O-", "51": "O+", "06": "A-", "62": "A+",
    "17": "B-", "73": "B+", "28": "AB-", "84": "AB+",
}  # fmt: skip
_PRODUCT_FORM: Final = re.compile(r"[A-Z][0-9]{4}[0-9A-Za-z][0-9A-Z][0-9A-Za-z]")
_FLAG_OF_CHECK: Final = 60
_LAST_FLAG: Final = 96
_PUBLISHED_HEADER: Final = 5


@dataclass(frozen=True, slots=True)
class _Structure:
    number: str
    name: str
    length: int  # with its data identifier


_STRUCTURES: Final = {
    "=": _Structure("001", "donation identification number", 16),
    "=%": _Structure("002", "blood group", 6),
    "=<": _Structure("003", "product code", 10),
    "=>": _Structure("004", "expiry date", 8),
    "&>": _Structure("005", "expiry date and time", 12),
    "=*": _Structure("006", "collection date", 8),
    "&*": _Structure("007", "collection date and time", 12),
    "=}": _Structure("008", "production date", 8),
    "&}": _Structure("009", "production date and time", 12),
    "&(": _Structure("010", "special testing", 7),
}
_STEPPED_OVER: Final = frozenset(("006", "007", "008", "009", "010"))


def din_check_character(din: str) -> str:
    """The character printed in the box after a DIN: `*` for W000026123456.

    Raises:
        InvalidInput: `din` has not the form of a DIN (13 characters, without flags and check).
    """
    if DIN_FORM.fullmatch(din) is None:
        raise InvalidInput("din", f"{din!r} is no DIN", right="13 characters such as W000026123456")
    return ALPHABET[mod_37_2(din)]


def din_flags(din: str) -> str:
    """The check of a DIN as its two flag digits in a bar code: `96` for W000026123456.

    Raises:
        InvalidInput: `din` has not the form of a DIN.
    """
    return str(ALPHABET.index(din_check_character(din)) + _FLAG_OF_CHECK)


def read_keyed_din(text: str, *, seen: str) -> Din:
    """A DIN typed with its check character.

    Raises:
        BarcodeError: the check character does not fit.
    """
    din, check = text[:-1], text[-1]
    if din_check_character(din) != check:
        raise BarcodeError(
            f"the check character {check} does not fit the DIN {din}: mistyped", seen=seen
        )
    return Din(din=din, check=check)


def read_isbt128(data: str, *, seen: str) -> BloodScan:
    """One ISBT 128 code, which begins with `=` or `&`.

    Raises:
        BarcodeError: unknown structure, wrong length, a part that does not hold.
    """
    if data.startswith("=+"):
        return _compound(data, seen=seen)
    structure = _structure_at(data, seen=seen)
    if len(data) != structure.length:
        raise _wrong_length(data, structure, seen=seen)
    part = _part(data, structure, seen=seen)
    if part is None:
        raise BarcodeError(
            f"ISBT 128 {structure.name} ({structure.number}) is not used on the ward",
            seen=seen,
            right="the DIN, group, product or expiry of the unit",
        )
    return part


def _structure_at(data: str, *, seen: str) -> _Structure:
    if len(data) > 1 and data[0] == "=" and re.match("[A-NP-Z1-9]", data[1]):
        return _STRUCTURES["="]
    structure = _STRUCTURES.get(data[:2]) if len(data) > 1 else None
    if structure is None:
        raise BarcodeError(
            f"ISBT 128 data identifier {data[:2]!r} is not known here",
            seen=seen,
            right="= with a DIN, =% group, =< product, => or &> expiry, =+ compound",
        )
    return structure


def _wrong_length(data: str, structure: _Structure, *, seen: str) -> BarcodeError:
    name = f"ISBT 128 {structure.name}"
    if len(data) < structure.length:
        text = f"{name}: truncated, {len(data)} of {structure.length} characters"
    elif data[structure.length] in "=&":
        text = f"{name} and another code ran together: scan one by one"
    else:
        text = f"{name}: {len(data)} characters where {structure.length} fit"
    return BarcodeError(text, seen=seen)


def _part(
    data: str, structure: _Structure, *, seen: str
) -> Din | BloodGroup | ProductCode | BloodExpiry | None:
    """The value of one structure; None for one that is stepped over."""
    if structure.number == "001":
        return _din(data[1:], seen=seen)
    if structure.number == "002":
        return _group(data[2:], seen=seen)
    if structure.number == "003":
        if _PRODUCT_FORM.fullmatch(data[2:]) is None:
            raise BarcodeError(
                f"{data[2:]!r} is no product code", seen=seen, right="8 characters like E0398V00"
            )
        return ProductCode(product_code=data[2:])
    if structure.number in _STEPPED_OVER:
        return None
    return _expiry(data[2:], seen=seen)


def _din(content: str, *, seen: str) -> Din:
    din, flags = content[:13], content[13:]
    if DIN_FORM.fullmatch(din) is None:
        raise BarcodeError(f"{din!r} is no DIN: damaged", seen=seen, right="W0000 26 123456")
    if not re.fullmatch("[0-9]{2}", flags) or int(flags) > _LAST_FLAG:
        raise BarcodeError(f"flags {flags!r} of the DIN are not known", seen=seen, right="00 to 96")
    if int(flags) >= _FLAG_OF_CHECK and flags != din_flags(din):
        raise BarcodeError(f"the check flags {flags} do not fit the DIN {din}: damaged", seen=seen)
    return Din(din=din, check=din_check_character(din), flags=flags)


def _group(code: str, *, seen: str) -> BloodGroup:
    if not re.fullmatch("[0-9A-Z]{4}", code):
        raise BarcodeError(f"{code!r} is no group code: damaged", seen=seen, right="like 5100")
    group = GROUPS.get(code[:2])
    if group is None:
        raise BarcodeError(
            f"stop: group code {code[:2]} is not one of {', '.join(GROUPS)}; "
            "ask the blood bank to confirm the group of this unit",
            seen=seen,
        )
    return BloodGroup(abo_rhd=group, group_code=code)


def _expiry(content: str, *, seen: str) -> BloodExpiry:
    if not re.fullmatch("[01][0-9]{5}(?:[0-9]{4})?", content):
        raise BarcodeError(f"{content!r} is no expiry: damaged", seen=seen, right="like 026365")
    year = 2000 + 100 * int(content[0]) + int(content[1:3])
    day_of_year = int(content[3:6])
    day = date(year, 1, 1) + timedelta(days=day_of_year - 1)
    if day.year != year:
        raise BarcodeError(f"{year} has no day {day_of_year}", seen=seen)
    clock = content[6:] or "2359"
    try:
        at = time(int(clock[:2]), int(clock[2:]))
    except ValueError:
        raise BarcodeError(f"{clock} is no time of day", seen=seen) from None
    return BloodExpiry(day=day, at=at)


def _compound(data: str, *, seen: str) -> BloodUnit:
    digits = data[2 : len(data) - len(data[2:].lstrip("0123456789"))]
    count, listed = _read_header(digits, seen=seen)
    rest = data[2 + len(digits) :]
    numbers: list[str] = []
    parts: dict[str, BloodScan | None] = {}
    while rest:
        structure = _structure_at(rest, seen=seen)
        if len(rest) < structure.length:
            raise _wrong_length(rest, structure, seen=seen)
        part = _part(rest[: structure.length], structure, seen=seen)
        what = structure.number if part is None else type(part).__name__
        if what in parts:
            raise BarcodeError(f"the compound label bears its {structure.name} twice", seen=seen)
        parts[what] = part
        numbers.append(structure.number)
        rest = rest[structure.length :]
    if len(numbers) != count:
        raise BarcodeError(
            f"truncated: the compound label says {count} parts and has {len(numbers)}", seen=seen
        )
    if listed is not None and listed != tuple(numbers):
        raise BarcodeError(
            f"the compound label lists {', '.join(listed)} and has {', '.join(numbers)}", seen=seen
        )
    return _unit(parts, seen=seen)


def _read_header(digits: str, *, seen: str) -> tuple[int, tuple[str, ...] | None]:
    """The number of parts and, where the header lists them, their structure ids."""
    if len(digits) == _PUBLISHED_HEADER:
        return int(digits[:2]), None
    width = len(digits) % 3
    ids = tuple(digits[place : place + 3] for place in range(width, len(digits), 3))
    if not width or not ids:
        raise BarcodeError(
            f"the header {digits!r} of the compound label is damaged",
            seen=seen,
            right="=+ with 04000, or 4 and the structure ids 001002003005",
        )
    return int(digits[:width]), ids


def _unit(parts: dict[str, BloodScan | None], *, seen: str) -> BloodUnit:
    din, group = parts.get("Din"), parts.get("BloodGroup")
    product, expiry = parts.get("ProductCode"), parts.get("BloodExpiry")
    if not isinstance(din, Din):
        raise BarcodeError("the compound label bears no donation number", seen=seen)
    return BloodUnit(
        din=din,
        group=group if isinstance(group, BloodGroup) else None,
        product=product if isinstance(product, ProductCode) else None,
        expiry=expiry if isinstance(expiry, BloodExpiry) else None,
    )
