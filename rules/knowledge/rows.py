"""The rows of the knowledge of drugs, as Pydantic reads them: every key known and of its type.

Numbers are exact (Decimal, written as whole numbers or text), units UCUM. `drugs`, `object` and the
like name ingredients or groups of ingredients of our own (no bought index is in here).
"""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from types import MappingProxyType
from typing import Annotated, ClassVar, Literal, Self

from pydantic import Field, model_validator

from domain.alerts import AlertSeverity
from domain.clinical import WASHED_OUT
from domain.conditions import NAMES
from domain.errors import InvalidInput
from domain.quantities import parse_decimal
from rules.loops.rows import Line, Read, Row
from rules.loops.words import strings

EVERYTHING = "*"
"""Stands for every ingredient in a list of them."""


def _decimal(value: object) -> Decimal:
    try:
        return parse_decimal("number", value)
    except InvalidInput as error:
        raise ValueError(error.message) from None


def _numbers(value: object) -> Mapping[str, Decimal]:
    if not isinstance(value, dict):
        raise ValueError('right would be { mg = "0.01" }')  # noqa: TRY004 - Pydantic places ValueErrors
    return MappingProxyType({str(key): _decimal(one) for key, one in value.items()})


def _severity(value: object) -> AlertSeverity:
    if not isinstance(value, str) or value not in AlertSeverity.__members__:
        raise ValueError(f"{value!r} is no severity; right would be S1, S2, S3, S4 or S5")
    return AlertSeverity(value)


Id = Annotated[str, Field(pattern=r"^[a-z0-9_]+$")]
Names = Annotated[tuple[str, ...], Read(strings)]
Number = Annotated[Decimal, Read(_decimal)]
Numbers = Annotated[Mapping[str, Decimal], Read(_numbers)]
Severity = Annotated[AlertSeverity, Read(_severity)]
Positive = Annotated[int, Field(gt=0)]

NO_NUMBERS: Mapping[str, Decimal] = MappingProxyType({})


class KnowledgeRow(Row):
    """What every row says beside its content.

    Attributes:
        status: a `draft` asks for a reason at most (decision 37).
        approved_by: who reviewed it.
        effective_from: before this day it says nothing.
        disabled_until: switched off by a site until the end of this day.
    """

    drugs_in: ClassVar[tuple[str, ...]] = ()
    """The keys that name ingredients or groups."""
    less_is_stricter: ClassVar[tuple[str, ...]] = ()
    more_is_stricter: ClassVar[tuple[str, ...]] = ()

    id: Id
    source: Line
    licence: Line
    version: Line
    status: Literal["draft", "approved"]
    effective_from: date
    approved_by: Names = ()
    approved_at: date | None = None
    disabled_until: date | None = None
    en: str = ""
    zh: str = ""

    @property
    def draft(self) -> bool:
        """Whether nobody has reviewed it yet."""
        return self.status == "draft"

    @property
    def grade(self) -> AlertSeverity | None:
        """How grave a finding of it is, where the row says so."""
        found: AlertSeverity | None = getattr(self, "severity", None)
        return found

    def in_force(self, day: date) -> bool:
        """Whether it says anything on a day."""
        off = self.disabled_until is not None and day <= self.disabled_until
        return self.effective_from <= day and not off

    @model_validator(mode="after")
    def _reviewed(self) -> Self:
        if self.status == "approved" and (not self.approved_by or self.approved_at is None):
            raise ValueError("an approved row says approved_by and approved_at")
        if bool(self.en) != bool(self.zh):
            raise ValueError("a text stands in both languages, en and zh")
        return self


class IngredientRow(KnowledgeRow):
    """An ingredient, by its international non-proprietary name.

    Attributes:
        also: other names that mean it (`acetaminophen`).
    """

    also: Names = ()


class GroupRow(KnowledgeRow):
    """A class of our own.

    Attributes:
        members: ingredients, or other groups.
    """

    drugs_in: ClassVar[tuple[str, ...]] = ("members",)

    members: Names


class AllergyRow(KnowledgeRow):
    """What an allergy to one means for another.

    Attributes:
        kind: `same`: the ingredient itself; `recorded_group`: the class that was recorded;
            `cross`: from a member of one group to one of another; `excipient`.
        reactions: only after one of these reactions; empty: after any.
    """

    drugs_in: ClassVar[tuple[str, ...]] = ("allergen", "drug")

    kind: Literal["same", "recorded_group", "cross", "excipient"] = "cross"
    allergen: Names = ()
    drug: Names = ()
    reactions: Names = ()
    severity: Severity


class InteractionRow(KnowledgeRow):
    """Two drugs (or three) that do not go together.

    Attributes:
        onc: its number in the list of high-priority pairs.
        third: a third drug must be there too.
        precipitant_routes: the second drug counts by these routes only.
        worse: the severity where `worse_when` holds.
        washout_days: a stopped drug still counts for so many days.
        washout_for: other days for some of them.
    """

    drugs_in: ClassVar[tuple[str, ...]] = ("object", "precipitant", "third")
    more_is_stricter: ClassVar[tuple[str, ...]] = ("washout_days",)

    onc: Positive | None = None
    object: Names
    precipitant: Names
    third: Names = ()
    precipitant_routes: Names = ()
    severity: Severity
    worse: Severity | None = None
    worse_when: Literal["qtc_470_or_k_below_3_5", "neonate"] | None = None
    washout_days: Annotated[int, Field(ge=0, le=WASHED_OUT.days)] = 0
    washout_for: Numbers = Field(default_factory=lambda: NO_NUMBERS)

    @model_validator(mode="after")
    def _worse_together(self) -> Self:
        if (self.worse is None) != (self.worse_when is None):
            raise ValueError("worse and worse_when stand together")
        return self


class DuplicateRow(KnowledgeRow):
    """The same treatment twice.

    Attributes:
        group: the class, for `super_group` and `same_class`.
        beside: one of the two is of this class instead.
        atc: prefixes of codes that a catalogue row may bear.
        least: so many orders are too many.
        critical: counts as a critical duplicate in the risk score.
    """

    drugs_in: ClassVar[tuple[str, ...]] = ("group", "beside")

    kind: Literal["same_ingredient", "same_class", "super_group"]
    group: Names = ()
    beside: Names = ()
    atc: Names = ()
    least: Annotated[int, Field(ge=2)] = 2
    critical: bool = False
    severity: Severity


class DuplicateExceptionRow(KnowledgeRow):
    """Two that belong together all the same.

    Attributes:
        overlap_hours: only while the earlier one ends within so many hours.
        different_routes: only by two different routes.
        one_prolonged: only where exactly one of them is a prolonged-release form.
    """

    drugs_in: ClassVar[tuple[str, ...]] = ("a", "b")

    a: Names
    b: Names
    overlap_hours: Positive | None = None
    different_routes: bool = False
    one_prolonged: bool = False


class MaxDoseRow(KnowledgeRow):
    """The most of a drug: above it S2, above one and a half times it S1.

    Attributes:
        ingredients: of the product, all of them.
        equals: how much of `unit` is one of another unit (`"[iU]" = "0.01"`).
        weekly: a dose every day is an error.
        max_days: of treatment.
        never_routes: a route that is never right.
        age_from: of patients from this age on, in years; likewise the other bounds of a population.
        illnesses: of patients with one of these conditions (`domain.conditions.NAMES`).
    """

    drugs_in: ClassVar[tuple[str, ...]] = ("ingredients",)
    less_is_stricter: ClassVar[tuple[str, ...]] = (
        "max_per_day",
        "max_per_dose",
        "max_per_kg_day",
        "cap_per_day",
        "max_days",
    )

    ingredients: Names
    routes: Names = ()
    unit: Line
    max_per_day: Number | None = None
    max_per_dose: Number | None = None
    max_per_kg_day: Number | None = None
    cap_per_day: Number | None = None
    equals: Numbers = Field(default_factory=lambda: NO_NUMBERS)
    weekly: bool = False
    max_days: Positive | None = None
    never_routes: Names = ()
    age_from: int | None = None
    age_below: int | None = None
    weight_at_most: Number | None = None
    crcl_below: Number | None = None
    illnesses: Names = ()
    severity: Severity = AlertSeverity.S2

    @model_validator(mode="after")
    def _known_illnesses(self) -> Self:
        for name in self.illnesses:
            if name not in NAMES:
                raise ValueError(f"{name!r} is no condition; right would be {', '.join(NAMES)}")
        return self


class RenalRow(KnowledgeRow):
    """What a kidney that works less means for a drug.

    Attributes:
        by: `crcl` mL/min (Cockcroft-Gault) or `egfr` mL/min/1.73 m2 (CKD-EPI 2021).
        at_least: the band begins here ...
        below: ... and ends before here.
        aki_from: instead of a band: an acute kidney injury of this KDIGO stage or a higher one.
        verdict: `contraindicated` S1, `avoid` S2, `adjust` S2 above the dose that is said.
    """

    drugs_in: ClassVar[tuple[str, ...]] = ("drugs",)
    less_is_stricter: ClassVar[tuple[str, ...]] = ("max_per_day", "max_per_kg_day")

    drugs: Names
    by: Literal["crcl", "egfr"] = "crcl"
    at_least: Number = Decimal(0)
    below: Number | None = None
    aki_from: Literal[1, 2, 3] | None = None
    verdict: Literal["contraindicated", "avoid", "adjust"]
    max_per_day: Number | None = None
    max_per_kg_day: Number | None = None
    unit: str = "mg"
    equals: Numbers = Field(default_factory=lambda: NO_NUMBERS)
    routes: Names = ()

    @model_validator(mode="after")
    def _band(self) -> Self:
        if (self.below is None) == (self.aki_from is None):
            raise ValueError("either below (a band) or aki_from (an acute injury) is given")
        if self.below is not None and self.at_least >= self.below:
            raise ValueError("the band ends before it begins; right would be at_least < below")
        return self

    @property
    def severity(self) -> AlertSeverity:
        """How grave the band is."""
        return AlertSeverity.S1 if self.verdict == "contraindicated" else AlertSeverity.S2


class PregnancyRow(KnowledgeRow):
    """What is not given in pregnancy or while breast-feeding.

    Attributes:
        weeks_from: of pregnancy, completed.
        weeks_below: up to, not with this week.
    """

    drugs_in: ClassVar[tuple[str, ...]] = ("drugs",)

    drugs: Names
    state: Literal["pregnancy", "lactation"]
    weeks_from: int | None = None
    weeks_below: int | None = None
    severity: Severity


class HighAlertRow(KnowledgeRow):
    """A class of drugs that harm most when they are wrong.

    Attributes:
        tier: for the risk score: A, B, C; none where it adds nothing.
        double_check: `Y` two persons at the bedside, `P` at preparation, `C` where the site says.
        forms: words in the product's name that it needs (`U-500`).
    """

    drugs_in: ClassVar[tuple[str, ...]] = ("drugs",)

    drugs: Names
    routes: Names = ()
    forms: Names = ()
    tier: Literal["A", "B", "C"] | None = None
    double_check: Literal["Y", "P", "C"]
