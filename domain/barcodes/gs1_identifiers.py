"""The GS1 application identifiers that Wardloop reads, their length and content.

Facts of the GS1 General Specifications (not of one edition's wording): all identifiers but (8010),
whose characters are of another set and which no medicine bears. A test compares every row with
GS1's own syntax dictionary where that is at hand. An identifier that is not here is an error that
names it: nothing after it can be read.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Identifier:
    """One application identifier.

    Attributes:
        name: GS1's title, for messages.
        shortest, longest: length of the value in characters.
        numeric: digits only; else GS1's character set 82.
        predefined: its length is known from its first two digits, so no separator has to follow.
        key_length: how many leading characters end in a check digit; 0 for none.
        dated: what the first digits are: `yymmdd0` (day 00 = last of the month), `yymmdd`,
            `yyyymmdd` or "".
        digits: how many leading characters are digits in a value that may go on with letters.
    """

    name: str
    shortest: int
    longest: int
    numeric: bool = True
    predefined: bool = False
    key_length: int = 0
    dated: str = ""
    digits: int = 0


def _text(name: str, longest: int, *, shortest: int = 1, digits: int = 0) -> Identifier:
    return Identifier(name, shortest, longest, numeric=False, digits=digits)


def _number(name: str, longest: int, *, shortest: int = 1, dated: str = "") -> Identifier:
    return Identifier(name, shortest, longest, dated=dated)


def _fixed(name: str, length: int, *, dated: str = "", key: bool = False) -> Identifier:
    """A value of predefined length: no separator needed after it."""
    return Identifier(
        name, length, length, predefined=True, dated=dated, key_length=length if key else 0
    )


def _keyed(name: str, length: int, *, longest: int | None = None, text: bool = False) -> Identifier:
    """A key with a check digit that needs a separator, maybe with a serial after it."""
    return Identifier(
        name, length, longest or length, numeric=not text, key_length=length, digits=length
    )


# the first three digits of weights, lengths, areas and volumes; the fourth, 0-5, counts decimals
_MEASURES: Final = (*range(310, 317), *range(320, 338), *range(340, 358), *range(360, 370))

IDENTIFIERS: Final[dict[str, Identifier]] = {
    "00": _fixed("SSCC", 18, key=True),
    "01": _fixed("GTIN", 14, key=True),
    "02": _fixed("CONTENT", 14, key=True),
    "03": _fixed("MTO GTIN", 14, key=True),
    "10": _text("BATCH/LOT", 20),
    "11": _fixed("PROD DATE", 6, dated="yymmdd0"),
    "12": _fixed("DUE DATE", 6, dated="yymmdd0"),
    "13": _fixed("PACK DATE", 6, dated="yymmdd0"),
    "15": _fixed("BEST BEFORE", 6, dated="yymmdd0"),
    "16": _fixed("SELL BY", 6, dated="yymmdd0"),
    "17": _fixed("EXPIRY", 6, dated="yymmdd0"),
    "20": _fixed("VARIANT", 2),
    "21": _text("SERIAL", 20),
    "22": _text("CPV", 20),
    "235": _text("TPX", 28),
    "240": _text("ADDITIONAL ID", 30),
    "241": _text("CUST. PART No.", 30),
    "242": _number("MTO VARIANT", 6),
    "243": _text("PCN", 20),
    "250": _text("SECONDARY SERIAL", 30),
    "251": _text("REF. TO SOURCE", 30),
    "253": _keyed("GDTI", 13, longest=30, text=True),
    "254": _text("GLN EXTENSION COMPONENT", 20),
    "255": _keyed("GCN", 13, longest=25),
    "30": _number("VAR. COUNT", 8),
    "37": _number("COUNT", 8),
    "400": _text("ORDER NUMBER", 30),
    "401": _text("GINC", 30),
    "402": _keyed("GSIN", 17),
    "403": _text("ROUTE", 30),
    "410": _fixed("SHIP TO LOC", 13, key=True),
    "411": _fixed("BILL TO", 13, key=True),
    "412": _fixed("PURCHASE FROM", 13, key=True),
    "413": _fixed("SHIP FOR LOC", 13, key=True),
    "414": _fixed("LOC No.", 13, key=True),
    "415": _fixed("PAY TO", 13, key=True),
    "416": _fixed("PROD/SERV LOC", 13, key=True),
    "417": _fixed("PARTY", 13, key=True),
    "420": _text("SHIP TO POST", 20),
    "421": _text("SHIP TO POST", 12, shortest=4, digits=3),
    "422": _number("ORIGIN", 3, shortest=3),
    "423": _number("COUNTRY - INITIAL PROCESS", 15, shortest=3),
    "424": _number("COUNTRY - PROCESS", 3, shortest=3),
    "425": _number("COUNTRY - DISASSEMBLY", 15, shortest=3),
    "426": _number("COUNTRY - FULL PROCESS", 3, shortest=3),
    "427": _text("ORIGIN SUBDIVISION", 3),
    **{f"43{side}{last}": _text("ADDRESS", 35) for side in (0, 1) for last in (0, 1)},
    **{f"43{side}{last}": _text("ADDRESS", 70) for side in (0, 1) for last in range(2, 7)},
    "4307": _text("SHIP TO COUNTRY", 2, shortest=2),
    "4308": _text("SHIP TO PHONE", 30),
    "4309": _number("SHIP TO GEO", 20, shortest=20),
    "4317": _text("RTN TO COUNTRY", 2, shortest=2),
    "4318": _text("RTN TO POST", 20),
    "4319": _text("RTN TO PHONE", 30),
    "4320": _text("SRV DESCRIPTION", 35),
    "4321": _number("DANGEROUS GOODS", 1),
    "4322": _number("AUTH TO LEAVE", 1),
    "4323": _number("SIG REQUIRED", 1),
    "4324": _number("NOT BEF DEL DT", 10, shortest=10, dated="yymmdd0"),
    "4325": _number("NOT AFT DEL DT", 10, shortest=10, dated="yymmdd0"),
    "4326": _number("REL DATE", 6, shortest=6, dated="yymmdd"),
    **{f"433{last}": _text("TEMPERATURE", 7, shortest=6, digits=6) for last in range(4)},
    "7001": _number("NSN", 13, shortest=13),
    "7002": _text("MEAT CUT", 30),
    "7003": _number("EXPIRY TIME", 10, shortest=10, dated="yymmdd"),
    "7004": _number("ACTIVE POTENCY", 4),
    "7005": _text("CATCH AREA", 12),
    "7006": _number("FIRST FREEZE DATE", 6, shortest=6, dated="yymmdd"),
    "7007": _number("HARVEST DATE", 12, shortest=6),
    "7008": _text("AQUATIC SPECIES", 3),
    "7009": _text("FISHING GEAR TYPE", 10),
    "7010": _text("PROD METHOD", 2),
    "7011": _number("TEST BY DATE", 10, shortest=6, dated="yymmdd"),
    "7020": _text("REFURB LOT", 20),
    "7021": _text("FUNC STAT", 20),
    "7022": _text("REV STAT", 20),
    "7023": _text("GIAI - ASSEMBLY", 30),
    **{f"703{last}": _text("PROCESSOR #", 30, shortest=4, digits=3) for last in range(10)},
    "7040": _text("UIC+EXT", 4, shortest=4, digits=1),
    "7041": _text("UFRGT UNIT TYPE", 4),
    **{f"71{last}": _text("NHRN", 20) for last in range(8)},
    **{f"723{last}": _text("CERT #", 30, shortest=3) for last in range(10)},
    "7240": _text("PROTOCOL", 20),
    "7241": _number("AIDC MEDIA TYPE", 2, shortest=2),
    "7242": _text("VCN", 25),
    "7250": _number("DOB", 8, shortest=8, dated="yyyymmdd"),
    "7251": _number("DOB TIME", 12, shortest=12, dated="yyyymmdd"),
    "7252": _number("BIO SEX", 1),
    "7253": _text("FAMILY NAME", 40),
    "7254": _text("GIVEN NAME", 40),
    "7255": _text("SUFFIX", 10),
    "7256": _text("FULL NAME", 90),
    "7257": _text("PERSON ADDR", 70),
    "7258": _text("BIRTH SEQUENCE", 3, shortest=3),
    "7259": _text("BABY", 40),
    "8001": _number("DIMENSIONS", 14, shortest=14),
    "8002": _text("CMT No.", 20),
    "8003": _keyed("GRAI", 14, longest=30, text=True),
    "8004": _text("GIAI", 30),
    "8005": _number("PRICE PER UNIT", 6, shortest=6),
    "8006": Identifier("ITIP", 18, 18, key_length=14, digits=18),
    "8007": _text("IBAN", 34),
    "8008": _number("PROD TIME", 12, shortest=8, dated="yymmdd"),
    "8009": _text("OPTSEN", 50),
    "8011": _number("CPID SERIAL", 12),
    "8012": _text("VERSION", 20),
    "8013": _text("GMN", 25),
    "8014": _text("MUDI", 25),
    "8017": _keyed("GSRN - PROVIDER", 18),
    "8018": _keyed("GSRN - RECIPIENT", 18),
    "8019": _number("SRIN", 10),
    "8020": _text("REF No.", 25),
    "8026": Identifier("ITIP CONTENT", 18, 18, key_length=14, digits=18),
    "8030": _text("DIGSIG", 90),
    "8040": _number("IMEI", 15, shortest=15),
    "8041": _number("IMEI2", 15, shortest=15),
    "8042": _number("ESIM", 32, shortest=32),
    "8043": _number("PSIM", 20, shortest=18),
    "8110": _text("COUPON", 70),
    "8111": _number("POINTS", 4, shortest=4),
    "8112": _text("COUPON", 70),
    "8200": _text("PRODUCT URL", 70),
    "90": _text("INTERNAL", 30),
    **{f"9{last}": _text("INTERNAL", 90) for last in range(1, 10)},
    **{f"{start}{last}": _fixed("MEASURE", 6) for start in _MEASURES for last in range(6)},
    **{f"390{last}": _number("AMOUNT", 15) for last in range(10)},
    **{f"391{last}": _number("AMOUNT", 18, shortest=4) for last in range(10)},
    **{f"392{last}": _number("PRICE", 15) for last in range(10)},
    **{f"393{last}": _number("PRICE", 18, shortest=4) for last in range(10)},
    **{f"394{last}": _number("PRCNT OFF", 4, shortest=4) for last in range(4)},
    **{f"395{last}": _number("PRICE/UoM", 6, shortest=6) for last in range(6)},
}

# GS1's character set 82 (invariant ISO 646), without the digits and letters
CHARACTER_SET_82: Final = frozenset(
    "!\"%&'()*+,-./:;<=>?_0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
)


def identifier_at(text: str) -> str | None:
    """The application identifier with which `text` begins, or None.

    No identifier is the beginning of another, so at most one fits.
    """
    return next((text[:size] for size in (2, 3, 4) if text[:size] in IDENTIFIERS), None)
