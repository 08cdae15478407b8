"""A seal as it stands in its table: what it says, and the code that only the key can make."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, cast

from sqlalchemy import insert, select, text

from storage.codec import canonical, parsed
from storage.statements import Statement
from storage.trust_tables import seals

if TYPE_CHECKING:
    from collections.abc import Mapping

    from storage.codec import Json
    from storage.engine import Row, Values
    from storage.integrity import Place

FIRST_MAC: Final = "0" * 64
MARK: Final = 8
"""Hexadecimal digits by which one command is told from another, to name it; the sum proves it."""
COLUMNS: Final = tuple(column.name for column in seals.columns)
ADD: Final = Statement(insert(seals), columns=COLUMNS)
ALL: Final = Statement(select(seals).order_by(seals.c.seq))
LAST: Final = Statement(select(seals).order_by(seals.c.seq.desc()).suffix_with(text("LIMIT 1")))


@dataclass(frozen=True, slots=True)
class Seal:
    """What was sealed at one instant, beside what the seals before it say.

    Attributes:
        sealed_at: microseconds since 1970 UTC.
        heads: of `journal` and `audit`: the ends of the chains that moved since the last seal.
        marks: of each command since then, in the order in which they came.
        sums: `commands`: the hash over those commands; `key`: the name of the key.
        counts: rows there were, and the number of the last row, of each table.
        anew: it begins with what was there: not what was sealed at this place before.
    """

    seq: int
    sealed_at: int
    workstation: str
    heads: Mapping[str, Mapping[str, Place]] = field(default_factory=dict)
    marks: str = ""
    sums: Mapping[str, str] = field(default_factory=dict)
    counts: Mapping[str, int] = field(default_factory=dict)
    anew: bool = False
    prev_mac: str = FIRST_MAC
    mac: str = ""

    def row(self, key: bytes) -> Values:
        """The row, with its code."""
        row = self._content()
        return row | {"mac": mac_of(row, key)}

    def _content(self) -> Values:
        heads: Json = {
            name: {chain: [seq, end] for chain, (seq, end) in ends.items()}
            for name, ends in self.heads.items()
        }
        return {
            "seq": self.seq,
            "sealed_at": self.sealed_at,
            "workstation": self.workstation,
            "heads": canonical({"chains": heads, "commands": self.marks}),
            "counts": canonical(
                {"rows": dict(self.counts), "sums": dict(self.sums), "anew": self.anew}
            ),
            "prev_mac": self.prev_mac,
        }


def mac_of(row: Mapping[str, object], key: bytes) -> str:
    """HMAC-SHA256 over the code of the seal before it and all other columns."""
    content = {name: str(row[name]) for name in COLUMNS if name != "mac"}
    return hmac.new(key, canonical(cast("Json", content)).encode(), hashlib.sha256).hexdigest()


def values_of(row: Row) -> Values:
    """A whole row by column."""
    return dict(zip(COLUMNS, row, strict=True))


def seal_of(row: Mapping[str, object]) -> Seal:
    """The seal of a row whose code is right."""
    heads, counts = parsed(cast("str", row["heads"])), parsed(cast("str", row["counts"]))
    chains = cast("Mapping[str, Mapping[str, tuple[int, str]]]", heads["chains"])
    return Seal(
        seq=cast("int", row["seq"]),
        sealed_at=cast("int", row["sealed_at"]),
        workstation=cast("str", row["workstation"]),
        heads={
            name: {chain: (end[0], end[1]) for chain, end in ends.items()}
            for name, ends in chains.items()
        },
        marks=cast("str", heads["commands"]),
        sums=cast("Mapping[str, str]", counts["sums"]),
        counts=cast("Mapping[str, int]", counts["rows"]),
        anew=bool(counts["anew"]),
        prev_mac=cast("str", row["prev_mac"]),
        mac=cast("str", row["mac"]),
    )


def command_hash(row: Row) -> bytes:
    """The hash of a command, over all its columns."""
    return hashlib.sha256(canonical([str(value) for value in row]).encode()).digest()


def mark_of(digest: bytes) -> str:
    """By what a command is named in a seal."""
    return digest.hex()[:MARK]
