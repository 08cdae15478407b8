"""The knowledge in force on a day, and how its ingredients and groups are found."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType
from typing import Final, TypeVar, cast

from rules.knowledge import limit_rows, rows
from rules.knowledge.rows import EVERYTHING, KnowledgeRow

MODELS: Final[Mapping[str, type[KnowledgeRow]]] = MappingProxyType(
    {
        "ingredients": rows.IngredientRow,
        "groups": rows.GroupRow,
        "allergies": rows.AllergyRow,
        "interactions": rows.InteractionRow,
        "duplicates": rows.DuplicateRow,
        "duplicate_exceptions": rows.DuplicateExceptionRow,
        "max_doses": rows.MaxDoseRow,
        "renal": rows.RenalRow,
        "pregnancy": rows.PregnancyRow,
        "high_alert": rows.HighAlertRow,
        "contrast": limit_rows.ContrastRow,
        "electrolytes": limit_rows.ElectrolyteRow,
        "thresholds": limit_rows.ThresholdRow,
        "look_alike": limit_rows.LookAlikeRow,
        "incompatibilities": limit_rows.IncompatibilityRow,
        "critical_limits": limit_rows.CriticalLimitRow,
        "hold_limits": limit_rows.HoldLimitRow,
    }
)
"""The tables, in the order in which they are read; each is a file of its name."""

R = TypeVar("R", bound=KnowledgeRow)
_WORD: Final = re.compile(r"[^a-z0-9]+")
_REMEMBERED: Final = 4096
"""So many names of products are kept: a formulary has as many."""


def normal(name: str) -> str:
    """A name as ids are written: `Potassium chloride` is `potassium_chloride`."""
    return _WORD.sub("_", name.lower()).strip("_")


@dataclass(frozen=True, slots=True)
class Tables:
    """All rows in force on a day.

    Attributes:
        rows: by table.
        members: the ingredients of each group.
        names: normal names and other names of ingredients, to their ids.
        chinese: Chinese names of ingredients, to their ids, the longest first.
        classes: normal names of groups, as people write them, to their ids.
        named: what names of products were found to name: catalogues have few, doses are many.
    """

    rows: Mapping[str, tuple[KnowledgeRow, ...]]
    members: Mapping[str, frozenset[str]] = field(init=False)
    names: Mapping[str, str] = field(init=False)
    chinese: Mapping[str, str] = field(init=False)
    longest: int = field(init=False)
    classes: Mapping[str, str] = field(init=False)
    named: dict[str, tuple[str, ...]] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    def __post_init__(self) -> None:
        """Work out who belongs to which group, and by which names."""
        groups = {row.id: row.members for row in self.of(rows.GroupRow)}
        known: dict[str, frozenset[str]] = {}
        for group in groups:
            _expand(group, groups, known)
        names, chinese = {}, {}
        for row in self.of(rows.IngredientRow):
            names.update({normal(name): row.id for name in (row.id, row.en, *row.also) if name})
            if row.zh:
                chinese[row.zh] = row.id
        names.pop("", None)
        longest_first = sorted(chinese.items(), key=lambda one: -len(one[0]))
        object.__setattr__(self, "members", MappingProxyType(known))
        object.__setattr__(self, "names", MappingProxyType(names))
        object.__setattr__(self, "chinese", MappingProxyType(dict(longest_first)))
        classes: dict[str, str] = {}
        for known_group in self.of(rows.GroupRow):
            said = [*(normal(name) for name in (known_group.id, known_group.en)), known_group.zh]
            for name in (*said, *(one.removesuffix("s") for one in said)):
                classes.setdefault(name, known_group.id)
        classes.pop("", None)
        object.__setattr__(self, "classes", MappingProxyType(classes))
        object.__setattr__(self, "longest", max((key.count("_") + 1 for key in names), default=1))

    def of(self, model: type[R]) -> tuple[R, ...]:
        """The rows of a table, by their kind."""
        name = next(name for name, one in MODELS.items() if one is model)
        return cast("tuple[R, ...]", self.rows.get(name, ()))

    def drugs(self, names: Iterable[str]) -> frozenset[str]:
        """The ingredients that a list of ingredients and groups means."""
        found: set[str] = set()
        for name in names:
            found |= self.members.get(name, frozenset({name}))
        return frozenset(found)

    def meets(self, names: Iterable[str], ingredients: frozenset[str]) -> bool:
        """Whether any of these ingredients is meant by a list of ingredients and groups."""
        return any(
            bool(ingredients) if name == EVERYTHING else not ingredients.isdisjoint(
                self.members.get(name, frozenset({name}))
            )
            for name in names
        )  # fmt: skip

    def substance(self, text: str) -> str:
        """The ingredient or group that a person means; empty where none is known by that name."""
        name = normal(text)
        found = self.names.get(name) or self.classes.get(name) or self.classes.get(text.strip())
        return found or next(iter(self.ingredients_in(text)), "")

    def ingredients_in(self, text: str) -> tuple[str, ...]:
        """The ingredients that a product's name names, longest names first: whole words only."""
        known = self.named.get(text)
        if known is None:
            if len(self.named) >= _REMEMBERED:
                self.named.clear()
            known = self.named[text] = self._ingredients_in(text)
        return known

    def _ingredients_in(self, text: str) -> tuple[str, ...]:
        words = normal(text).split("_")
        found: dict[str, None] = {}
        at = 0
        while at < len(words):
            for size in range(min(self.longest, len(words) - at), 0, -1):
                ingredient = self.names.get("_".join(words[at : at + size]))
                if ingredient is not None:
                    found[ingredient] = None
                    at += size
                    break
            else:
                at += 1
        rest = text
        for name, ingredient in self.chinese.items():
            if name in rest:
                found[ingredient] = None
                rest = rest.replace(name, " ")
        return tuple(found)

    def look_alikes(self, name: str) -> tuple[str, ...]:
        """The names that are taken for a name, or for an ingredient of it."""
        said = normal(name)
        found: dict[str, None] = {}
        for row in self.of(limit_rows.LookAlikeRow):
            own = max((one for one in row.names if _in_name(one, said, name)), key=len, default="")
            found.update((one, None) for one in row.names if own and one != own)
        return tuple(found)


def _in_name(one: str, said: str, name: str) -> bool:
    words = normal(one)
    return f"_{words}_" in f"_{said}_" if words else one in name


def _expand(
    group: str, groups: Mapping[str, tuple[str, ...]], known: dict[str, frozenset[str]]
) -> frozenset[str]:
    """The ingredients of a group; one that holds itself gets no further."""
    if group in known:
        return known[group]
    known[group] = frozenset()
    found: set[str] = set()
    for member in groups[group]:
        found |= _expand(member, groups, known) if member in groups else {member}
    known[group] = frozenset(found)
    return known[group]


def _in_force(rows: Iterable[KnowledgeRow], day: date) -> Iterable[KnowledgeRow]:
    """Of each id the latest version that has begun, unless it is switched off."""
    ordered = sorted(rows, key=lambda row: row.effective_from)
    begun = {row.id: row for row in ordered if row.effective_from <= day}
    return (row for row in begun.values() if row.in_force(day))


class Knowledge:
    """All that is known, of every day; frozen but for what it remembers of days asked for."""

    def __init__(self, rows: Mapping[str, tuple[KnowledgeRow, ...]], sha256: str) -> None:
        self.rows = rows
        self.sha256 = sha256
        self._days: dict[date, Tables] = {}

    def on(self, day: date) -> Tables:
        """What is in force on a day."""
        found = self._days.get(day)
        if found is None:
            if len(self._days) > _DAYS:
                self._days.clear()
            found = Tables(
                MappingProxyType(
                    {name: tuple(_in_force(rows, day)) for name, rows in self.rows.items()}
                )
            )
            self._days[day] = found
        return found


_DAYS: Final = 7
"""So many days are remembered; today and its neighbours are nearly all that is asked for."""
