"""Taking the person out of a record: other names, other days, no free text.

After HIPAA Safe Harbor, 45 CFR 164.514(b)(2), and the way of MIMIC-IV: identifiers are replaced by
pseudonyms under a key that is thrown away, all instants of a patient move by one span (so that
intervals and the time of day stay), ages above 89 are one group, and what a person typed freely is
left out. Only what is known to be safe is kept; all else goes.
"""

from __future__ import annotations

import hashlib
import hmac
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from domain.analytes import UNITS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from domain.ids import PatientId
    from domain.loops.rows import FieldType

OLDEST: Final = 89
"""Above it ages are one group (Safe Harbor)."""
FEWEST: Final = 5
"""A code of no list stays only where the records of so many patients bear it [C]."""
_WEEKS: Final = 2_000
_NEAREST: Final = 53
_LONG: Final = 16
_SAFE: Final = frozenset({"bool", "integer", "decimal", "quantity"})
_TIMES: Final = frozenset({"instant", "date"})
_RESULT_NUMBERS: Final = ("value", "unit", "low", "high", "flag", "critical")


@dataclass(frozen=True, slots=True)
class Veil:
    """One export's pseudonyms and shifts.

    Attributes:
        key: random, of this export alone; thrown away after it.
        known: catalogue codes: they name things, never a person.
        common: codes of no list that enough patients bear, by field.
    """

    key: bytes = field(repr=False)
    known: frozenset[str] = frozenset()
    common: Mapping[str, frozenset[str]] = field(default_factory=lambda: MappingProxyType({}))

    def pseudonym(self, kind: str, name: str) -> str:
        """Another name for a patient, a person, an order, ...: the same one within this export."""
        return hmac.new(self.key, f"{kind}:{name}".encode(), hashlib.sha256).hexdigest()[:_LONG]

    def shift(self, patient: PatientId) -> timedelta:
        """By how much all of a patient's instants move: whole weeks, one to 39 years back."""
        drawn = hmac.new(self.key, f"shift:{patient}".encode(), hashlib.sha256).digest()
        return -timedelta(weeks=_NEAREST + int.from_bytes(drawn[:4]) % (_WEEKS - _NEAREST))

    def moved(self, at: datetime | None, patient: PatientId) -> str | None:
        """An instant on the patient's other days."""
        return None if at is None else (at + self.shift(patient)).isoformat()

    def fields(
        self, values: Mapping[str, object], kinds: Mapping[str, FieldType], patient: PatientId
    ) -> dict[str, object]:
        """What may stay of the fields of an order, a task or a step; the rest is left out."""
        found: dict[str, object] = {}
        for name, value in values.items():
            kind = kinds.get(name)
            kept = None if kind is None else self._kept(kind, value, patient)
            if kept is not None:
                found[name] = kept
        return found

    def _kept(self, kind: FieldType, value: object, patient: PatientId) -> object:
        if kind.type in _SAFE:
            return value
        if kind.type in _TIMES:
            return self._time(value, patient)
        if kind.type == "user":
            return self.pseudonym("user", str(value))
        if kind.type == "results":
            return _numbers(value)
        if isinstance(value, list | tuple):
            return [one for one in value if self._is_code(kind, one)]
        return value if self._is_code(kind, value) else None

    def _is_code(self, kind: FieldType, value: object) -> bool:
        if kind.choices:
            return value in kind.choices
        return value in self.known or value in self.common.get(kind.name, frozenset())

    def _time(self, value: object, patient: PatientId) -> str | None:
        try:
            at = datetime.fromisoformat(str(value))
        except ValueError:
            return None
        moved = at + self.shift(patient)
        return (
            moved.date().isoformat() if len(str(value)) == len("2026-11-24") else moved.isoformat()
        )


def age_group(years: int | None) -> str | None:
    """An age as it may be told: in years to 89, above that as one group."""
    if years is None:
        return None
    return str(years) if years <= OLDEST else f"{OLDEST + 1}+"


def common_codes(
    seen: Iterable[tuple[PatientId, Mapping[str, object]]], kinds: Mapping[str, FieldType]
) -> Mapping[str, frozenset[str]]:
    """The codes of no list that at least five patients bear, by field: a name is rarer."""
    bearers = {
        (name, str(one), patient)
        for patient, values in seen
        for name, value in values.items()
        if name in kinds and kinds[name].type in ("code", "codes") and not kinds[name].choices
        for one in (value if isinstance(value, list | tuple) else (value,))
    }
    counted = Counter((name, code) for name, code, _ in bearers)
    found: dict[str, set[str]] = {}
    for (name, code), patients in counted.items():
        if patients >= FEWEST:
            found.setdefault(name, set()).add(code)
    return {name: frozenset(codes) for name, codes in found.items()}


def is_number(text: object) -> bool:
    """Whether a value is a number as text, a bounded one (`>10`) too."""
    bare = str(text).lstrip("<>=").strip().replace(".", "", 1).removeprefix("-")
    return bare.isascii() and bare.isdigit()


def _numbers(value: object) -> dict[str, object]:
    """The results of known names that are numbers: a word may be a sentence."""
    if not isinstance(value, dict):
        return {}
    return {
        name: {key: one[key] for key in _RESULT_NUMBERS if one.get(key) not in (None, "")}
        for name, one in value.items()
        if name in UNITS and isinstance(one, dict) and is_number(one.get("value"))
    }
