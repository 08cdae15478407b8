"""GS1 element strings: `]d2` DataMatrix, `]C1` GS1-128, `]Q3` QR, `]e0` DataBar, `]J1` DotCode.

Three forms are read:

- raw, as a scanner sends it: the identifiers run on, a value without predefined length ends with
  FNC1, which arrives as GS (0x1D). A leading GS is the FNC1 that marks GS1. Where the end mark is
  missing the value becomes too long and is refused; a lost mark between two texts ((10) and (21))
  cannot be seen, so scanners must be set to send GS.
- raw with the mark spelled out: `<GS>` `{GS}` `<FNC1>` `{FNC1}` ␝, as some scanners are set up.
- as printed for people and typed: `(01)06901234567892(17)271231(10)AB1234`, blanks ignored. A value
  that itself contains a bracket cannot be typed so and is refused.

Dates are YYMMDD. Day 00 is the last day of that month ((11)-(17) only). The century follows GS1's
sliding window of 49 years back and 50 ahead around `today`; without `today` it is 2000-2099.
(8018) and (8017) are people, (01) and (8006) medicines, (00) a transport unit, (414) a place,
(8003) a returnable asset. Two of these in one code are ambiguous unless `expect` chooses; (8017)
with (8018) is always an error.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Final

from domain.barcodes.checksums import gs1_check_holds, is_digits
from domain.barcodes.gs1_identifiers import (
    CHARACTER_SET_82,
    IDENTIFIERS,
    Identifier,
    identifier_at,
)
from domain.barcodes.scans import (
    GS,
    BarcodeError,
    Elements,
    Expect,
    Location,
    LogisticUnit,
    MedicinePack,
    PatientBand,
    ReturnableAsset,
    Scan,
    StaffBadge,
)
from domain.errors import InvalidInput

SPELLED_GS: Final = ("<GS>", "{GS}", "<FNC1>", "{FNC1}", "\u241d")
KEYS: Final = {
    "01": Expect.MEDICATION,
    "8006": Expect.MEDICATION,
    "8018": Expect.PATIENT,
    "8017": Expect.STAFF,
    "00": Expect.LOGISTIC_UNIT,
    "414": Expect.LOCATION,
    "8003": Expect.ASSET,
}
_BRACKETED: Final = re.compile(r"\(([0-9]{2,4})\)([^()]*)")
_DATE_LENGTH: Final = {"": 0, "yymmdd0": 6, "yymmdd": 6, "yyyymmdd": 8}
_TIME_LIMITS: Final = (24, 60, 60)
_WINDOW_BACK, _WINDOW_AHEAD = 49, 50


def full_year(two_digits: int, today: date | None) -> int:
    """The year meant by YY: within 49 years before and 50 after `today`, or 20YY without it."""
    if today is None:
        return 2000 + two_digits
    year = today.year - today.year % 100 + two_digits
    if year - today.year > _WINDOW_AHEAD:
        return year - 100
    if today.year - year > _WINDOW_BACK:
        return year + 100
    return year


def gs1_date(yymmdd: str, *, today: date | None = None) -> date:
    """The date of a GS1 YYMMDD; day 00 is the last day of the month.

    Raises:
        ValueError: it is no date.
    """
    year, month, day = full_year(int(yymmdd[:2]), today), int(yymmdd[2:4]), int(yymmdd[4:])
    if day == 0:
        day = monthrange(year, month)[1]
    return date(year, month, day)


def element_fault(identifier: str, value: str) -> str | None:
    """What is wrong with one element, in words, or None when nothing is."""
    known = IDENTIFIERS.get(identifier)
    if known is None:
        return f"application identifier ({identifier}) is not known here"
    fault = _length_fault(known, value) or _content_fault(known, value)
    return None if fault is None else f"({identifier}) {known.name}: {fault}"


def _length_fault(known: Identifier, value: str) -> str | None:
    if not value:
        return "it is empty"
    if len(value) < known.shortest:
        return f"truncated, {len(value)} of {known.shortest} characters"
    if len(value) > known.longest:
        return (
            f"{len(value)} characters where {known.longest} fit; "
            "the separator (FNC1, GS) after it is missing"
        )
    return None


def _content_fault(known: Identifier, value: str) -> str | None:
    if known.numeric and not is_digits(value):
        return f"{value!r} has a character that is no digit"
    if known.digits and not is_digits(value[: known.digits]):
        return f"the first {known.digits} characters of {value!r} are not all digits"
    if not CHARACTER_SET_82.issuperset(value):
        wrong = sorted(set(value) - CHARACTER_SET_82)
        return f"character {wrong[0]!r} is not allowed in GS1 data"
    if known.key_length and not gs1_check_holds(value[: known.key_length]):
        return f"the check digit of {value[: known.key_length]} does not fit: damaged or mistyped"
    if known.dated and not _is_date(known.dated, value):
        return f"{value} is no date"
    return None


def _is_date(form: str, value: str) -> bool:
    length = _DATE_LENGTH[form]
    day, clock = value[:length], value[length:]
    if form == "yymmdd" and day.endswith("00"):
        return False
    try:
        if form == "yyyymmdd":
            date(int(day[:4]), int(day[4:6]), int(day[6:]))
        else:
            gs1_date(day)
    except ValueError:
        return False
    # calendar raises IllegalMonthError, which is a ValueError, for month 00 and 13
    parts = (clock[place : place + 2] for place in range(0, len(clock), 2))
    return all(
        len(part) == 2 and int(part) < limit  # noqa: PLR2004 - hours, minutes, seconds: two digits
        for part, limit in zip(parts, _TIME_LIMITS, strict=False)
    )


def read_elements(data: str, *, seen: str) -> Elements:
    """The elements of a raw or bracketed element string (without AIM identifier).

    Args:
        data: the text to read.
        seen: the whole scan, for the error.

    Raises:
        BarcodeError: names the element that is unknown, damaged, or there twice.
    """
    for spelled in SPELLED_GS:
        data = data.replace(spelled, GS)
    pairs = _bracketed(data, seen=seen) if data.startswith("(") else _raw(data, seen=seen)
    found: dict[str, str] = {}
    for identifier, value in pairs:
        fault = element_fault(identifier, value)
        if fault is not None:
            raise BarcodeError(fault, seen=seen)
        if found.setdefault(identifier, value) != value:
            raise BarcodeError(
                f"({identifier}) stands twice, as {found[identifier]} and {value}", seen=seen
            )
    if not found:
        raise BarcodeError("the GS1 code carries no data", seen=seen)
    return Elements(tuple(found.items()))


def _bracketed(data: str, *, seen: str) -> Iterable[tuple[str, str]]:
    typed = re.sub(r"\s", "", data.replace(GS, ""))
    if "".join(match.group() for match in _BRACKETED.finditer(typed)) != typed:
        raise BarcodeError(
            "the brackets do not fit", seen=seen, right="(01)06901234567892(17)271231(10)AB1234"
        )
    return _BRACKETED.findall(typed)


def _raw(data: str, *, seen: str) -> Iterable[tuple[str, str]]:
    place = 0
    while place < len(data):
        if data[place] == GS:
            place += 1
            continue
        identifier = identifier_at(data[place:])
        if identifier is None:
            raise BarcodeError(
                f"no application identifier known here begins {data[place : place + 4]!r} "
                f"at character {place + 1}",
                seen=seen,
            )
        start = place + len(identifier)
        end = data.find(GS, start)
        end = len(data) if end < 0 else end
        known = IDENTIFIERS[identifier]
        if known.predefined:
            end = min(end, start + known.longest)
        yield identifier, data[start:end]
        place = end


def interpret(elements: Elements, *, seen: str, expect: Expect | None, today: date | None) -> Scan:
    """What the elements identify.

    Raises:
        BarcodeError: they identify nothing, or more than one thing.
    """
    keys = [identifier for identifier in KEYS if identifier in elements]
    if not keys:
        has = "".join(f"({identifier})" for identifier, _ in elements.pairs)
        raise BarcodeError(
            f"{has} identify nothing by themselves; scan the code that bears the number as well",
            seen=seen,
            right="a code with (01), (8018), (8017), (00), (414) or (8003)",
        )
    chosen = [key for key in keys if KEYS[key] is expect]
    people = "8017" in keys and "8018" in keys
    if len(keys) > 1 and (len(chosen) != 1 or people):
        has = " and ".join(f"({key}) {IDENTIFIERS[key].name}" for key in keys)
        raise BarcodeError(f"ambiguous: the code bears {has}", seen=seen)
    try:
        return _scan_of(chosen[0] if chosen else keys[0], elements, today)
    except ValueError:  # 29 February of a year that is a leap year in 2000-2099 only
        raise BarcodeError(f"the expiry is no date around {today}", seen=seen) from None


def _scan_of(key: str, elements: Elements, today: date | None) -> Scan:
    """The value that one key identifies; ValueError where its expiry is no date."""
    value = dict(elements.pairs)[key]
    if key == "8018":
        return PatientBand(gsrn=value, band_instance=_instance(elements), elements=elements)
    if key == "8017":
        return StaffBadge(gsrn=value, badge_instance=_instance(elements), elements=elements)
    if key == "00":
        return LogisticUnit(sscc=value, elements=elements)
    if key == "414":
        return Location(gln=value, extension=elements.get("254"), elements=elements)
    if key == "8003":
        return ReturnableAsset(grai=value, elements=elements)
    expiry = elements.get("17") or (elements.get("7003") or "")[:6]
    return MedicinePack(
        gtin=value[:14],
        lot=elements.get("10"),
        expiry=gs1_date(expiry, today=today) if expiry else None,
        serial=elements.get("21"),
        elements=elements,
    )


def _instance(elements: Elements) -> int | None:
    srin = elements.get("8019")
    return None if srin is None else int(srin)


def gs1_element_string(
    elements: Mapping[str, str] | Iterable[tuple[str, str]], *, bracketed: bool = False
) -> str:
    """The element string of `elements`, in their order: the inverse of `read_elements`.

    Raw by default: GS after each value without predefined length but the last, no FNC1 in front
    (the symbol or the AIM identifier says it). `bracketed` is what people read and zxing-cpp takes.

    Raises:
        InvalidInput: unknown identifier, a value that does not fit it or would not be read back.
    """
    pairs = list(elements.items() if isinstance(elements, Mapping) else elements)
    for identifier, value in pairs:
        fault = element_fault(identifier, value)
        if fault is None and bracketed and set("()") & set(value):
            fault = f"({identifier}) {value!r} has a bracket, which the bracketed form cannot carry"
        if fault is None and any(spelled in value for spelled in SPELLED_GS):
            fault = f"({identifier}) {value!r} would be read as a separator"
        if fault is not None:
            raise InvalidInput("elements", fault)
    if bracketed:
        return "".join(f"({identifier}){value}" for identifier, value in pairs)
    return "".join(
        identifier
        + value
        + ("" if place == len(pairs) or IDENTIFIERS[identifier].predefined else GS)
        for place, (identifier, value) in enumerate(pairs, start=1)
    )
