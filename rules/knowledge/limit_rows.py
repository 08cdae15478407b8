"""The rows of the knowledge of values: limits, thresholds, what does not meet in a line."""

from decimal import Decimal
from typing import ClassVar, Literal

from domain.alerts import AlertSeverity
from rules.knowledge.rows import Id, KnowledgeRow, Names, Number, Positive, Severity


class ContrastRow(KnowledgeRow):
    """What the kidney means for contrast media, and for metformin beside them.

    Attributes:
        or_aki: holds in an acute kidney injury too, whatever the filtration rate.
    """

    agent: Literal["iodinated", "gadolinium_i", "gadolinium_ii", "gadolinium_iii", "metformin"]
    at_least: Number = Decimal(0)
    below: Number
    on_dialysis: bool = False
    or_aki: bool = False
    severity: Severity


class ElectrolyteRow(KnowledgeRow):
    """A rule of potassium or of the QT interval; the code knows what its number means.

    Attributes:
        low: from here.
        high: to here.
        hours: how old a result may be.
    """

    drugs_in: ClassVar[tuple[str, ...]] = ("drugs",)
    less_is_stricter: ClassVar[tuple[str, ...]] = ("low",)

    id: Literal[
        "k1", "k2", "k3_severe", "k3", "k4", "k5", "k_rate", "k_strength", "qt1", "qt2_high",
        "qt2_moderate", "qt3",
    ]  # fmt: skip
    drugs: Names = ()
    low: Number | None = None
    high: Number | None = None
    hours: Positive | None = None
    severity: Severity


class ThresholdRow(KnowledgeRow):
    """Below which value a component is usually asked for. Advice, it never blocks.

    Attributes:
        words: of the indication that this row is for; none: of any other.
        above: for values that must be high (INR).
    """

    component: Literal["red_cells", "platelets", "plasma", "cryoprecipitate"]
    observation: Id
    unit: str
    words: Names = ()
    below: Number | None = None
    above: Number | None = None
    severity: Severity = AlertSeverity.S3


class LookAlikeRow(KnowledgeRow):
    """Names that are taken for one another."""

    names: Names


class IncompatibilityRow(KnowledgeRow):
    """Two that must not meet in a line or bag.

    Attributes:
        same_bag: only in one bag; else in one line too.
    """

    drugs_in: ClassVar[tuple[str, ...]] = ("a", "b")

    a: Names
    b: Names
    same_bag: bool = False
    severity: Severity
    worse: Severity | None = None
    worse_when: Literal["neonate"] | None = None


class CriticalLimitRow(KnowledgeRow):
    """From where a result is critical. Each laboratory has its own list.

    Attributes:
        names: as results write it.
        possible_low: below it no living patient's result lies; likewise `possible_high`.
        delta: a change by so much against the last result asks for a second look.
    """

    more_is_stricter: ClassVar[tuple[str, ...]] = ("low",)
    less_is_stricter: ClassVar[tuple[str, ...]] = ("high",)

    observation: Id
    names: Names
    unit: str
    low: Number | None = None
    high: Number | None = None
    possible_low: Number | None = None
    possible_high: Number | None = None
    delta: Number | None = None


class HoldLimitRow(KnowledgeRow):
    """Outside which value a dose is thought over before it is given."""

    drugs_in: ClassVar[tuple[str, ...]] = ("drugs",)
    more_is_stricter: ClassVar[tuple[str, ...]] = ("low",)
    less_is_stricter: ClassVar[tuple[str, ...]] = ("high",)

    drugs: Names
    observation: Id
    unit: str
    low: Number | None = None
    high: Number | None = None
    hours: Positive
    severity: Severity = AlertSeverity.S2
