"""The conditions of the Charlson index, read from `rules/knowledge/charlson_icd10.toml`."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Final

from domain.errors import InvalidInput

_FILE: Final = Path(__file__).parents[1] / "knowledge" / "charlson_icd10.toml"
_CODE: Final = re.compile(r"[A-Z]\d[0-9A-Z](?:\.?[0-9A-Z]{1,8})?[+*]?")


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition.

    Attributes:
        name: the first of its names.
        weights: by table: `y1987`, `quan2011`, `lace`.
        ranges: first and last code, without points; each takes what stands below it.
        replaced_by: the graver form that counts alone; empty where there is none.
    """

    name: str
    names: tuple[str, ...]
    weights: Mapping[str, int]
    ranges: tuple[tuple[str, str], ...]
    replaced_by: str = ""

    def has(self, code: str) -> bool:
        """Whether an ICD-10 code without point means this condition."""
        return any(low <= code[: len(low)] <= high for low, high in self.ranges)


@cache
def conditions() -> tuple[Condition, ...]:
    """The seventeen, in the order of the file."""
    read = tomllib.loads(_FILE.read_text(encoding="utf-8"))
    return tuple(
        Condition(
            name=one["names"][0],
            names=tuple(one["names"]),
            weights=MappingProxyType(one["weights"]),
            ranges=tuple(_range(text) for text in one["icd10"]),
            replaced_by=one.get("replaced_by", ""),
        )
        for one in read["condition"]
    )


def _range(text: str) -> tuple[str, str]:
    low, _, high = text.replace(".", "").partition("-")
    return low, high or low


@cache
def condition_names() -> Mapping[str, str]:
    """Every name that is taken, with the name it stands for."""
    return MappingProxyType({name: one.name for one in conditions() for name in one.names})


def conditions_of(codes: Iterable[str]) -> frozenset[str]:
    """The conditions that ICD-10 codes mean; a code of another illness means none.

    Raises:
        InvalidInput: a text is no ICD-10 code.
    """
    found = set()
    for code in codes:
        plain = code.strip().upper()
        if not _CODE.fullmatch(plain):
            raise InvalidInput("icd10", f"{code!r} is no ICD-10 code", right='"I21.9"')
        found |= {one.name for one in conditions() if one.has(plain.replace(".", ""))}
    return frozenset(found)


def weighed(present: frozenset[str], table: str) -> dict[str, int]:
    """The weight of each condition present; a milder form gives way to the graver one."""
    return {
        one.name: one.weights[table]
        for one in conditions()
        if one.name in present and one.replaced_by not in present
    }
