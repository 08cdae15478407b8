"""The conditions of the Charlson index, read from `rules/knowledge/charlson_icd10.toml`."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Final

from domain.conditions import ICD9, ICD10, plain_code

_FILE: Final = Path(__file__).parents[1] / "knowledge" / "charlson_icd10.toml"


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition.

    Attributes:
        name: the first of its names.
        weights: by table: `y1987`, `quan2011`, `lace`.
        ranges: by system of codes, first and last code, without points; each takes what stands
            below it.
        replaced_by: the graver form that counts alone; empty where there is none.
    """

    name: str
    names: tuple[str, ...]
    weights: Mapping[str, int]
    ranges: Mapping[str, tuple[tuple[str, str], ...]]
    replaced_by: str = ""

    def has(self, code: str, system: str = ICD10) -> bool:
        """Whether a code without point means this condition."""
        return any(low <= code[: len(low)] <= high for low, high in self.ranges[system])


@cache
def conditions() -> tuple[Condition, ...]:
    """The seventeen, in the order of the file."""
    read = tomllib.loads(_FILE.read_text(encoding="utf-8"))
    return tuple(
        Condition(
            name=one["names"][0],
            names=tuple(one["names"]),
            weights=MappingProxyType(one["weights"]),
            ranges=MappingProxyType(
                {system: tuple(map(_range, one[system])) for system in (ICD10, ICD9)}
            ),
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


def conditions_of(codes: Iterable[str], system: str = ICD10) -> frozenset[str]:
    """The conditions that codes mean; a code of another illness means none.

    Raises:
        InvalidInput: a text is no code of the system.
    """
    found = set()
    for code in codes:
        plain = plain_code(code, system)
        found |= {one.name for one in conditions() if one.has(plain, system)}
    return frozenset(found)


def weighed(present: frozenset[str], table: str) -> dict[str, int]:
    """The weight of each condition present; a milder form gives way to the graver one."""
    return {
        one.name: one.weights[table]
        for one in conditions()
        if one.name in present and one.replaced_by not in present
    }
