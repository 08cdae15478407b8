"""Check digits and check characters.

GS1 (GTIN, SSCC, GSRN, GLN, GRAI, GDTI): weights 3, 1, 3, 1 … from the right of the body, check =
(10 - sum mod 10) mod 10 (GS1 General Specifications, section 7.9). Finds every single wrong digit
and most, not all, swaps of neighbours (a swap of digits that differ by 5 passes).

ISO 7064 mod 37-2: characters 0-9 A-Z * stand for 0-36; the value at position n from the right (the
rightmost is 1) counts value x 2^n; check = (38 - sum mod 37) mod 37. Finds every single wrong
character and every swap of two neighbours.
"""

from __future__ import annotations

from typing import Final

from domain.errors import InvalidInput

ALPHABET: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ*"
DIGITS: Final = frozenset("0123456789")
_MODULUS: Final = 37


def is_digits(text: str) -> bool:
    """True for one or more of the ten ASCII digits (`str.isdigit` would take ² and ٣ as well)."""
    return bool(text) and DIGITS.issuperset(text)


def gs1_check_digit(body: str) -> str:
    """The GS1 check digit that follows `body`.

    Raises:
        InvalidInput: `body` is not digits only.
    """
    if not is_digits(body):
        raise InvalidInput(
            "body", f"{body!r} has a character that is no digit", right="digits only"
        )
    total = sum(int(digit) * (3 if place % 2 == 0 else 1) for place, digit in enumerate(body[::-1]))
    return str((10 - total % 10) % 10)


def gs1_check_holds(key: str) -> bool:
    """True when the last digit of `key` is the check digit of those before it."""
    return gs1_check_digit(key[:-1]) == key[-1]


def mod_37_2(body: str) -> int:
    """The ISO 7064 mod 37-2 checksum of `body`, 0 to 36.

    Raises:
        InvalidInput: `body` is empty or has a character outside 0-9 A-Z *.
    """
    if not body or not set(ALPHABET).issuperset(body):
        raise InvalidInput("body", f"{body!r} cannot bear a check character", right="0-9 A-Z *")
    total = sum(ALPHABET.index(char) << place for place, char in enumerate(body[::-1], start=1))
    return (38 - total % _MODULUS) % _MODULUS


def check_character(body: str) -> str:
    """The ISO 7064 mod 37-2 check character that follows `body`.

    Raises:
        InvalidInput: `body` is empty or has a character outside 0-9 A-Z *.
    """
    return ALPHABET[mod_37_2(body)]
